//! The answer of a `fast_response` route: what a model would have sent, in the client's protocol.

use wrp_graph::body::Protocol;
use wrp_graph::edit::quote;

use crate::respond::Reply;

/// What the answer is made of.
#[derive(Debug)]
pub(crate) struct Message<'m> {
    pub(crate) protocol: Protocol,
    pub(crate) stream: bool,
    /// The model as the client named it.
    pub(crate) model: &'m str,
    pub(crate) text: &'m str,
    /// Nanoseconds since 1970.
    pub(crate) now_ns: u64,
}

pub(crate) fn reply(message: &Message<'_>) -> Reply {
    let parts = Parts {
        id: format!("{:x}", message.now_ns),
        created: message.now_ns / 1_000_000_000,
        model: quote(message.model),
        text: quote(message.text),
    };
    let reply = match (message.protocol, message.stream) {
        (Protocol::Chat, false) => Reply::json(200, "fast_response", parts.chat()),
        (Protocol::Chat, true) => Reply::events("fast_response", parts.chat_events()),
        (Protocol::Anthropic, false) => Reply::json(200, "fast_response", parts.anthropic()),
        (Protocol::Anthropic, true) => Reply::events("fast_response", parts.anthropic_events()),
        (Protocol::Responses, false) => Reply::json(200, "fast_response", parts.response("completed", true)),
        (Protocol::Responses, true) => Reply::events("fast_response", parts.response_events()),
    };
    reply.with("x-vsr-fast-response", "true")
}

/// In JSON already.
struct Parts {
    id: String,
    created: u64,
    model: String,
    text: String,
}

impl Parts {
    fn chat(&self) -> String {
        let Parts { id, created, model, text } = self;
        format!(
            r#"{{"id":"chatcmpl-{id}","object":"chat.completion","created":{created},"model":{model},"choices":[{{"index":0,"message":{{"role":"assistant","content":{text}}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}}}"#
        )
    }

    fn chat_events(&self) -> String {
        let Parts { id, created, model, text } = self;
        let chunk = |delta: &str, finish: &str| {
            format!(
                "data: {{\"id\":\"chatcmpl-{id}\",\"object\":\"chat.completion.chunk\",\"created\":{created},\"model\":{model},\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n"
            )
        };
        let said = chunk(&format!(r#"{{"role":"assistant","content":{text}}}"#), "null");
        said + &chunk("{}", "\"stop\"") + "data: [DONE]\n\n"
    }

    fn anthropic(&self) -> String {
        let content = format!(r#"[{{"type":"text","text":{}}}]"#, self.text);
        self.anthropic_message(&content, "\"end_turn\"")
    }

    fn anthropic_message(&self, content: &str, stop: &str) -> String {
        let Parts { id, model, .. } = self;
        format!(
            r#"{{"id":"msg_{id}","type":"message","role":"assistant","model":{model},"content":{content},"stop_reason":{stop},"stop_sequence":null,"usage":{{"input_tokens":0,"output_tokens":0}}}}"#
        )
    }

    fn anthropic_events(&self) -> String {
        let start = self.anthropic_message("[]", "null");
        let text = &self.text;
        let events = [
            ("message_start", format!(r#","message":{start}"#)),
            ("content_block_start", r#","index":0,"content_block":{"type":"text","text":""}"#.to_owned()),
            ("content_block_delta", format!(r#","index":0,"delta":{{"type":"text_delta","text":{text}}}"#)),
            ("content_block_stop", r#","index":0"#.to_owned()),
            (
                "message_delta",
                r#","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":0}"#
                    .to_owned(),
            ),
            ("message_stop", String::new()),
        ];
        events.iter().map(|(kind, rest)| event(kind, rest)).collect()
    }

    fn response(&self, status: &str, with_output: bool) -> String {
        let Parts { id, created, model, .. } = self;
        let output =
            if with_output { self.output_item("completed", &self.output_text()) } else { String::new() };
        let usage = if with_output {
            r#"{"input_tokens":0,"input_tokens_details":{"cached_tokens":0},"output_tokens":0,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":0}"#
        } else {
            "null"
        };
        format!(
            r#"{{"id":"resp_{id}","object":"response","created_at":{created},"status":"{status}","error":null,"incomplete_details":null,"instructions":null,"model":{model},"output":[{output}],"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"metadata":{{}},"usage":{usage}}}"#
        )
    }

    fn output_item(&self, status: &str, content: &str) -> String {
        let id = &self.id;
        format!(
            r#"{{"type":"message","id":"msg_{id}","status":"{status}","role":"assistant","content":[{content}]}}"#
        )
    }

    fn output_text(&self) -> String {
        format!(r#"{{"type":"output_text","text":{},"annotations":[]}}"#, self.text)
    }

    fn response_events(&self) -> String {
        let Parts { id, text, .. } = self;
        let place = format!(r#","item_id":"msg_{id}","output_index":0,"content_index":0"#);
        let empty = r#"{"type":"output_text","text":"","annotations":[]}"#;
        let (begun, done) = (self.response("in_progress", false), self.response("completed", true));
        let (adding, added) =
            (self.output_item("in_progress", ""), self.output_item("completed", &self.output_text()));
        let events = [
            ("response.created", format!(r#","response":{begun}"#)),
            ("response.in_progress", format!(r#","response":{begun}"#)),
            ("response.output_item.added", format!(r#","output_index":0,"item":{adding}"#)),
            ("response.content_part.added", format!(r#"{place},"part":{empty}"#)),
            ("response.output_text.delta", format!(r#"{place},"delta":{text},"logprobs":[]"#)),
            ("response.output_text.done", format!(r#"{place},"text":{text},"logprobs":[]"#)),
            ("response.content_part.done", format!(r#"{place},"part":{}"#, self.output_text())),
            ("response.output_item.done", format!(r#","output_index":0,"item":{added}"#)),
            ("response.completed", format!(r#","response":{done}"#)),
        ];
        let numbered = events.iter().enumerate();
        numbered
            .map(|(number, (kind, rest))| event(kind, &format!(r#","sequence_number":{number}{rest}"#)))
            .collect()
    }
}

fn event(kind: &str, rest: &str) -> String {
    format!("event: {kind}\ndata: {{\"type\":\"{kind}\"{rest}}}\n\n")
}
