//! How a route chooses among its models: one file and one page each.
//!
//! Selectors (`static` to `mlp`) choose one model; loopers (`confidence` to `workflows`) make several calls for one
//! request. Neither runs in the proxy, except that without a choice the first model serves.

mod automix;
mod confidence;
mod fields;
mod fixed;
mod fusion;
mod hybrid;
mod kmeans;
mod knn;
mod latency_aware;
mod mlp;
mod multi_factor;
mod prompt;
mod ratings;
mod remom;
mod router_dc;
mod svm;
mod workflows;

use wrp_graph::schema::{Field, Fields, Problem, Spanned};

use crate::policy::Route;

/// One algorithm as the compiler sees it.
#[derive(Debug)]
pub struct Kind {
    /// The word after `ALGORITHM`.
    pub name: &'static str,
    /// What `wrpc explain` prints.
    pub page: &'static str,
    pub fields: &'static [Field],
    /// What the schema cannot say. The schema has been checked before; the second argument is the word as written.
    pub check: fn(&Fields, &Spanned<String>, &mut Vec<Problem>),
    /// What it may call for one request, given the route's models.
    pub calls: for<'p> fn(&[Name<'p>], &'p Fields) -> Vec<Call<'p>>,
}

/// A model's name where the policy writes it.
pub type Name<'p> = Spanned<&'p str>;

/// Calls of one request, at worst.
#[derive(Clone, Debug, PartialEq)]
pub struct Call<'p> {
    /// What the model is to the route: `candidate`, `judge`, …
    pub part: &'static str,
    /// Each call goes to one of these.
    pub any_of: Vec<Name<'p>>,
    pub times: u64,
}

impl<'p> Call<'p> {
    fn to(part: &'static str, model: Name<'p>) -> Call<'p> {
        Call { part, any_of: vec![model], times: 1 }
    }
}

/// Every algorithm, selectors first.
pub static KINDS: &[&Kind] = &[
    &fixed::KIND,
    &router_dc::KIND,
    &latency_aware::KIND,
    &multi_factor::KIND,
    &hybrid::KIND,
    &automix::KIND,
    &prompt::KIND,
    &knn::KIND,
    &kmeans::KIND,
    &svm::KIND,
    &mlp::KIND,
    &confidence::KIND,
    &ratings::KIND,
    &remom::KIND,
    &fusion::KIND,
    &workflows::KIND,
];

/// Finds an algorithm by its word in the language.
pub fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.name == name)
}

/// What a route may call for one request. A route without models serves with the default model; empty where there is
/// none either.
pub fn calls<'p>(route: &'p Route, default_model: Option<&'p Spanned<String>>) -> Vec<Call<'p>> {
    let named = |name: &'p Spanned<String>| Spanned { it: name.it.as_str(), span: name.span };
    let mut candidates: Vec<Name<'p>> = route.models.iter().map(|model| named(&model.name)).collect();
    if candidates.is_empty() {
        candidates.extend(default_model.map(named));
    }
    if candidates.is_empty() {
        return Vec::new();
    }
    match route.algorithm.as_ref().and_then(|it| Some((find(&it.kind.it)?, &it.fields))) {
        Some((kind, fields)) => (kind.calls)(&candidates, fields),
        None => vec![Call { part: "candidate", any_of: candidates, times: 1 }],
    }
}

/// Selectors: one of the route's models is called, once.
fn one_of<'p>(candidates: &[Name<'p>], _: &'p Fields) -> Vec<Call<'p>> {
    vec![Call { part: "candidate", any_of: candidates.to_vec(), times: 1 }]
}

fn name<'p>(fields: &'p Fields, key: &str) -> Option<Name<'p>> {
    let value = fields.get(key)?;
    Some(Spanned { it: value.it.as_text()?, span: value.span })
}

fn names<'p>(fields: &'p Fields, key: &str) -> Vec<Name<'p>> {
    let list = fields.list(key).unwrap_or_default();
    list.iter().filter_map(|item| Some(Spanned { it: item.it.as_text()?, span: item.span })).collect()
}
