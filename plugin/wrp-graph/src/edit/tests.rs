//! Tables of bodies before and after, and the law that what is not meant stays byte for byte.

use serde_json::Value;

use super::{Wish, rewrite};
use crate::body::{Body, Protocol};
use crate::graph::{Model, ModelRef, ReasoningFamily};
use crate::plugin::{Effect, Placement, RequestParams, SystemPrompt, Tools, ToolsMode};

fn model(name: &str) -> Model {
    Model { name: name.to_owned(), provider_model_id: None, reasoning: None }
}

fn reference() -> ModelRef {
    ModelRef { model: 0, reasoning: None, effort: None, lora: None, weight: None }
}

fn edited(protocol: Protocol, body: &str, wish: &Wish<'_>) -> String {
    let parsed = Body::parse(body.as_bytes(), protocol).unwrap();
    match rewrite(&parsed, body.as_bytes(), wish).apply(body.as_bytes()) {
        Some(rewritten) => String::from_utf8(rewritten.join(body.as_bytes())).unwrap(),
        None => body.to_owned(),
    }
}

/// One effect on one body, the model left alone.
fn check(protocol: Protocol, effect: Effect, before: &str, after: &str) {
    let model = model("m");
    let wish = Wish { model: &model, reference: None, effects: &[effect] };
    assert_eq!(edited(protocol, before, &wish), after);
    serde_json::from_str::<Value>(after).unwrap();
}

#[test]
fn the_model_is_replaced_and_nothing_else_moves() {
    let body = "{ \"temperature\" : 1.0e0,\r\n\t\"mo\\u0064el\":\"auto\" ,\"messages\":[{\"role\":\"user\",\"content\":\"h\\u00e9\"}] } ";
    let big = Model { provider_model_id: Some("org/big-\"7b\"".to_owned()), ..model("big") };
    let wish = Wish { model: &big, reference: None, effects: &[] };
    assert_eq!(edited(Protocol::Chat, body, &wish), body.replace("\"auto\"", "\"org/big-\\\"7b\\\"\""));

    let adapted = ModelRef { lora: Some("law".to_owned()), ..reference() };
    let wish = Wish { model: &big, reference: Some(&adapted), effects: &[] };
    assert_eq!(edited(Protocol::Chat, body, &wish), body.replace("\"auto\"", "\"law\""));

    let same = model("auto");
    let wish = Wish { model: &same, reference: None, effects: &[] };
    let parsed = Body::parse(body.as_bytes(), Protocol::Chat).unwrap();
    assert!(rewrite(&parsed, body.as_bytes(), &wish).is_empty());
}

