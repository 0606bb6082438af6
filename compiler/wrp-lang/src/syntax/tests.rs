//! The reading as a whole: every construct, every message, and texts that nobody thought of.

mod messages;
mod properties;
mod trees;

use wrp_graph::schema::Value;

use super::ast::{AssertItemKind, Ast, BlockKind, Comparison, Expr, RouteItemKind};
use super::{MAX_DEPTH, MAX_ERRORS, MAX_SOURCE_BYTES, MAX_STRING_BYTES, parse};
use crate::diagnostic::{Diagnostic, Level};
use crate::source::Source;

/// A policy with every construct of the language in its canonical layout.
pub(crate) const EVERY_CONSTRUCT: &str = include_str!("tests/every_construct.wrp");

fn read(text: &str) -> (Ast, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let ast = parse(&Source::new("test", text), &mut diagnostics);
    (ast, diagnostics)
}

/// Reads a text that is in the language.
fn accept(text: &str) -> Ast {
    let (ast, diagnostics) = read(text);
    let errors: Vec<_> = diagnostics.iter().filter(|it| it.level == Level::Error).collect();
    assert!(errors.is_empty() && !ast.damaged, "{text}: {errors:#?}");
    ast
}

/// What a route's condition says, with every grouping shown.
fn shape<T>(expr: &Expr<T>, test: fn(&T) -> String) -> String {
    let all = |operands: &[Expr<T>]| operands.iter().map(|it| shape(it, test)).collect::<Vec<_>>().join(" ");
    match expr {
        Expr::And(operands, _) => format!("(and {})", all(operands)),
        Expr::Or(operands, _) => format!("(or {})", all(operands)),
        Expr::Not(operand, _) => format!("(not {})", shape(operand, test)),
        Expr::Leaf(leaf) => test(leaf),
    }
}

#[test]
fn every_construct_is_read() {
    let ast = accept(EVERY_CONSTRUCT);
    assert_eq!((ast.blocks.len(), ast.comments.len()), (23, 6));
}

