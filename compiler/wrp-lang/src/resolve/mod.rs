//! From trees to a policy: names bound, conditions flattened, decision trees turned into routes.
//!
//! [`resolve`] never fails. What cannot be understood is reported and left out, and the rest is resolved as if it had
//! not been written. A [`scope`] is the top level or one recipe; the other modules resolve one construct each.

pub(crate) mod condition;
pub(crate) mod emit;
pub(crate) mod entrypoint;
pub(crate) mod findings;
mod govern;
pub(crate) mod model;
mod options;
pub(crate) mod plugin;
pub(crate) mod projection;
pub(crate) mod route;
pub(crate) mod routing;
pub(crate) mod scope;
mod signal;
#[cfg(test)]
mod tests;
mod tree;

use wrp_graph::schema::{Span, Spanned};

use crate::diagnostic::Diagnostic;
use crate::lint;
use crate::policy::{Policy, Strategy};
use crate::syntax::ast::{Ast, Block, BlockKind};
use findings::Findings;
use model::Catalogue;

/// Resolves the files of one policy together. Their spans must not overlap (see [`crate::source::Files`]), so that
/// what is found in one can point at another.
pub fn resolve(trees: &[Ast], diagnostics: &mut Vec<Diagnostic>) -> Policy {
    let blocks: Vec<&Block> = trees.iter().flat_map(|tree| &tree.blocks).collect();
    let mut findings = Findings::new(routing::semantics(&blocks));
    let mut catalogue = Catalogue::declared(&blocks, &mut findings);

    let routing = routing::top_level(&blocks, &mut findings);
    let mut recipes =
        vec![scope::resolve(scope::TOP_LEVEL, &blocks, &routing, &mut catalogue, &mut findings)];
    for block in &blocks {
        if let BlockKind::Recipe(recipe) = &block.kind {
            recipes.push(scope::resolve_recipe(recipe, &routing, &mut catalogue, &mut findings));
        }
    }
    if let Some(model) = &routing.default_model {
        catalogue.mention(model);
    }
    lint::duplicate_name::check_recipes(&recipes, &mut findings);
    lint::too_many::check_policy(&recipes, catalogue.models(), &mut findings);
    let entrypoints = entrypoint::resolve(&blocks, &recipes, &mut findings);
    let governance = govern::resolve(&blocks, &mut findings);

    let policy = Policy {
        semantics: findings.semantics,
        models: catalogue.into_models(),
        recipes,
        entrypoints,
        default_model: routing.default_model,
        aliases: routing.aliases,
        pools: governance.pools,
        workloads: governance.workloads,
        roles: governance.roles,
        budget: governance.budget,
    };
    lint::check(&policy, &mut findings);
    if trees.iter().any(|tree| tree.damaged) {
        findings.drop_absences();
    }
    diagnostics.extend(findings.in_source_order());
    policy
}

/// A block's keyword as the name of what its fields belong to.
fn keyword(word: &str, block: Span) -> Spanned<String> {
    let span = Span { start: block.start, end: block.end.min(block.start + word.len() as u32) };
    Spanned { it: word.to_owned(), span }
}

fn strategy(word: &str) -> Option<Strategy> {
    match word {
        "priority" => Some(Strategy::Priority),
        "confidence" => Some(Strategy::Confidence),
        _ => None,
    }
}
