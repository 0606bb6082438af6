//! How long it takes to find out what keyword signals say about each other.

use wrp_lang::policy::Signal;
use wrp_lang::source::Source;
use wrp_lang::text::{Limits, relations, text_for};

fn main() {
    divan::main();
}

/// Words that share stems, as those of real policies do.
const STEMS: [&str; 16] = [
    "loan", "credit", "card", "fraud", "invoice", "refund", "claim", "tax", "audit", "wire", "swap", "bond",
    "fund", "yield", "rate", "risk",
];

/// Numbers that look random, the same in every run.
fn dice(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

/// So many signals with 5 to 20 keywords of one to three words; every `patterns`-th has a pattern besides.
fn signals(count: usize, patterns: usize) -> Vec<Signal> {
    let mut state = 7;
    let mut text = String::new();
    for at in 0..count {
        let operator = ["OR", "OR", "OR", "AND", "NOR"][dice(&mut state) % 5];
        let mut keywords: Vec<String> = (0..5 + dice(&mut state) % 16)
            .map(|_| {
                let words: Vec<String> = (0..1 + dice(&mut state) % 3)
                    .map(|_| format!("{}{}", STEMS[dice(&mut state) % 16], dice(&mut state) % 40))
                    .collect();
                words.join(" ")
            })
            .collect();
        let method = if patterns > 0 && at % patterns == 0 {
            keywords.push(format!("\\\\b{}[0-9]{{2,6}}\\\\b", STEMS[dice(&mut state) % 16]));
            "method: \"regex\""
        } else {
            ""
        };
        let keywords = keywords.iter().map(|it| format!("\"{it}\"")).collect::<Vec<_>>().join(", ");
        text +=
            &format!("SIGNAL keyword s{at} {{ operator: \"{operator}\" keywords: [{keywords}] {method} }}\n");
    }
    let mut diagnostics = Vec::new();
    let tree = wrp_lang::syntax::parse(&Source::new("bench.wrp", text), &mut diagnostics);
    let policy = wrp_lang::policy::resolve(&[tree], &mut diagnostics);
    policy.recipes.into_iter().next().map(|recipe| recipe.signals).unwrap_or_default()
}

#[divan::bench(args = [50, 500, 2_000])]
fn keywords(bencher: divan::Bencher<'_, '_>, count: usize) {
    let signals = signals(count, 0);
    let signals: Vec<&Signal> = signals.iter().collect();
    bencher.bench_local(|| relations(&signals, Limits::default()));
}

#[divan::bench(args = [50, 500])]
fn keywords_with_patterns(bencher: divan::Bencher<'_, '_>, count: usize) {
    let signals = signals(count, 10);
    let signals: Vec<&Signal> = signals.iter().collect();
    bencher.bench_local(|| relations(&signals, Limits::default()));
}

#[divan::bench]
fn prompt(bencher: divan::Bencher<'_, '_>) {
    let signals = signals(20, 5);
    let signals: Vec<&Signal> = signals.iter().collect();
    bencher.bench_local(|| text_for(&signals, &[1, 2], &[3, 4, 5], Limits::default()));
}
