//! What stands where, in tables over one policy.

use super::complete::complete;
use super::rename::{RenameRefused, rename};
use super::*;
use crate::source::Source;
use crate::syntax::parse;

const POLICY: &str = r#"ROUTING { default_model: "small" }
MODEL small { } MODEL "the large" { }
SIGNAL keyword urgent { operator: "OR" keywords: ["now"] }
SIGNAL domain law { } SIGNAL embedding close { candidates: ["x"] }
SIGNAL authz admins { role: "admin" }
SIGNAL complexity effort { threshold: 0.1 composer: { operator: "AND" conditions: [{ type: "domain" name: "law" }] } }
PROJECTION partition subject { semantics: "exclusive" members: ["law"] default: "law" }
PROJECTION score weight { inputs: [{ type: "keyword" name: "urgent" weight: 1 }] }
PROJECTION mapping bands { source: "weight" outputs: [{ name: "high" gte: 0.5 }] }
PLUGIN careful system_prompt { system_prompt: "slowly" }
ROUTE first {
  WHEN keyword("urgent") AND authz("admin") AND complexity("effort:hard") AND projection("high")
  MODEL "the large", small
  ALGORITHM static
  PLUGIN careful
  FOR m IN decision.candidates { MODEL m }
}
RECIPE cheap { SIGNAL domain law { } ROUTE first { WHEN domain("law") MODEL small } TEST t { "q" -> first } }
ENTRYPOINT { model_names: ["cheap"] recipe: "cheap" }
TEST all { "q" -> first }
"#;

fn read(text: &str) -> Vec<Mention> {
    mentions(&parse(&Source::new("test", text), &mut Vec::new()))
}

/// Where the `nth` of a text stands in the policy.
fn place(text: &str, nth: usize) -> u32 {
    POLICY.match_indices(text).nth(nth).expect("the text is in the policy").0 as u32
}

fn symbol(text: &str, nth: usize) -> Symbol {
    let mentions = read(POLICY);
    at(&mentions, place(text, nth) + 1).and_then(Mention::symbol).expect("a name stands here").clone()
}

#[test]
fn a_name_is_found_wherever_it_stands() {
    // A text that names it, its space, and every line on which it is mentioned.
    let table: [(&str, usize, &str, &[usize]); 12] = [
        ("urgent", 0, "keyword signal", &[3, 8, 12]),
        ("law", 0, "domain signal", &[4, 6, 7, 7]),
        ("law", 4, "domain signal", &[18, 18]),
        ("\"admin\"", 0, "role", &[5, 12]),
        ("effort", 0, "complexity signal", &[6, 12]),
        ("weight", 0, "score", &[8, 9]),
        ("high", 0, "mapping output", &[9, 12]),
        ("careful", 0, "plugin template", &[10, 15]),
        ("\"small\"", 0, "model", &[1, 2, 13, 18]),
        ("the large", 0, "model", &[2, 13]),
        ("cheap", 0, "recipe", &[18, 19]),
        ("first", 0, "route", &[11, 20]),
    ];
    let source = Source::new("test", POLICY);
    let mentions = read(POLICY);
    for (text, nth, space, lines) in table {
        let symbol = symbol(text, nth);
        assert_eq!(symbol.space.describe(), space, "{text}");
        let found: Vec<usize> =
            of(&mentions, &symbol).map(|it| source.place(it.span.start).line as usize).collect();
        assert_eq!(found, lines, "{text}");
        assert_eq!(of(&mentions, &symbol).filter(|it| it.declares()).count(), 1, "{text}");
    }
}

#[test]
fn kinds_and_fields_have_their_pages() {
    let mentions = read(POLICY);
    let table = [
        ("keyword urgent", "Signals keyword"),
        ("complexity(", "Signals complexity"),
        ("static", "Algorithms static"),
        ("system_prompt {", "Plugins system_prompt"),
        ("threshold", "field threshold"),
        ("gte", "field gte"),
        ("default_model", "field default_model"),
    ];
    for (text, expected) in table {
        let mention = at(&mentions, place(text, 0)).expect("something stands here");
        let shown = match &mention.subject {
            Subject::Page { section, name } => format!("{section:?} {name}"),
            Subject::Field(field) => format!("field {}", field.name),
            Subject::Name { symbol, .. } => format!("name {}", symbol.name),
        };
        assert_eq!(shown, expected);
    }
}

