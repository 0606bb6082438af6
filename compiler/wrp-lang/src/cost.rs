//! What a route costs: the questions that may have to be put to models before it wins, and what serving it costs then.

use std::collections::BTreeSet;

use wrp_graph::graph::{self, Graph};
use wrp_graph::schema::Spanned;

use crate::algorithm::{self, Call};
use crate::govern::budget::Budget;
use crate::govern::path::Atlas;
use crate::govern::pool::Pool;
use crate::lower::is_catch_all;
use crate::policy::{Policy, Recipe, Route};

/// What is asked of a request that one route takes, at worst.
#[derive(Clone, Debug)]
pub struct Cost<'p> {
    pub recipe: &'p Recipe,
    pub route: &'p Route,
    /// Queries (`family:name`) that its own condition can need.
    pub own: Vec<String>,
    /// How many queries can be asked in all. Whatever can still matter is asked at once: so a route that hangs on an answer pays for
    /// the routes behind it too, up to the first that takes everything, and one that does not only for those before.
    pub worst: usize,
    /// How often the filter waits for answers: once, unless there is nothing to ask.
    pub callouts: usize,
}

/// What serving a request of a route costs, at worst.
#[derive(Clone, Debug, PartialEq)]
pub enum Bill {
    Total(f64),
    Unbounded { model: String, why: String },
}

/// Each recipe's routes in the order in which they go before each other.
pub fn costs<'p>(policy: &'p Policy, graph: &Graph) -> Vec<Cost<'p>> {
    let mut costs = Vec::new();
    for (recipe, lowered) in policy.recipes.iter().zip(&graph.recipes) {
        for (number, worst) in worst(recipe, lowered) {
            let Some(route) = recipe.routes.get(usize::from(number)) else { continue };
            let own = lowered.queries_of(number).into_iter();
            let own = own.filter_map(|query| lowered.queries.get(usize::from(query)));
            let own = own.map(|query| format!("{}:{}", query.family, query.name)).collect();
            costs.push(Cost { recipe, route, own, worst, callouts: usize::from(worst > 0) });
        }
    }
    costs
}

/// Each route with how much can be asked of a request that it takes.
fn worst(recipe: &Recipe, lowered: &graph::Recipe) -> Vec<(u16, usize)> {
    let queries = |routes: &[u16]| -> BTreeSet<u16> {
        routes.iter().flat_map(|route| lowered.queries_of(*route)).collect()
    };
    let order: Vec<u16> = lowered.sections.iter().flat_map(|section| &section.order).copied().collect();
    // Where a fired route of the second section changes how those of the first are compared, all hang on all.
    let [section] = lowered.sections.as_slice() else {
        let all = queries(&order).len();
        return order.into_iter().map(|route| (route, all)).collect();
    };
    let mut groups: Vec<&[u16]> = Vec::new();
    let mut rank = 0;
    while rank < order.len() {
        let end = section.group_ends.get(rank).map_or(rank + 1, |end| usize::from(*end).max(rank + 1));
        groups.push(section.order.get(rank..end).unwrap_or_default());
        rank = end;
    }
    let takes_all = |route: &u16| recipe.routes.get(usize::from(*route)).is_some_and(is_catch_all);
    let last = groups.iter().position(|group| group.iter().any(takes_all)).unwrap_or(groups.len());
    let reached: BTreeSet<u16> = groups.iter().take(last + 1).flat_map(|group| queries(group)).collect();
    let mut before = BTreeSet::new();
    let mut all = Vec::new();
    for group in groups {
        before.extend(queries(group));
        for route in group {
            // One of the two holds the other.
            let hangs = !lowered.queries_of(*route).is_empty();
            all.push((*route, if hangs { before.len().max(reached.len()) } else { before.len() }));
        }
    }
    all
}

/// What a route's requests cost.
pub fn bill(atlas: &Atlas<'_>, policy: &Policy, budget: &Budget, route: &Route) -> Bill {
    match route.plugins.iter().any(|plugin| plugin.kind == "fast_response") {
        true => Bill::Total(0.0),
        false => total(atlas, budget, &algorithm::calls(route, policy.default_model.as_ref())),
    }
}

/// What requests cost that no route takes.
pub fn bill_of_default(atlas: &Atlas<'_>, budget: &Budget, model: &Spanned<String>) -> Bill {
    let any_of = vec![Spanned { it: model.it.as_str(), span: model.span }];
    total(atlas, budget, &[Call { part: "default model", any_of, times: 1 }])
}

/// The sum over all calls, each at the price of the dearest model and pool that it may go to.
fn total(atlas: &Atlas<'_>, budget: &Budget, calls: &[Call<'_>]) -> Bill {
    let mut total = 0.0;
    for call in calls {
        let mut dearest: f64 = 0.0;
        for model in &call.any_of {
            let unbounded = |why| Bill::Unbounded { model: model.it.to_owned(), why };
            let pools = atlas.pools(model.it);
            if pools.is_empty() {
                return unbounded(format!("model `{}` is in no pool", model.it));
            }
            for pool in pools {
                match price(atlas, budget, model.it, pool) {
                    Ok(price) => dearest = dearest.max(price),
                    Err(why) => return unbounded(why),
                }
            }
        }
        total += dearest * call.times as f64;
    }
    Bill::Total(total)
}

/// One call. What the budget does not say of a request's size, the windows of model and pool bound.
fn price(atlas: &Atlas<'_>, budget: &Budget, model: &str, pool: &Pool) -> Result<f64, String> {
    let Some(price) = pool.price else {
        return Err(format!("pool `{}` does not give both prices", pool.name.it));
    };
    let window = atlas.window(model).into_iter().chain(pool.max_context).min();
    let (prompt, answer) = (budget.prompt_tokens, budget.answer_tokens);
    let (prompt, answer) = match (prompt, answer, window) {
        (Some(prompt), Some(answer), _) => (prompt, answer),
        (_, _, None) => return Err(format!("nothing limits how long a request for `{model}` is")),
        (Some(prompt), None, Some(window)) => (prompt, window.saturating_sub(prompt)),
        (None, Some(answer), Some(window)) => (window.saturating_sub(answer), answer),
        // Whichever is dearer takes all the room.
        (None, None, Some(window)) if price.answer > price.prompt => (0, window),
        (None, None, Some(window)) => (window, 0),
    };
    Ok((prompt as f64 * price.prompt + answer as f64 * price.answer) / 1e6)
}
