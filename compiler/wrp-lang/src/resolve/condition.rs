//! Conditions, flattened the way the engine will average them.

use wrp_graph::schema::{Field, Fields, Shape, Value};

use super::findings::Findings;
use crate::policy::{Bounds, Expr, Leaf};
use crate::syntax::ast;

pub(crate) const ARGUMENTS: &[Field] = &[
    Field { name: "label", shape: Shape::Text, required: false, doc: "Which label's score to test." },
    Field {
        name: "predicate",
        shape: Shape::Object(BOUNDS),
        required: false,
        doc: "Bounds on the signal's value; all that are given must hold.",
    },
    Field {
        name: "on_error",
        shape: Shape::Word(&["match", "no_match"]),
        required: false,
        doc: "What a failed classifier counts as; default no_match.",
    },
];

pub(super) const BOUNDS: &[Field] = &[
    Field { name: "gt", shape: NUMBER, required: false, doc: "Above." },
    Field { name: "gte", shape: NUMBER, required: false, doc: "At least." },
    Field { name: "lt", shape: NUMBER, required: false, doc: "Below." },
    Field { name: "lte", shape: NUMBER, required: false, doc: "At most." },
];

const NUMBER: Shape = Shape::Number(f64::MIN, f64::MAX);

/// A route's condition: an AND in an AND is one node, and so with OR; a single test stands in an AND.
pub(super) fn resolve(written: &ast::Expr, findings: &mut Findings) -> Expr {
    in_and(flat(written, findings))
}

pub(super) fn in_and(condition: Expr) -> Expr {
    match condition {
        leaf @ Expr::Leaf(_) => Expr::And(vec![leaf]),
        other => other,
    }
}

/// A condition without the AND around a single test.
pub(super) fn flat(written: &ast::Expr, findings: &mut Findings) -> Expr {
    match written {
        ast::Expr::And(items, _) => and(items.iter().map(|item| flat(item, findings)).collect()),
        ast::Expr::Or(items, _) => {
            let mut all = Vec::new();
            for item in items {
                match flat(item, findings) {
                    Expr::Or(inner) => all.extend(inner),
                    other => all.push(other),
                }
            }
            Expr::Or(all)
        }
        ast::Expr::Not(inner, _) => Expr::Not(Box::new(flat(inner, findings))),
        ast::Expr::Leaf(leaf) => Expr::Leaf(test(leaf, findings)),
    }
}

pub(super) fn and(items: Vec<Expr>) -> Expr {
    let mut all = Vec::new();
    for item in items {
        match item {
            Expr::And(inner) => all.extend(inner),
            other => all.push(other),
        }
    }
    Expr::And(all)
}

fn test(written: &ast::Leaf, findings: &mut Findings) -> Leaf {
    let arguments = Fields { entries: written.arguments.clone(), span: written.span };
    findings.check_fields(&arguments, ARGUMENTS, &written.kind);
    Leaf {
        kind: written.kind.it.trim().to_lowercase(),
        name: written.name.text.clone(),
        label: arguments.text("label").filter(|label| !label.is_empty()).map(str::to_owned),
        predicate: arguments.get("predicate").and_then(|value| match &value.it {
            Value::Object(fields) => Some(Bounds::read(fields)).filter(|bounds| *bounds != Bounds::default()),
            _ => None,
        }),
        match_on_error: arguments.text("on_error") == Some("match"),
        span: written.span,
        name_span: written.name.span,
    }
}