#[test]
fn a_renamed_policy_means_the_same() {
    let mentions = read(POLICY);
    let before = read(POLICY).iter().filter(|it| it.symbol().is_some()).count();
    for (text, nth, new) in [
        ("urgent", 0, "very urgent"),
        ("effort", 0, "toil"),
        ("small", 0, "tiny-1.5b"),
        ("the large", 0, "large"),
        ("first", 0, "erste Route"),
        ("m IN", 0, "model"),
        ("cheap", 0, "中文"),
    ] {
        let symbol = symbol(text, nth).clone();
        let edits = rename(&mentions, &symbol, new).expect("the name is free");
        let fix = crate::diagnostic::Fix { title: String::new(), edits, safe: true };
        let renamed = crate::fix::apply(POLICY, &fix).expect("the edits lie in the text");
        let mut diagnostics = Vec::new();
        parse(&Source::new("test", renamed.as_str()), &mut diagnostics);
        assert!(diagnostics.is_empty(), "{renamed}{diagnostics:?}");
        let after = read(&renamed);
        assert_eq!(after.iter().filter(|it| it.symbol().is_some()).count(), before, "{renamed}");
        let same = |it: &&Mention| it.symbol().is_some_and(|it| it.name == new);
        assert_eq!(after.iter().filter(same).count(), of(&mentions, &symbol).count(), "{renamed}");
    }
}

#[test]
fn a_name_that_cannot_be_is_refused() {
    let mentions = read(POLICY);
    let table = [
        ("urgent", "", "a name is not empty"),
        ("urgent", "a\"b", "a name has no line breaks, quotation marks and backslashes"),
        ("m IN", "two words", "this name is made of ASCII letters, digits, `_`, `-`, `.` and `/`"),
        ("effort", "a:b", "the name of a complexity signal has no `:`"),
        ("cheap", "default", "`default` is the top level"),
        ("law", "close", "there is already an embedding signal `close`"),
        ("weight", "high", "there is already a mapping output `high`"),
        ("small", "the large", "there is already a model `the large`"),
    ];
    for (text, new, expected) in table {
        let refused = rename(&mentions, &symbol(text, 0), new).expect_err(text);
        assert_eq!(refused.to_string(), expected, "{text}");
    }
    let undeclared = read("ROUTE r { WHEN domain(\"x\") MODEL m }");
    let symbol = at(&undeclared, 23).and_then(Mention::symbol).expect("a name");
    assert_eq!(rename(&undeclared, symbol, "y"), Err(RenameRefused::NotAName));
}

/// What is suggested at the `‸`, as the texts that would stand there.
fn suggested(written: &str) -> Vec<String> {
    let place = written.find('‸').expect("a cursor");
    let text = format!("{POLICY}{}", written.replace('‸', ""));
    let mentions = read(&text);
    let source = Source::new("test", text.as_str());
    complete(&source, (POLICY.len() + place) as u32, &mentions).into_iter().map(|it| it.text).collect()
}

