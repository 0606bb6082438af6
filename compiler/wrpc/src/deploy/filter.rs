//! What the filter is told by the proxy's configuration: one JSON object.

use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest, Sha256};

/// The filter's configuration. Everything but the graph may be absent; the filter then uses its defaults.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FilterConfig {
    /// The compiled policy's bytes, in base64.
    graph: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<Identity>,
    /// Larger bodies are answered with 413.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_body_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<Host>,
}

/// The companion host, as the proxy reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Host {
    cluster: String,
    /// The policy's name there.
    policy: String,
    timeout_ms: u64,
}

/// The name of the cluster of the companion host.
pub const HOST_CLUSTER: &str = "wrp-host";

/// How long the filter waits for the host unless told otherwise.
pub const HOST_TIMEOUT_MS: u64 = 200;

/// The name of a policy at the host: the SHA-256 of its graph's bytes, so that nobody can give a name to anything else.
pub fn policy_name(graph: &[u8]) -> String {
    Sha256::digest(graph).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where to read who asks. Present only where a filter before ours has proved it and has removed what the client
/// said about itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Identity {
    pub trust: bool,
    pub user_header: String,
    pub groups_header: String,
}

impl Identity {
    /// The header names that the reference system reads.
    pub fn trusted() -> Identity {
        Identity {
            trust: true,
            user_header: "x-authz-user-id".to_owned(),
            groups_header: "x-authz-user-groups".to_owned(),
        }
    }
}

impl FilterConfig {
    /// The largest body that the filter holds unless told otherwise.
    pub const DEFAULT_MAX_BODY_BYTES: u64 = 4 * 1024 * 1024;

    pub fn new(graph: &[u8]) -> FilterConfig {
        let graph = base64::engine::general_purpose::STANDARD.encode(graph);
        FilterConfig { graph, identity: None, max_body_bytes: None, host: None }
    }

    /// Has the filter ask a host, within this time, what only a model can tell. `graph` is what it was made from.
    #[must_use]
    pub fn asking(self, graph: &[u8], timeout_ms: u64) -> FilterConfig {
        let host = Host { cluster: HOST_CLUSTER.to_owned(), policy: policy_name(graph), timeout_ms };
        FilterConfig { host: Some(host), ..self }
    }

    #[must_use]
    pub fn trusting(self, identity: Identity) -> FilterConfig {
        FilterConfig { identity: Some(identity), ..self }
    }

    #[must_use]
    pub fn max_body_bytes(self, bytes: u64) -> FilterConfig {
        FilterConfig { max_body_bytes: Some(bytes), ..self }
    }

    /// Where identity is read from, if it is believed at all.
    pub fn trusted_identity(&self) -> Option<&Identity> {
        self.identity.as_ref().filter(|identity| identity.trust)
    }

    /// As the filter reads it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers are always JSON")
    }

    pub fn body_limit(&self) -> u64 {
        self.max_body_bytes.unwrap_or(Self::DEFAULT_MAX_BODY_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_left_to_the_filter() {
        assert_eq!(FilterConfig::new(b"wrp").to_json(), r#"{"graph":"d3Jw"}"#);
    }

    #[test]
    fn everything_can_be_said() {
        let config = FilterConfig::new(b"wrp").trusting(Identity::trusted()).max_body_bytes(10);
        let config = config.asking(b"wrp", 50);
        assert_eq!(
            config.to_json(),
            concat!(
                r#"{"graph":"d3Jw","identity":{"trust":true,"user_header":"x-authz-user-id","#,
                r#""groups_header":"x-authz-user-groups"},"max_body_bytes":10,"host":{"cluster":"wrp-host","#,
                r#""policy":"f9f50f01c725fc73b78f8cf6c4b6d9cda5cf1c4ae74f178d91d16b9f077d54c0","timeout_ms":50}}"#
            )
        );
    }
}
