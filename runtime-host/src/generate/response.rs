//! What OpenAI's clients read: a completion, the chunks of a stream, a list of models, an error.

use serde_json::{Value, json};

use super::course::{End, Spelled, Step};

/// What all parts of one answer have in common.
#[derive(Clone, Debug)]
pub struct Heading {
    pub id: String,
    /// In seconds since 1970.
    pub created: u64,
    pub model: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    pub prompt: usize,
    pub completion: usize,
}

impl Heading {
    /// A whole answer.
    pub fn completion(&self, text: &str, logprobs: Option<Vec<Value>>, end: &End, usage: Usage) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion",
            "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": null},
                "logprobs": logprobs.map(|content| json!({"content": content, "refusal": null})),
                "finish_reason": reason(end),
            }],
            "usage": usage.value(),
        })
    }

    /// One chunk of a stream: `delta` is what it adds.
    pub fn chunk(&self, delta: Value, logprobs: Option<Vec<Value>>, end: Option<&End>) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": [{
                "index": 0,
                "delta": delta,
                "logprobs": logprobs.map(|content| json!({"content": content, "refusal": null})),
                "finish_reason": end.map(reason),
            }],
        })
    }

    /// The last chunk of a stream whose client wants to know what it used.
    pub fn usage_chunk(&self, usage: Usage) -> Value {
        json!({
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self.created,
            "model": self.model,
            "choices": [],
            "usage": usage.value(),
        })
    }
}

impl Usage {
    fn value(self) -> Value {
        let Usage { prompt, completion } = self;
        json!({"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion})
    }
}

/// A token's entry under `logprobs`.
pub fn logprob(step: &Step) -> Value {
    let mut entry = spelled(&step.token);
    entry["top_logprobs"] = step.top.iter().map(spelled).collect();
    entry
}

fn spelled(token: &Spelled) -> Value {
    json!({"token": String::from_utf8_lossy(&token.bytes), "logprob": token.logprob, "bytes": token.bytes})
}

pub fn models(model: &str, created: u64) -> Value {
    let model = json!({"id": model, "object": "model", "created": created, "owned_by": "wrp-host"});
    json!({"object": "list", "data": [model]})
}

pub fn error(message: &str, kind: &str, field: Option<&str>, code: Option<&str>) -> Value {
    json!({"error": {"message": message, "type": kind, "param": field, "code": code}})
}

fn reason(end: &End) -> &'static str {
    match end {
        End::Stop | End::Gone => "stop",
        End::Length => "length",
    }
}
