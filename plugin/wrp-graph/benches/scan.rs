//! How fast a body is searched for a policy's keywords: ours, the `aho-corasick` crate, and one regex after another.
//!
//! `cargo bench -p wrp-graph --features build --bench scan`

use aho_corasick::AhoCorasick;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use wrp_graph::scan::literals::{Case, Edge};
use wrp_graph::scan::{Builder, Scanner};
use wrp_graph::wire;

const BODY: usize = 220 << 10;

fn main() {
    divan::main();
}

/// Words that look like a language's, always the same for the same seed.
struct Words(u64);

impl Iterator for Words {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        const SYLLABLES: [&str; 24] = [
            "an", "ter", "pro", "con", "re", "in", "tion", "es", "ma", "de", "li", "sta", "ver", "per",
            "com", "al", "men", "tri", "ble", "ous", "er", "ing", "ro", "si",
        ];
        let mut word = String::new();
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        for step in 0..1 + (self.0 >> 60) % 3 {
            word += SYLLABLES[(self.0 >> (20 + 9 * step)) as usize % SYLLABLES.len()];
        }
        Some(word)
    }
}

fn keywords(count: usize) -> Vec<String> {
    let mut words = Words(7);
    let mut phrase = || format!("{} {}", words.next().unwrap_or_default(), words.next().unwrap_or_default());
    (0..count).map(|_| phrase()).collect()
}

/// Text in which keywords begin often and are rarely whole.
fn body(script: &str) -> String {
    let mut text = String::with_capacity(BODY + 64);
    let mut words = Words(11);
    while text.len() < BODY {
        match script {
            "chinese" => text.push_str("请帮我写一段代码，谢谢，并且解释它。"),
            _ => text.extend([words.next().unwrap_or_default(), " ".to_owned()]),
        }
    }
    text
}

fn scanner(keywords: &[String]) -> Scanner {
    let mut builder = Builder::default();
    for keyword in keywords {
        builder.literal(keyword, Case::Fold, Edge::AsciiWord);
    }
    builder.finish()
}

const COUNTS: [usize; 4] = [10, 100, 300, 3000];

#[divan::bench(args = COUNTS)]
fn literals_ours(bencher: Bencher<'_, '_>, count: usize) {
    let (scanner, text) = (scanner(&keywords(count)), body("latin"));
    bencher.counter(BytesCount::of_str(&text)).bench(|| scanner.scan(black_box(&text)));
}

/// Finds the candidates only: ASCII folding, no word boundaries.
#[divan::bench(args = COUNTS)]
fn literals_aho_corasick(bencher: Bencher<'_, '_>, count: usize) {
    let text = body("latin");
    let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(keywords(count)).unwrap();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| automaton.find_overlapping_iter(black_box(&text)).map(|it| it.pattern().as_usize()).max());
}

#[divan::bench(args = [10, 100])]
fn literals_one_regex_each(bencher: Bencher<'_, '_>, count: usize) {
    let text = body("latin");
    let regexes: Vec<regex::Regex> = keywords(count)
        .iter()
        .map(|keyword| regex::Regex::new(&format!(r"(?i)(?-u:\b){keyword}(?-u:\b)")).unwrap())
        .collect();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| regexes.iter().filter(|regex| regex.is_match(black_box(&text))).count());
}

#[divan::bench]
fn literals_ours_over_chinese(bencher: Bencher<'_, '_>) {
    let (scanner, text) = (scanner(&keywords(300)), body("chinese"));
    bencher.counter(BytesCount::of_str(&text)).bench(|| scanner.scan(black_box(&text)));
}

/// What a policy against leaks looks for.
const PATTERNS: [&str; 6] = [
    r"\bsk-[A-Za-z0-9_-]{8,}\b",
    r"\b\d{3}-\d{2}-\d{4}\b",
    r"\b[A-Z0-9._%+-]+@[A-Z0-9.-]+\.[A-Z]{2,}\b",
    r"\bbearer\s+[A-Za-z0-9._~+/-]+=*\b",
    r"\bapi[_ -]?keys?\b",
    r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----",
];

#[divan::bench]
fn patterns_ours(bencher: Bencher<'_, '_>) {
    let mut builder = Builder::default();
    for pattern in PATTERNS {
        builder.regex(pattern, true).unwrap();
    }
    let (scanner, text) = (builder.finish(), body("latin"));
    bencher.counter(BytesCount::of_str(&text)).bench(|| scanner.scan(black_box(&text)));
}

#[divan::bench]
fn patterns_one_regex_each(bencher: Bencher<'_, '_>) {
    let text = body("latin");
    let regexes: Vec<regex::Regex> = PATTERNS
        .iter()
        .map(|pattern| {
            regex::Regex::new(&format!(
                "(?i){}",
                pattern.replace(r"\b", r"(?-u:\b)").replace(r"\d", "[0-9]").replace(r"\s", "[ \t\n]")
            ))
            .unwrap()
        })
        .collect();
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| regexes.iter().filter(|regex| regex.is_match(black_box(&text))).count());
}

/// Reading a scanner from bytes: verification and building the automaton.
#[divan::bench(args = COUNTS)]
fn reading_from_bytes(bencher: Bencher<'_, '_>, count: usize) {
    let bytes = wire::to_bytes(&scanner(&keywords(count)));
    bencher
        .counter(BytesCount::of_slice(&bytes))
        .bench(|| wire::from_bytes::<Scanner>(black_box(&bytes)).unwrap());
}
