//! `DECISION_TREE name { IF … ELSE IF … ELSE … }`: one route for each branch, in falling priority.

use wrp_graph::schema::Spanned;

use super::findings::Findings;
use super::model::Catalogue;
use super::plugin::Templates;
use super::{condition, route};
use crate::lint;
use crate::policy::{Expr, Route};
use crate::syntax::ast;

/// The priority of the first branch of the first tree.
const TOP: i64 = 1_000_000;
/// How many priorities each tree has to itself.
const BAND: i64 = 1_000;

/// Appends the branches' routes. A branch takes what its condition says and no earlier branch's condition did;
/// `index` counts the trees of the scope.
pub(super) fn resolve(
    written: &ast::Tree,
    index: i64,
    routes: &mut Vec<Route>,
    templates: &mut Templates<'_>,
    catalogue: &mut Catalogue,
    findings: &mut Findings,
) {
    let mut earlier: Vec<Expr> = Vec::new();
    let conditions = written.branches.iter().map(|branch| (Some(&branch.when), &branch.body));
    let otherwise = written.otherwise.iter().map(|body| (None, body));
    for (at, (when, branch)) in conditions.chain(otherwise).enumerate() {
        let own = when.map(|when| condition::flat(when, findings));
        let refused = earlier.iter().cloned().map(|it| Expr::Not(Box::new(it)));
        let all: Vec<Expr> = own.iter().cloned().chain(refused).collect();
        let when_all = match <[Expr; 1]>::try_from(all) {
            Ok([single]) => condition::in_and(single),
            Err(all) => condition::and(all),
        };
        earlier.extend(own);

        let body = route::resolve_items(&branch.items, templates, catalogue, findings);
        let place = when.map_or(branch.span, |when| when.span().to(branch.span));
        let default_name =
            || Spanned { it: format!("{}__branch_{:02}", written.name.text, at + 1), span: place };
        let name = body.name.clone().unwrap_or_else(default_name);
        if body.models.is_empty() {
            findings.push(lint::route_without_model::of_branch(&name));
        }
        routes.push(Route {
            priority: TOP - BAND * index - at as i64,
            tree: Some(written.name.text.clone()),
            ..body.into_route(name, place, when_all)
        });
    }
    lint::too_many::check_tree(written, BAND as usize, findings);
}
