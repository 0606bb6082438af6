//! Each form, drawn from the same two findings.

use wrp_graph::schema::Span;
use wrp_lang::diagnostic::{Diagnostic, Level};
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
        .related(at("AND"), "after this");
    let first = Diagnostic {
        witness: Some("keyword:urgent, 50% of \"<all>\"".to_owned()),
        ..Diagnostic::new(&SYNTAX_ERROR, at("añb"), "a name is ASCII").level(Level::Warning)
    };
    Report::new(vec![Source::new("a dir/p,1.wrp", POLICY)], vec![(0, second), (0, first)])
}

fn drawn(form: Form) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut nothing = std::io::empty();
    report().draw(form, &mut Console::plain(&mut nothing, &mut out, &mut err)).expect("a buffer takes all");
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
    insta::assert_snapshot!(drawn(Form::Junit));
}

#[test]
fn sarif_names_rules_regions_and_fingerprints() {
    let sarif: serde_json::Value = serde_json::from_str(&drawn(Form::Sarif)).expect("SARIF is JSON");
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "WRP0001");
    let result = &run["results"][1];
    assert_eq!(result["ruleIndex"], 0);
    assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "a%20dir/p%2C1.wrp");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 3);
    assert_eq!(result["relatedLocations"][0]["message"]["text"], "after this");
    let prints = [0, 1].map(|nth| run["results"][nth]["partialFingerprints"]["wrpcFinding/v1"].clone());
    assert!(prints[0].is_string() && prints[0] != prints[1]);
}
