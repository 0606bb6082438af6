//! Fleets keep every request, whatever the router and whatever fails.

use super::*;
use crate::hardware::manual;
use crate::sizing::Population;
use crate::workload::Cdf;

fn requests(rate: f64, count: u32, run: u64) -> Vec<Request> {
    let cdf = Cdf::new([(512, 0.3), (2048, 0.8), (8192, 1.0)]).unwrap();
    poisson(&Draw::new(&Population::whole(&cdf, 0.8)), rate, count, 11, run)
}

fn fleet(instances: u32, router: Router, balance: Balance) -> Fleet {
    let pool =
        |name: &str, context| Pool { name: name.to_owned(), profile: manual::a100(), context, instances };
    let pools = vec![pool("short", 2048), pool("long", 8192)];
    Fleet { pools, router, balance, failures: None, ttft_bound_s: 0.5 }
}

#[test]
fn every_request_is_finished_or_refused_under_every_router() {
    let mut requests = requests(30.0, 3000, 0);
    for (nth, request) in requests.iter_mut().enumerate() {
        request.session = nth as u64 % 97 + 1;
        request.pool = Some(1);
    }
    for router in
        [Router::Length, Router::Assigned, Router::LeastLoaded, Router::Spill { waiting_per_instance: 2.0 }]
    {
        for balance in
            [Balance::InTurn, Balance::Random, Balance::LeastLoaded, Balance::Session { kept_s: 60.0 }]
        {
            let mut fleet = fleet(3, router, balance);
            for failures in [None, Some(Failures { per_day: 600.0, repair_s: 20.0 })] {
                fleet.failures = failures;
                let report = fleet.run(&requests, 300, 1);
                let what = format!("{router:?} {balance:?} {failures:?}");
                assert_eq!(report.finished + report.refused, 3000, "{what}");
                assert_eq!(report.failures > 0, failures.is_some(), "{what}");
                assert_eq!(report, fleet.run(&requests, 300, 1), "{what}");
                if failures.is_none() {
                    assert_eq!(report.refused, 0, "{what}");
                }
            }
        }
    }
}

#[test]
fn more_instances_are_no_slower_and_share_the_work() {
    let requests = requests(60.0, 6000, 0);
    let p99 = |instances| fleet(instances, Router::Length, Balance::LeastLoaded).run(&requests, 1000, 1);
    let (few, many) = (p99(4), p99(16));
    assert!(many.ttft_p99_s <= few.ttft_p99_s);
    assert!(many.pools[1].utilisation < few.pools[1].utilisation / 2.0, "{few:?} {many:?}");
}

#[test]
fn a_session_that_stays_saves_its_prefix() {
    let mut turns = Vec::new();
    for turn in 0..400_u32 {
        turns.push(Request {
            arrives_s: f64::from(turn) * 2.0,
            prompt: 500 + turn * 10,
            answer: 5,
            pool: None,
            session: 1,
        });
    }
    let ttft = |balance| fleet(4, Router::Length, balance).run(&turns, 0, 1).ttft_p99_s;
    assert!(ttft(Balance::Session { kept_s: 10.0 }) < ttft(Balance::InTurn) / 3.0);
}

#[test]
fn what_no_pool_takes_is_refused() {
    let request = Request { arrives_s: 0.0, prompt: 9000, answer: 1, pool: None, session: 0 };
    let report = fleet(1, Router::Length, Balance::InTurn).run(&[request], 0, 1);
    assert_eq!((report.finished, report.refused), (0, 1));
}
