//! The companion host, over HTTP: carrying the filter's calls to it, and asking it ourselves.
//!
//! The contract is the filter's (docs/host.md); what crosses here is what crosses in a proxy.

use std::cell::RefCell;
use std::time::Duration;

use anyhow::Context;
use http_body_util::{BodyExt, Limited};
use hyper::Request;
use hyper::header::{HeaderName, HeaderValue};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use tokio::runtime::Runtime;
use wrp_graph::answer::{self, Answer};
use wrp_graph::body::Protocol;
use wrp_graph::graph::Graph;

use crate::deploy::policy_name;
use crate::gateway::body::{Body, whole};
use crate::gateway::upstream::{Address, client, innermost};
use crate::proxy::{Call, Headers, Message};
use crate::trace::Question;

/// More than any answer takes.
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// How long a person waits for a host, models being loaded perhaps.
const PATIENCE: Duration = Duration::from_secs(120);

/// A host that can be reached.
#[derive(Clone, Debug)]
pub struct Companion {
    address: Address,
    client: Client<HttpsConnector<HttpConnector>, Body>,
}

impl Companion {
    pub fn new(address: Address) -> Companion {
        Companion { address, client: client() }
    }

    /// Makes a call of the filter's. As in Envoy, a host that cannot be reached reads as 503, and one that is late as 504.
    pub async fn carry(&self, call: &Call) -> Message {
        self.send(&call.message, call.timeout).await.unwrap_or_else(|failure| {
            let status = if failure.is_late { "504" } else { "503" };
            Message { headers: Headers::of(&[(":status", status)]), ..Message::default() }
        })
    }

    async fn send(&self, message: &Message, timeout: Duration) -> Result<Message, Failure> {
        let request = self.request(message).map_err(|error| Failure::of(format!("{error:#}")))?;
        let exchange = async {
            let response =
                self.client.request(request).await.map_err(|error| Failure::of(innermost(&error)))?;
            let (head, body) = response.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await;
            let body = body.map_err(|error| Failure::of(error.to_string()))?.to_bytes().to_vec();
            let mut headers = Headers::of(&[(":status", head.status.as_str())]);
            for (name, value) in &head.headers {
                headers.add(name.as_str(), value.as_bytes());
            }
            Ok(Message { headers, body, ..Message::default() })
        };
        let late = || Failure { is_late: true, why: format!("no answer within {} ms", timeout.as_millis()) };
        tokio::time::timeout(timeout, exchange).await.map_err(|_| late())?
    }

    fn request(&self, message: &Message) -> anyhow::Result<Request<Body>> {
        let pseudo = |name: &str| message.headers.get(name).unwrap_or_default();
        let mut request = Request::builder()
            .method(pseudo(":method"))
            .uri(self.address.uri(pseudo(":path"))?)
            .body(whole(message.body.clone()))?;
        for (name, value) in message.headers.0.iter().filter(|(name, _)| !name.starts_with(':')) {
            request
                .headers_mut()
                .append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_bytes(value)?);
        }
        Ok(request)
    }
}

/// Why there is no answer.
#[derive(Debug)]
struct Failure {
    is_late: bool,
    why: String,
}

impl Failure {
    fn of(why: String) -> Failure {
        Failure { is_late: false, why }
    }
}

/// A host for whoever asks and waits: the commands that decide on single requests.
#[derive(Debug)]
pub struct Asker {
    companion: Companion,
    runtime: Runtime,
    /// The first thing that went wrong: a person who names a host wants its answers.
    complaint: RefCell<Option<String>>,
}

impl Asker {
    pub fn new(address: Address) -> anyhow::Result<Asker> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("no threads to run on")?;
        Ok(Asker { companion: Companion::new(address), runtime, complaint: RefCell::default() })
    }

    pub fn carry(&self, call: &Call) -> Message {
        self.runtime.block_on(self.companion.carry(call))
    }

    /// Asks as the filter would; a host that does not know the policy is told it.
    pub fn answers(&self, question: Question<'_>) -> Vec<Answer> {
        self.runtime.block_on(self.ask(question)).unwrap_or_else(|why| {
            self.complaint.borrow_mut().get_or_insert(why);
            Vec::new()
        })
    }

    /// Has the host load what a policy may ask for, and waits for that: the first real request should not.
    pub fn warm_up(&self, graph: &Graph) -> anyhow::Result<()> {
        for (recipe, scope) in graph.recipes.iter().enumerate() {
            let numbers: Vec<u16> = (0..scope.queries.len() as u16).collect();
            let body = br#"{"model":"auto","messages":[{"role":"user","content":"hello"}]}"#;
            self.answers(Question { graph, recipe, numbers: &numbers, protocol: Protocol::Chat, body });
        }
        self.complaint()
    }

    /// An error if some question got no answer at all.
    pub fn complaint(&self) -> anyhow::Result<()> {
        match self.complaint.take() {
            Some(why) => anyhow::bail!("the host at {}: {why}", self.companion.address),
            None => Ok(()),
        }
    }

    async fn ask(&self, question: Question<'_>) -> Result<Vec<Answer>, String> {
        let graph = question.graph.encode();
        let policy = policy_name(&graph);
        let asked = self.post(&asking(question, &policy)).await?;
        let answer = match asked.headers.get(":status") {
            Some("404") => {
                let told = Message {
                    headers: Headers::of(&[(":method", "PUT"), (":path", &format!("/v1/policies/{policy}"))]),
                    body: graph,
                    ..Message::default()
                };
                self.post(&told).await?;
                self.post(&asking(question, &policy)).await?
            }
            _ => asked,
        };
        match answer.headers.get(":status") {
            Some("200") => {
                answer::from_bytes(&answer.body).ok_or_else(|| "its answer cannot be read".to_owned())
            }
            status => Err(format!("status {}", status.unwrap_or("unknown"))),
        }
    }

    async fn post(&self, message: &Message) -> Result<Message, String> {
        self.companion.send(message, PATIENCE).await.map_err(|failure| failure.why)
    }
}

fn asking(question: Question<'_>, policy: &str) -> Message {
    let numbers: Vec<String> = question.numbers.iter().map(u16::to_string).collect();
    let headers = Headers::of(&[
        (":method", "POST"),
        (":path", "/v1/answer"),
        ("accept", "application/octet-stream"),
        ("x-wrp-policy", policy),
        ("x-wrp-recipe", &question.recipe.to_string()),
        ("x-wrp-ask", &numbers.join(",")),
        ("x-wrp-protocol", question.protocol.word()),
        ("x-wrp-deadline-ms", &PATIENCE.as_millis().to_string()),
    ]);
    Message { headers, body: question.body.to_vec(), ..Message::default() }
}
