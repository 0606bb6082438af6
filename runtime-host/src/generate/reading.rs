//! The events of an order on their way to its client: gathered into one answer, or one chunk after the other.

use bytes::Bytes;
use http_body_util::channel::{Channel, Sender};
use http_body_util::{Either, Full};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::course::End;
use super::queue::Event;
use super::response::{self, Heading, Usage};

/// Known at once, or still on its way.
pub(super) type Body = Either<Full<Bytes>, Channel<Bytes>>;

/// The events of one order on their way to a client.
pub(super) struct Reading {
    pub(super) heading: Heading,
    pub(super) events: UnboundedReceiver<Event>,
    /// How many tokens the prompt has.
    pub(super) prompt: usize,
    pub(super) logprobs: bool,
}

impl Reading {
    pub(super) async fn whole(mut self) -> Response<Body> {
        let mut text = String::new();
        let mut entries = Vec::new();
        let mut completion = 0;
        while let Some(event) = self.events.recv().await {
            match event {
                Event::Step(step) => {
                    completion += 1;
                    text += &step.text;
                    entries.extend(self.logprobs.then(|| response::logprob(&step)));
                }
                Event::End(end, held) => {
                    let usage = Usage { prompt: self.prompt, completion };
                    let logprobs = self.logprobs.then_some(entries);
                    let whole = self.heading.completion(&(text + &held), logprobs, &end, usage);
                    return json_response(StatusCode::OK, &whole);
                }
                Event::Failed(why) => return failed(&why),
            }
        }
        failed("the generator has stopped")
    }

    pub(super) fn stream(self, with_usage: bool) -> Response<Body> {
        let (to, body) = Channel::new(16);
        tokio::spawn(self.send(to, with_usage));
        let mut response = Response::new(Either::Right(body));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        response
    }

    /// Ends early when the client is gone, and the order with it.
    async fn send(mut self, mut to: Sender<Bytes>, with_usage: bool) -> Option<()> {
        let first = self.heading.chunk(json!({"role": "assistant", "content": ""}), None, None);
        frame(&mut to, &first).await?;
        let mut completion = 0;
        while let Some(event) = self.events.recv().await {
            match event {
                Event::Step(step) => {
                    completion += 1;
                    let logprobs = self.logprobs.then(|| vec![response::logprob(&step)]);
                    if !step.text.is_empty() || logprobs.is_some() {
                        let chunk = self.heading.chunk(json!({"content": step.text}), logprobs, None);
                        frame(&mut to, &chunk).await?;
                    }
                }
                Event::End(end, held) => {
                    self.end(&mut to, &end, &held).await?;
                    if with_usage {
                        let usage = Usage { prompt: self.prompt, completion };
                        frame(&mut to, &self.heading.usage_chunk(usage)).await?;
                    }
                    return to.send_data(Bytes::from_static(b"data: [DONE]\n\n")).await.ok();
                }
                Event::Failed(why) => {
                    return frame(&mut to, &response::error(&why, "server_error", None, None)).await;
                }
            }
        }
        None
    }

    async fn end(&self, to: &mut Sender<Bytes>, end: &End, held: &str) -> Option<()> {
        if !held.is_empty() {
            frame(to, &self.heading.chunk(json!({"content": held}), None, None)).await?;
        }
        frame(to, &self.heading.chunk(json!({}), None, Some(end))).await
    }
}

async fn frame(to: &mut Sender<Bytes>, value: &Value) -> Option<()> {
    to.send_data(format!("data: {value}\n\n").into()).await.ok()
}

fn failed(why: &str) -> Response<Body> {
    json_response(StatusCode::INTERNAL_SERVER_ERROR, &response::error(why, "server_error", None, None))
}

pub(super) fn json_response(status: StatusCode, value: &Value) -> Response<Body> {
    let mut response = Response::new(Either::Left(Full::new(value.to_string().into())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
