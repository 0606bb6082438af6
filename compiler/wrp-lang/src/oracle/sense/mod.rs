//! What inline signals say about a request: one at a time, straight from the declaration, with nothing compiled.

mod authz;
mod context;
mod conversation;
mod event;
mod keyword;
mod metadata;
mod structure;

use wrp_graph::facts::Facts;
use wrp_graph::reading::Reading;
use wrp_graph::schema::Fields;

/// The reading of one declared signal. `None` where the runtime refuses or skips the declaration, and for families
/// that have no plain meaning here.
pub fn sense(kind: &str, fields: &Fields, facts: &Facts<'_>) -> Option<Reading> {
    match kind {
        "authz" => authz::sense(fields, facts),
        "context" => context::sense(fields, facts),
        "conversation" => conversation::sense(fields, facts),
        "event" => event::sense(fields, facts),
        "keyword" => keyword::sense(fields, facts),
        "metadata" => metadata::sense(fields, facts),
        "structure" => structure::sense(fields, facts),
        _ => None,
    }
}

/// Lower case as Go has it: character by character, and `İ` becomes `i`.
fn lower(text: &str) -> String {
    text.chars().filter_map(|c| c.to_lowercase().next()).collect()
}

/// A pattern in Go's syntax, run by an engine that is not ours.
fn go(pattern: &str, ignore_case: bool) -> Option<regex::Regex> {
    let rewritten = wrp_graph::scan::go_regex::rewrite(pattern).ok()?;
    regex::RegexBuilder::new(&rewritten).case_insensitive(ignore_case).size_limit(1 << 28).build().ok()
}

/// A class of characters.
fn class(class: &str) -> regex::Regex {
    regex::Regex::new(class).expect("the class is written in this module")
}
