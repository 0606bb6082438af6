//! What the client learns about the decision, in response headers.

use std::borrow::Cow;

use wrp_graph::graph::{Graph, Retention};
use wrp_graph::reading::Reading;

use crate::host;
use crate::respond::{Reply, SCHEMA_VERSION, header_value};

type Header = (Cow<'static, str>, String);

/// Headers that wait for the response.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Told when the upstream succeeded.
    success: Vec<Header>,
    /// Told in any case, to a client that asked to debug.
    debug: Vec<Header>,
}

/// A decision in words.
#[derive(Debug)]
pub(crate) struct Selected<'g> {
    pub(crate) recipe: &'g str,
    /// The route's name; none where the default model serves.
    pub(crate) decision: Option<&'g str>,
    pub(crate) confidence: f64,
    pub(crate) algorithm: &'g str,
    pub(crate) model: &'g str,
}

impl Report {
    pub(crate) fn selected(&mut self, selected: &Selected<'_>) {
        self.success("x-vsr-selected-recipe", selected.recipe);
        if let Some(decision) = selected.decision {
            self.success("x-vsr-selected-decision", decision);
            self.success("x-vsr-selected-confidence", &four_decimals(selected.confidence));
            self.success("x-vsr-selected-algorithm", selected.algorithm);
        }
        self.success("x-vsr-selected-model", selected.model);
    }

    pub(crate) fn success(&mut self, name: &'static str, value: &str) {
        self.success.push((name.into(), header_value(value)));
    }

    pub(crate) fn debug(&mut self, name: impl Into<Cow<'static, str>>, value: &str) {
        self.debug.push((name.into(), header_value(value)));
    }

    /// The names that matched, one header for each family. Readings come sorted by key, so families come together.
    pub(crate) fn matched<'k>(&mut self, readings: impl Iterator<Item = (&'k str, Reading)>) {
        let mut family_before = "";
        for (key, _) in readings.filter(|(_, reading)| reading.matched) {
            let Some((family, name)) = key.split_once(':') else { continue };
            match self.debug.last_mut() {
                Some((_, names)) if family == family_before => {
                    names.push(',');
                    names.push_str(&header_value(name));
                }
                _ => {
                    let plural = matches!(family, "keyword" | "embedding" | "domain" | "projection");
                    let header = ["x-vsr-matched-", &family.replace('_', "-"), if plural { "s" } else { "" }];
                    self.debug(header.concat(), name);
                    family_before = family;
                }
            }
        }
    }

    pub(crate) fn retention(&mut self, retention: &Retention) {
        let flags = [
            ("x-vsr-retention-drop", retention.drop),
            ("x-vsr-retention-keep-current-model", retention.keep_current_model),
            ("x-vsr-retention-prefer-prefix", retention.prefer_prefix),
        ];
        for (name, flag) in flags {
            if let Some(flag) = flag {
                self.debug(name, if flag { "true" } else { "false" });
            }
        }
        if let Some(turns) = retention.ttl_turns {
            self.debug("x-vsr-retention-ttl-turns", &turns.to_string());
        }
    }

    pub(crate) fn policy(&mut self, graph: &Graph) {
        let hash: String = graph.policy.iter().map(|byte| format!("{byte:02x}")).collect();
        self.debug("x-wrp-policy", &hash);
    }

    /// Everything at once, on an answer of our own.
    pub(crate) fn onto(self, reply: Reply) -> Reply {
        let headers = self.success.into_iter().chain(self.debug);
        headers.fold(reply, |reply, (name, value)| reply.with(name, &value))
    }

    /// Onto the response of the upstream. An upstream cannot speak for us: what it says under these names is
    /// overwritten.
    pub(crate) fn send(&self) -> Result<(), proxy_wasm::types::Status> {
        host::set_response_header("x-vsr-schema-version", SCHEMA_VERSION)?;
        host::set_response_header("x-vsr-response-path", "upstream")?;
        let success = host::response_status().is_some_and(|status| (200..300).contains(&status));
        let told = self.success.iter().filter(|_| success).chain(&self.debug);
        for (name, value) in told {
            host::set_response_header(name, value)?;
        }
        Ok(())
    }
}

/// A number in `0..=1` with four decimals, rounded exactly; without the code that prints any double.
fn four_decimals(number: f64) -> String {
    let bits = number.to_bits();
    let (exponent, fraction) = ((bits >> 52) & 0x7ff, bits & ((1 << 52) - 1));
    // number = mantissa / 2^shift; below 2^-74 nothing of it is seen.
    let shift = 1075_u64.saturating_sub(exponent);
    let ten_thousandths: u64 = if shift < 127 {
        let scaled = (u128::from(fraction) | 1 << 52) * 10_000;
        let (whole, rest, half) = (scaled >> shift, scaled & ((1 << shift) - 1), (1_u128 << shift) >> 1);
        // Ties to even, as the reference prints.
        let up = rest > half || (rest == half && whole & 1 == 1);
        whole as u64 + u64::from(up)
    } else {
        0
    };
    format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000)
}
