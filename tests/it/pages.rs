//! Every page is true: its title is its name, and its examples raise exactly what they say.

use std::collections::BTreeSet;

use wrp_lang::compile;
use wrp_lang::diagnostic::Level;
use wrp_lang::explain::{self, Page, Section};
use wrp_lang::lint::{self, LINTS};
use wrp_lang::source::Source;

/// Lints whose example would be longer than a page can be, or that only the command line raises, each with the unit test that raises it instead.
const WITHOUT_EXAMPLE: [&str; 7] = [
    "cheaper-boundary",
    "measured-conflict",
    "miscompiled-policy",
    "overloaded-pool",
    "too-many",
    "uncalibrated-signal",
    "unproved",
];

/// The ```policy blocks of a page.
fn examples(page: &Page) -> Vec<Source> {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    let mut inside = false;
    for line in page.text.lines() {
        match (inside, line) {
            (false, "```policy") => {
                inside = true;
                blocks.push(Vec::new());
            }
            (true, "```") => inside = false,
            (true, line) => blocks.last_mut().expect("a block is open").push(line),
            (false, _) => {}
        }
    }
    assert!(!inside, "{}: a block is not closed", page.name);
    let source = |(at, lines): (usize, Vec<&str>)| {
        Source::new(format!("{} example {}", page.name, at + 1), lines.join("\n"))
    };
    blocks.into_iter().enumerate().map(source).collect()
}

/// What the comments promise: `# snapshot: [a, b]` on a line says that both are raised there.
fn promised(source: &Source) -> BTreeSet<(u32, String)> {
    let mut promised = BTreeSet::new();
    for (line, text) in (1..).zip(source.text.lines()) {
        if let Some((_, names)) = text.split_once("# snapshot: [") {
            let (names, _) = names.split_once(']').expect("the comment ends in a bracket");
            promised.extend(names.split(',').map(|name| (line, name.trim().to_owned())));
        }
    }
    promised
}

/// What is raised: everything from warnings up, and whatever a promise speaks of.
fn raised(source: &Source, promised: &BTreeSet<(u32, String)>) -> BTreeSet<(u32, String)> {
    let compiled = compile(std::slice::from_ref(source));
    let counts = |name: &str, level| level >= Level::Warning || promised.iter().any(|(_, it)| it == name);
    compiled
        .diagnostics
        .iter()
        .filter(|(_, it)| counts(it.lint.name, it.level))
        .map(|(_, it)| (source.place(it.span.start).line, it.lint.name.to_owned()))
        .collect()
}

#[test]
fn every_example_raises_exactly_what_it_says() {
    let mut wrong = Vec::new();
    for page in explain::pages() {
        for example in examples(&page) {
            let promised = promised(&example);
            let raised = raised(&example, &promised);
            if raised != promised {
                wrong.push(format!("{}: promised {promised:?}, raised {raised:?}", example.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The law of fixes, on every example: each ends its finding, and those that are made unasked bring no error.
#[test]
fn every_fix_of_an_example_ends_its_finding() {
    let mut fixes = 0;
    for page in explain::pages() {
        for example in examples(&page) {
            let before = compile(std::slice::from_ref(&example)).diagnostics;
            for (_, diagnostic) in &before {
                for fix in &diagnostic.fixes {
                    fixes += 1;
                    let text = wrp_lang::fix::apply(&example.text, fix).expect("the edits lie in the text");
                    let after = compile(&[Source::new("fixed", text.as_str())]).diagnostics;
                    let same = |it: &&(usize, wrp_lang::diagnostic::Diagnostic)| {
                        it.1.lint.code == diagnostic.lint.code && it.1.message == diagnostic.message
                    };
                    let count = |found: &[_]| found.iter().filter(same).count();
                    assert!(count(&after) < count(&before), "{}: {}\n{text}", example.name, fix.title);
                }
            }
            // A block whose kind is put right is looked at for the first time; where that shows errors it stays.
            let fixed = wrp_lang::fix::apply_safe(std::slice::from_ref(&example), &|_, _| true);
            assert!(!wrp_lang::fix::has_new_errors(&before, &fixed.diagnostics), "{}", example.name);
        }
    }
    assert!(fixes > 20, "{fixes} fixes were tried");
}

#[test]
fn every_page_has_its_name_for_a_title_and_an_example() {
    for page in explain::pages() {
        let title = page.text.lines().next().unwrap_or_default();
        let expected = match page.section {
            Section::Lints => {
                let lint = lint::find(page.name).expect("a lint's page is named after it");
                format!("# {} `{}`", lint.code, lint.name)
            }
            _ => format!("# {}", page.name),
        };
        assert_eq!(title, expected);
        if page.section == Section::Lints {
            let examples = examples(&page);
            let shown = examples.iter().flat_map(promised).any(|(_, name)| name == page.name);
            assert_eq!(shown, !WITHOUT_EXAMPLE.contains(&page.name), "{} and its example", page.name);
        } else {
            assert!(!examples(&page).is_empty(), "{} has no example", page.name);
        }
    }
}

#[test]
fn lints_are_numbered_in_order_and_say_their_level_and_verdict() {
    assert!(LINTS.is_sorted_by(|one, other| one.code < other.code));
    for lint in LINTS {
        let line = lint.page.lines().nth(2).unwrap_or_default();
        let level = match lint.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        let verdict = match lint.verdict {
            lint::Verdict::Exact => "exact",
            lint::Verdict::MayMiss => "may miss",
            lint::Verdict::MayCryWolf => "may cry wolf",
        };
        assert!(line.starts_with(level) && line.ends_with(&format!("· {verdict}")), "{}: {line}", lint.name);
    }
}

#[test]
fn a_page_is_found_by_name_and_by_code() {
    let table = [
        ("unknown-field", Some("unknown-field")),
        ("WRP0201", Some("unknown-field")),
        ("wrp0201", Some("unknown-field")),
        ("fact_check", Some("fact_check")),
        ("fact-check", Some("fact_check")),
        ("Static", Some("static")),
        ("no-such-page", None),
    ];
    for (asked, expected) in table {
        assert_eq!(explain::find(asked).map(|page| page.name), expected, "{asked}");
    }
    let names: BTreeSet<&str> = explain::pages().map(|page| page.name).collect();
    assert_eq!(names.len(), explain::pages().count(), "no two pages have one name");
    assert!(names.iter().all(|name| explain::index().contains(name)));
}

#[test]
fn the_list_of_findings_is_up_to_date() {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut nothing = std::io::empty();
    let mut console = wrpc::Console::plain(&mut nothing, &mut out, &mut err);
    assert_eq!(wrpc::run(["wrpc", "explain", "--index"], &mut console), wrpc::Exit::Fine);
    let printed = String::from_utf8(out).expect("output is text");
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/lints.md");
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(written, printed, "run `cargo run -p wrpc -- explain --index > docs/lints.md`");
    for lint in LINTS {
        let page = format!("compiler/wrp-lang/src/lint/{}.md", lint.name.replace('-', "_"));
        let lies_there = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&page).is_file();
        assert!(lies_there && printed.contains(&page), "{page}");
    }
}
