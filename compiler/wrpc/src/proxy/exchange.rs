//! One HTTP exchange as the filter sees and changes it.

use std::time::Duration;

/// Headers in order; names compare without case, as HTTP has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, Vec<u8>)>);

impl Headers {
    /// From pairs of text.
    pub fn of(pairs: &[(&str, &str)]) -> Headers {
        Headers(
            pairs
                .iter()
                .map(|(name, value)| (name.to_ascii_lowercase(), value.as_bytes().to_vec()))
                .collect(),
        )
    }

    /// The first value as text; `None` when absent or not UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(name)?).ok()
    }

    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }

    pub fn add(&mut self, name: &str, value: &[u8]) {
        self.0.push((name.to_ascii_lowercase(), value.to_vec()));
    }

    /// Puts the value in the place of the first that is there, and drops the others.
    pub fn set(&mut self, name: &str, value: &[u8]) {
        match self.0.iter().position(|(key, _)| key.eq_ignore_ascii_case(name)) {
            Some(at) => {
                self.0[at].1 = value.to_vec();
                let mut index = 0;
                self.0.retain(|(key, _)| {
                    index += 1;
                    index - 1 <= at || !key.eq_ignore_ascii_case(name)
                });
            }
            None => self.add(name, value),
        }
    }

    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }
}

/// One direction of an exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    pub headers: Headers,
    pub body: Vec<u8>,
    pub trailers: Headers,
}

/// An answer that the filter gave itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    pub status: u32,
    pub headers: Headers,
    pub body: Vec<u8>,
}

/// A request of the filter's own, to a cluster that the proxy knows by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub(super) context: u32,
    pub(super) token: u32,
    pub cluster: String,
    pub message: Message,
    pub timeout: Duration,
}

/// What the host keeps of one exchange while the filter works on it.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    pub(super) request: Message,
    pub(super) response: Message,
    pub(super) reply: Option<Reply>,
    /// The filter asked for the route to be chosen again.
    pub(super) route_cleared: bool,
    /// The filter resumed the stream by a call, rather than by what a callback returned.
    pub(super) resumed: bool,
    /// Which part is in the filter's hands right now; the other parts cannot be reached.
    pub(super) phase: Phase,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    #[default]
    Idle,
    RequestHeaders,
    RequestBody,
    RequestTrailers,
    /// The answer to a call of the filter's own has come; the request is as it was when it was held.
    Answer,
    ResponseHeaders,
    ResponseBody,
    ResponseTrailers,
}
