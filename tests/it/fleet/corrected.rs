//! The corrected model against the recorded corrections, and against our own simulator.

use serde_json::Value;
use wrp_fleet::energy;
use wrp_fleet::hardware::{Profile, manual};
use wrp_fleet::simulate::{Interval, Station, replicate};
use wrp_fleet::sizing::{Bounds, Cell, Demand, Population, Sized, TwoPool, size};
use wrp_fleet::workload::Cdf;

use super::{cdf, close, json, number, recordings, whole};

fn two_pool<'p>(profile: &'p Profile, long_context: u32, ttft_s: f64) -> TwoPool<'p> {
    TwoPool {
        short: profile,
        long: profile,
        long_context,
        compressible: 0.75,
        prompt_share: 0.8,
        bounds: Bounds { ttft_s, busiest: 0.85 },
        availability: 1.0,
    }
}

fn counts(cell: &Cell) -> (u32, u32) {
    (cell.short.map_or(0, |pool| pool.instances), cell.long.map_or(0, |pool| pool.instances))
}

/// P99 of the time to the first token over some runs.
fn simulated(population: &Population, rate: f64, pool: &Sized, profile: &Profile, context: u32) -> Interval {
    let instances = pool.instances;
    let station = Station { profile, context, instances, population, rate: rate * population.mass() };
    let runs = replicate(8, 2, |run| station.run(40_000, 17, run).expect("somebody asks").ttft_p99_s);
    Interval::of(&runs)
}

/// Recorded with sampled populations, computed here with exact ones: counts may differ by what sampling blurs.
#[test]
fn compressed_requests_are_counted_where_they_are_served() {
    let Some(folder) = recordings() else { return };
    for case in json(&folder.join("oracles/papers/corrected_cr.json")).as_array().unwrap() {
        let profile = if case["gpu"] == "H100-80GB" { manual::h100() } else { manual::a100() };
        let cdf = cdf(&folder, case["cdf"].as_str().unwrap());
        let (rate, boundary) = (number(&case["lam"]), whole(&case["B"]));
        let pools = two_pool(&profile, whole(&case["long_max"]), 0.5);
        for row in case["rows"].as_array().unwrap() {
            let cell = pools.cell(&cdf, rate, boundary, number(&row["gamma"]));
            let recorded = &row["corrected"];
            let what = format!("{} λ{rate} B{boundary} {row}: {:?}", case["cdf"], counts(&cell));
            let near = |is: u32, recorded: &Value| {
                let recorded = whole(recorded);
                is.abs_diff(recorded) <= (recorded / 40).max(1)
            };
            assert!(near(counts(&cell).0, &recorded[0]) && near(counts(&cell).1, &recorded[1]), "{what}");
            if boundary == 6144 {
                assert_eq!(counts(&cell), (whole(&recorded[0]), whole(&recorded[1])), "{what}");
            }
        }
    }
}

/// Every pool of every row keeps its bound in the simulation, and P99 is what the formula says.
#[test]
fn corrected_sizes_keep_their_bounds_in_the_simulation() {
    let Some(folder) = recordings() else { return };
    let profile = manual::a100();
    for (name, rate, boundary, long_context) in
        [("azure", 200.0, 6144, 65_536), ("azure", 200.0, 4096, 8192), ("lmsys", 100.0, 4096, 65_536)]
    {
        let cdf = cdf(&folder, name);
        let pools = two_pool(&profile, long_context, 0.5);
        for gamma in [1.0, 1.2, 1.4, 2.0] {
            let cell = pools.cell(&cdf, rate, boundary, gamma);
            let (short, long) = pools.populations(&cdf, boundary, gamma);
            for (population, pool, context) in
                [(short, cell.short, boundary), (long, cell.long, long_context)]
            {
                let Some(pool) = pool else { continue };
                let interval = simulated(&population, rate, &pool, &profile, context);
                let what = format!("{name} B{boundary} γ{gamma} context {context}: {pool:?} {interval:?}");
                println!("{what}");
                assert!(interval.low() <= 0.5, "{what}");
            }
        }
    }
}

