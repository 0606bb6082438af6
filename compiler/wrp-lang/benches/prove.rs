//! How long it takes to prove everything about a policy, beside reading it.
//!
//! `cargo bench -p wrp-lang --bench prove`. Policies are made up by chance, always the same: conditions of 3 to 8 tests,
//! scoped by tenant and role, specific ones first, some written twice with a change.

mod generated;

use std::fmt::Write as _;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use generated::Dice;
use wrp_lang::diff::{Subject, diff};
use wrp_lang::lower::{Options, lower};
use wrp_lang::policy::{Expr, Policy};
use wrp_lang::prove;
use wrp_lang::source::Source;
use wrp_lang::validate::validate;

fn main() {
    divan::main();
}

/// Names of tests, each as a condition writes it.
fn declare(signals: usize, text: &mut String) -> Vec<String> {
    let mut tests = Vec::new();
    for code in ["en", "de", "fr", "es", "it", "pt", "nl", "pl"] {
        writeln!(text, "SIGNAL language {code} {{}}").unwrap();
        tests.push(format!("language(\"{code}\")"));
    }
    for (name, least, most) in [("short", "0", "4K"), ("mid", "4001", "32K"), ("long", "32001", "1M")] {
        writeln!(text, "SIGNAL context {name} {{ min_tokens: \"{least}\" max_tokens: \"{most}\" }}").unwrap();
        tests.push(format!("context(\"{name}\")"));
    }
    let mut number = 0;
    while tests.len() < signals {
        number += 1;
        match number % 10 {
            0 => {
                let side = |word: &str| format!("{{ candidates: [\"{word} {number}\"] }}");
                writeln!(
                    text,
                    "SIGNAL complexity c{number} {{ threshold: 0.1 hard: {} easy: {} }}",
                    side("prove"),
                    side("say")
                )
                .unwrap();
                tests.extend(["easy", "hard"].map(|level| format!("complexity(\"c{number}:{level}\")")));
            }
            1 | 2 => {
                writeln!(
                    text,
                    "SIGNAL embedding e{number} {{ threshold: 0.7 candidates: [\"topic {number}\"] }}"
                )
                .unwrap();
                tests.push(format!("embedding(\"e{number}\")"));
            }
            3 => {
                writeln!(
                    text,
                    "SIGNAL pii p{number} {{ threshold: 0.{} pii_types_allowed: [\"AGE\"] }}",
                    5 + number % 4
                )
                .unwrap();
                tests.push(format!("pii(\"p{number}\")"));
            }
            _ => {
                writeln!(text, "SIGNAL keyword k{number} {{ operator: \"OR\" keywords: [\"word{number}\", \"term{number}\"] }}").unwrap();
                tests.push(format!("keyword(\"k{number}\")"));
            }
        }
    }
    tests
}