#[test]
fn not_binds_before_and_and_before_or() {
    let table = [
        (r#"a("a") AND a("b") AND a("c")"#, "(and a b c)"),
        (r#"a("a") AND (a("b") AND a("c"))"#, "(and a (and b c))"),
        (r#"a("a") OR a("b") AND a("c")"#, "(or a (and b c))"),
        (r#"(a("a") OR a("b")) AND a("c")"#, "(and (or a b) c)"),
        (r#"NOT a("a") AND a("b")"#, "(and (not a) b)"),
        (r#"NOT (a("a") AND a("b"))"#, "(not (and a b))"),
        (r#"NOT NOT a("a")"#, "(not (not a))"),
        (r#"((a("a")))"#, "a"),
        (r#"NOT("a") AND AND("b")"#, "(and a b)"),
        (r#"NOT(a("a"))"#, "(not a)"),
        (r#"NOT (NOT a("a") OR a("b"))"#, "(not (or (not a) b))"),
        (r#"NOT(NOT a("a"))"#, "(not (not a))"),
    ];
    for (condition, expected) in table {
        let ast = accept(&format!("ROUTE r {{ WHEN {condition} MODEL m }}"));
        let BlockKind::Route(route) = &ast.blocks[0].kind else { panic!("a route was written") };
        let RouteItemKind::When(when) = &route.items[0].kind else { panic!("a condition was written") };
        assert_eq!(shape(when, |leaf| leaf.name.text.clone()), expected, "{condition}");
    }
}

#[test]
fn requirements_compare_and_bind_as_conditions_do() {
    let table = [
        ("a.b == 1 AND c != x", "(and a.b==1 c!=x)"),
        ("a < 1 OR b <= 2 AND NOT c > 3", "(or a<1 (and b<=2 (not c>3)))"),
        ("(a >= -1.5 OR b IN [1, 2]) AND c HAS \"x\"", "(and (or a>=-1.5 bIN[…]) cHASx)"),
        ("a>=1 AND b==2 AND c<3 AND d!=4", "(and a>=1 b==2 c<3 d!=4)"),
        ("NOT(a == 1)", "(not a==1)"),
        ("a == true", "a==true"),
    ];
    for (requirement, expected) in table {
        let ast = accept(&format!("ASSERT a {{ REQUIRE {requirement} }}"));
        let BlockKind::Assert(assert) = &ast.blocks[0].kind else { panic!("an assertion was written") };
        let AssertItemKind::Require(it) = &assert.items[0].kind else { panic!("a requirement was written") };
        let test = |it: &Comparison| {
            let value = match &it.value.it {
                Value::Text(text) | Value::Word(text) => text.clone(),
                Value::Int(number) => number.to_string(),
                Value::Float(number) => number.to_string(),
                Value::Bool(flag) => flag.to_string(),
                Value::List(_) | Value::Object(_) => "[…]".to_owned(),
            };
            format!("{}{}{value}", it.attribute.it, it.operator.it.word())
        };
        assert_eq!(shape(it, test), expected, "{requirement}");
    }
}

#[test]
fn values_are_read_as_the_reference_reads_them() {
    let table = [
        ("+7", Value::Int(7)),
        ("007", Value::Int(7)),
        ("-9223372036854775808", Value::Int(i64::MIN)),
        ("-0.50", Value::Float(-0.5)),
        ("true", Value::Bool(true)),
        ("True", Value::Word("True".into())),
        ("a.b/c-d_e", Value::Word("a.b/c-d_e".into())),
        (r#""a\tb""#, Value::Text("a\tb".into())),
        ("[]", Value::List(Vec::new())),
    ];
    for (written, expected) in table {
        let ast = accept(&format!("MODEL m {{ , x: {written} }}"));
        let BlockKind::Model(model) = &ast.blocks[0].kind else { panic!("a model was written") };
        assert_eq!(model.fields.entries[0].value.it, expected, "{written}");
    }
}

#[test]
fn keywords_are_not_reserved() {
    accept(r#"SIGNAL domain SIGNAL { ROUTE: WHEN, PRIORITY: [MODEL, "x"] }"#);
    accept(r#"ROUTE ROUTE { PRIORITY 1 WHEN WHEN("MODEL") MODEL MODEL, WHEN, PLUGIN PLUGIN p TIER 1 }"#);
    accept(r#"ROUTE r { WHEN a("x" AND: OR, MODEL: "m") }"#);
    accept("ROUTE r { MODEL \"a\", }");
    accept(r#"TEST TEST { "q"->TEST "p"→"q" }"#);
    accept("ROUTE r {\n  PLUGIN\n  MODEL\n  ALGORITHM MODEL\n  MODEL TEST\n}");
    accept(
        "ROUTE r {\n  MODEL\n    POOL,\n    ROLE, ASSERT\n  PLUGIN\n  REQUIRE\n  FOR m IN BUDGET { MODEL m }\n}",
    );
    accept("SIGNAL domain WORKLOAD {\n  POOL: [\n    ROLE,\n    ASSERT\n  ]\n  BUDGET: { REQUIRE: HAS }\n}");
    accept("ASSERT ASSERT { WHEN WHEN(\"REQUIRE\") REQUIRE HAS HAS HAS AND IN IN [IN, HAS] }");
}

#[test]
fn reading_goes_on_behind_a_fault() {
    let (ast, diagnostics) = read(
        "SIGNAL domain a { x: y: 1, z: 2 }\nROUTE r { PRIORITY high TIER 2 WHEN ( MODEL m }\nMODEL 5 {}\nMODEL m {}",
    );
    assert!(ast.damaged);
    assert_eq!(diagnostics.len(), 4, "{diagnostics:#?}");
    assert_eq!(ast.blocks.len(), 3);
    let BlockKind::Signal(signal) = &ast.blocks[0].kind else { panic!("a signal was written") };
    assert_eq!(signal.fields.entries.len(), 2);
    let BlockKind::Route(route) = &ast.blocks[1].kind else { panic!("a route was written") };
    assert_eq!(route.items.len(), 2);
}

#[test]
fn what_is_mended_is_not_damaged() {
    let (ast, diagnostics) = read("ROUT r { MODEL m; PRIORTY 5 WHEN domain('a') and domain(\"b\") }");
    assert_eq!((ast.damaged, diagnostics.len(), ast.blocks.len()), (false, 5, 1), "{diagnostics:#?}");
}

#[test]
fn limits_are_errors_and_not_crashes() {
    let refused = |text: &str, message: &str| {
        let (ast, diagnostics) = read(text);
        let first = diagnostics.first().map(|diagnostic| diagnostic.message.as_str());
        assert!(first.is_some_and(|first| first.contains(message)), "{first:?} is not {message:?}");
        ast
    };
    let nests = [
        ("ROUTE r { WHEN ", "("),
        ("ROUTE r { WHEN ", "NOT "),
        ("ROUTE r { WHEN ", "NOT("),
        ("ROUTE r { WHEN a(\"b\", c: ", "["),
        ("MODEL m { x: ", "{ x: "),
        ("ASSERT a { REQUIRE ", "("),
        ("ASSERT a { REQUIRE ", "NOT "),
    ];
    for (head, open) in nests {
        refused(&format!("{head}{}", open.repeat(10_000)), "nested too deeply");
    }
    let fine = usize::try_from(MAX_DEPTH).expect("a small number") - 2;
    accept(&format!("MODEL m {{ x: {}{} }}", "[".repeat(fine), "]".repeat(fine)));
    refused(&"RECIPE r {".repeat(10_000), "nested too deeply");
    refused(&" ".repeat(MAX_SOURCE_BYTES + 1), "too long");
    let (_, diagnostics) = read(&format!("MODEL m {{ x: \"{}\" }}", "x".repeat(MAX_STRING_BYTES)));
    assert!(diagnostics.iter().any(|it| it.message.contains("string is too long")));
}

#[test]
fn too_many_errors_end_with_a_note() {
    let (_, diagnostics) = read(&"ROUTE r { PRIORITY x }\n".repeat(MAX_ERRORS + 7));
    assert_eq!(diagnostics.len(), MAX_ERRORS + 1);
    let last = diagnostics.last().expect("there are many");
    assert_eq!((last.level, last.message.as_str()), (Level::Note, "7 more complaints are not shown"));
}
