//! `ROUTING { … }`: how a scope ranks its routes, and what holds for the whole policy.

use wrp_graph::schema::{Field, Fields, Shape, Span, Spanned};

use super::findings::Findings;
use super::{keyword, strategy};
use crate::lint;
use crate::policy::{Semantics, Strategy};
use crate::syntax::ast::{Block, BlockKind};

/// What a scope's ROUTING blocks say together; the last one that says something counts.
#[derive(Debug, Default)]
pub(super) struct Routing {
    pub(super) strategy: Option<Strategy>,
    pub(super) embedding_top_k: Option<u32>,
    pub(super) default_model: Option<Spanned<String>>,
    pub(super) aliases: Vec<String>,
}

const STRATEGY: Field = Field {
    name: "strategy",
    shape: Shape::Word(&["priority", "confidence"]),
    required: false,
    doc: "What decides first among the routes that match; default priority.",
};

const EMBEDDING_TOP_K: Field = Field {
    name: "embedding_top_k",
    shape: Shape::Int(0, u32::MAX as i64),
    required: false,
    doc: "How many embedding signals may stay matched, best first; 0 is no limit, default 1.",
};

pub(crate) const RECIPE_FIELDS: &[Field] = &[STRATEGY, EMBEDDING_TOP_K];

pub(crate) const TOP_FIELDS: &[Field] = &[
    STRATEGY,
    EMBEDDING_TOP_K,
    Field {
        name: "semantics",
        shape: Shape::Word(&["vsr-2026-08", "strict"]),
        required: false,
        doc: "Which engine's meaning the policy is written for; default vsr-2026-08.",
    },
    Field {
        name: "default_model",
        shape: Shape::Text,
        required: false,
        doc: "Where a request goes that no route takes.",
    },
    Field {
        name: "aliases",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "Model names that ask for routing; default auto, MoM and vllm-sr/auto.",
    },
];

/// Model names that ask for routing where the policy names none.
const ALIASES: [&str; 3] = ["auto", "MoM", "vllm-sr/auto"];

/// Needed before anything is reported, since it says how grave things are.
pub(super) fn semantics(blocks: &[&Block]) -> Semantics {
    let written = routing_blocks(blocks).filter_map(|(fields, _)| fields.text("semantics")).last();
    if written == Some("strict") { Semantics::Strict } else { Semantics::Vsr2026_08 }
}

pub(super) fn top_level(blocks: &[&Block], findings: &mut Findings) -> Routing {
    let mut routing = resolve(blocks, TOP_FIELDS, findings);
    if routing.aliases.is_empty() {
        routing.aliases = ALIASES.map(str::to_owned).to_vec();
    }
    routing
}

pub(super) fn of_recipe(blocks: &[&Block], findings: &mut Findings) -> Routing {
    resolve(blocks, RECIPE_FIELDS, findings)
}

fn resolve(blocks: &[&Block], schema: &[Field], findings: &mut Findings) -> Routing {
    let mut routing = Routing::default();
    let mut first: Option<Span> = None;
    for (fields, span) in routing_blocks(blocks) {
        let name = keyword("ROUTING", span);
        findings.check_fields_firmly(fields, schema, &name);
        match first {
            Some(first) => findings.push(lint::duplicate_block::second_routing(name.span, first)),
            None => first = Some(name.span),
        }
        let top_k = fields.int("embedding_top_k").and_then(|k| u32::try_from(k).ok());
        routing.strategy = fields.text("strategy").and_then(strategy).or(routing.strategy);
        routing.embedding_top_k = top_k.or(routing.embedding_top_k);
        if let Some(model) = fields.get("default_model")
            && let Some(name) = model.it.as_text()
        {
            routing.default_model = Some(Spanned { it: name.to_owned(), span: model.span });
        }
        let aliases = fields.texts("aliases");
        if !aliases.is_empty() {
            routing.aliases = aliases.into_iter().map(|alias| alias.it).collect();
        }
    }
    routing
}

fn routing_blocks<'a>(blocks: &'a [&'a Block]) -> impl Iterator<Item = (&'a Fields, Span)> {
    blocks.iter().filter_map(|block| match &block.kind {
        BlockKind::Routing(fields) => Some((fields, block.span)),
        _ => None,
    })
}
