#![doc = include_str!("tools.md")]

use serde::Serialize;

#[cfg(feature = "build")]
use super::{COUNT, ENABLED, Effect, Kind, NAMES, UNIT, optional};
#[cfg(feature = "build")]
use crate::schema::{Field, Fields, Gravity, Problem, Shape, Trouble};
use crate::wire::wire;

/// Which tools the model may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tools {
    pub mode: ToolsMode,
    /// Remove the tool calls and tool results of earlier turns.
    pub strip_history: bool,
}

wire!(Tools { mode, strip_history });

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum ToolsMode {
    /// No tool definition reaches the model.
    None,
    /// All reach it.
    Passthrough,
    /// Those reach it that are allowed and not blocked. An empty `allow` allows all.
    Filtered { allow: Vec<String>, block: Vec<String> },
}

wire!(enum ToolsMode { 0 => None, 1 => Passthrough, 2 => Filtered { allow, block } });

#[cfg(feature = "build")]
const WEIGHT: Shape = Shape::Number(0.0, f64::MAX);

#[cfg(feature = "build")]
const RETRIEVAL: &[Field] = &[
    optional("enabled", Shape::Flag, "Switches history-aware retrieval on. Default `false`."),
    optional(
        "strategy",
        Shape::Word(&["semantic_only", "hybrid_history"]),
        "How candidates are ranked. Default `semantic_only`.",
    ),
    optional("history_window", COUNT, "How many recent tool calls count; at least 1 with `hybrid_history`."),
    optional("min_history_confidence", UNIT, "Below this, history is too weak to use."),
    optional("fallback_on_low_confidence", Shape::Flag, "Rank by meaning alone when history is too weak."),
    optional(
        "weights",
        Shape::Object(&[
            optional("semantic", WEIGHT, "Weight of similarity in meaning."),
            optional("history", WEIGHT, "Weight of past calls."),
            optional("decision_prior", WEIGHT, "Weight of what this route used before."),
            optional("repetition_penalty", WEIGHT, "Weight against calling the same tool again."),
        ]),
        "How the sources are mixed.",
    ),
];

#[cfg(feature = "build")]
pub(super) static KIND: Kind = Kind {
    name: "tools",
    page: include_str!("tools.md"),
    fields: &[
        ENABLED,
        optional(
            "mode",
            Shape::Word(&["none", "passthrough", "filtered"]),
            "Which tool definitions reach the model. Default `passthrough`.",
        ),
        optional("allow_tools", NAMES, "With `filtered`: only these tools, by name. Empty allows all."),
        optional("block_tools", NAMES, "With `filtered`: never these tools, by name."),
        optional(
            "strip_tool_history",
            Shape::Flag,
            "Removes tool calls and tool results of earlier turns. Default `false`.",
        ),
        optional(
            "semantic_selection",
            Shape::Flag,
            "Lets a tool retriever choose among the tools. Default `true`.",
        ),
        optional("strategy", Shape::Text, "The tool retriever's name. Default `default`."),
        optional("dynamic_retrieval", Shape::Object(RETRIEVAL), "How the retriever uses earlier tool calls."),
    ],
    inline: true,
    check,
    compile: |fields| {
        if !fields.flag("enabled").unwrap_or(false) {
            return None;
        }
        let names = |list| fields.texts(list).into_iter().map(|name| name.it).collect();
        let mode = match fields.text("mode") {
            Some("none") => ToolsMode::None,
            Some("filtered") => {
                ToolsMode::Filtered { allow: names("allow_tools"), block: names("block_tools") }
            }
            _ => ToolsMode::Passthrough,
        };
        let strip_history = fields.flag("strip_tool_history").unwrap_or(false);
        if mode == ToolsMode::Passthrough && !strip_history {
            return None;
        }
        Some(Effect::Tools(Tools { mode, strip_history }))
    },
};

#[cfg(feature = "build")]
fn check(fields: &Fields, problems: &mut Vec<Problem>) {
    let filtered = fields.text("mode") == Some("filtered");
    let lists = ["allow_tools", "block_tools"];
    if filtered && lists.iter().all(|list| fields.texts(list).is_empty()) {
        let span = fields.get("mode").map_or(fields.span, |mode| mode.span);
        let message = "`filtered` without a list of tools lets every tool through";
        problems.push(
            Problem::new(Trouble::Invalid, Gravity::Doubtful, span, message)
                .help("give `allow_tools` or `block_tools`"),
        );
    }
    if !filtered {
        for list in lists {
            if let Some(value) = fields.get(list) {
                let message = format!("`{list}` has no effect unless `mode` is `filtered`");
                problems.push(
                    Problem::new(Trouble::Invalid, Gravity::Doubtful, value.span, message)
                        .help("set `mode: \"filtered\"`"),
                );
            }
        }
    }
}
