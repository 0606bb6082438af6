//! Makes `plugin/wrp-graph/src/signal/language/profiles.bin` from the language models of lingua, and measures it.
//!
//! The models are the crates `lingua-<language>-language-model` 1.3.0 (Peter M. Stahl, Apache-2.0). Unpack those of
//! all languages into one folder and run
//!
//!     cargo run --release -p wrp-profiles -- FOLDER plugin/wrp-graph/src/signal/language/profiles.bin
//!
//! Of the n-grams of lingua's models the most telling are kept, with their frequencies in sixteen steps. The
//! sentences that the same crates carry for tests say how often the table is right; nothing is learnt from them.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use fst::Streamer;
use wrp_graph::signal::language::detector::Detector;
use wrp_graph::signal::language::profiles::{self, FLOOR, STEPS, TOP};
use wrp_graph::signal::language::{Code, Script, script};

/// How many grams are kept for each group of [`Script::Shared`], by its number.
const GRAMS: [usize; 4] = [6000, 1800, 600, 600];

/// A language and where its model lies.
struct Model {
    code: Code,
    folder: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, output] = arguments.as_slice() else {
        return Err("usage: wrp-profiles FOLDER OUTPUT".into());
    };
    let models = models(Path::new(folder))?;
    let mut groups: [Vec<(Code, BTreeMap<String, f64>)>; 4] = Default::default();
    for model in &models {
        let grams = frequencies(&model.folder)?;
        if let Some(group) = shared_group(&grams) {
            groups[group].push((model.code, grams));
        }
    }
    let table: Vec<u8> = groups.iter().zip(GRAMS).flat_map(|(group, count)| write(group, count)).collect();
    fs::write(output, &table)?;
    println!("{} languages, {} bytes", models.len(), table.len());
    measure(&models, &Detector::new(0.0, &table).ok_or("the table cannot be read back")?)
}

/// The unpacked crates. Where a crate came from in its repository ends in the language's code.
fn models(folder: &Path) -> Result<Vec<Model>, Box<dyn Error>> {
    let mut models = Vec::new();
    for entry in fs::read_dir(folder)? {
        let folder = entry?.path();
        let Ok(origin) = fs::read_to_string(folder.join(".cargo_vcs_info.json")) else { continue };
        let code = origin.split_once("language-models/").and_then(|(_, code)| code.get(..2));
        if let Some(code) = code {
            models.push(Model { code: code.as_bytes().try_into()?, folder });
        }
    }
    models.sort_by_key(|model| model.code);
    Ok(models)
}

/// The logarithm of how often each gram of up to three letters occurs. A model has it given the letters before.
fn frequencies(folder: &Path) -> Result<BTreeMap<String, f64>, Box<dyn Error>> {
    let model = fst::Map::new(fs::read(folder.join("models/ngrams.fst"))?)?;
    let mut given = BTreeMap::new();
    let mut grams = model.stream();
    while let Some((gram, bits)) = grams.next() {
        let gram = std::str::from_utf8(gram)?;
        if gram.chars().count() <= 3 {
            given.insert(gram.to_owned(), f64::from_bits(bits));
        }
    }
    let whole = |gram: &str| {
        let ends = gram.char_indices().map(|(at, char)| at + char.len_utf8());
        ends.map(|end| given.get(&gram[..end])).sum::<Option<f64>>()
    };
    Ok(given.keys().filter_map(|gram| Some((gram.clone(), whole(gram)?))).collect())
}

/// The group whose letters a language is mostly written in; `None` where the script decides alone.
fn shared_group(grams: &BTreeMap<String, f64>) -> Option<usize> {
    let letters = grams.iter().filter(|(gram, _)| gram.chars().count() == 1);
    let most = letters.max_by(|a, b| a.1.total_cmp(b.1))?.0.chars().next()?;
    match script(most)? {
        Script::Shared(group) => Some(usize::from(group)),
        Script::Of(_) | Script::Ideographs(_) => None,
    }
}

fn write(group: &[(Code, BTreeMap<String, f64>)], count: usize) -> Vec<u8> {
    let mut rows = BTreeMap::<&str, Vec<f64>>::new();
    for (at, (_, grams)) in group.iter().enumerate() {
        for (gram, frequency) in grams {
            rows.entry(gram).or_insert_with(|| vec![FLOOR; group.len()])[at] = frequency.clamp(FLOOR, TOP);
        }
    }
    let mut ranked: Vec<(f64, &str)> = rows.iter().map(|(gram, row)| (telling(row), *gram)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let step = |frequency: &f64| ((frequency - FLOOR) / (TOP - FLOOR) * f64::from(STEPS - 1)).round() as u8;
    let kept = ranked
        .iter()
        .take(count)
        .map(|(_, gram)| ((*gram).to_owned(), rows[gram].iter().map(step).collect()));
    let languages: Vec<Code> = group.iter().map(|(code, _)| *code).collect();
    profiles::write(&languages, &kept.collect())
}

/// How much a gram tells languages apart: how far its frequencies lie from their mean, weighted by themselves.
fn telling(row: &[f64]) -> f64 {
    let mean = (row.iter().map(|frequency| frequency.exp()).sum::<f64>() / row.len() as f64).ln();
    row.iter().map(|frequency| frequency.exp() * (frequency - mean).abs()).sum()
}

/// Prints how often each language is found in its own test texts.
fn measure(models: &[Model], detector: &Detector) -> Result<(), Box<dyn Error>> {
    for file in ["single-words", "word-pairs", "sentences"] {
        let mut shares = Vec::new();
        for model in models {
            let text = fs::read_to_string(model.folder.join(format!("testdata/{file}.txt")))?;
            let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            let right = lines.iter().filter(|line| detector.detect(line).language == model.code).count();
            shares.push((right as f64 / lines.len() as f64, String::from_utf8_lossy(&model.code)));
        }
        let mean = shares.iter().map(|(share, _)| share).sum::<f64>() / shares.len() as f64;
        shares.sort_by(|a, b| a.0.total_cmp(&b.0));
        let worst: Vec<String> =
            shares.iter().take(16).map(|(share, code)| format!("{code} {share:.2}")).collect();
        println!("{file}: {mean:.4} on average; worst {}", worst.join(", "));
    }
    Ok(())
}
