//! What OpenAI's clients send to `/v1/chat/completions`, as far as a small model can do it.

use serde::Deserialize;
use serde_json::Value;

/// Fields that we do not know are ignored, as clients send many; those that would change the answer are refused.
#[derive(Clone, Debug, Deserialize)]
pub struct Request {
    pub model: Option<String>,
    pub messages: Vec<Message>,
    #[serde(alias = "max_completion_tokens")]
    pub max_tokens: Option<usize>,
    #[serde(default = "one")]
    pub temperature: f64,
    #[serde(default = "one")]
    pub top_p: f64,
    pub seed: Option<u64>,
    #[serde(default)]
    pub stop: Stop,
    #[serde(default)]
    pub stream: bool,
    #[serde(default)]
    pub stream_options: StreamOptions,
    #[serde(default)]
    pub logprobs: bool,
    #[serde(default)]
    pub top_logprobs: usize,
    pub n: Option<u64>,
    pub tools: Option<Vec<Value>>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Message {
    pub role: String,
    #[serde(default)]
    pub content: Content,
}

/// A text, or parts that are texts.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Content {
    Text(String),
    Parts(Vec<Part>),
    #[default]
    Nothing,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Part {
    #[serde(rename = "type")]
    pub kind: String,
    pub text: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(untagged)]
pub enum Stop {
    #[default]
    None,
    One(String),
    Any(Vec<String>),
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct StreamOptions {
    #[serde(default)]
    pub include_usage: bool,
}

fn one() -> f64 {
    1.0
}

/// Why a request is not taken, and which field says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    pub field: &'static str,
    pub why: String,
}

impl Request {
    pub fn read(body: &[u8]) -> Result<Request, Unfit> {
        let request: Request =
            serde_json::from_slice(body).map_err(|error| Unfit { field: "body", why: error.to_string() })?;
        request.check()?;
        Ok(request)
    }

    pub fn stops(&self) -> Vec<String> {
        match &self.stop {
            Stop::None => Vec::new(),
            Stop::One(stop) => vec![stop.clone()],
            Stop::Any(stops) => stops.clone(),
        }
    }

    fn check(&self) -> Result<(), Unfit> {
        let unfit = |field, why: &str| Err(Unfit { field, why: why.to_owned() });
        if self.messages.is_empty() {
            return unfit("messages", "there is no message");
        }
        let is_text = |part: &Part| part.kind == "text" && part.text.is_some();
        let parts = self.messages.iter().filter_map(|message| match &message.content {
            Content::Parts(parts) => Some(parts),
            Content::Text(_) | Content::Nothing => None,
        });
        if parts.flatten().any(|part| !is_text(part)) {
            return unfit("messages", "this model reads text only");
        }
        if !(0.0..=2.0).contains(&self.temperature) {
            return unfit("temperature", "it lies between 0 and 2");
        }
        if !(self.top_p > 0.0 && self.top_p <= 1.0) {
            return unfit("top_p", "it lies above 0 and is at most 1");
        }
        if self.top_logprobs > 20 || (self.top_logprobs > 0 && !self.logprobs) {
            return unfit("top_logprobs", "it is at most 20, and wants `logprobs`");
        }
        if self.stops().len() > 4 {
            return unfit("stop", "there are at most 4");
        }
        if self.n.is_some_and(|n| n != 1) {
            return unfit("n", "one answer at a time is given");
        }
        if self.tools.as_ref().is_some_and(|tools| !tools.is_empty()) {
            return unfit("tools", "this model cannot call tools");
        }
        if self.max_tokens == Some(0) {
            return unfit("max_tokens", "it is at least 1");
        }
        Ok(())
    }
}

impl Message {
    pub fn text(&self) -> String {
        match &self.content {
            Content::Text(text) => text.clone(),
            Content::Parts(parts) => parts.iter().filter_map(|part| part.text.as_deref()).collect(),
            Content::Nothing => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_with_its_defaults() {
        let body = r#"{"messages": [{"role": "user", "content": [{"type": "text", "text": "a"},
            {"type": "text", "text": "b"}]}, {"role": "assistant", "content": null}], "stop": "x", "user": "me",
            "max_completion_tokens": 5}"#;
        let request = Request::read(body.as_bytes()).unwrap();
        assert_eq!(request.messages[0].text(), "ab");
        assert_eq!(request.messages[1].text(), "");
        assert_eq!((request.stops(), request.max_tokens), (vec!["x".to_owned()], Some(5)));
        assert_eq!((request.temperature, request.top_p, request.stream), (1.0, 1.0, false));
    }

    #[test]
    fn what_cannot_be_done_is_refused_by_its_field() {
        for (rest, expected) in [
            (r#""messages": []"#, "messages"),
            (r#""messages": [{"role": "user", "content": [{"type": "image_url"}]}]"#, "messages"),
            (r#""messages": 3"#, "body"),
            (r#""messages": [{"role": "user"}], "temperature": 3"#, "temperature"),
            (r#""messages": [{"role": "user"}], "top_p": 0"#, "top_p"),
            (r#""messages": [{"role": "user"}], "top_logprobs": 3"#, "top_logprobs"),
            (r#""messages": [{"role": "user"}], "stop": ["1", "2", "3", "4", "5"]"#, "stop"),
            (r#""messages": [{"role": "user"}], "n": 2"#, "n"),
            (r#""messages": [{"role": "user"}], "tools": [{}]"#, "tools"),
            (r#""messages": [{"role": "user"}], "max_tokens": 0"#, "max_tokens"),
        ] {
            let unfit = Request::read(format!("{{{rest}}}").as_bytes()).unwrap_err();
            assert_eq!(unfit.field, expected, "{rest}");
        }
    }
}
