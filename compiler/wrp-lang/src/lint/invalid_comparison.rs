#![doc = include_str!("invalid_comparison.md")]

use wrp_graph::schema::{Spanned, Value};

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::govern::assert::Operator;
use crate::govern::attribute::{Attribute, Kind};

pub static INVALID_COMPARISON: Lint = Lint {
    code: "WRP0262",
    name: "invalid-comparison",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("invalid_comparison.md"),
};

pub(crate) fn operator(attribute: &Attribute, operator: &Spanned<Operator>) -> Diagnostic {
    let (name, kind, word) = (&attribute.name, attribute.kind, operator.it.word());
    let message = format!("`{name}` is {}, which `{word}` does not compare", kind.describe());
    let help = match (kind, operator.it) {
        (Kind::List | Kind::Names, Operator::NotEqual) => format!("write `NOT {name} HAS \"…\"`"),
        (Kind::List | Kind::Names, _) => format!("write `{name} HAS \"…\"`"),
        (Kind::Text | Kind::Word(_) | Kind::Name, Operator::Has) => format!("write `{name} == \"…\"`"),
        (Kind::Text | Kind::Word(_) | Kind::Name, _) => {
            format!("write `{name} == \"…\"` or `{name} IN [\"…\"]`")
        }
        (Kind::Number | Kind::Tokens, _) => "use `==`, `!=`, `<`, `<=`, `>` or `>=`".to_owned(),
        (Kind::Flag, _) => "use `==` or `!=`".to_owned(),
    };
    Diagnostic::new(&INVALID_COMPARISON, operator.span, message).help(help)
}

pub(crate) fn value(attribute: &Attribute, value: &Spanned<Value>) -> Diagnostic {
    let single = match attribute.kind {
        Kind::List | Kind::Names => "a string",
        kind => kind.describe(),
    };
    let message =
        format!("`{}` is compared with {single}, but this is {}", attribute.name, value.it.describe());
    let found = Diagnostic::new(&INVALID_COMPARISON, value.span, message);
    match (&value.it, attribute.kind) {
        (Value::Text(text), Kind::Number) if text.trim().parse::<f64>().is_ok() => {
            found.help(format!("remove the quotes: `{}`", text.trim()))
        }
        (Value::List(_), Kind::List | Kind::Names) => {
            found.help("compare with one string at a time, joined by `AND`")
        }
        (Value::List(_), _) => found.help("write `IN` to compare with a list"),
        (_, Kind::Tokens) => found.help("write a number, or `\"8K\"`"),
        (Value::Int(number), _) => found.help(format!("quote it: `\"{number}\"`")),
        _ => found.help(format!("write {single}")),
    }
}

/// `IN` wants a list with something in it.
pub(crate) fn no_list(value: &Spanned<Value>) -> Diagnostic {
    let message = match &value.it {
        Value::List(_) => "nothing is in an empty list".to_owned(),
        other => format!("`IN` compares with a list, but this is {}", other.describe()),
    };
    Diagnostic::new(&INVALID_COMPARISON, value.span, message).help("write `IN [\"…\", \"…\"]`")
}
