//! One counter for each way a request can go.

use crate::host;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counter {
    /// Not for us: passed on unread.
    Passed,
    /// Asked for the models.
    Listed,
    /// Named a model itself.
    Explicit,
    /// A route took it.
    Routed,
    /// No route took it; the default model serves.
    Defaulted,
    /// A route answered it.
    FastResponse,
    /// A route could not be decided and denies.
    Denied,
    /// Makes no sense: 400, 404, 405, 415.
    Rejected,
    TooLarge,
    /// Decided without an answer to a question that could have mattered; counted beside the outcome.
    Unavailable,
    /// The host was asked.
    Asked,
    /// It answered.
    Answered,
    /// It did not in time.
    Late,
    /// The proxy refused us something.
    Failed,
}

const NAMES: [(Counter, &str); 14] = [
    (Counter::Passed, "wrp.passed"),
    (Counter::Listed, "wrp.listed"),
    (Counter::Explicit, "wrp.explicit"),
    (Counter::Routed, "wrp.routed"),
    (Counter::Defaulted, "wrp.defaulted"),
    (Counter::FastResponse, "wrp.fast_response"),
    (Counter::Denied, "wrp.denied"),
    (Counter::Rejected, "wrp.rejected"),
    (Counter::TooLarge, "wrp.too_large"),
    (Counter::Unavailable, "wrp.unavailable"),
    (Counter::Asked, "wrp.asked"),
    (Counter::Answered, "wrp.answered"),
    (Counter::Late, "wrp.late"),
    (Counter::Failed, "wrp.failed"),
];

#[derive(Debug)]
pub(crate) struct Metrics {
    ids: [(Counter, Option<u32>); 14],
}

impl Metrics {
    /// Defines every counter, once: looking a name up takes a lock in the proxy.
    pub(crate) fn define() -> Metrics {
        Metrics { ids: NAMES.map(|(counter, name)| (counter, host::define_counter(name))) }
    }

    pub(crate) fn count(&self, counter: Counter) {
        if let Some((_, Some(id))) = self.ids.iter().find(|(each, _)| *each == counter) {
            host::increment(*id);
        }
    }
}
