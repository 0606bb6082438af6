//! How a route chooses among its models: one file and one page each.
//!
//! Selectors (`static` to `mlp`) choose one model; loopers (`confidence` to `workflows`) make several calls for one
//! request. Neither runs in the proxy, except that without a choice the first model serves.

mod automix;
mod confidence;
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
