//! What the echo says, in three protocols, at once or as events.

use serde_json::{Value, json};

/// The protocols, by their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Chat,
    Messages,
    Responses,
}

/// What the model says: itself, and what it was told besides the question.
pub(super) fn reply(protocol: Protocol, model: &str, body: &Value) -> String {
    let mut lines = vec![format!("I am {model}.")];
    let mut saw = |what: &str, seen: String| {
        if !seen.is_empty() {
            lines.push(format!("{what}: {seen}"));
        }
    };
    saw("system", system(protocol, body));
    let tools: Vec<&str> = items(&body["tools"])
        .filter_map(|tool| tool["function"]["name"].as_str().or_else(|| tool["name"].as_str()))
        .collect();
    saw("tools", tools.join(", "));
    let told = ["reasoning_effort", "thinking", "chat_template_kwargs", "max_tokens", "temperature"];
    let parameters: Vec<String> = told
        .iter()
        .filter(|name| !body[**name].is_null())
        .map(|name| format!("{name}={}", body[*name]))
        .collect();
    saw("parameters", parameters.join(" "));
    saw("you said", question(protocol, body));
    lines.join("\n")
}

fn system(protocol: Protocol, body: &Value) -> String {
    let of_messages = |list: &Value| {
        let told =
            items(list).filter(|message| message["role"] == "system" || message["role"] == "developer");
        told.map(|message| text(&message["content"])).collect::<Vec<_>>().join(" / ")
    };
    match protocol {
        Protocol::Chat => of_messages(&body["messages"]),
        Protocol::Messages => text(&body["system"]),
        Protocol::Responses => {
            let told = [text(&body["instructions"]), of_messages(&body["input"])];
            told.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" / ")
        }
    }
}

fn question(protocol: Protocol, body: &Value) -> String {
    let list = match protocol {
        Protocol::Responses => &body["input"],
        _ => &body["messages"],
    };
    if let Some(question) = list.as_str() {
        return shortened(question);
    }
    let asked = items(list).filter(|message| message["role"] == "user").last();
    shortened(&asked.map(|message| text(&message["content"])).unwrap_or_default())
}

/// The text of a content: a string, or the texts among its parts.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

pub(super) fn complete(protocol: Protocol, model: &str, reply: &str) -> Value {
    let words = reply.split_whitespace().count();
    match protocol {
        Protocol::Chat => json!({
            "id": "chatcmpl-echo", "object": "chat.completion", "created": 0, "model": model,
            "choices": [{
                "index": 0, "finish_reason": "stop", "logprobs": null,
                "message": {"role": "assistant", "content": reply, "refusal": null},
            }],
            "usage": {"prompt_tokens": words, "completion_tokens": words, "total_tokens": 2 * words},
        }),
        Protocol::Messages => json!({
            "id": "msg_echo", "type": "message", "role": "assistant", "model": model,
            "content": [{"type": "text", "text": reply}],
            "stop_reason": "end_turn", "stop_sequence": null,
            "usage": {"input_tokens": words, "output_tokens": words},
        }),
        Protocol::Responses => json!({
            "id": "resp_echo", "object": "response", "created_at": 0, "status": "completed", "model": model,
            "output": [{
                "id": "msg_echo", "type": "message", "role": "assistant", "status": "completed",
                "content": [{"type": "output_text", "text": reply, "annotations": []}],
            }],
            "usage": {"input_tokens": words, "output_tokens": words, "total_tokens": 2 * words},
        }),
    }
}

/// The same answer as frames of an event stream, a word each.
pub(super) fn events(protocol: Protocol, model: &str, reply: &str, usage: bool) -> Vec<String> {
    let named =
        |event: Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or_default());
    let words = reply.split_inclusive(char::is_whitespace);
    match protocol {
        Protocol::Chat => {
            let chunk = |choices: Value, usage: Value| {
                let mut event = json!({
                    "id": "chatcmpl-echo", "object": "chat.completion.chunk", "created": 0, "model": model,
                    "choices": choices,
                });
                if !usage.is_null() {
                    event["usage"] = usage;
                }
                format!("data: {event}\n\n")
            };
            let delta = |delta: Value, end: Value| {
                chunk(json!([{"index": 0, "delta": delta, "finish_reason": end}]), Value::Null)
            };
            let mut frames = vec![delta(json!({"role": "assistant", "content": ""}), Value::Null)];
            frames.extend(words.map(|word| delta(json!({"content": word}), Value::Null)));
            frames.push(delta(json!({}), json!("stop")));
            if usage {
                frames.push(chunk(json!([]), complete(protocol, model, reply)["usage"].clone()));
            }
            frames.push("data: [DONE]\n\n".to_owned());
            frames
        }
        Protocol::Messages => {
            let mut message = complete(protocol, model, reply);
            message["content"] = json!([]);
            message["stop_reason"] = Value::Null;
            let mut frames = vec![
                named(json!({"type": "message_start", "message": message})),
                named(json!({
                    "type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""},
                })),
            ];
            frames.extend(words.map(|word| {
                let delta = json!({"type": "text_delta", "text": word});
                named(json!({"type": "content_block_delta", "index": 0, "delta": delta}))
            }));
            frames.push(named(json!({"type": "content_block_stop", "index": 0})));
            frames.push(named(json!({
                "type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                "usage": {"output_tokens": reply.split_whitespace().count()},
            })));
            frames.push(named(json!({"type": "message_stop"})));
            frames
        }
        Protocol::Responses => {
            let done = complete(protocol, model, reply);
            let mut begun = done.clone();
            begun["status"] = json!("in_progress");
            begun["output"] = json!([]);
            let mut frames = vec![named(json!({"type": "response.created", "response": begun}))];
            frames.extend(words.map(|word| {
                named(json!({
                    "type": "response.output_text.delta", "item_id": "msg_echo",
                    "output_index": 0, "content_index": 0, "delta": word,
                }))
            }));
            frames.push(named(json!({"type": "response.completed", "response": done})));
            frames
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Protocol, events, reply};

    #[test]
    fn a_reply_tells_what_the_model_was_told() {
        let chat = json!({
            "messages": [
                {"role": "system", "content": "be brief"},
                {"role": "user", "content": [{"type": "text", "text": "hello"}]},
            ],
            "tools": [{"type": "function", "function": {"name": "search"}}],
            "max_tokens": 5,
        });
        let told = "I am m.\nsystem: be brief\ntools: search\nparameters: max_tokens=5\nyou said: hello";
        assert_eq!(reply(Protocol::Chat, "m", &chat), told);
        let messages = json!({"system": "be brief", "messages": [{"role": "user", "content": "hello"}]});
        assert_eq!(reply(Protocol::Messages, "m", &messages), "I am m.\nsystem: be brief\nyou said: hello");
        let responses = json!({"instructions": "be brief", "input": "hello"});
        assert_eq!(reply(Protocol::Responses, "m", &responses), "I am m.\nsystem: be brief\nyou said: hello");
    }

    #[test]
    fn a_stream_ends_as_its_protocol_says() {
        let last = |protocol| events(protocol, "m", "one two", true).pop().unwrap_or_default();
        assert_eq!(last(Protocol::Chat), "data: [DONE]\n\n");
        assert!(last(Protocol::Messages).starts_with("event: message_stop\n"));
        assert!(last(Protocol::Responses).starts_with("event: response.completed\n"));
    }
}