#[test]
fn only_the_bytes_before_the_last_edit_are_given_again() {
    let body = r#"{"model":"auto","messages":[{"role":"user","content":"long"}]}"#;
    let big = model("big");
    let parsed = Body::parse(body.as_bytes(), Protocol::Chat).unwrap();
    let wish = Wish { model: &big, reference: None, effects: &[] };
    let rewritten = rewrite(&parsed, body.as_bytes(), &wish).apply(body.as_bytes()).unwrap();
    assert_eq!((rewritten.until, rewritten.front.as_slice()), (15, br#"{"model":"big""#.as_slice()));
}

#[test]
fn a_system_prompt_finds_its_place_in_every_protocol() {
    let prompt =
        |placement| Effect::SystemPrompt(SystemPrompt { text: "Be \"brief\"\n".to_owned(), placement });
    let insert = || prompt(Placement::Insert);
    let replace = || prompt(Placement::Replace);
    let chat = |effect, before: &str, after: &str| check(Protocol::Chat, effect, before, after);
    for effect in [insert(), replace()] {
        chat(
            effect,
            r#"{"model":"m","messages":[ {"role":"user","content":"hi"}]}"#,
            r#"{"model":"m","messages":[ {"role":"system","content":"Be \"brief\"\n"},{"role":"user","content":"hi"}]}"#,
        );
    }
    chat(
        insert(),
        r#"{"model":"m","messages":[{"role":"developer","content":"old \u0041"}]}"#,
        r#"{"model":"m","messages":[{"role":"developer","content":"Be \"brief\"\n\n\nold \u0041"}]}"#,
    );
    chat(
        insert(),
        r#"{"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"old"}]}]}"#,
        r#"{"model":"m","messages":[{"role":"system","content":[{"type":"text","text":"Be \"brief\"\n"},{"type":"text","text":"old"}]}]}"#,
    );
    chat(
        insert(),
        r#"{"model":"m","messages":[{"role":"system"}]}"#,
        r#"{"model":"m","messages":[{"content":"Be \"brief\"\n","role":"system"}]}"#,
    );
    chat(
        replace(),
        r#"{"model":"m","messages":[{"role":"system","content":"a"}, {"role":"user","content":"hi"}, {"role":"developer","content":"b"}]}"#,
        r#"{"model":"m","messages":[{"role":"system","content":"Be \"brief\"\n"}, {"role":"user","content":"hi"}]}"#,
    );

    let anthropic = |effect, before: &str, after: &str| check(Protocol::Anthropic, effect, before, after);
    anthropic(
        insert(),
        r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
        r#"{"system":"Be \"brief\"\n","model":"m","messages":[{"role":"user","content":"hi"}]}"#,
    );
    anthropic(
        insert(),
        r#"{"system":"old","model":"m","messages":[{"role":"user","content":"hi"}]}"#,
        r#"{"system":"Be \"brief\"\n\n\nold","model":"m","messages":[{"role":"user","content":"hi"}]}"#,
    );
    anthropic(
        replace(),
        r#"{"system":[{"type":"text","text":"a"}],"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
        r#"{"system":"Be \"brief\"\n","model":"m","messages":[{"role":"user","content":"hi"}]}"#,
    );

    let responses = |effect, before: &str, after: &str| check(Protocol::Responses, effect, before, after);
    responses(
        replace(),
        r#"{"model":"m","input":"hi","instructions":null}"#,
        r#"{"model":"m","input":"hi","instructions":"Be \"brief\"\n"}"#,
    );
    responses(
        replace(),
        r#"{"model":"m","input":[{"role":"system","content":"a"},{"role":"user","content":"hi"}]}"#,
        r#"{"instructions":"Be \"brief\"\n","model":"m","input":[{"role":"user","content":"hi"}]}"#,
    );
}

fn tools(mode: ToolsMode, strip_history: bool) -> Effect {
    Effect::Tools(Tools { mode, strip_history })
}

fn only(allow: &[&str], block: &[&str]) -> ToolsMode {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    ToolsMode::Filtered { allow: owned(allow), block: owned(block) }
}

#[test]
fn tools_that_are_not_allowed_go_with_their_commas() {
    let body = |tools: &str, rest: &str| {
        format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}],"tools":[{tools}]{rest}}}"#)
    };
    let tool = |name: &str| format!(r#"{{"type":"function","function":{{"name":"{name}"}}}}"#);
    let [a, b, c] = ["a", "b", "c"].map(tool);
    let all = format!("{a} , {b},\n{c}");
    for (mode, left) in [
        (only(&["a"], &[]), a.clone()),
        (only(&["b"], &[]), b.clone()),
        (only(&["c"], &[]), c.clone()),
        (only(&[], &["b"]), format!("{a},\n{c}")),
        (only(&["a", "b"], &["b"]), a.clone()),
        (only(&[], &["x"]), all.clone()),
    ] {
        check(Protocol::Chat, tools(mode, false), &body(&all, ""), &body(&left, ""));
    }

    let choice =
        |name: &str| format!(r#","tool_choice":{{"type":"function","function":{{"name":"{name}"}}}}"#);
    let gone = tools(only(&["a"], &[]), false);
    check(Protocol::Chat, gone.clone(), &body(&all, &choice("a")), &body(&a, &choice("a")));
    check(Protocol::Chat, gone.clone(), &body(&all, &choice("b")), &body(&a, ""));
    check(
        Protocol::Chat,
        gone,
        &body(&all, r#","tool_choice":"required","n":1"#),
        &body(&a, r#","tool_choice":"required","n":1"#),
    );

    let bare = r#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    for mode in [ToolsMode::None, only(&["x"], &[])] {
        let before = body(&all, r#","tool_choice":"auto","parallel_tool_calls":false"#);
        check(Protocol::Chat, tools(mode, false), &before, bare);
    }
}

#[test]
fn a_tool_without_a_name_goes_by_its_type() {
    check(
        Protocol::Responses,
        tools(only(&["lookup"], &[]), false),
        r#"{"model":"m","input":"hi","tools":[{"type":"web_search"},{"type":"function","name":"lookup"}],"tool_choice":{"type":"web_search"}}"#,
        r#"{"model":"m","input":"hi","tools":[{"type":"function","name":"lookup"}]}"#,
    );
}

#[test]
fn tool_history_is_stripped_in_every_protocol() {
    let strip = || tools(ToolsMode::Passthrough, true);
    check(
        Protocol::Chat,
        strip(),
        r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"1","content":"x"},{"role":"assistant","content":"b","tool_calls":[]},{"role":"function","name":"f","content":"y"},{"role":"user","content":"c"}]}"#,
        r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}]}"#,
    );
    check(
        Protocol::Anthropic,
        strip(),
        r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"},{"type":"tool_use","id":"1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":"x"}]}]}"#,
        r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"text","text":"b"}]}]}"#,
    );
    check(
        Protocol::Responses,
        strip(),
        r#"{"model":"m","input":[{"role":"user","content":"a"},{"type":"reasoning","summary":[]},{"type":"function_call","call_id":"1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"1","output":"x"},{"type":"message","role":"user","content":"c"}]}"#,
        r#"{"model":"m","input":[{"role":"user","content":"a"},{"type":"message","role":"user","content":"c"}]}"#,
    );
    let nothing_else = r#"{"model":"m","messages":[{"role":"tool","tool_call_id":"1","content":"x"}]}"#;
    check(Protocol::Chat, strip(), nothing_else, nothing_else);
}

