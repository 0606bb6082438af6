//! Our own blocks, which a policy for the reference engine never contains: what the traffic is (WORKLOAD), where models
//! run (POOL), what callers may reach (ROLE), what a request may cost (BUDGET), and what must hold of all that (ASSERT).
//!
//! One file and one page each. [`path`] lists where a request can go, [`attribute`] what can be said of it there, and
//! [`assert::Requirement::judge`] whether that is as required.

pub mod assert;
pub mod attribute;
pub mod budget;
pub mod path;
pub mod pool;
pub mod role;
pub mod workload;

#[cfg(test)]
mod tests;

use wrp_graph::schema::{Field, Fields, Shape, Value, token_count};

/// One of the blocks.
#[derive(Debug)]
pub struct Kind {
    /// Its keyword.
    pub name: &'static str,
    /// What `wrpc explain` prints.
    pub page: &'static str,
    /// What stands between its braces; an assertion has lines instead.
    pub fields: &'static [Field],
}

/// Every block, in the order of the data's way: what comes, who asks, where it goes, what must hold, what it may cost.
pub static KINDS: &[&Kind] = &[&workload::KIND, &role::KIND, &pool::KIND, &assert::KIND, &budget::KIND];

const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: false, doc }
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: true, doc }
}

/// A name, for lists of them.
const NAMES: Shape = Shape::List(&Shape::Text);
/// A number of tokens, `"8K"` or 8000.
const TOKENS: Shape = Shape::Either(&[Shape::Tokens, Shape::Int(1, i64::MAX)]);
/// An amount that is not negative.
const AMOUNT: Shape = Shape::Number(0.0, f64::MAX);
/// A part of the whole.
const SHARE: Shape = Shape::Number(0.0, 1.0);

/// A number of tokens, however it was written.
pub(crate) fn tokens(value: &Value) -> Option<u64> {
    match value {
        Value::Int(number) => u64::try_from(*number).ok(),
        value => token_count(value.as_text()?),
    }
}

fn token_field(fields: &Fields, key: &str) -> Option<u64> {
    tokens(&fields.get(key)?.it)
}

fn text_field(fields: &Fields, key: &str) -> Option<String> {
    fields.text(key).map(str::to_owned)
}
