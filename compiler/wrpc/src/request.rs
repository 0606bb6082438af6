//! One request as a client sends it, out of a prompt, a file or a row of a table.

use serde_json::{Value, json};
use wrp_graph::facts::Identity;

/// A request, and who the proxy would say has sent it.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub user: Option<String>,
    pub groups: Vec<String>,
    pub body: Vec<u8>,
}

/// The name that asks for routing.
pub const AUTO: &str = "auto";
pub const CHAT: &str = "/v1/chat/completions";

impl Request {
    pub fn of_prompt(prompt: &str) -> Request {
        Request::of_body(&json!({"model": AUTO, "messages": [{"role": "user", "content": prompt}]}))
    }

    pub fn of_body(body: &Value) -> Request {
        Request::of_bytes(body.to_string().into_bytes())
    }

    pub fn of_bytes(body: Vec<u8>) -> Request {
        Request { path: CHAT.to_owned(), headers: Vec::new(), user: None, groups: Vec::new(), body }
    }

    /// Who asks, also from the headers that a filter before ours would set.
    pub fn identity(&self) -> Identity<'_> {
        let header = |name: &str| {
            let found = self.headers.iter().rev().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str())
        };
        let user = self.user.as_deref().or_else(|| header("x-authz-user-id"));
        let groups: Vec<&str> = match self.groups.is_empty() {
            false => self.groups.iter().map(String::as_str).collect(),
            true => header("x-authz-user-groups")
                .unwrap_or_default()
                .split(',')
                .map(str::trim)
                .filter(|group| !group.is_empty())
                .collect(),
        };
        Identity { user: user.map(Into::into), groups: groups.into_iter().map(Into::into).collect() }
    }
}

/// `name: value` or `name=value`, as an argument writes a header.
pub fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text
        .split_once([':', '='])
        .ok_or_else(|| format!("`{text}` is not a header: write `name: value`"))?;
    Ok((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}
