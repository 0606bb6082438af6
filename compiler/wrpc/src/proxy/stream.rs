//! One HTTP exchange through the filter, with Envoy's rules for holding and forwarding.
//!
//! The filter may hold the headers and go on receiving the body (`allow_on_headers_stop_iteration`). While it
//! holds, the host gathers the body and shows all of it on each callback; once a callback lets go, everything
//! gathered is forwarded. With trailers, no body callback carries the end of the stream: the trailers do.

use super::exchange::{Call, Exchange, Headers, Message, Phase, Reply};
use super::vm::{Error, Machine, Vm};

/// What has become of a message after a callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The filter holds it and wants to see more.
    Hold,
    /// What has come so far goes on, as the filter left it. What comes later goes on as it comes.
    Forward(Message),
    /// The filter answered by itself; nothing goes upstream.
    Reply(Reply),
}

/// An exchange in progress.
#[derive(Debug)]
pub struct Stream {
    vm: Vm,
    context: u32,
}

impl Drop for Stream {
    fn drop(&mut self) {
        // A filter that has trapped cannot be told; its contexts go with it.
        let _ = self.vm.lock().delete_context(self.context);
    }
}

impl Stream {
    pub(super) fn open(vm: Vm) -> Result<Stream, Error> {
        let context = vm.lock().new_context()?;
        Ok(Stream { vm, context })
    }

    /// A whole request at once. `Hold` means that the filter waits for the answer to a [`Stream::call`].
    pub fn request(&mut self, message: Message) -> Result<Verdict, Error> {
        let end = message.body.is_empty() && message.trailers.0.is_empty();
        self.request_in_chunks(message.headers, (!end).then_some(message.body).into_iter(), message.trailers)
    }

    /// A whole request whose body comes in pieces.
    pub fn request_in_chunks(
        &mut self,
        headers: Headers,
        body: impl Iterator<Item = Vec<u8>>,
        trailers: Headers,
    ) -> Result<Verdict, Error> {
        let mut body = body.peekable();
        let mut verdict = self.request_headers(headers, body.peek().is_none() && trailers.0.is_empty())?;
        while let Some(chunk) = body.next() {
            if matches!(verdict, Verdict::Reply(_)) {
                return Ok(verdict);
            }
            let end = body.peek().is_none() && trailers.0.is_empty();
            verdict = join(verdict, self.request_body(&chunk, end)?);
        }
        if !trailers.0.is_empty() && !matches!(verdict, Verdict::Reply(_)) {
            verdict = join(verdict, self.request_trailers(trailers)?);
        }
        Ok(verdict)
    }

    pub fn request_headers(&mut self, headers: Headers, end: bool) -> Result<Verdict, Error> {
        let count = headers.0.len() as u32;
        self.exchange(|exchange| exchange.request.headers = headers);
        self.run(Phase::RequestHeaders, "proxy_on_request_headers", (self.context, count, u32::from(end)))
    }

    pub fn request_body(&mut self, chunk: &[u8], end: bool) -> Result<Verdict, Error> {
        let size = self.exchange(|exchange| {
            exchange.request.body.extend_from_slice(chunk);
            exchange.request.body.len() as u32
        });
        self.run(Phase::RequestBody, "proxy_on_request_body", (self.context, size, u32::from(end)))
    }

    pub fn request_trailers(&mut self, trailers: Headers) -> Result<Verdict, Error> {
        let count = trailers.0.len() as u32;
        self.exchange(|exchange| exchange.request.trailers = trailers);
        let mut machine = self.vm.lock();
        self.begin(&mut machine, Phase::RequestTrailers);
        let action = machine.enter(self.context, "proxy_on_request_trailers", (self.context, count))?;
        Ok(self.finish(&mut machine, Phase::RequestTrailers, action))
    }

    pub fn response_headers(&mut self, headers: Headers, end: bool) -> Result<Verdict, Error> {
        let count = headers.0.len() as u32;
        self.exchange(|exchange| exchange.response.headers = headers);
        self.run(Phase::ResponseHeaders, "proxy_on_response_headers", (self.context, count, u32::from(end)))
    }

    pub fn response_body(&mut self, chunk: &[u8], end: bool) -> Result<Verdict, Error> {
        let size = self.exchange(|exchange| {
            exchange.response.body.extend_from_slice(chunk);
            exchange.response.body.len() as u32
        });
        self.run(Phase::ResponseBody, "proxy_on_response_body", (self.context, size, u32::from(end)))
    }

