//! What goes back: answers for the filter or for people, and errors.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use serde_json::{Map, Value, json};
use wrp_graph::answer;
use wrp_graph::graph::{Graph, Query};
use wrp_graph::reading::Reading;

use super::Reply;
use super::question::Question;
use crate::family::Readings;
use crate::infer::Refused;

/// How long each stage took.
#[derive(Debug)]
pub(super) struct Timing {
    pub(super) receive: Duration,
    pub(super) read: Duration,
    pub(super) answer: Duration,
}

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

fn reply(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Full::new(body.into()));
    *reply.status_mut() = status;
    reply.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    reply
}

pub(super) fn text(status: StatusCode, text: &'static str) -> Reply {
    reply(status, "text/plain", text)
}

pub(super) fn nothing(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::default());
    *reply.status_mut() = status;
    reply
}

pub(super) fn error(status: StatusCode, message: &str) -> Reply {
    let body = json!({"error": {"message": message, "code": status.as_u16()}});
    let mut reply = reply(status, "application/json", body.to_string());
    if status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::SERVICE_UNAVAILABLE {
        reply.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    reply
}

pub(super) fn metrics(registry: &Registry) -> Reply {
    let mut page = String::new();
    match encode(&mut page, registry) {
        Ok(()) => reply(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", page),
        Err(_) => error(StatusCode::INTERNAL_SERVER_ERROR, "the metrics cannot be written"),
    }
}

/// What a policy may ask.
pub(super) fn policy(name: &str, graph: &Graph) -> Reply {
    let recipes: Vec<Value> = graph
        .recipes
        .iter()
        .map(|recipe| {
            let queries = recipe.queries.iter();
            let queries: Vec<Value> = queries.map(|it| json!({"query": key(it), "keys": it.keys})).collect();
            json!({"recipe": recipe.name, "queries": queries})
        })
        .collect();
    let body = json!({"policy": name, "recipes": recipes});
    reply(StatusCode::OK, "application/json", body.to_string())
}

pub(super) fn answers(
    question: &Question,
    queries: &[&Query],
    answers: &[Result<Readings, Refused>],
    timing: &Timing,
) -> Reply {
    let mut reply = if question.json {
        let told = queries.iter().zip(answers).map(|(query, answer)| (key(query), told(answer)));
        let body = json!({"policy": question.policy, "answers": told.collect::<Map<_, _>>(), "ms": {
            "receive": ms(timing.receive), "read": ms(timing.read), "answer": ms(timing.answer),
        }});
        reply(StatusCode::OK, "application/json", body.to_string())
    } else {
        let bytes = answer::to_bytes(&answers.iter().map(|answer| answer.clone().ok()).collect());
        reply(StatusCode::OK, "application/octet-stream", bytes)
    };
    let stages = format!(
        "receive;dur={:.3}, read;dur={:.3}, answer;dur={:.3}",
        ms(timing.receive),
        ms(timing.read),
        ms(timing.answer)
    );
    if let Ok(stages) = HeaderValue::from_str(&stages) {
        reply.headers_mut().insert(SERVER_TIMING, stages);
    }
    reply
}

fn key(query: &Query) -> String {
    format!("{}:{}", query.family, query.name)
}

fn told(answer: &Result<Readings, Refused>) -> Value {
    let reading = |it: &Reading| json!({"matched": it.matched, "confidence": it.confidence, "value": it.value, "failed": it.failed});
    match answer {
        Ok(readings) => {
            let readings = readings.iter().map(|(key, it)| (key.clone(), reading(it)));
            json!({"readings": readings.collect::<Map<_, _>>()})
        }
        Err(refused) => json!({"unavailable": refused.word(), "why": refused.to_string()}),
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
