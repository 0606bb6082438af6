//! What a decision may do to a request: one file and one page each.
//!
//! A [`Kind`] says how a plugin type is declared, checked, documented and compiled (feature `build`). What the
//! request filter carries out of it is an [`Effect`]; [`crate::edit`] applies those that touch the body. A plugin
//! whose work needs state, a network or the response compiles to [`Effect::Elsewhere`]: kept, never dropped,
//! for whoever executes it.

mod context_compression;
mod fast_response;
mod hallucination;
mod header_mutation;
mod image_gen;
mod memory;
mod rag;
mod request_params;
mod response_cache;
mod response_jailbreak;
mod router_replay;
mod system_prompt;
mod tool_selection;
mod tools;

pub use fast_response::FastResponse;
pub use header_mutation::{Header, HeaderMutation};
pub use request_params::RequestParams;
pub use system_prompt::{Placement, SystemPrompt};
pub use tools::{Tools, ToolsMode};

use serde::Serialize;

#[cfg(feature = "build")]
use crate::schema::{Field, Fields, Problem, Shape};
use crate::wire::wire;

/// A plugin as the proxy runs it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum Effect {
    FastResponse(FastResponse),
    SystemPrompt(SystemPrompt),
    HeaderMutation(HeaderMutation),
    RequestParams(RequestParams),
    Tools(Tools),
    /// A plugin whose work is not the request filter's: kept for whoever executes it, as JSON.
    Elsewhere {
        kind: String,
        config: String,
    },
}

wire!(enum Effect {
    0 => FastResponse(it),
    1 => SystemPrompt(it),
    2 => HeaderMutation(it),
    3 => RequestParams(it),
    4 => Tools(it),
    5 => Elsewhere { kind, config },
});

/// One plugin type as the compiler sees it.
#[cfg(feature = "build")]
#[derive(Debug)]
pub struct Kind {
    /// The type after `PLUGIN name`, normalised to underscores.
    pub name: &'static str,
    /// What `wrpc explain` prints.
    pub page: &'static str,
    pub fields: &'static [Field],
    /// Whether the request filter itself carries it out.
    pub inline: bool,
    /// What the schema cannot say.
    pub check: fn(&Fields, &mut Vec<Problem>),
    /// What it becomes. `None` where it is switched off or has nothing to do.
    pub compile: fn(&Fields) -> Option<Effect>,
}

/// Every plugin type, by name.
#[cfg(feature = "build")]
pub static KINDS: &[&Kind] = &[
    &context_compression::KIND,
    &fast_response::KIND,
    &hallucination::KIND,
    &header_mutation::KIND,
    &image_gen::KIND,
    &memory::KIND,
    &rag::KIND,
    &request_params::KIND,
    &response_cache::KIND,
    &response_jailbreak::KIND,
    &router_replay::KIND,
    &system_prompt::KIND,
    &tool_selection::KIND,
    &tools::KIND,
];

/// Finds a type by the word a policy writes: hyphens count as underscores, and the response cache has two
/// older names.
#[cfg(feature = "build")]
pub fn find(written: &str) -> Option<&'static Kind> {
    let mut name = written.replace('-', "_");
    if name == "semantic_cache" {
        name = "response_cache".to_owned();
    }
    KINDS.iter().copied().find(|kind| kind.name == name)
}

#[cfg(feature = "build")]
const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: false, doc }
}

#[cfg(feature = "build")]
const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: true, doc }
}

/// Names, as in `blocked_params`.
#[cfg(feature = "build")]
const NAMES: Shape = Shape::List(&Shape::Text);
/// A similarity, a probability or a share.
#[cfg(feature = "build")]
const UNIT: Shape = Shape::Number(0.0, 1.0);
/// A count, a size or a duration that may be zero.
#[cfg(feature = "build")]
const COUNT: Shape = Shape::Int(0, i64::MAX);
/// A count, a size or a duration of at least one.
#[cfg(feature = "build")]
const AT_LEAST_ONE: Shape = Shape::Int(1, i64::MAX);

/// Most plugins need `enabled: true` to do anything.
#[cfg(feature = "build")]
const ENABLED: Field = optional("enabled", Shape::Flag, "Switches the plugin on. Default `false`.");

#[cfg(feature = "build")]
fn nothing_more(_: &Fields, _: &mut Vec<Problem>) {}

/// Keeps a plugin that the request filter does not execute, unless it is switched off.
#[cfg(feature = "build")]
fn elsewhere(kind: &str, fields: &Fields) -> Option<Effect> {
    let enabled = fields.flag("enabled").unwrap_or(false);
    enabled.then(|| Effect::Elsewhere { kind: kind.to_owned(), config: fields.to_json() })
}

#[cfg(all(test, feature = "build"))]
mod tests {
    use super::*;

    #[test]
    fn types_are_sorted_by_name_and_each_page_opens_with_it() {
        assert!(KINDS.is_sorted_by_key(|kind| kind.name));
        for kind in KINDS {
            assert!(kind.page.starts_with(&format!("# {}\n", kind.name)), "{}", kind.name);
        }
    }

    #[test]
    fn older_spellings_find_their_type() {
        for (written, name) in [
            ("system-prompt", "system_prompt"),
            ("semantic_cache", "response_cache"),
            ("semantic-cache", "response_cache"),
            ("response-cache", "response_cache"),
        ] {
            assert_eq!(find(written).map(|kind| kind.name), Some(name));
        }
        assert!(find("pii").is_none());
    }
}
