#![doc = include_str!("over_budget.md")]

use wrp_graph::graph::Graph;
use wrp_graph::schema::{Span, Spanned};

use super::{Lint, Verdict, unbounded_cost};
use crate::cost::{self, Bill};
use crate::diagnostic::{Diagnostic, Level};
use crate::govern::path::Atlas;
use crate::policy::{Policy, Route};

pub static OVER_BUDGET: Lint = Lint {
    code: "WRP0320",
    name: "over-budget",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("over_budget.md"),
};

/// Needs the graph, since only that says what is asked together with what.
pub(crate) fn check(policy: &Policy, graph: &Graph) -> Vec<Diagnostic> {
    let Some(budget) = &policy.budget else { return Vec::new() };
    let mut found = Vec::new();
    for cost in cost::costs(policy, graph) {
        let who = Who::of(cost.route);
        let own = if cost.own.is_empty() { "none of its own".to_owned() } else { cost.own.join(", ") };
        let counts =
            [(&budget.neural_calls, cost.worst, "neural call"), (&budget.callouts, cost.callouts, "callout")];
        for (limit, count, what) in counts {
            if let Some(limit) = limit
                && count as u64 > limit.it
            {
                let it = over(&who, format!("can need {}", plural(count as u64, what)), limit);
                let help = "test less, or less along with it, or raise the budget";
                found.push(it.label(own.clone()).help(help));
            }
        }
    }
    if let Some(limit) = &budget.cost_per_request {
        let atlas = Atlas::new(policy);
        let routes = policy.recipes.iter().flat_map(|recipe| &recipe.routes);
        let bills = routes.map(|route| (Who::of(route), cost::bill(&atlas, policy, budget, route)));
        let default = policy.default_model.iter().map(|model| {
            let who = Who { name: "the default model".to_owned(), span: model.span };
            (who, cost::bill_of_default(&atlas, budget, model))
        });
        for (who, bill) in bills.chain(default) {
            match bill {
                Bill::Total(total) if total > limit.it => {
                    let help = "call cheaper models or fewer, or state the size of requests in the BUDGET";
                    found.push(over(&who, format!("can cost {}", rounded(total)), limit).help(help));
                }
                Bill::Total(_) => {}
                Bill::Unbounded { model, why } => {
                    found.push(unbounded_cost::diagnostic(&who.name, who.span, &model, &why, limit.span));
                }
            }
        }
    }
    found
}

/// Whose requests they are.
struct Who {
    name: String,
    span: Span,
}

impl Who {
    fn of(route: &Route) -> Who {
        Who { name: format!("route `{}`", route.name.it), span: route.name.span }
    }
}

fn over<T: std::fmt::Display>(who: &Who, needs: String, limit: &Spanned<T>) -> Diagnostic {
    let message = format!("a request for {} {needs}, and the budget is {}", who.name, limit.it);
    Diagnostic::new(&OVER_BUDGET, who.span, message).related(limit.span, "this is the budget")
}

fn plural(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// With as many decimals as it takes to see it.
fn rounded(amount: f64) -> String {
    let decimals = (0..12).find(|decimals| amount * 10_f64.powi(*decimals) >= 100.0).unwrap_or(12);
    let text = format!("{amount:.*}", decimals as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}