fn policy(routes: usize, signals: usize) -> Policy {
    let mut dice = Dice::new((routes * 31 + signals) as u64);
    let mut text = String::new();
    let tests = declare(signals, &mut text);
    for tenant in 0..48 {
        writeln!(
            text,
            "SIGNAL metadata t{tenant} {{ key: \"tenant\" predicate: {{ equals: \"t{tenant}\" }} }}"
        )
        .unwrap();
    }
    for role in 0..20 {
        writeln!(
            text,
            "SIGNAL authz r{role} {{ role: \"r{role}\" subjects: [{{ kind: \"Group\" name: \"g{role}\" }}] }}"
        )
        .unwrap();
    }
    let mut written: Vec<(usize, String)> = Vec::new();
    for _ in 0..routes - 1 {
        let mut parts: Vec<String> = match written.get(dice.below(written.len().max(1))) {
            Some((_, other)) if dice.chance(15) => other.split(" AND ").map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        if parts.is_empty() {
            if dice.chance(60) {
                parts.push(format!("metadata(\"t{}\")", dice.below(48)));
            }
            if dice.chance(40) {
                parts.push(format!("authz(\"r{}\")", dice.below(20)));
            }
        }
        let wanted = 3 + dice.below(6);
        while parts.len() < wanted {
            // A few tests are in many conditions; of a family that excludes itself there is one in each.
            let mut pick = || loop {
                let test = &tests[dice.below(tests.len()).min(dice.below(tests.len()))];
                let family = test.split('(').next().unwrap_or_default();
                let excludes = ["language", "context", "embedding", "complexity"].contains(&family);
                if !excludes || !parts.iter().any(|part| part.contains(family)) {
                    break test.clone();
                }
            };
            let (one, other) = (pick(), pick());
            parts.push(match dice.below(20) {
                0..=2 => format!("NOT {one}"),
                3..=6 => format!("({one} OR {other})"),
                _ => one,
            });
        }
        written.push((parts.len(), parts.join(" AND ")));
    }
    // Specific ones first.
    written.sort_by_key(|(parts, _)| std::cmp::Reverse(*parts));
    let mut priority = 10 * routes;
    for (number, (_, when)) in written.iter().enumerate() {
        priority -= if dice.chance(97) { 7 } else { 0 };
        let model = dice.below(12);
        writeln!(text, "ROUTE r{number} {{ PRIORITY {priority} WHEN {when} MODEL \"m{model}\" }}").unwrap();
    }
    writeln!(text, "ROUTE rest {{ PRIORITY 0 MODEL \"m0\" }}").unwrap();
    let source = Source::new("made-up.wrp", text);
    let mut diagnostics = Vec::new();
    let tree = wrp_lang::syntax::parse(&source, &mut diagnostics);
    wrp_lang::policy::resolve(&[tree], &mut diagnostics)
}

#[divan::bench(args = [(100, 50), (100, 500), (1_000, 50), (1_000, 500), (10_000, 50), (10_000, 500)], sample_count = 3, sample_size = 1)]
fn everything(bencher: Bencher<'_, '_>, (routes, signals): (usize, usize)) {
    let policy = policy(routes, signals);
    let shown = prove::analyse(&policy, 0);
    eprintln!(
        "{routes} × {signals}: {} contradictory, {} shadowed, {} redundant, {} overlaps",
        shown.contradictory.len(),
        shown.shadowed.len(),
        shown.redundant.len(),
        shown.overlaps.len()
    );
    bencher.counter(ItemsCount::new(routes)).bench_local(|| black_box(prove::analyse(black_box(&policy), 0)));
}

/// What it takes to hold a graph against its policy: proof and replay.
#[divan::bench(args = [(100, 50), (1_000, 50), (1_000, 500)], sample_count = 3, sample_size = 1)]
fn validated(bencher: Bencher<'_, '_>, (routes, signals): (usize, usize)) {
    let policy = policy(routes, signals);
    let graph = lower(&policy, Options::default()).unwrap();
    let checked = validate(&policy, &graph).unwrap();
    eprintln!("{routes} × {signals}: {checked}");
    bencher
        .counter(ItemsCount::new(routes))
        .bench_local(|| validate(black_box(&policy), black_box(&graph)).unwrap());
}

/// Two versions that differ in a few routes: a model, a place in the order, a condition.
#[divan::bench(args = [(100, 50), (1_000, 50), (1_000, 500)], sample_count = 3, sample_size = 1)]
fn compared(bencher: Bencher<'_, '_>, (routes, signals): (usize, usize)) {
    let old = policy(routes, signals);
    let mut new = old.clone();
    let edited = &mut new.recipes[0].routes;
    edited[routes / 3].models.clear();
    let (one, other) = (edited[routes / 2].priority, edited[routes / 4].priority);
    (edited[routes / 4].priority, edited[routes / 2].priority) = (one, other);
    if let Expr::And(parts) = &mut edited[routes / 5].when {
        parts.pop();
    }
    let graphs = [&old, &new].map(|policy| lower(policy, Options::default()).unwrap());
    let subjects =
        || (Subject { policy: &old, graph: &graphs[0] }, Subject { policy: &new, graph: &graphs[1] });
    let shown = diff(subjects().0, subjects().1);
    eprintln!(
        "{routes} × {signals}: {} changes, {:?}",
        shown.recipes[0].changes.len(),
        shown.recipes[0].verdict
    );
    bencher.bench_local(|| black_box(diff(subjects().0, subjects().1)));
}

/// A conjunction of so many choices between two, as one route above another.
#[divan::bench(args = [8, 18, 64], sample_count = 5, sample_size = 1)]
fn binary_choices(bencher: Bencher<'_, '_>, choices: usize) {
    let mut text = String::new();
    for number in 0..2 * choices {
        writeln!(text, "SIGNAL keyword k{number} {{ operator: \"OR\" keywords: [\"w{number}\"] }}").unwrap();
    }
    let choice =
        |number: usize| format!("(keyword(\"k{}\") OR keyword(\"k{}\"))", 2 * number, 2 * number + 1);
    let when = (0..choices).map(choice).collect::<Vec<_>>().join(" AND ");
    writeln!(text, "ROUTE one {{ PRIORITY 2 WHEN {when} MODEL \"m\" }}").unwrap();
    writeln!(text, "ROUTE two {{ PRIORITY 2 WHEN {when} AND keyword(\"k0\") MODEL \"n\" }}").unwrap();
    let source = Source::new("choices.wrp", text);
    let mut diagnostics = Vec::new();
    let tree = wrp_lang::syntax::parse(&source, &mut diagnostics);
    let policy = wrp_lang::policy::resolve(&[tree], &mut diagnostics);
    bencher.bench_local(|| black_box(prove::analyse(black_box(&policy), 0)));
}