    /// The call that the filter waits for, if it has made one that nobody has taken up.
    pub fn call(&self) -> Option<Call> {
        self.vm.lock().take_call(self.context)
    }

    /// Brings the answer to a call of this stream; `None` where none came in time, or at all.
    pub fn answer(&mut self, call: &Call, answer: Option<Message>) -> Result<Verdict, Error> {
        let mut machine = self.vm.lock();
        self.begin(&mut machine, Phase::Answer);
        machine.answer(call, answer)?;
        // The callback says nothing: what was held stays so, unless the filter has let go by a call.
        let held = 1;
        match self.finish(&mut machine, Phase::Answer, held) {
            Verdict::Reply(reply) => self.reply_passes(&mut machine, reply),
            verdict => Ok(verdict),
        }
    }

    /// A whole request, its calls answered on the spot.
    pub fn request_answered(
        &mut self,
        message: Message,
        mut answer: impl FnMut(&Call) -> Option<Message>,
    ) -> Result<Verdict, Error> {
        let mut verdict = self.request(message)?;
        while verdict == Verdict::Hold {
            let Some(call) = self.call() else { break };
            let answer = answer(&call);
            verdict = self.answer(&call, answer)?;
        }
        Ok(verdict)
    }

    /// Whether the filter asked for the route to be chosen again.
    pub fn route_cleared(&self) -> bool {
        self.exchange(|exchange| exchange.route_cleared)
    }

    fn run(&self, phase: Phase, callback: &str, arguments: (u32, u32, u32)) -> Result<Verdict, Error> {
        let mut machine = self.vm.lock();
        self.begin(&mut machine, phase);
        let action = machine.enter(self.context, callback, arguments)?;
        let verdict = self.finish(&mut machine, phase, action);
        // In Envoy a filter's own answer passes the filter on its way out.
        if let (Verdict::Reply(reply), true) = (&verdict, phase < Phase::ResponseHeaders) {
            return self.reply_passes(&mut machine, reply.clone());
        }
        Ok(verdict)
    }

    fn reply_passes(&self, machine: &mut Machine, reply: Reply) -> Result<Verdict, Error> {
        let count = reply.headers.0.len() as u32;
        let exchange = machine.store.data_mut().exchanges.entry(self.context).or_default();
        exchange.response = Message { headers: reply.headers, body: reply.body, ..Message::default() };
        exchange.phase = Phase::ResponseHeaders;
        let end = u32::from(exchange.response.body.is_empty());
        let _: u32 = machine.enter(self.context, "proxy_on_response_headers", (self.context, count, end))?;
        let exchange = machine.store.data_mut().exchanges.entry(self.context).or_default();
        exchange.phase = Phase::Idle;
        let Message { headers, body, .. } = std::mem::take(&mut exchange.response);
        Ok(Verdict::Reply(Reply { status: reply.status, headers, body }))
    }

    fn begin(&self, machine: &mut Machine, phase: Phase) {
        let exchange = machine.store.data_mut().exchanges.entry(self.context).or_default();
        exchange.phase = phase;
        exchange.resumed = false;
    }

    fn finish(&self, machine: &mut Machine, phase: Phase, action: u32) -> Verdict {
        let exchange = machine.store.data_mut().exchanges.entry(self.context).or_default();
        exchange.phase = Phase::Idle;
        if let Some(reply) = exchange.reply.take() {
            return Verdict::Reply(reply);
        }
        if action != 0 && !exchange.resumed {
            return Verdict::Hold;
        }
        let message =
            if phase < Phase::ResponseHeaders { &mut exchange.request } else { &mut exchange.response };
        // Headers stay visible to later callbacks; the body that was forwarded does not.
        Verdict::Forward(Message {
            headers: message.headers.clone(),
            body: std::mem::take(&mut message.body),
            trailers: message.trailers.clone(),
        })
    }

    fn exchange<T>(&self, work: impl FnOnce(&mut Exchange) -> T) -> T {
        let mut machine = self.vm.lock();
        work(machine.store.data_mut().exchanges.entry(self.context).or_default())
    }
}

/// Two verdicts on parts of one message: what was forwarded before stays in front.
fn join(before: Verdict, after: Verdict) -> Verdict {
    match (before, after) {
        (Verdict::Forward(first), Verdict::Forward(mut second)) => {
            second.body.splice(0..0, first.body);
            Verdict::Forward(second)
        }
        (_, after) => after,
    }
}
