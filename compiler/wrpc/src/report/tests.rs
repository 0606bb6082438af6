//! Each form, drawn from the same two findings.

use clap::ValueEnum;
use wrp_graph::schema::Span;
use wrp_lang::diagnostic::{Diagnostic, Fix, Level};
use wrp_lang::lint::SYNTAX_ERROR;
use wrp_lang::source::Source;

use super::{Form, Report};
use crate::Console;

const POLICY: &str = "ROUTE añb {\n  WHEN keyword(\"urgent\") AND\n  MODEL \"fast\"\n}\n";

/// Given out of order, to see them sorted.
fn report() -> Report {
    let at = |text: &str| {
        let start = POLICY.find(text).expect("the text is in the policy");
        Span::new(start, start + text.len())
    };
    let second = Diagnostic::new(&SYNTAX_ERROR, at("MODEL"), "expected a condition, found `MODEL`")
        .label("here")
        .help("complete the condition, or remove `AND`")
        .related(at("AND"), "after this")
        .fix(Fix::remove(at("AND"), "remove `AND`").to_choose().settled(POLICY));
    let first = Diagnostic {
        witness: Some("keyword:urgent, 50% of \"<all>\"".to_owned()),
        ..Diagnostic::new(&SYNTAX_ERROR, at("añb"), "a name is ASCII").level(Level::Warning)
    };
    Report::new(vec![Source::new("a dir/p,1.wrp", POLICY)], vec![(0, second), (0, first)])
}

fn drawn(form: Form) -> String {
    drawn_of(&report(), form)
}

fn drawn_of(report: &Report, form: Form) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut nothing = std::io::empty();
    report.draw(form, &mut Console::plain(&mut nothing, &mut out, &mut err)).expect("a buffer takes all");
    String::from_utf8(out).expect("drawings are text")
}

#[test]
fn human_shows_the_text_the_way_out_and_a_request() {
    insta::assert_snapshot!(drawn(Form::Human));
}

#[test]
fn concise_is_a_line_each() {
    insta::assert_snapshot!(drawn(Form::Concise));
}

#[test]
fn json_is_version_1() {
    insta::assert_snapshot!(drawn(Form::Json));
}

#[test]
fn github_escapes_what_the_runner_would_read() {
    insta::assert_snapshot!(drawn(Form::Github));
}

#[test]
fn junit_is_well_formed() {
    let drawn = drawn(Form::Junit);
    let document = roxmltree::Document::parse(&drawn).expect("it is XML");
    let suite = document.descendants().find(|it| it.has_tag_name("testsuite")).expect("a suite");
    let cases = suite.children().filter(|it| it.has_tag_name("testcase")).count().to_string();
    let failures = suite.descendants().filter(|it| it.has_tag_name("failure")).count().to_string();
    assert_eq!((suite.attribute("tests"), suite.attribute("failures")), (Some(&*cases), Some(&*failures)));
    insta::assert_snapshot!(drawn);
}

#[test]
fn every_form_shows_the_request_that_proves_a_finding() {
    for form in Form::value_variants() {
        let drawn = drawn(*form);
        assert!(drawn.contains("keyword:urgent, 50"), "{form:?}: {drawn}");
    }
}

#[test]
fn sarif_is_what_its_schema_says() {
    let written: serde_json::Value = serde_json::from_str(&drawn(Form::Sarif)).expect("SARIF is JSON");
    let read: serde_sarif::sarif::Sarif = serde_json::from_value(written.clone()).expect("it has the shape");
    // Nothing was lost, so nothing is there that SARIF does not know.
    assert_eq!(serde_json::to_value(read).expect("JSON"), written);
    let run = &written["runs"][0];
    let rule = &run["tool"]["driver"]["rules"][0];
    assert_eq!(rule["id"], "WRP0001");
    assert!(rule["helpUri"].as_str().is_some_and(|uri| uri.contains("WRP0001")), "{rule}");
    let result = &run["results"][1];
    assert_eq!((&result["ruleIndex"], &result["level"]), (&0.into(), &"error".into()));
    assert_eq!(run["results"][0]["level"], "warning");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20dir/p%2C1.wrp");
    assert_eq!(place["region"]["startLine"], 3);
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "after this");
    let replacement = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "");
    assert_eq!(replacement["deletedRegion"]["startColumn"], 25);
    assert_eq!(run["results"][0]["fixes"], serde_json::Value::Null);
}

#[test]
fn fingerprints_tell_findings_apart_and_outlive_moves() {
    let prints = |report: &Report| -> Vec<String> {
        let sarif: serde_json::Value = serde_json::from_str(&drawn_of(report, Form::Sarif)).expect("JSON");
        let results = sarif["runs"][0]["results"].as_array().expect("a list").iter();
        results.map(|it| it["partialFingerprints"]["wrpcFinding/v1"].to_string()).collect()
    };
    let of = |text: &str| {
        let source = Source::new("a.wrp", text);
        let found = wrp_lang::compile(std::slice::from_ref(&source)).diagnostics;
        prints(&Report::new(vec![source], found))
    };
    let text = "SIGNAL domain law { colour: 1 colour: 2 }\nSIGNAL domain math { colour: 1 }\n";
    let before = of(text);
    assert_eq!(before.len(), before.iter().collect::<std::collections::BTreeSet<_>>().len(), "{before:?}");
    let moved = format!("# moved\n\n{}", text.replace("{ colour", "{\n  colour"));
    assert_eq!(before, of(&moved));
    assert_ne!(before, of(&text.replace("law", "health")));
}
