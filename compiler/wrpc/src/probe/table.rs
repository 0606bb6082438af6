//! The form of a table of requests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use wrp_graph::graph::Query;
use wrp_graph::reading::Reading;
use wrp_graph::session::Unavailable;

use super::reference;
use crate::request::{AUTO, CHAT, Request};

/// A file of probes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// The policy, if it is not the file of the same name beside.
    pub policy: Option<PathBuf>,
    pub probes: Vec<Probe>,
}

/// A request, what the host would answer, and what must come of it.
///
/// The request is one of `prompt`, `messages`, `request` (the whole body) or `body_file`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Probe {
    pub name: String,
    pub prompt: Option<String>,
    /// The prompt so many times, a line each.
    pub repeat: Option<usize>,
    pub messages: Option<Vec<Value>>,
    pub request: Option<Value>,
    /// Beside the table.
    pub body_file: Option<PathBuf>,
    /// `/v1/chat/completions` unless said otherwise.
    pub path: Option<String>,
    /// What the client asks for; `auto` unless said otherwise.
    pub model: Option<String>,
    pub headers: BTreeMap<String, String>,
    /// Who a trusted filter says it is.
    pub user: Option<String>,
    pub groups: Vec<String>,
    pub metadata: Option<Value>,
    /// Definitions, or only names.
    pub tools: Option<Vec<Value>>,
    /// Decide by this recipe, whatever the model's name.
    pub recipe: Option<String>,
    /// What the host finds: key to true, a confidence, or all of a reading.
    pub answers: BTreeMap<String, Answer>,
    /// Detectors that fail: `pii:personal_data`, or `*` for a host that is down.
    pub unknown: Vec<String>,
    pub expect: Expect,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    Found(bool),
    Confidence(f64),
    Reading {
        #[serde(default = "yes")]
        matched: bool,
        confidence: Option<f64>,
        value: Option<f64>,
    },
}

fn yes() -> bool {
    true
}

/// What must come of a request; what is not written is not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The route that takes it; `null` for none.
    #[serde(deserialize_with = "written")]
    pub route: Option<Option<String>>,
    /// The route that refuses because it could not be decided.
    pub denied: Option<String>,
    pub model: Option<String>,
    pub recipe: Option<String>,
    pub status: Option<u16>,
    /// A part of what the proxy answers itself.
    pub reply: Option<String>,
    /// Keys that fire, and with `!` those that do not; an empty list says that nothing fires.
    pub signals: Option<Vec<String>>,
    /// The queries that are asked, in any order.
    pub asked: Option<Vec<String>>,
    /// JSON pointers into the body that goes upstream; `null` for what must be absent.
    pub body: BTreeMap<String, Value>,
    /// Headers that go upstream; `null` for what must be absent.
    pub headers: BTreeMap<String, Option<String>>,
}

/// Tells a `null` that is written from silence.
fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Deserialize::deserialize(deserializer).map(Some)
}

impl Table {
    pub fn read(path: &Path) -> anyhow::Result<Table> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        Table::parse(&text).with_context(|| format!("`{}` is no table of requests", path.display()))
    }

    /// Our own form, or the reference system's (a list of `decisions` with `variants`).
    pub fn parse(text: &str) -> anyhow::Result<Table> {
        let whole: serde_yaml::Value = serde_yaml::from_str(text)?;
        match whole.get("decisions") {
            Some(_) => Ok(reference::read(text)?),
            None => Ok(serde_yaml::from_str(text)?),
        }
    }
}

impl Probe {
    /// The request that a client would send. `folder` is where the table lies.
    pub fn request(&self, folder: &Path) -> anyhow::Result<Request> {
        let given = [
            self.prompt.is_some(),
            self.messages.is_some(),
            self.request.is_some(),
            self.body_file.is_some(),
        ];
        anyhow::ensure!(
            given.iter().filter(|given| **given).count() == 1,
            "a probe has one of `prompt`, `messages`, `request` and `body_file`"
        );
        let bytes = match (&self.body_file, &self.request) {
            (Some(file), _) => {
                let file = folder.join(file);
                fs::read(&file).with_context(|| format!("cannot read `{}`", file.display()))?
            }
            (None, Some(body)) => body.to_string().into_bytes(),
            (None, None) => self.body().to_string().into_bytes(),
        };
        Ok(Request {
            path: self.path.clone().unwrap_or_else(|| CHAT.to_owned()),
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
                .collect(),
            user: self.user.clone(),
            groups: self.groups.clone(),
            body: bytes,
        })
    }

    fn body(&self) -> Value {
        let messages = match (&self.messages, &self.prompt) {
            (Some(messages), _) => json!(messages),
            (None, prompt) => {
                let prompt = prompt.as_deref().unwrap_or_default();
                let prompt = vec![prompt; self.repeat.unwrap_or(1).max(1)].join("\n");
                json!([{"role": "user", "content": prompt}])
            }
        };
        let mut body = json!({"model": self.model.as_deref().unwrap_or(AUTO), "messages": messages});
        if let Some(metadata) = &self.metadata {
            body["metadata"] = metadata.clone();
        }
        if let Some(tools) = &self.tools {
            body["tools"] = tools.iter().map(definition).collect();
        }
        body
    }

    /// What the host says to a query.
    pub fn answer(&self, query: &Query) -> Result<Vec<(String, Reading)>, Unavailable> {
        let name = format!("{}:{}", query.family, query.name);
        if self.unknown.iter().any(|key| key == "*" || *key == name || query.keys.contains(key)) {
            return Err(Unavailable);
        }
        let found = self.answers.iter().filter(|(key, _)| query.keys.contains(key));
        Ok(found.map(|(key, answer)| (key.clone(), answer.reading())).collect())
    }
}

impl Answer {
    fn reading(&self) -> Reading {
        match self {
            Answer::Found(found) => Reading::flag(*found),
            Answer::Confidence(confidence) => Reading::confident(true, *confidence),
            Answer::Reading { matched, confidence, value } => {
                let reading = match confidence {
                    Some(confidence) => Reading::confident(*matched, *confidence),
                    None => Reading::flag(*matched),
                };
                value.map_or(reading, |value| reading.with_value(value))
            }
        }
    }
}

/// A tool's definition out of its name.
fn definition(tool: &Value) -> Value {
    match tool.as_str() {
        Some(name) => {
            json!({"type": "function", "function": {"name": name, "parameters": {"type": "object"}}})
        }
        None => tool.clone(),
    }
}