/// The reference says 23.7 ms and its own simulation 1,051.8; LMSYS in a 64K pool "fits", and simulates to 2,822.5 ms.
#[test]
fn heavy_tails_are_sized_for_the_sum_of_wait_and_prefill() {
    let Some(folder) = recordings() else { return };
    for (name, rate, profile, ttft_s, reference) in
        [("agent_heavy", 20.0, manual::h100(), 1.0, 24), ("lmsys", 100.0, manual::a100(), 0.5, 5)]
    {
        let cdf = cdf(&folder, name);
        let population = match name {
            "lmsys" => Population::between(&cdf, 4096, u32::MAX, 0.8),
            _ => Population::whole(&cdf, 0.8),
        };
        let demand = Demand::new(&population, &profile, 65_536).unwrap();
        let bounds = Bounds { ttft_s, busiest: 0.85 };
        let pool = size(rate * population.mass(), &demand, &profile, &bounds);
        let theirs = Sized::of(rate * population.mass(), reference, &demand, &profile, &bounds);
        println!("{name}: ours {pool:?}\n  theirs {theirs:?}");
        println!("  ours {:?}", simulated(&population, rate, &pool, &profile, 65_536));
        println!("  theirs {:?}", simulated(&population, rate, &theirs, &profile, 65_536));
        assert!(pool.meets && pool.instances > reference);
        assert!(!theirs.meets, "{theirs:?}");
        assert!(simulated(&population, rate, &pool, &profile, 65_536).low() <= ttft_s);
    }
}

#[test]
fn power_can_be_turned_down_as_far_as_the_slots_allow() {
    let Some(folder) = recordings() else { return };
    let cdf = cdf(&folder, "azure");
    let population = Population::whole(&cdf, 0.8);
    for recorded in json(&folder.join("oracles/papers/gridflex_correct_des.json")).as_array().unwrap() {
        let profile = if recorded["gpu"] == "H100-80GB" { manual::h100() } else { manual::a100() };
        let (rate, instances) = (number(&recorded["lam"]), whole(&recorded["n"]));
        let ttft_s = if rate == 300.0 { 0.2 } else { 0.5 };
        let percent = number(&recorded["flex"]);
        let point = energy::flex(&population, rate, &profile, 8192, instances, ttft_s, &[percent])[0];
        let station = Station {
            profile: &profile.throttled(point.slots, 8192),
            context: 8192,
            instances,
            population: &population,
            rate,
        };
        let runs = replicate(8, 2, |run| station.run(15_000, 5, run).unwrap().ttft_p99_s);
        let interval = Interval::of(&runs);
        let recorded_ms = number(&recorded["des_ms"]);
        println!(
            "{} λ{rate} {percent}%: {} slots, ρ {:.3}, analytic {:.1} ms, ours {:.1}±{:.1}, recorded {recorded_ms:.1}",
            recorded["gpu"],
            point.slots,
            point.pool.utilisation,
            point.pool.ttft_p99_s * 1e3,
            interval.mean * 1e3,
            interval.half_width * 1e3
        );
    }
}

#[test]
fn most_of_the_law_is_not_to_provide_long_contexts() {
    let Some(folder) = recordings() else { return };
    let cdf = cdf(&folder, "azure");
    let h100 = manual::h100();
    for recorded in json(&folder.join("oracles/papers/corrected_1w.json")).as_array().unwrap() {
        let mut pools = two_pool(&h100, 65_536, 0.5);
        pools.compressible = number(&recorded["pc"]);
        let mut boundary = whole(&recorded["B"]);
        if boundary == 8192 {
            pools.long_context = 65_536;
        }
        if boundary == 0 {
            boundary = 0;
        }
        let cell = pools.cell(&cdf, 1000.0, boundary, number(&recorded["gamma"]));
        println!(
            "B{boundary} γ{} pc{}: {:?} {} {:.1} kW {:.3}; recorded {} {} {} {}",
            recorded["gamma"],
            recorded["pc"],
            counts(&cell),
            cell.instances(),
            cell.power_w / 1e3,
            cell.tokens_per_watt,
            recorded["n"],
            recorded["gpus"],
            recorded["kw"],
            recorded["tok_w"]
        );
    }
}

#[test]
fn the_law_of_one_over_w() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/papers/one_over_w.json"));
    for recorded in oracle["table1_ctx"].as_array().unwrap() {
        let row = energy::law(&manual::h100(), &[whole(&recorded["ctx"])])[0];
        close(row.tokens_per_watt, &recorded["h100"]["tok_w"], recorded);
    }
}
