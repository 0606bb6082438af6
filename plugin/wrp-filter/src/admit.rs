//! What kind of request this is, by its headers; and which of its headers nobody may believe.

use wrp_graph::body::Protocol;

use crate::configuration::Trust;
use crate::metrics::Counter;
use crate::respond::{Reply, error};

/// Headers that say where a request goes or who sends it. A client that sets them is lying.
const FORGED: &[&str] = &["x-selected-model", "x-gateway-destination-endpoint"];
const FORGED_PREFIX: &str = "x-vsr-";
/// What a client may well say with that prefix. `x-vsr-skip-processing` has no effect here.
const CLIENTS_OWN: &[&str] =
    &["x-vsr-debug", "x-vsr-skip-processing", "x-vsr-cache-control", "x-vsr-compression-control"];
const IDENTITY: &[&str] = &["x-authz-user-id", "x-authz-user-groups", "x-authz-team-id", "x-authz-tenant-id"];

/// The headers of a request that matter to us.
#[derive(Debug, Default)]
pub(crate) struct Head {
    method: String,
    /// Without the query.
    path: String,
    /// To be removed before anybody reads them.
    pub(crate) forged: Vec<String>,
    pub(crate) debug: bool,
    pub(crate) user: Option<String>,
    pub(crate) groups: Vec<String>,
    content_length: Option<usize>,
    encoded: bool,
}

/// What to do with a request after its headers.
#[derive(Debug)]
pub(crate) enum Admission {
    /// Not ours.
    Pass,
    ListModels,
    ShowModel(String),
    /// The body decides.
    Gather(Protocol),
    Refuse(Counter, Reply),
}

impl Head {
    pub(crate) fn read(headers: Vec<(String, Vec<u8>)>, trust: &Trust) -> Head {
        let mut head = Head::default();
        for (name, value) in headers {
            if is_forged(&name, trust) {
                head.forged.push(name);
                continue;
            }
            let text = || String::from_utf8_lossy(&value).into_owned();
            match name.as_str() {
                ":method" => head.method = text(),
                ":path" => head.path = text().split(['?', '#']).next().unwrap_or_default().to_owned(),
                "x-vsr-debug" => head.debug = value.eq_ignore_ascii_case(b"true"),
                "content-length" => head.content_length = text().parse().ok(),
                "content-encoding" => head.encoded = !value.eq_ignore_ascii_case(b"identity"),
                _ => {}
            }
            if trust.trust && name == trust.user_header && !value.is_empty() {
                head.user = Some(text());
            }
            if trust.trust && name == trust.groups_header {
                let groups = text();
                let groups = groups.split(',').map(str::trim).filter(|group| !group.is_empty());
                head.groups.extend(groups.map(str::to_owned));
            }
        }
        head
    }

    /// Whether the client has told the length of the body; it must then be told the new one.
    pub(crate) fn has_content_length(&self) -> bool {
        self.content_length.is_some()
    }

    pub(crate) fn admit(&self, end_of_stream: bool, max_body_bytes: usize) -> Admission {
        let path = self.path.as_str();
        if path != "/v1" && !path.starts_with("/v1/") {
            return Admission::Pass;
        }
        if let Some(rest) = path.strip_prefix("/v1/models") {
            match (rest, self.method.as_str()) {
                ("", "GET") => return Admission::ListModels,
                (_, "GET") if rest.starts_with('/') => {
                    return Admission::ShowModel(rest.trim_start_matches('/').to_owned());
                }
                _ if rest.is_empty() || rest.starts_with('/') => return wrong_method("GET"),
                _ => {}
            }
        }
        let Some(protocol) = Protocol::of_path(path) else {
            let message = format!("there is no endpoint `{path}`");
            return refuse(error(Protocol::Chat, 404, "invalid_request_error", &message));
        };
        if self.method != "POST" {
            return wrong_method("POST");
        }
        if self.encoded {
            let message = "an encoded request body cannot be read; send it without `content-encoding`";
            return refuse(error(protocol, 415, "invalid_request_error", message));
        }
        if self.content_length.is_some_and(|length| length > max_body_bytes) {
            return Admission::Refuse(Counter::TooLarge, too_large(protocol, max_body_bytes));
        }
        if end_of_stream {
            return refuse(error(protocol, 400, "invalid_request_error", "the request has no body"));
        }
        Admission::Gather(protocol)
    }
}

pub(crate) fn too_large(protocol: Protocol, max_body_bytes: usize) -> Reply {
    let kind = if protocol == Protocol::Anthropic { "request_too_large" } else { "invalid_request_error" };
    error(protocol, 413, kind, &format!("the request body exceeds {max_body_bytes} bytes"))
}

fn is_forged(name: &str, trust: &Trust) -> bool {
    let identity = || IDENTITY.contains(&name) || name == trust.user_header || name == trust.groups_header;
    FORGED.contains(&name)
        || (name.starts_with(FORGED_PREFIX) && !CLIENTS_OWN.contains(&name))
        || (!trust.trust && identity())
}

fn refuse(reply: Reply) -> Admission {
    Admission::Refuse(Counter::Rejected, reply)
}

fn wrong_method(allowed: &'static str) -> Admission {
    let message = format!("this endpoint takes {allowed} only");
    refuse(error(Protocol::Chat, 405, "invalid_request_error", &message).with("allow", allowed))
}
