//! The language as it is in production: every program of the reference data is accepted or refused as there.

use std::path::Path;

use serde_json::Value;
use wrp_lang::diagnostic::{Diagnostic, Level};
use wrp_lang::format::{format, print};
use wrp_lang::policy::resolve;
use wrp_lang::source::Source;
use wrp_lang::syntax::ast::{Ast, BlockKind};
use wrp_lang::syntax::parse;
use wrp_tests::reference_data;

/// One program, and what the reference does with it.
struct Program {
    source: Source,
    parses: bool,
    facts: Value,
}

fn programs(data: &Path) -> Vec<Program> {
    let folder = data.join("language");
    let index = std::fs::read_to_string(folder.join("index.json")).expect("the index is there");
    let index: Value = serde_json::from_str(&index).expect("the index is JSON");
    let entries = index["entries"].as_array().expect("the index lists programs");
    let program = |entry: &Value| {
        let name = entry["file"].as_str().expect("a program has a file");
        let text = std::fs::read_to_string(folder.join("programs").join(name)).expect("the file is there");
        Program {
            source: Source::new(name, text),
            parses: entry["expect"]["parse_ok"].as_bool().expect("it is known whether it parses"),
            facts: entry["facts"].clone(),
        }
    };
    entries.iter().map(program).collect()
}

fn read(source: &Source) -> (Ast, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let ast = parse(source, &mut diagnostics);
    (ast, diagnostics)
}

fn errors(source: &Source, diagnostics: &[Diagnostic]) -> Vec<String> {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Error);
    errors
        .map(|error| {
            let place = source.place(error.span.start);
            format!("{}:{}:{}: {}", source.name, place.line, place.column, error.message)
        })
        .collect()
}

#[test]
fn programs_are_accepted_and_refused_as_by_the_reference() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let mut wrong = Vec::new();
    for program in programs(&data) {
        let (ast, mut diagnostics) = read(&program.source);
        if !program.parses {
            // The reference's parser also counts trees beside routes, which here is a matter of the scope.
            resolve(std::slice::from_ref(&ast), &mut diagnostics);
        }
        let errors = errors(&program.source, &diagnostics);
        match program.parses {
            true if ast.damaged || !errors.is_empty() => wrong.extend(errors),
            false if errors.is_empty() => wrong.push(format!("{} is accepted", program.source.name)),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn signals_and_routes_are_those_that_the_reference_sees() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    let mut wrong = Vec::new();
    for program in programs(&data) {
        let (ast, _) = read(&program.source);
        let has_tree = ast.blocks.iter().any(|block| matches!(block.kind, BlockKind::Tree(_)));
        if !program.parses || program.facts.is_null() || has_tree {
            continue;
        }
        let named = |list: &str, key: &str| -> Vec<String> {
            let items = program.facts[list].as_array().into_iter().flatten();
            let mut names: Vec<String> =
                items.filter_map(|item| Some(item[key].as_str()?.to_owned())).collect();
            names.sort();
            names
        };
        let (mut signals, mut routes) = (Vec::new(), Vec::new());
        for block in &ast.blocks {
            match &block.kind {
                BlockKind::Signal(signal) => signals.push(signal.name.text.clone()),
                BlockKind::Route(route) => routes.push(route.name.text.clone()),
                _ => {}
            }
        }
        signals.sort();
        routes.sort();
        if (&signals, &routes) != (&named("signals", "name"), &named("routes", "name")) {
            wrong.push(format!("{}: {signals:?} {routes:?}", program.source.name));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn formatting_changes_nothing_but_the_layout() {
    let Some(data) = reference_data() else { return eprintln!("skipped: no reference data") };
    for Program { source, .. } in programs(&data).into_iter().filter(|program| program.parses) {
        // That the tree and the comments are the same is for the formatter to check.
        let once = format(&source).unwrap_or_else(|refused| panic!("{}: {refused:?}", source.name));
        let twice = format(&Source::new(source.name.as_str(), once.as_str()));
        assert_eq!(twice.ok().as_deref(), Some(once.as_str()), "{}", source.name);
        let (ast, _) = read(&source);
        let (again, _) = read(&Source::new(source.name.as_str(), print(&ast)));
        assert_eq!(again.without_places(), ast.without_places(), "{}", source.name);
    }
}
