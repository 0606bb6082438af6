#![doc = include_str!("budget.md")]

use wrp_graph::schema::{Field, Fields, Shape, Span, Spanned, Value};

use super::{AMOUNT, Kind, TOKENS, optional, token_field};

pub(crate) static KIND: Kind = Kind { name: "BUDGET", page: include_str!("budget.md"), fields: FIELDS };

/// What one request may cost, each where it is written.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Of the keyword.
    pub span: Span,
    pub neural_calls: Option<Spanned<u64>>,
    pub callouts: Option<Spanned<u64>>,
    pub cost_per_request: Option<Spanned<f64>>,
    /// The size of the request that the cost is counted for; by default all that the model's window holds.
    pub prompt_tokens: Option<u64>,
    pub answer_tokens: Option<u64>,
}

pub(crate) const FIELDS: &[Field] = &[
    optional("neural_calls", COUNT, "The most questions put to models before a request is routed."),
    optional("callouts", COUNT, "The most times the filter may wait for answers."),
    optional("cost_per_request", AMOUNT, "The most that serving one request may cost, by the pools' prices."),
    optional("prompt_tokens", TOKENS, "How long the prompt is for which that is counted."),
    optional("answer_tokens", TOKENS, "How long its answer is."),
];

const COUNT: Shape = Shape::Int(0, i64::MAX);

pub(crate) fn read(fields: &Fields, keyword: Span) -> Budget {
    Budget {
        span: keyword,
        neural_calls: limit(fields, "neural_calls", |it| u64::try_from(it.as_int()?).ok()),
        callouts: limit(fields, "callouts", |it| u64::try_from(it.as_int()?).ok()),
        cost_per_request: limit(fields, "cost_per_request", Value::as_number),
        prompt_tokens: token_field(fields, "prompt_tokens"),
        answer_tokens: token_field(fields, "answer_tokens"),
    }
}

fn limit<T>(fields: &Fields, key: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Spanned<T>> {
    let value = fields.get(key)?;
    Some(Spanned { it: read(&value.it)?, span: value.span })
}
