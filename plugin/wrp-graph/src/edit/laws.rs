//! What holds of every edit of every body: it still parses, what was wanted is there, and every member that nobody
//! wanted to change is there byte for byte.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::value::RawValue;

use super::{Wish, rewrite};
use crate::body::{Body, Protocol, Role};
use crate::graph::{Model, ModelRef, ReasoningFamily};
use crate::plugin::{Effect, Placement, RequestParams, SystemPrompt, Tools, ToolsMode};

/// Spaces that JSON allows between tokens.
fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", " ", "\n\t", " \r\n "])
}

/// The inside of a JSON string, with every kind of escape.
fn inside() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a", "\\\"", "\\\\", "\\u00e9", "é", "\\n", "{", "]", ",", "\\/", "日本", "x ",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn tool(name: &'static str) -> String {
    format!(r#"{{"type":"function","function":{{"name":"{name}","parameters":{{"a":[1]}}}}}}"#)
}

fn message() -> impl Strategy<Value = String> {
    prop_oneof![
        inside().prop_map(|text| format!(r#"{{"role":"user","content":"{text}"}}"#)),
        inside().prop_map(|text| format!(r#"{{"role":"system","content":"{text}"}}"#)),
        inside().prop_map(|text| format!(
            r#"{{"content":[{{"type":"text","text":"{text}"}}], "role":"developer"}}"#
        )),
        inside().prop_map(|text| format!(
            r#"{{"role":"assistant","content":"{text}","tool_calls":[{{"id":"1"}}]}}"#
        )),
        Just(r#"{"role":"assistant","tool_calls":[{"id":"1"}],"content":null}"#.to_owned()),
        inside().prop_map(|text| format!(r#"{{"role":"tool","tool_call_id":"1","content":"{text}"}}"#)),
    ]
}

fn list(items: Vec<String>, space: &str) -> String {
    format!("[{space}{}{space}]", items.join(&format!("{space},{space}")))
}

/// A chat completion with its members in any order and any spacing.
fn body() -> impl Strategy<Value = String> {
    let optional = prop::sample::subsequence(
        vec![
            r#""max_tokens":9000"#.to_owned(),
            r#""max_completion_tokens" : 10.0"#.to_owned(),
            r#""n":4"#.to_owned(),
            r#""temperature":1.50e0"#.to_owned(),
            r#""user":"\u0075""#.to_owned(),
            r#""x_custom":{"a" : [ ]}"#.to_owned(),
            r#""reasoning_effort":"high""#.to_owned(),
            r#""tool_choice":{"type":"function","function":{"name":"b"}}"#.to_owned(),
            r#""stream":true"#.to_owned(),
        ],
        0..=9,
    );
    let tools = prop::option::of(prop::sample::subsequence(vec!["a", "b", "c"], 0..=3));
    (inside(), prop::collection::vec(message(), 1..6), tools, optional, space(), any::<u64>()).prop_map(
        |(model, messages, tools, mut members, space, order)| {
            members.push(format!(r#""model":{space}"{model}""#));
            members.push(format!(r#""messages"{space}:{}"#, list(messages, space)));
            if let Some(tools) = tools {
                members.push(format!(r#""tools":{}"#, list(tools.into_iter().map(tool).collect(), space)));
            }
            members.sort_by_key(|member| (member.len() as u64 ^ order).wrapping_mul(order | 1));
            format!("{space}{{{space}{}{space}}}{space}", members.join(&format!("{space},")))
        },
    )
}

fn names() -> impl Strategy<Value = Vec<String>> {
    prop::sample::subsequence(vec!["a".to_owned(), "b".to_owned(), "z".to_owned()], 0..=3)
}

fn effects() -> impl Strategy<Value = Vec<Effect>> {
    let prompt = (inside(), prop::bool::ANY).prop_map(|(text, replace)| {
        let placement = if replace { Placement::Replace } else { Placement::Insert };
        Effect::SystemPrompt(SystemPrompt { text, placement })
    });
    let limits = (names(), prop::option::of(1..100_u64), prop::option::of(1..5_u64), prop::bool::ANY)
        .prop_map(|(mut blocked, max_tokens, max_n, strip_unknown)| {
            blocked.push("user".to_owned());
            Effect::RequestParams(RequestParams { blocked, max_tokens, max_n, strip_unknown })
        });
    let mode = prop_oneof![
        Just(ToolsMode::None),
        Just(ToolsMode::Passthrough),
        (names(), names()).prop_map(|(allow, block)| ToolsMode::Filtered { allow, block }),
    ];
    let tools = (mode, prop::bool::ANY)
        .prop_map(|(mode, strip_history)| Effect::Tools(Tools { mode, strip_history }));
    (prop::option::of(prompt), prop::option::of(limits), prop::option::of(tools))
        .prop_map(|(prompt, limits, tools)| [prompt, limits, tools].into_iter().flatten().collect())
}

type Members<'j> = BTreeMap<String, &'j RawValue>;

proptest! {
    #[test]
    fn an_edit_does_what_was_wanted_and_nothing_else(
        before in body(),
        effects in effects(),
        reasoning in prop::option::of(prop::bool::ANY),
    ) {
        let model = Model {
            name: "m".to_owned(),
            provider_model_id: Some("org/\"m\"".to_owned()),
            reasoning: Some(ReasoningFamily::TopLevelEffort),
        };
        let reference = ModelRef { model: 0, reasoning, effort: None, lora: None, weight: None };
        let wish = Wish { model: &model, reference: Some(&reference), effects: &effects };
        let parsed = Body::parse(before.as_bytes(), Protocol::Chat).unwrap();
        let after = match rewrite(&parsed, before.as_bytes(), &wish).apply(before.as_bytes()) {
            Some(rewritten) => String::from_utf8(rewritten.join(before.as_bytes())).unwrap(),
            None => before.clone(),
        };
        let edited = Body::parse(after.as_bytes(), Protocol::Chat).unwrap();
        prop_assert!(edited.model.is("org/\"m\""));

        let (old, new): (Members<'_>, Members<'_>) =
            (serde_json::from_str(&before).unwrap(), serde_json::from_str(&after).unwrap());
        let mut meant = vec!["model".to_owned()];
        if reasoning.is_some() {
            meant.push("reasoning_effort".to_owned());
            prop_assert!(new.contains_key("reasoning_effort"));
        }
        for effect in &effects {
            match effect {
                Effect::RequestParams(limits) => {
                    prop_assert!(limits.blocked.iter().all(|name| !new.contains_key(name)));
                    prop_assert!(!(limits.strip_unknown && new.contains_key("x_custom")));
                    for (key, limit) in [("max_tokens", limits.max_tokens), ("n", limits.max_n)] {
                        if let (Some(limit), Some(value)) = (limit, new.get(key)) {
                            prop_assert!(value.get().parse::<u64>().unwrap() <= limit);
                        }
                    }
                    meant.extend(["max_tokens", "max_completion_tokens", "n", "x_custom"].map(str::to_owned));
                    meant.extend(limits.blocked.clone());
                }
                Effect::Tools(policy) => {
                    let name = |tool: &crate::body::Tool<'_>| tool.name.unwrap().decode().into_owned();
                    match &policy.mode {
                        ToolsMode::Passthrough => prop_assert_eq!(edited.tools.len(), parsed.tools.len()),
                        ToolsMode::None => prop_assert!(!new.contains_key("tools")),
                        ToolsMode::Filtered { allow, block } => {
                            let wanted = |name: &String| {
                                (allow.is_empty() || allow.contains(name)) && !block.contains(name)
                            };
                            let left: Vec<String> = edited.tools.iter().map(name).collect();
                            let right: Vec<String> = parsed.tools.iter().map(name).filter(wanted).collect();
                            prop_assert_eq!(left, right);
                        }
                    }
                    let talk = parsed.messages.iter().any(|message| {
                        matches!(message.role, Role::User | Role::System | Role::Developer)
                    });
                    if policy.strip_history && talk {
                        prop_assert!(edited.messages.iter().all(|message| message.role != Role::Tool));
                        prop_assert!(edited.messages.iter().all(|message| message.tool_calls == 0));
                    }
                    meant.extend(["tools", "tool_choice", "messages"].map(str::to_owned));
                }
                Effect::SystemPrompt(prompt) => {
                    let systems = edited.messages.iter().filter(|message| {
                        matches!(message.role, Role::System | Role::Developer)
                    });
                    prop_assert!(prompt.placement == Placement::Insert || systems.count() == 1);
                    let quoted = serde_json::to_string(&prompt.text).unwrap();
                    prop_assert!(after.contains(quoted.trim_matches('"')));
                    meant.push("messages".to_owned());
                }
                _ => {}
            }
        }
        for (key, value) in &old {
            if !meant.contains(key) {
                prop_assert_eq!(new.get(key).map(|value| value.get()), Some(value.get()), "{}", key);
            }
        }
        for key in new.keys() {
            prop_assert!(old.contains_key(key) || meant.contains(key), "{key} was added");
        }
    }
}
