//! Asking the companion host: what goes out, and what counts as an answer.
//!
//! The client's body goes as it came, and the host reads it as we do: so nothing here knows what a family of signals
//! makes of a request.

use wrp_graph::body::Protocol;

use crate::admit::Head;
use crate::configuration::Host;
use crate::course::Asking;
use crate::host;
use crate::metrics::Counter;
use crate::root::Shared;

impl Shared {
    /// Asks what can still change the outcome; `false` where the proxy cannot even try.
    pub(crate) fn ask(&self, head: &Head, protocol: Protocol, asking: &Asking, body: &[u8]) -> bool {
        let Some(host) = &self.configuration.host else { return false };
        let mut queries = String::new();
        for query in &asking.queries {
            if !queries.is_empty() {
                queries.push(',');
            }
            queries.push_str(&usize::from(*query).to_string());
        }
        host.call(
            "POST",
            "/v1/answer",
            &[
                ("accept", "application/octet-stream"),
                ("x-wrp-policy", &host.policy),
                ("x-wrp-recipe", &asking.recipe.to_string()),
                ("x-wrp-ask", &queries),
                ("x-wrp-protocol", protocol.word()),
                ("x-wrp-deadline-ms", &host.timeout_ms.to_string()),
                ("x-wrp-tenant", head.user.as_deref().unwrap_or_default()),
            ],
            body,
        )
    }

    /// The bytes of an answer, if one came; otherwise it is counted why not, and an unknown policy will be told.
    pub(crate) fn answer(&self, headers: usize, size: usize) -> Option<Vec<u8>> {
        match host::call_status(headers) {
            Some(200) => {
                self.metrics.count(Counter::Answered);
                return host::call_body(size);
            }
            Some(404) => self.told.set(false),
            Some(504) => self.metrics.count(Counter::Late),
            _ => {}
        }
        None
    }

    /// Tells the host the policy, if it has not been told.
    pub(crate) fn tell(&self) {
        let Some(host) = &self.configuration.host else { return };
        if !self.told.get() {
            let path = ["/v1/policies/", &host.policy].concat();
            self.told.set(host.call("PUT", &path, &[], &host.graph));
        }
    }
}

impl Host {
    fn call(&self, method: &str, path: &str, more: &[(&str, &str)], body: &[u8]) -> bool {
        let mut headers = vec![(":method", method), (":path", path), (":authority", self.cluster.as_str())];
        headers.extend_from_slice(more);
        host::call(&self.cluster, headers, body, self.timeout_ms)
    }
}
