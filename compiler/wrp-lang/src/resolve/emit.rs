//! `EMIT retention { … }`: what the reference's compiler refuses in it is an error here too.

use wrp_graph::schema::{Field, Shape, Span, check};

use super::findings::Findings;
use crate::lint::{idle_emit, invalid_emit};
use crate::policy::Emit;
use crate::syntax::ast::{RouteItem, RouteItemKind};

pub(crate) const FIELDS: &[Field] = &[
    Field { name: "drop", shape: Shape::Flag, required: false, doc: "Do not store this turn in the cache." },
    Field {
        name: "ttl_turns",
        shape: Shape::Int(0, i64::MAX),
        required: false,
        doc: "For how many turns the turn is worth keeping.",
    },
    Field {
        name: "keep_current_model",
        shape: Shape::Flag,
        required: false,
        doc: "Prefer that the next turn stays with this model.",
    },
    Field {
        name: "prefer_prefix_retention",
        shape: Shape::Flag,
        required: false,
        doc: "Prefer that the prompt's prefix stays in the cache of the server.",
    },
];

pub(super) fn resolve(items: &[RouteItem], findings: &mut Findings) -> Vec<Emit> {
    let mut emits = Vec::new();
    let mut first: Option<Span> = None;
    for item in items {
        let RouteItemKind::Emit { kind, fields } = &item.kind else { continue };
        if kind.it != "retention" {
            findings.push(invalid_emit::unknown_kind(kind));
            continue;
        }
        if let Some(first) = first {
            findings.push(invalid_emit::second(kind.span, first));
        }
        first = first.or(Some(kind.span));
        let mut problems = Vec::new();
        check(fields, FIELDS, kind, &mut problems);
        for problem in problems {
            findings.push(invalid_emit::field(problem));
        }
        let emit = Emit {
            drop: fields.flag("drop"),
            ttl_turns: fields.int("ttl_turns"),
            keep_current_model: fields.flag("keep_current_model"),
            prefer_prefix_retention: fields.flag("prefer_prefix_retention"),
        };
        if emit.drop == Some(true)
            && let Some(entry) = fields.entries.iter().find(|entry| entry.key.it == "ttl_turns")
        {
            findings.push(invalid_emit::drop_with_ttl(entry.key.span));
        }
        idle_emit::check(&emit, fields, kind, findings);
        emits.push(emit);
    }
    emits
}
