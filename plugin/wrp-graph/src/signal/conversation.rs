#![doc = include_str!("conversation.md")]

use serde::Serialize;

use crate::bounds::Bounds;
use crate::facts::{Conversation as Counts, Facts};
use crate::reading::Reading;
use crate::wire::wire;

/// A count over the messages, and what it must be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conversation {
    pub source: Source,
    pub test: Test,
}

wire!(Conversation { source, test });

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Source {
    Messages(Role),
    ToolDefinitions,
    ToolCalls,
    ToolCycles,
    ActiveToolLoop,
    Images,
}

wire!(enum Source {
    0 => Messages(it),
    1 => ToolDefinitions,
    2 => ToolCalls,
    3 => ToolCycles,
    4 => ActiveToolLoop,
    5 => Images,
});

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Role {
    Any,
    User,
    Assistant,
    System,
    Developer,
    Tool,
    NonUser,
}

wire!(enum Role {
    0 => Any,
    1 => User,
    2 => Assistant,
    3 => System,
    4 => Developer,
    5 => Tool,
    6 => NonUser,
});

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub enum Test {
    /// There is at least one; the value is 0 or 1.
    Exists,
    /// The value is the count; without bounds every count will do.
    Count(Bounds),
}

wire!(enum Test { 0 => Exists, 1 => Count(it) });

impl Conversation {
    pub fn sense(&self, facts: &Facts<'_>) -> Reading {
        let count = self.source.count(&facts.conversation);
        let (matched, value) = match &self.test {
            Test::Exists => (count > 0, f64::from(count.min(1))),
            Test::Count(bounds) => (bounds.hold(f64::from(count)), f64::from(count)),
        };
        Reading::confident(matched, if matched { 1.0 } else { 0.0 }).with_value(value)
    }
}

impl Source {
    fn count(self, counts: &Counts) -> u32 {
        match self {
            Source::Messages(role) => role.count(counts),
            Source::ToolDefinitions => counts.tool_definitions,
            Source::ToolCalls => counts.assistant_tool_calls,
            Source::ToolCycles => counts.assistant_tool_cycles,
            Source::ActiveToolLoop => u32::from(counts.active_tool_loop),
            Source::Images => counts.images,
        }
    }
}

impl Role {
    fn count(self, counts: &Counts) -> u32 {
        // The reference only notes whether a developer has spoken.
        let developer = counts.developer_messages.min(1);
        let others = counts.assistant_messages + counts.system_messages + counts.tool_messages + developer;
        match self {
            Role::Any => counts.user_messages + others,
            Role::User => counts.user_messages,
            Role::Assistant => counts.assistant_messages,
            Role::System => counts.system_messages,
            Role::Developer => developer,
            Role::Tool => counts.tool_messages,
            Role::NonUser => others,
        }
    }
}

#[cfg(feature = "build")]
pub(super) use build::KIND;

#[cfg(feature = "build")]
mod build {
    use super::{Conversation, Role, Source, Test};
    use crate::bounds::{self, Bounds};
    use crate::schema::{Field, Fields, Gravity, Problem, Shape, Trouble};
    use crate::signal::{Declaration, Inline, Kind, Reach};

    pub(in crate::signal) static KIND: Kind = Kind {
        name: "conversation",
        page: include_str!("conversation.md"),
        fields: FIELDS,
        reach: Reach::Inline,
        safety: false,
        names: &[],
        check,
        compile: |it, _| Some(it.inline("conversation", Inline::Conversation(read(it)?))),
    };

    const FIELDS: &[Field] = &[
        Field {
            name: "feature",
            shape: Shape::Object(FEATURE),
            required: true,
            doc: "What is counted, and whether the number or the mere presence matters.",
        },
        Field {
            name: "predicate",
            shape: Shape::Object(bounds::FIELDS),
            required: false,
            doc: "What a count must be; without it every count matches.",
        },
        crate::signal::DESCRIPTION,
    ];

