//! `ENTRYPOINT { model_names: […] recipe: "…" }`: which public model name asks for which recipe.

use std::collections::BTreeMap;

use wrp_graph::schema::{Field, Shape, Span, Value};

use super::findings::Findings;
use super::keyword;
use crate::lint;
use crate::policy::{Entrypoint, Recipe};
use crate::syntax::ast::{Block, BlockKind};

pub(crate) const FIELDS: &[Field] = &[
    Field {
        name: "model_names",
        shape: Shape::List(&Shape::Text),
        required: true,
        doc: "The names a client may ask for.",
    },
    Field { name: "recipe", shape: Shape::Text, required: true, doc: "The recipe that then decides." },
];

pub(super) fn resolve(blocks: &[&Block], recipes: &[Recipe], findings: &mut Findings) -> Vec<Entrypoint> {
    let mut entrypoints = Vec::new();
    let mut taken: BTreeMap<String, Span> = BTreeMap::new();
    for block in blocks {
        let BlockKind::Entrypoint(fields) = &block.kind else { continue };
        findings.check_fields_firmly(fields, FIELDS, &keyword("ENTRYPOINT", block.span));
        let model_names = fields.texts("model_names");
        if let Some(list) = fields.get("model_names")
            && list.it == Value::List(Vec::new())
        {
            findings.push(lint::missing_field::no_model_names(list.span));
        }
        for name in &model_names {
            if let Some(first) = taken.get(&name.it) {
                findings.push(lint::contested_entrypoint::diagnostic(name, *first));
            } else {
                taken.insert(name.it.clone(), name.span);
            }
        }
        let Some(wanted) = fields.get("recipe") else { continue };
        let Some(name) = wanted.it.as_text() else { continue };
        // A recipe that is itself called `default` goes before the top level.
        let found = recipes.iter().skip(1).position(|recipe| recipe.name == name).map(|at| at + 1);
        match found.or((name == recipes[0].name).then_some(0)) {
            Some(recipe) => entrypoints.push(Entrypoint { model_names, recipe }),
            None => findings.push(lint::unknown_recipe::diagnostic(name, wanted.span, recipes)),
        }
    }
    entrypoints
}
