#![doc = include_str!("workload.md")]

use wrp_graph::schema::{Field, Fields, Gravity, Problem, Shape, Span, Spanned, Trouble};

use super::{AMOUNT, Kind, SHARE, TOKENS, optional, required, tokens};

pub(crate) static KIND: Kind = Kind { name: "WORKLOAD", page: include_str!("workload.md"), fields: FIELDS };

/// Requests as they are expected.
#[derive(Clone, Debug)]
pub struct Workload {
    pub name: Spanned<String>,
    pub span: Span,
    /// Requests per second, averaged over a day.
    pub rate: f64,
    pub archetype: Option<String>,
    /// Rising; the last takes everything. Empty where the archetype says it.
    pub prompt_tokens: Vec<Point>,
    pub answer_tokens: Vec<Point>,
    /// For each hour of the day, UTC, the rate as a multiple of [`Workload::rate`]; empty is a flat day.
    pub hours: Vec<f64>,
    /// The share of requests with pictures.
    pub images: f64,
    /// The share of requests with tool definitions.
    pub tools: f64,
}

/// A point of a distribution: this share of requests has at most so many tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    pub tokens: u64,
    pub share: f64,
}

pub(crate) const FIELDS: &[Field] = &[
    required("rate", AMOUNT, "Requests per second, averaged over a day."),
    optional("archetype", Shape::Word(ARCHETYPES), "How long prompts and answers are, by a published trace."),
    optional("prompt_tokens", POINTS, "How long prompts are."),
    optional("answer_tokens", POINTS, "How long answers are."),
    optional("hours", Shape::List(&AMOUNT), "24 multiples of `rate`, one for each hour of the day in UTC."),
    optional("images", SHARE, "The share of requests with pictures; default 0."),
    optional("tools", SHARE, "The share of requests with tool definitions; default 0."),
    optional("description", Shape::Text, "For the reader."),
];

const ARCHETYPES: &[&str] = &["azure", "lmsys", "agent_heavy"];

const POINTS: Shape = Shape::List(&Shape::Object(POINT));

const POINT: &[Field] = &[
    required("tokens", TOKENS, "So many tokens,"),
    required("share", SHARE, "and the share of requests that have no more."),
];

pub(crate) fn read(name: Spanned<String>, fields: &Fields, span: Span) -> Workload {
    let share = |key| fields.number(key).unwrap_or_default();
    let hours = fields.list("hours").unwrap_or_default();
    Workload {
        name,
        span,
        rate: fields.number("rate").unwrap_or_default(),
        archetype: fields.text("archetype").map(str::to_owned),
        prompt_tokens: points(fields, "prompt_tokens"),
        answer_tokens: points(fields, "answer_tokens"),
        hours: hours.iter().filter_map(|hour| hour.it.as_number()).collect(),
        images: share("images"),
        tools: share("tools"),
    }
}

fn points(fields: &Fields, key: &str) -> Vec<Point> {
    let point = |fields: &Fields| {
        Some(Point { tokens: tokens(&fields.get("tokens")?.it)?, share: fields.number("share")? })
    };
    let list = fields.list(key).unwrap_or_default();
    list.iter().filter_map(|item| point(item.it.as_object()?)).collect()
}

/// What the schema cannot say.
pub(crate) fn check(fields: &Fields, name: &Spanned<String>, problems: &mut Vec<Problem>) {
    let mut refuse = |span, message: String, help: &str| {
        problems.push(Problem::new(Trouble::Invalid, Gravity::Refused, span, message).help(help));
    };
    let given = ["prompt_tokens", "answer_tokens"].map(|key| fields.get(key));
    for (list, key) in given.iter().zip(["prompt_tokens", "answer_tokens"]) {
        let Some(list) = list else { continue };
        let points = points(fields, key);
        let rises = points.is_sorted_by(|one, next| one.tokens < next.tokens && one.share <= next.share);
        if !rises {
            refuse(list.span, format!("the points of `{key}` do not rise"), "give them in rising order");
        } else if points.last().is_none_or(|last| last.share != 1.0) {
            let help = "end with the longest request: `{ tokens: …, share: 1.0 }`";
            refuse(list.span, format!("`{key}` does not end at a share of 1"), help);
        }
    }
    if let Some(hours) = fields.get("hours")
        && let Some(list) = hours.it.as_list()
        && list.len() != 24
    {
        let message = format!("`hours` has {} numbers, and a day has 24 hours", list.len());
        refuse(hours.span, message, "give one multiple of `rate` for each hour, from midnight UTC on");
    }
    match (fields.get("archetype"), given) {
        (None, [prompt, answer]) if prompt.is_none() || answer.is_none() => {
            let help = "name an `archetype`, or give `prompt_tokens` and `answer_tokens`";
            refuse(name.span, format!("`{}` does not say how long requests are", name.it), help);
        }
        (Some(archetype), [Some(_), _] | [_, Some(_)]) => {
            let message = "both an archetype and lengths of your own are given, and the lengths count";
            let problem = Problem::new(Trouble::Invalid, Gravity::Doubtful, archetype.span, message);
            problems.push(problem.help("remove the archetype"));
        }
        _ => {}
    }
}