#[test]
fn parameters_are_capped_whatever_they_are_called() {
    let limits = |limits| Effect::RequestParams(limits);
    let rest = r#""model":"m","messages":[{"role":"user","content":"hi"}]"#;
    for (value, capped) in [
        ("500", "100"),
        ("100", "100"),
        ("50.00", "50.00"),
        ("1e1", "100"),
        ("1e9", "100"),
        ("99999999999999999999", "100"),
        ("-1", "100"),
        ("\"500\"", "100"),
        ("null", "null"),
        ("true", "100"),
    ] {
        for key in ["max_tokens", "max_completion_tokens", "max_output_tokens"] {
            check(
                Protocol::Chat,
                limits(RequestParams { max_tokens: Some(100), ..RequestParams::default() }),
                &format!(r#"{{"{key}":{value},{rest}}}"#),
                &format!(r#"{{"{key}":{capped},{rest}}}"#),
            );
        }
    }
    check(
        Protocol::Chat,
        limits(RequestParams { max_n: Some(2), ..RequestParams::default() }),
        &format!(r#"{{"n":5,{rest}}}"#),
        &format!(r#"{{"n":2,{rest}}}"#),
    );
    check(
        Protocol::Chat,
        limits(RequestParams {
            blocked: vec!["logprobs".to_owned(), "messages".to_owned()],
            strip_unknown: true,
            ..RequestParams::default()
        }),
        &format!(r#"{{"logprobs":true, {rest} , "stream_options":{{}}, "top_k":1,"metadata":{{}}, "x":0 }}"#),
        &format!(r#"{{{rest} , "stream_options":{{}},"metadata":{{}} }}"#),
    );
}

#[test]
fn each_family_is_told_to_reason_in_its_own_way() {
    let flag = ReasoningFamily::ChatTemplateFlag { parameter: "enable_thinking".to_owned() };
    let kwargs = ReasoningFamily::ChatTemplateEffort { parameter: "reasoning_effort".to_owned() };
    let top = ReasoningFamily::TopLevelEffort;
    let chat = r#""model":"m","messages":[{"role":"user","content":"hi"}]"#;
    let table = [
        (&flag, true, None, "", r#""chat_template_kwargs":{"enable_thinking":true},"#),
        (
            &flag,
            false,
            None,
            r#""chat_template_kwargs": {"a":1, "enable_thinking":true, "b":2},"#,
            r#""chat_template_kwargs": {"a":1, "enable_thinking":false, "b":2},"#,
        ),
        (
            &flag,
            true,
            None,
            r#""chat_template_kwargs":{"a":1},"#,
            r#""chat_template_kwargs":{"enable_thinking":true,"a":1},"#,
        ),
        (&kwargs, true, Some("high"), "", r#""chat_template_kwargs":{"reasoning_effort":"high"},"#),
        (&top, true, None, "", r#""reasoning_effort":"medium","#),
        (&top, true, Some("high"), r#""reasoning_effort":"low","#, r#""reasoning_effort":"high","#),
        (&top, false, None, r#""reasoning_effort":"high","#, r#""reasoning_effort":"low","#),
        (&top, false, None, r#""reasoning_effort":"none","#, r#""reasoning_effort":"none","#),
        (&ReasoningFamily::Thinking, false, None, "", r#""thinking":{"type":"disabled"},"#),
    ];
    for (family, on, effort, before, after) in table {
        let model = Model { reasoning: Some(family.clone()), ..model("m") };
        let reference = ModelRef { reasoning: Some(on), effort: effort.map(str::to_owned), ..reference() };
        let wish = Wish { model: &model, reference: Some(&reference), effects: &[] };
        assert_eq!(
            edited(Protocol::Chat, &format!("{{{before}{chat}}}"), &wish),
            format!("{{{after}{chat}}}")
        );
    }

    let model = Model { reasoning: Some(top), ..model("m") };
    let reference = ModelRef { reasoning: Some(true), ..reference() };
    let wish = Wish { model: &model, reference: Some(&reference), effects: &[] };
    assert_eq!(
        edited(Protocol::Responses, r#"{"model":"m","input":"hi"}"#, &wish),
        r#"{"reasoning":{"effort":"medium"},"model":"m","input":"hi"}"#
    );
}

#[test]
fn what_the_policy_puts_in_is_not_stripped_as_unknown() {
    let family = ReasoningFamily::ChatTemplateFlag { parameter: "enable_thinking".to_owned() };
    let model = Model { reasoning: Some(family), ..model("m") };
    let reference = ModelRef { reasoning: Some(true), ..reference() };
    let strip = Effect::RequestParams(RequestParams { strip_unknown: true, ..RequestParams::default() });
    let wish = Wish { model: &model, reference: Some(&reference), effects: &[strip] };
    assert_eq!(
        edited(
            Protocol::Chat,
            r#"{"chat_template_kwargs":{"a":1},"model":"m","messages":[{"role":"user","content":"hi"}]}"#,
            &wish
        ),
        r#"{"chat_template_kwargs":{"enable_thinking":true},"model":"m","messages":[{"role":"user","content":"hi"}]}"#
    );
}
