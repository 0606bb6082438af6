//! How long a decision takes, as a table: the graph beside an engine that walks the trees, in one run.
//!
//! It is a plain program, so that the same source measures the proxy's side too: built for `wasm32-wasip1` and run
//! under V8 with `benches/decide.mjs`.

#![expect(clippy::disallowed_types, reason = "a benchmark reads the clock")]

mod generated;

use std::hint::black_box;
use std::time::Instant;

use generated::{Load, Tree, load};
use wrp_graph::reading::Reading;
use wrp_graph::session::{Outcome, Step};

const REQUESTS: usize = 4_096;
const ROUNDS: usize = 40;

fn main() {
    println!("routes signals    graph  (with signals)   tree walk   bytes");
    for (routes, signals) in
        [(23, 50), (100, 50), (100, 500), (1_000, 50), (1_000, 500), (10_000, 50), (10_000, 500)]
    {
        let load = load(routes, signals, REQUESTS);
        agree(&load);
        let (all, graph) = nanoseconds_by_graph(&load);
        let walk = nanoseconds_by_walk(&load);
        let bytes = load.graph.encode().len();
        println!("{routes:6} {signals:7} {graph:8.0} {all:14.0} {walk:11.0} {bytes:8}");
    }
}

fn trees(load: &Load) -> Vec<Tree> {
    load.policy.recipes[0].routes.iter().map(|route| Tree::of(&route.when)).collect()
}

fn fired(load: &Load, request: &[usize]) -> Vec<bool> {
    let mut fired = vec![false; load.signals];
    request.iter().for_each(|signal| fired[*signal] = true);
    fired
}

/// Both engines choose the same routes, or nothing is measured.
fn agree(load: &Load) {
    let trees = trees(load);
    for request in &load.requests {
        let fired = fired(load, request);
        let walked =
            trees.iter().position(|tree| tree.holds(&fired)).expect("the last route takes everything");
        match load.session(request).step() {
            Step::Decide(decision) => assert_eq!(decision.outcome, Outcome::Route(walked as u16)),
            Step::Ask(_) => panic!("nobody is there to be asked"),
        }
    }
}

/// What one request costs a session that has served others: telling it the signals that fired, and deciding. The
/// second number is the first without the telling.
fn nanoseconds_by_graph(load: &Load) -> (f64, f64) {
    let mut session = load.session(&[]);
    let slots: Vec<Vec<u16>> = load
        .requests
        .iter()
        .map(|request| request.iter().filter_map(|it| session.slot(&format!("keyword:s{it}"))).collect())
        .collect();
    let mut serve = |decide: bool| {
        best(|| {
            for slots in &slots {
                session.restart();
                for slot in slots {
                    session.tell(*slot, Reading::flag(true));
                }
                if decide {
                    black_box(session.step());
                }
            }
        })
    };
    let all = serve(true);
    (all, all - serve(false))
}

fn nanoseconds_by_walk(load: &Load) -> f64 {
    let trees = trees(load);
    let requests: Vec<Vec<bool>> = load.requests.iter().map(|request| fired(load, request)).collect();
    best(|| {
        for request in &requests {
            black_box(trees.iter().position(|tree| tree.holds(request)));
        }
    })
}

/// The best of several rounds over all requests, per request.
fn best(mut round: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        round();
        best = best.min(start.elapsed().as_nanos() as f64);
    }
    best / REQUESTS as f64
}
