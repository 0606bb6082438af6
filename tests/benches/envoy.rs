//! What the filter adds to a request in the real Envoy: the same proxy with and without it, in turns, under `wrk`.
//!
//! Latency is wrk's median with one connection; CPU is what the system says that Envoy's process used, with sixteen.
//! A cell is the median of the rounds; what is added is taken within each round, where the machine was the same.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use wrp_lang::source::Source;
use wrp_tests::envoy::{Envoy, configure, without_policy};
use wrpc::deploy::{FilterConfig, Upstreams};

const SIZES: [usize; 4] = [1 << 10, 4 << 10, 100 << 10, 220 << 10];
const ROUNDS: usize = 7;
const SECONDS: u32 = 1;
/// What Linux counts the time of processes in, on every machine that has run this: `getconf CLK_TCK`.
const TICK_US: f64 = 10_000.0;

fn main() {
    if !Command::new("wrk").arg("-v").output().is_ok_and(|output| !output.stdout.is_empty()) {
        println!("wrk is not installed: nothing is measured in Envoy");
        return;
    }
    let policy = include_str!("../../policies/quick-start.wrp");
    let compiled = wrp_lang::compile(&[Source::new("quick-start.wrp", policy)]);
    let graph = compiled.graph.expect("what we ship compiles");
    let runtime = Runtime::new().expect("the system gives threads");
    let model = runtime.block_on(serve());
    let mut upstreams = Upstreams::default();
    upstreams.add(&format!("*={model}")).expect("an address is an upstream");
    let with = configure(&graph, &FilterConfig::new(&graph.encode()), &upstreams);
    let (Some(plain), Some(filtered)) = (Envoy::serve(&without_policy(&with)), Envoy::serve(&with)) else {
        return;
    };
    let folder = TempDir::new().expect("the system gives folders");
    println!(
        "{:>8} {:>9} {:>9} {:>8} {:>9} {:>9} {:>8}",
        "bytes", "p50 µs", "filtered", "added", "CPU µs", "filtered", "added"
    );
    for size in SIZES {
        let script = script(folder.path(), size);
        let mut cells: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
        for _ in 0..ROUNDS {
            let [alone, beside] = [&plain, &filtered].map(|envoy| load(envoy, &script, 1).p50_us);
            let [idle, busy] = [&plain, &filtered].map(|envoy| load(envoy, &script, 16).cpu_us);
            let row = [
                ("0", alone),
                ("1", beside),
                ("2", beside - alone),
                ("3", idle),
                ("4", busy),
                ("5", busy - idle),
            ];
            for (column, value) in row {
                cells.entry(column).or_default().push(value);
            }
        }
        let row: Vec<f64> = cells.into_values().map(median).collect();
        let [p50, with, more, cpu, with_cpu, more_cpu] = row[..] else { unreachable!("six columns") };
        println!("{size:>8} {p50:>9.0} {with:>9.0} {more:>8.0} {cpu:>9.1} {with_cpu:>9.1} {more_cpu:>8.1}");
    }
}

/// What one run of wrk saw.
struct Load {
    p50_us: f64,
    cpu_us: f64,
}

fn load(envoy: &Envoy, script: &Path, connections: u32) -> Load {
    let before = ticks(envoy.id());
    let output = Command::new("wrk")
        .args(["--threads", "1", "--latency"])
        .args(["--connections", &connections.to_string(), "--duration", &format!("{SECONDS}s")])
        .arg("--script")
        .arg(script)
        .arg(format!("http://{}/v1/chat/completions", envoy.address()))
        .output()
        .expect("wrk can be started");
    let used = ticks(envoy.id()) - before;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = |key: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(key));
        line.unwrap_or_else(|| panic!("wrk says no `{key}`:\n{text}"))
            .trim()
            .parse::<f64>()
            .expect("a number")
    };
    assert_eq!(number("failed:"), 0.0, "every request is answered with 200");
    Load { p50_us: number("p50:"), cpu_us: used * TICK_US / number("requests:") }
}

/// User and system time of a process.
fn ticks(id: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("Envoy is running");
    // The name of the process may hold anything; what follows its last parenthesis does not.
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|field| field.parse::<f64>().expect("ticks are a number"))
        .sum()
}

/// One message of about `size` bytes, all of it to be looked at.
fn script(folder: &Path, size: usize) -> PathBuf {
    const SENTENCE: &str = "The committee met in the morning and agreed on most of the agenda before noon. ";
    let body = |sentences: usize| {
        let text = SENTENCE.repeat(sentences);
        json!({ "model": "auto", "messages": [{ "role": "user", "content": text }] }).to_string()
    };
    let body = body(size.saturating_sub(body(0).len()) / SENTENCE.len());
    let path = folder.join(format!("{size}.lua"));
    // wrk's own words of latency are rounded for people.
    let lua = format!(
        r#"wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["x-selected-model"] = "small"
wrk.body = [==[{body}]==]
function done(summary, latency)
  print(string.format("p50: %.1f", latency:percentile(50)))
  print(string.format("requests: %d", summary.requests))
  print(string.format("failed: %d", summary.errors.status + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
"#
    );
    std::fs::write(&path, lua).expect("a fresh folder takes files");
    path
}

/// A model that reads everything and says one thing.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let server = hyper::server::conn::http1::Builder::new();
                // A connection that breaks is the proxy's to report.
                let _ = server.serve_connection(TokioIo::new(stream), service_fn(answer)).await;
            });
        }
    });
    address
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut body = request.into_body();
    while body.frame().await.is_some() {}
    Ok(Response::new(Full::from(r#"{"object":"chat.completion","choices":[]}"#)))
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
