//! Answers that the filter gives itself.

use std::borrow::Cow;

use wrp_graph::body::Protocol;
use wrp_graph::edit::quote;

/// The version of our response headers, the reference's.
pub(crate) const SCHEMA_VERSION: &str = "2";

#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u32,
    pub(crate) headers: Vec<(Cow<'static, str>, String)>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(status: u32, path: &str, body: String) -> Reply {
        let headers = vec![
            ("content-type".into(), "application/json".to_owned()),
            ("x-vsr-schema-version".into(), SCHEMA_VERSION.to_owned()),
            ("x-vsr-response-path".into(), path.to_owned()),
        ];
        Reply { status, headers, body }
    }

    pub(crate) fn events(path: &str, body: String) -> Reply {
        let mut reply = Reply::json(200, path, body);
        for (name, value) in &mut reply.headers {
            if name == "content-type" {
                *value = "text/event-stream".to_owned();
            }
        }
        reply.with("cache-control", "no-cache")
    }

    #[must_use]
    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, value: &str) -> Reply {
        self.headers.push((name.into(), header_value(value)));
        self
    }
}

/// An error in the client's own shape.
pub(crate) fn error(protocol: Protocol, status: u32, kind: &str, message: &str) -> Reply {
    Reply::json(status, "error", error_body(protocol, status, kind, message))
}

/// The answer of a route that could not be decided and denies.
pub(crate) fn denied(protocol: Protocol, route: &str) -> Reply {
    let kind = if protocol == Protocol::Anthropic { "permission_error" } else { "policy_error" };
    let message = "the policy cannot decide on this request and denies it";
    Reply::json(403, "blocked", error_body(protocol, 403, kind, message))
        .with("x-vsr-selected-decision", route)
}

fn error_body(protocol: Protocol, status: u32, kind: &str, message: &str) -> String {
    let (kind, message) = (quote(kind), quote(message));
    match protocol {
        Protocol::Anthropic => {
            format!(r#"{{"type":"error","error":{{"type":{kind},"message":{message}}}}}"#)
        }
        Protocol::Chat | Protocol::Responses => {
            format!(r#"{{"error":{{"message":{message},"type":{kind},"code":{status}}}}}"#)
        }
    }
}

/// Names come from a policy and may hold anything; a header value is one line of visible text.
pub(crate) fn header_value(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}
