#![doc = include_str!("unbounded_cost.md")]

use wrp_graph::schema::Span;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};

pub static UNBOUNDED_COST: Lint = Lint {
    code: "WRP0321",
    name: "unbounded-cost",
    level: Level::Error,
    verdict: Verdict::Exact,
    page: include_str!("unbounded_cost.md"),
};

pub(crate) fn diagnostic(who: &str, span: Span, model: &str, why: &str, limit: Span) -> Diagnostic {
    let message = format!("nothing bounds what {who} costs: {why}");
    Diagnostic::new(&UNBOUNDED_COST, span, message)
        .label(format!("calls `{model}`"))
        .help("give its pool both prices, and the MODEL a `context_window_size` or the BUDGET a size of request")
        .related(limit, "this is the budget")
}
