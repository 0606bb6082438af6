//! The life of one request: hold it, decide, let it go once.
//!
//! The headers are held until the body is whole, because the body decides the route. Only then the request is
//! resumed, once: from inside the callback that saw its end or, where the host was asked, from the one that brought
//! its answer. So the proxy never forwards half a body.

use std::rc::Rc;

use proxy_wasm::traits::{Context, HttpContext};
use proxy_wasm::types::{Action, LogLevel, Status};
use wrp_graph::answer::{self, Answer};
use wrp_graph::body::Protocol;

use crate::admit::{Admission, Head, too_large};
use crate::course::{Asking, End, Forward, Stage, chart};
use crate::metrics::Counter;
use crate::report::Report;
use crate::respond::{Reply, error};
use crate::root::Shared;
use crate::{host, models, sdk};

#[derive(Debug)]
pub(crate) struct Http {
    /// `None` only if the proxy sends requests to a filter it never configured.
    shared: Option<Rc<Shared>>,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Nothing to do any more, whatever comes: not ours, or already answered.
    Over,
    /// The body is coming in.
    Gathering(Held),
    /// The body is whole; the host has been asked.
    Asking(Held, Box<Asking>),
    /// Gone upstream; the response will be told about it.
    Forwarded(Report),
}

/// A request that is held.
#[derive(Debug)]
struct Held {
    head: Head,
    protocol: Protocol,
    size: usize,
}

impl Http {
    pub(crate) fn new(shared: Option<Rc<Shared>>) -> Http {
        Http { shared, state: State::Over }
    }

    fn begin(&mut self, shared: &Shared, end_of_stream: bool) -> Result<Action, Status> {
        let head = Head::read(host::request_headers()?, &shared.configuration.identity);
        for name in &head.forged {
            host::remove_request_header(name)?;
        }
        let graph = &shared.configuration.graph;
        match head.admit(end_of_stream, shared.configuration.max_body_bytes) {
            Admission::Pass => {
                shared.metrics.count(Counter::Passed);
                Ok(Action::Continue)
            }
            Admission::ListModels => self.answer(shared, Counter::Listed, &models::list(graph)),
            Admission::ShowModel(name) => self.answer(shared, Counter::Listed, &models::show(graph, &name)),
            Admission::Refuse(counter, reply) => self.answer(shared, counter, &reply),
            Admission::Gather(protocol) => {
                self.state = State::Gathering(Held { head, protocol, size: 0 });
                Ok(Action::Pause)
            }
        }
    }

    /// The body is whole.
    fn decide(&mut self, shared: &Shared) -> Result<Action, Status> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Gathering(held) => {
                let host = shared.configuration.host.is_some();
                self.proceed(shared, held, Stage::Fresh { host })
            }
            state => {
                self.state = state;
                Ok(Action::Continue)
            }
        }
    }

    fn proceed(&mut self, shared: &Shared, held: Held, stage: Stage) -> Result<Action, Status> {
        let bytes = host::request_body(held.size)?;
        let graph = &shared.configuration.graph;
        let course = chart(graph, &held.head, held.protocol, &bytes, host::now_ns(), stage);
        for counter in &course.counters {
            shared.metrics.count(*counter);
        }
        match course.end {
            End::Reply(reply) => {
                host::send(&reply)?;
                Ok(Action::Pause)
            }
            End::Forward(forward) => self.forward(&held.head, bytes.len(), *forward),
            End::Ask(asking) => {
                shared.metrics.count(Counter::Asked);
                if shared.ask(&held.head, held.protocol, &asking, &bytes) {
                    self.state = State::Asking(held, asking);
                    Ok(Action::Pause)
                } else {
                    self.proceed(shared, held, Stage::Asked(asking, Vec::new()))
                }
            }
        }
    }

    /// The host has answered, or will not.
    fn answered(&mut self, shared: &Shared, answers: Vec<Answer>) -> Result<Action, Status> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Asking(held, asking) => self.proceed(shared, held, Stage::Asked(asking, answers)),
            // Nothing is held: nothing must be let go.
            state => {
                self.state = state;
                Ok(Action::Pause)
            }
        }
    }

    fn forward(&mut self, head: &Head, size: usize, forward: Forward) -> Result<Action, Status> {
        for mutation in &forward.mutations {
            for name in &mutation.delete {
                host::remove_request_header(name)?;
            }
            for header in &mutation.update {
                host::set_request_header(&header.name, &header.value)?;
            }
            for header in &mutation.add {
                host::add_request_header(&header.name, &header.value)?;
            }
        }
        if let Some(body) = &forward.body {
            host::replace_front(body.until, &body.front)?;
            if head.has_content_length() {
                let length = size.saturating_sub(body.until).saturating_add(body.front.len());
                host::set_request_header("content-length", &length.to_string())?;
            }
        }
        host::set_request_header("x-selected-model", &forward.model)?;
        host::clear_route_cache()?;
        self.state = State::Forwarded(forward.report);
        Ok(Action::Continue)
    }

    fn answer(&mut self, shared: &Shared, counter: Counter, reply: &Reply) -> Result<Action, Status> {
        self.state = State::Over;
        shared.metrics.count(counter);
        host::send(reply)?;
        Ok(Action::Pause)
    }

    /// Runs a step of the request. If the proxy refuses us a call, the request fails closed.
    fn run(&mut self, step: impl FnOnce(&mut Http, &Shared) -> Result<Action, Status>) -> Action {
        let outcome = match self.shared.clone() {
            Some(shared) => step(self, &shared).inspect_err(|_| shared.metrics.count(Counter::Failed)),
            None => Err(Status::InternalFailure),
        };
        outcome.unwrap_or_else(|status| {
            self.state = State::Over;
            host::log(LogLevel::Error, &format!("wrp: the proxy refused a call ({status:?})"));
            let _ =
                host::send(&error(Protocol::Chat, 500, "server_error", "the request could not be processed"));
            Action::Pause
        })
    }
}

impl Context for Http {
    sdk::decline_context!();

    fn on_http_call_response(&mut self, _: u32, headers: usize, size: usize, _: usize) {
        let action = self.run(|http, shared| {
            let bytes = shared.answer(headers, size);
            http.answered(shared, bytes.and_then(|bytes| answer::from_bytes(&bytes)).unwrap_or_default())
        });
        if action == Action::Continue {
            host::resume();
        }
    }
}

impl HttpContext for Http {
    sdk::decline_http!();

    fn on_http_request_headers(&mut self, _: usize, end_of_stream: bool) -> Action {
        self.run(|http, shared| http.begin(shared, end_of_stream))
    }

    /// `size` is everything gathered so far, not only what is new.
    fn on_http_request_body(&mut self, size: usize, end_of_stream: bool) -> Action {
        self.run(|http, shared| {
            let State::Gathering(held) = &mut http.state else {
                return Ok(Action::Continue);
            };
            held.size = size;
            let (protocol, max) = (held.protocol, shared.configuration.max_body_bytes);
            if size > max {
                return http.answer(shared, Counter::TooLarge, &too_large(protocol, max));
            }
            if end_of_stream { http.decide(shared) } else { Ok(Action::Pause) }
        })
    }

    /// With trailers, no body callback carries the end of the stream.
    fn on_http_request_trailers(&mut self, _: usize) -> Action {
        self.run(Http::decide)
    }

    fn on_http_response_headers(&mut self, _: usize, _: bool) -> Action {
        if let State::Forwarded(report) = std::mem::replace(&mut self.state, State::Over)
            && report.send().is_err()
        {
            host::log(LogLevel::Warn, "wrp: the response could not be told about the decision");
        }
        Action::Continue
    }
}
