//! The filter's configuration, read once for each worker.

use std::cell::Cell;
use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{ContextType, LogLevel};
use wrp_graph::eval;
use wrp_graph::graph::Graph;

use crate::configuration::{self, Configuration};
use crate::http::Http;
use crate::metrics::Metrics;
use crate::{host, sdk};

/// Where the verdicts on the cases of the configuration lie, for whoever runs this module.
const VERDICTS: &str = "wrp.eval";

/// How soon the host is told a policy that it does not know.
const TELL_EVERY_MS: u64 = 250;

/// What all requests of a worker share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) configuration: Configuration,
    pub(crate) metrics: Metrics,
    /// The host knows the policy, or is being told.
    pub(crate) told: Cell<bool>,
}

#[derive(Debug, Default)]
pub(crate) struct Root {
    shared: Option<Rc<Shared>>,
}

impl Context for Root {
    sdk::decline_context!();

    fn on_http_call_response(&mut self, _: u32, headers: usize, _: usize, _: usize) {
        if let Some(shared) = &self.shared {
            shared.told.set(host::call_status(headers).is_some_and(|status| status < 300));
        }
    }
}

impl RootContext for Root {
    sdk::decline_root!();

    /// `false` makes the proxy reject the configuration; the reason is in its log.
    fn on_configure(&mut self, size: usize) -> bool {
        let bytes = host::configuration(size).unwrap_or_default();
        let configuration = match configuration::read(&bytes) {
            Ok(configuration) => configuration,
            Err(refused) => {
                host::log(LogLevel::Error, &format!("wrp: {refused}"));
                return false;
            }
        };
        if let Some(cases) = &configuration.eval {
            return evaluate(&configuration.graph, cases);
        }
        if configuration.host.is_some() {
            host::tick_every(TELL_EVERY_MS);
        }
        self.shared =
            Some(Rc::new(Shared { configuration, metrics: Metrics::define(), told: Cell::new(false) }));
        true
    }

    fn on_tick(&mut self) {
        if let Some(shared) = &self.shared {
            shared.tell();
        }
    }

    fn create_http_context(&self, _: u32) -> Option<Box<dyn HttpContext>> {
        Some(Box::new(Http::new(self.shared.clone())))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// Decides on the cases that came with the configuration, instead of serving requests.
fn evaluate(graph: &Graph, cases: &[u8]) -> bool {
    let Some(verdicts) = eval::evaluate_bytes(graph, cases) else {
        host::log(LogLevel::Error, "wrp: `eval` holds no cases");
        return false;
    };
    host::share(VERDICTS, &verdicts).is_ok()
}