#[test]
fn suggestions_fit_the_place() {
    // Some that are there, and one that is not.
    let table: [(&str, &[&str], &str); 25] = [
        ("‸", &["SIGNAL", "ROUTE", "RECIPE"], "WHEN"),
        ("SIG‸", &["SIGNAL"], "keyword"),
        ("SIGNAL ‸", &["keyword", "domain"], "SIGNAL"),
        ("PROJECTION ‸", &["partition", "score"], "keyword"),
        ("SIGNAL pii p { ‸ }", &["threshold: "], "operator: "),
        ("SIGNAL pii p { threshold: 0.5 ‸", &["pii_types_allowed: "], "threshold: "),
        ("SIGNAL keyword k { operator: ‸ }", &["\"AND\"", "\"OR\""], "AND"),
        ("SIGNAL keyword k { operator: \"‸\" }", &["AND", "OR"], "\"AND\""),
        ("SIGNAL keyword k { case_sensitive: ‸", &["true", "false"], "\"true\""),
        ("ROUTE r { ‸", &["PRIORITY", "WHEN", "MODEL"], "NAME"),
        ("ROUTE r { WHEN ‸", &["NOT", "keyword(\"\")", "projection(\"\")"], "MODEL"),
        ("ROUTE r { WHEN NOT (dom‸", &["domain(\"\")"], "MODEL"),
        ("ROUTE r { WHEN keyword(\"‸", &["urgent"], "law"),
        ("ROUTE r { WHEN keyword(\"urgent\") ‸", &["AND", "OR", "MODEL"], "keyword(\"\")"),
        ("ROUTE r { WHEN complexity(‸)", &["\"effort:hard\""], "\"effort\""),
        ("ROUTE r { WHEN authz(\"‸\")", &["admin"], "admins"),
        ("ROUTE r { WHEN classifier(\"x\" ‸", &["label: ", "predicate: "], "urgent"),
        ("ROUTE r { MODEL ‸", &["small", "\"the large\""], "MODEL"),
        ("ROUTE r { MODEL small (‸", &["reasoning = ", "effort = "], "small"),
        ("ROUTE r { ALGORITHM ‸", &["static"], "careful"),
        ("ROUTE r { PLUGIN ‸", &["careful", "system_prompt"], "static"),
        ("TEST x { \"q\" -> ‸", &["first"], "r"),
        ("POOL home { ‸ }", &["models: ", "location: "], "rate: "),
        ("POOL home { slo: { ‸", &["ttft_ms: "], "models: "),
        ("ROLE guest { tools: { mode: ‸", &["\"block\"", "\"rewrite\""], "\"static\""),
    ];
    for (text, present, absent) in table {
        let found = suggested(text);
        for wanted in present {
            assert!(found.iter().any(|it| it == wanted), "{text}: no `{wanted}` in {found:?}");
        }
        assert!(!found.iter().any(|it| it == absent), "{text}: `{absent}` in {found:?}");
    }
    let table: [(&str, &[&str]); 7] = [
        ("PROJECTION partition p { members: [‸", &["\"law\"", "\"close\""]),
        ("PROJECTION mapping p { source: ‸", &["\"weight\""]),
        ("PROJECTION score p { inputs: [{ type: \"keyword\" name: ‸", &["\"urgent\""]),
        ("ENTRYPOINT { recipe: ‸", &["\"cheap\""]),
        ("RECIPE r { SIGNAL domain inner { } ROUTE q { WHEN domain(‸", &["\"inner\""]),
        ("DECISION_TREE t { ‸", &["IF", "ELSE", "ELSE IF"]),
        ("# a comment‸", &[]),
    ];
    for (text, expected) in table {
        let mut found = suggested(text);
        found.sort();
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn the_outline_names_every_block() {
    let ast = parse(&Source::new("test", POLICY), &mut Vec::new());
    let outline = outline::outline(&ast);
    let names: Vec<String> = outline.iter().map(|it| format!("{} {}", it.detail, it.name)).collect();
    assert_eq!(names.len(), 16, "{names:?}");
    assert_eq!(names[3], "SIGNAL keyword urgent");
    let recipe = outline.iter().find(|it| it.detail == "RECIPE").expect("the recipe");
    assert_eq!(recipe.children.len(), 3);
    let table = [
        ("\"law\"", 2, "PROJECTION partition subject"),
        ("\"law\"", 3, "RECIPE cheap / ROUTE first"),
        ("recipe:", 0, "ENTRYPOINT"),
    ];
    for (text, nth, expected) in table {
        assert_eq!(outline::construct(&outline, place(text, nth)), expected);
    }
}
