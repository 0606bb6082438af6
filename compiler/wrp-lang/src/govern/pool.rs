#![doc = include_str!("pool.md")]

use wrp_graph::schema::{Field, Fields, Shape, Span, Spanned};

use super::{AMOUNT, Kind, NAMES, TOKENS, optional, required, text_field, token_field};

pub(crate) static KIND: Kind = Kind { name: "POOL", page: include_str!("pool.md"), fields: FIELDS };

/// Machines that serve the same models under the same conditions.
#[derive(Clone, Debug)]
pub struct Pool {
    pub name: Spanned<String>,
    pub span: Span,
    pub models: Vec<Spanned<String>>,
    /// Services of plugins that run here, too.
    pub services: Vec<Spanned<String>>,
    pub gpu: Option<String>,
    pub gpus: Option<u32>,
    /// In tokens, prompt and answer together.
    pub max_context: Option<u64>,
    pub price: Option<Price>,
    pub slo: Slo,
    /// As written: what an assertion compares.
    pub fields: Fields,
}

/// For a million tokens each; the currency is the policy's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Price {
    pub prompt: f64,
    pub answer: f64,
}

/// What the pool promises, at the 99th percentile.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Slo {
    /// Time to the first token, in milliseconds.
    pub ttft_ms: Option<f64>,
    /// Time per further token, in milliseconds.
    pub tpot_ms: Option<f64>,
}

pub(crate) const FIELDS: &[Field] = &[
    required("models", NAMES, "The models it serves, as routes name them."),
    optional(
        "services",
        NAMES,
        "What else runs here: backends that plugins send requests to, such as `milvus`.",
    ),
    optional("location", Shape::Word(&["on_prem", "edge", "cloud"]), "Whose building it is in."),
    optional("region", Shape::Text, "Where that is: `eu`, `eu-west-1`, …; compared letter by letter."),
    optional("provider", Shape::Text, "Who runs it: `self`, or a company."),
    optional("gpu", Shape::Text, "The accelerator, such as `h100`."),
    optional("gpus", Shape::Int(0, u32::MAX as i64), "How many of them."),
    optional("max_context", TOKENS, "The longest request it serves, prompt and answer together, in tokens."),
    optional("cost_per_1m_input", AMOUNT, "The price of a million prompt tokens."),
    optional("cost_per_1m_output", AMOUNT, "The price of a million tokens of answers."),
    optional("slo", Shape::Object(SLO), "What it promises, at the 99th percentile."),
    optional("tags", NAMES, "Free labels, for assertions: `[\"hipaa\"]`."),
    optional("description", Shape::Text, "For the reader."),
];

const SLO: &[Field] = &[
    optional("ttft_ms", AMOUNT, "Time to the first token, in milliseconds."),
    optional("tpot_ms", AMOUNT, "Time per further token, in milliseconds."),
];

pub(crate) fn read(name: Spanned<String>, fields: &Fields, span: Span) -> Pool {
    let price = |key| fields.number(key).filter(|price| *price >= 0.0);
    let slo = |key| fields.object("slo")?.number(key);
    Pool {
        name,
        span,
        models: fields.texts("models"),
        services: fields.texts("services"),
        gpu: text_field(fields, "gpu"),
        gpus: fields.int("gpus").and_then(|gpus| u32::try_from(gpus).ok()),
        max_context: token_field(fields, "max_context"),
        // A pool that names one price and not the other has none: a sum with a hole in it bounds nothing.
        price: price("cost_per_1m_input")
            .zip(price("cost_per_1m_output"))
            .map(|(prompt, answer)| Price { prompt, answer }),
        slo: Slo { ttft_ms: slo("ttft_ms"), tpot_ms: slo("tpot_ms") },
        fields: fields.clone(),
    }
}
