//! Real requests through a gateway, and where each went.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use http_body_util::{BodyExt, Full};
use hyper::Request as HttpRequest;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use wrp_lang::policy::Policy;

use crate::probe::{self, Table};
use crate::request::Request;

/// How many requests the table of a gateway shows.
const SHOWN: usize = 12;
const ANSWER_WITHIN: Duration = Duration::from_secs(60);

/// A request with a name.
#[derive(Clone, Debug)]
pub struct Sample {
    pub name: String,
    pub request: Request,
}

/// Where a request went, by the headers of its answer.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Arrival {
    pub request: String,
    pub status: u16,
    pub route: String,
    pub model: String,
    /// `upstream`, `fast_response`, `blocked`, …
    pub path: String,
}

/// The rows beside the policy without a failing model, those that need a model's answer only where there is a host; else its TEST blocks; else a
/// greeting.
pub fn of_policy(policy: &Policy, path: &Path, host: bool) -> anyhow::Result<Vec<Sample>> {
    let table = probe::beside(path);
    let mut samples = Vec::new();
    if table.exists() {
        let folder = table.parent().unwrap_or(Path::new(""));
        for row in Table::read(&table)?.probes {
            let here = row.unknown.is_empty() && (host || row.answers.is_empty());
            if here && row.recipe.is_none() {
                samples.push(Sample { name: row.name.clone(), request: row.request(folder)? });
            }
        }
    }
    if samples.is_empty() {
        let cases = policy.recipes.first().map(|recipe| recipe.tests.as_slice()).unwrap_or_default();
        samples.extend(
            cases.iter().map(|case| Sample {
                name: case.query.it.clone(),
                request: Request::of_prompt(&case.query.it),
            }),
        );
    }
    if samples.is_empty() {
        samples.push(Sample { name: "a greeting".to_owned(), request: Request::of_prompt("Hello!") });
    }
    samples.truncate(SHOWN);
    Ok(samples)
}

/// Sends one request, with the identity that a filter before ours would have set.
pub async fn send(gateway: SocketAddr, sample: &Sample) -> anyhow::Result<Arrival> {
    tokio::time::timeout(ANSWER_WITHIN, exchange(gateway, sample))
        .await
        .context("the gateway does not answer")?
}

async fn exchange(gateway: SocketAddr, sample: &Sample) -> anyhow::Result<Arrival> {
    let stream = TcpStream::connect(gateway).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let request = &sample.request;
    let mut builder = HttpRequest::post(request.path.as_str())
        .header("host", gateway.to_string())
        .header("content-type", "application/json");
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    if let Some(user) = &request.user {
        builder = builder.header("x-authz-user-id", user);
    }
    if !request.groups.is_empty() {
        builder = builder.header("x-authz-user-groups", request.groups.join(","));
    }
    let response =
        sender.send_request(builder.body(Full::<bytes::Bytes>::from(request.body.clone()))?).await?;
    let status = response.status().as_u16();
    let header = |name: &str| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or("-").to_owned()
    };
    let arrival = Arrival {
        request: sample.name.clone(),
        status,
        route: header("x-vsr-selected-decision"),
        model: header("x-vsr-selected-model"),
        path: header("x-vsr-response-path"),
    };
    response.into_body().collect().await?;
    driving.abort();
    Ok(arrival)
}