    const FEATURE: &[Field] = &[
        Field {
            name: "type",
            shape: Shape::Word(&["count", "exists"]),
            required: true,
            doc: "`count` compares the number with the predicate; `exists` wants at least one.",
        },
        Field { name: "source", shape: Shape::Object(SOURCE), required: true, doc: "What is counted." },
    ];

    const SOURCE: &[Field] = &[
        Field {
            name: "type",
            shape: Shape::Word(SOURCES),
            required: true,
            doc: "Messages, tools, tool calls, answered calls, an open tool loop, or images.",
        },
        Field {
            name: "role",
            shape: Shape::Word(ROLES),
            required: false,
            doc: "Which messages are counted; without it all of them. Only for `message`.",
        },
    ];

    const SOURCES: &[&str] = &[
        "message",
        "tool_definition",
        "assistant_tool_call",
        "assistant_tool_cycle",
        "active_tool_loop",
        "image_content",
    ];

    const ROLES: &[&str] = &["user", "assistant", "system", "developer", "tool", "non_user"];

    /// `None` where the feature is missing or says something the runtime refuses.
    fn read(it: &Declaration<'_>) -> Option<Conversation> {
        let feature = it.fields.object("feature")?;
        let test = match feature.text("type")? {
            "exists" => Test::Exists,
            "count" => Test::Count(it.fields.object("predicate").map(Bounds::read).unwrap_or_default()),
            _ => return None,
        };
        Some(Conversation { source: source(feature.object("source")?)?, test })
    }

    fn source(fields: &Fields) -> Option<Source> {
        Some(match fields.text("type")? {
            "message" => Source::Messages(match fields.text("role") {
                None | Some("") => Role::Any,
                Some("user") => Role::User,
                Some("assistant") => Role::Assistant,
                Some("system") => Role::System,
                Some("developer") => Role::Developer,
                Some("tool") => Role::Tool,
                Some("non_user") => Role::NonUser,
                Some(_) => return None,
            }),
            "tool_definition" => Source::ToolDefinitions,
            "assistant_tool_call" => Source::ToolCalls,
            "assistant_tool_cycle" => Source::ToolCycles,
            "active_tool_loop" => Source::ActiveToolLoop,
            "image_content" => Source::Images,
            _ => return None,
        })
    }

    fn check(it: &Declaration<'_>, problems: &mut Vec<Problem>) {
        let Some(feature) = it.fields.object("feature") else { return };
        let unknown = |fields: &Fields, key: &str, words: &[&str], problems: &mut Vec<Problem>| {
            if let Some(written) = fields.get(key)
                && let Some(word) = written.it.as_text()
                && !words.contains(&word)
            {
                let message = format!("`{word}` is refused when the policy is loaded");
                let help = format!("write one of `{}`", words.join("`, `"));
                problems.push(
                    Problem::new(Trouble::UnknownWord, Gravity::Refused, written.span, message).help(help),
                );
            }
        };
        unknown(feature, "type", &["count", "exists"], problems);
        if let Some(source) = feature.object("source") {
            unknown(source, "type", SOURCES, problems);
            unknown(source, "role", ROLES, problems);
            if let (Some(role), Some(kind)) = (source.get("role"), source.text("type"))
                && kind != "message"
            {
                let message = format!("`role` says nothing about `{kind}`");
                problems.push(
                    Problem::new(Trouble::Invalid, Gravity::Doubtful, role.span, message)
                        .help("remove it, or count messages"),
                );
            }
        }
        let counts = feature.text("type") == Some("count");
        if let Some(predicate) = it.fields.object("predicate").filter(|_| counts) {
            Bounds::check(predicate, problems);
        }
        if let Some(predicate) = it.fields.get("predicate").filter(|_| feature.text("type") == Some("exists"))
        {
            let message = "`exists` does not look at the predicate";
            problems.push(
                Problem::new(Trouble::Invalid, Gravity::Doubtful, predicate.span, message)
                    .help("remove it, or count"),
            );
        }
    }
}
