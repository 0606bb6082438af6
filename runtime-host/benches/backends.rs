//! What a call costs by engine, length and batch: `cargo xtask bench models`.
//!
//! Run as it is, it measures by the clock. With `--serve` it answers lines on its standard input with processor time,
//! so that `compare.py` can take turns between our engines and onnxruntime in one run.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, Write};
use std::sync::LazyLock;

use divan::Bencher;
use wrp_host::backend::{Backend, Parts, open};
use wrp_host::models::manifest::{Engine, File, Manifest, Role};
use wrp_host::models::store::Store;
use wrp_host::tokens::Row;

/// A model of our list, run by an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Contender {
    name: &'static str,
    model: &'static str,
}

const CONTENDERS: &[Contender] = &[
    Contender { name: "rten", model: "minilm-l6" },
    Contender { name: "tract", model: "minilm-l6" },
    Contender { name: "candle", model: "minilm-l6-safetensors" },
    Contender { name: "rten-int8", model: "minilm-l6-int8" },
];

const LENGTHS: [usize; 4] = [16, 64, 128, 256];

impl fmt::Display for Contender {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name)
    }
}

/// Those that are built in and whose files are there; the others say why not.
static READY: LazyLock<BTreeMap<&str, Box<dyn Backend>>> = LazyLock::new(|| {
    let mut ready = BTreeMap::new();
    for contender in CONTENDERS {
        match make(contender) {
            Ok(backend) => drop(ready.insert(contender.name, backend)),
            Err(why) => eprintln!("not measured: {contender}: {why}"),
        }
    }
    ready
});

fn make(contender: &Contender) -> Result<Box<dyn Backend>, String> {
    let engine = match contender.name {
        "tract" => Engine::Tract,
        "candle" => Engine::Candle,
        _ => Engine::Rten,
    };
    let store = Store::of_user().ok_or("there is no folder of models")?;
    let manifest = Manifest::built_in();
    let spec = manifest.models.iter().find(|spec| &*spec.name == contender.model).ok_or("not listed")?;
    let read = |role: Role| match spec.files.get(&role) {
        Some(File::Fetched { sha256, .. }) => store.read(sha256).map(Some).map_err(|error| error.to_string()),
        _ => Ok(None),
    };
    let weights = read(Role::Weights)?.ok_or("it lists no weights")?;
    open(Some(engine), Parts { weights, config: read(Role::Config)? })
}

/// Words that differ, so that nothing is found twice in a cache.
fn rows(batch: usize, length: usize) -> Vec<Row> {
    let id = |row: usize, at: usize| 1000 + ((row * 7919 + at * 104_729) % 20_000) as u32;
    let row = |row| Row { ids: (0..length).map(|at| id(row, at)).collect(), types: vec![0; length] };
    (0..batch).map(row).collect()
}

fn cases() -> impl Iterator<Item = (Contender, usize, usize)> {
    let shapes = [1, 8].into_iter().flat_map(|batch| LENGTHS.map(|length| (batch, length)));
    let all = shapes.flat_map(|(batch, length)| CONTENDERS.iter().map(move |one| (*one, batch, length)));
    all.filter(|(contender, ..)| READY.contains_key(contender.name))
}

#[divan::bench(args = cases().map(|(one, batch, length)| Case(one, batch, length)), min_time = 0.3, max_time = 2)]
fn call(bencher: Bencher<'_, '_>, case: &Case) {
    let Case(contender, batch, length) = case;
    let (backend, rows) = (&READY[contender.name], rows(*batch, *length));
    // tract plans for a length when it first meets it.
    backend.run(&rows);
    bencher.bench_local(|| backend.run(&rows));
}

#[derive(Clone, Copy, Debug)]
struct Case(Contender, usize, usize);

impl fmt::Display for Case {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}×{}", self.0, self.1, self.2)
    }
}

/// Nanoseconds of processor time that all our threads have had.
fn processor_time() -> u64 {
    let threads = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let had = threads.filter_map(|thread| {
        let text = std::fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    had.sum()
}

/// Answers `contender batch length calls` with milliseconds a call.
fn serve() -> std::io::Result<()> {
    let mut out = std::io::stdout();
    writeln!(out, "{}", READY.keys().copied().collect::<Vec<_>>().join(" "))?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |at: usize| words.get(at).and_then(|word| word.parse().ok()).unwrap_or(1);
        let Some(backend) = words.first().and_then(|name| READY.get(name)) else { continue };
        let rows = rows(number(1), number(2));
        let start = processor_time();
        for _ in 0..number(3) {
            for result in divan::black_box(backend.run(&rows)) {
                result.map_err(std::io::Error::other)?;
            }
        }
        let spent = (processor_time() - start) as f64 / 1e6 / number(3) as f64;
        writeln!(out, "{spent}")?;
        out.flush()?;
    }
    Ok(())
}

fn main() -> std::io::Result<()> {
    if std::env::args().any(|argument| argument == "--serve") {
        return serve();
    }
    divan::main();
    Ok(())
}
