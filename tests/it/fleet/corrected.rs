//! The corrected model against the recorded corrections, and against our own simulator.

use wrp_fleet::compat::{self, Share};
use wrp_fleet::energy;
use wrp_fleet::hardware::{self, Gpu, Model, Profile, Reading, Serving, manual};
use wrp_fleet::simulate::{Interval, Station, replicate};
use wrp_fleet::sizing::{Bounds, Cell, Demand, Population, Sized, TwoPool, size};

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

/// Instances for P99 of the wait alone, by which the corrections were recorded.
fn by_wait_alone(population: &Population, profile: &Profile, context: u32, rate: f64) -> u32 {
    let Some(mut demand) = Demand::new(population, profile, context) else { return 0 };
    demand.prefill = vec![(0.0, 1.0)];
    size(rate * demand.mass, &demand, profile, &Bounds { ttft_s: 0.5, busiest: 0.85 }).instances
}

/// Recorded with sampled populations, computed here with exact ones: counts may differ by what sampling blurs. Sized for
/// wait and prefill together, pools may need more, never fewer.
#[test]
fn compressed_requests_are_counted_where_they_are_served() {
    let Some(folder) = recordings() else { return };
    for case in json(&folder.join("oracles/papers/corrected_cr.json")).as_array().unwrap() {
        let profile = if case["gpu"] == "H100-80GB" { manual::h100() } else { manual::a100() };
        let cdf = cdf(&folder, case["cdf"].as_str().unwrap());
        let (rate, boundary, long_context) =
            (number(&case["lam"]), whole(&case["B"]), whole(&case["long_max"]));
        let pools = two_pool(&profile, long_context, 0.5);
        let mut same = 0;
        for row in case["rows"].as_array().unwrap() {
            let gamma = number(&row["gamma"]);
            let (short, long) = pools.populations(&cdf, boundary, gamma);
            let short = by_wait_alone(&short, &profile, boundary, rate);
            let long = by_wait_alone(&long, &profile, long_context, rate);
            let recorded = (whole(&row["corrected"][0]), whole(&row["corrected"][1]));
            let what = format!("{} λ{rate} B{boundary} {row}: {short} + {long}", case["cdf"]);
            let near = |is: u32, recorded: u32| is.abs_diff(recorded) <= (recorded / 25).max(1);
            assert!(near(short, recorded.0) && near(long, recorded.1), "{what}");
            same += u32::from((short, long) == recorded);
            let cell = pools.cell(&cdf, rate, boundary, gamma);
            assert!(counts(&cell).0 >= short && counts(&cell).1 >= long, "{what}, {:?}", counts(&cell));
        }
        assert!(boundary != 6144 || same == 11, "{}: {same} of 11 rows", case["cdf"]);
    }
}

/// The formula's P99 lies in the interval of the runs, or above it by one prefill step or a twentieth at most.
#[track_caller]
fn confirmed(pool: &Sized, interval: &Interval, profile: &Profile, what: &str) {
    let step = (profile.weights_s + profile.sequence_s) * 1.001;
    let allowed = interval.low() - step..=(interval.high() * 1.05).max(interval.high() + step);
    assert!(allowed.contains(&pool.ttft_p99_s), "{what}: {pool:?}, simulated {interval:?}");
}

#[test]
fn corrected_sizes_are_confirmed_by_the_simulation() {
    let Some(folder) = recordings() else { return };
    let profile = manual::a100();
    for (name, rate, boundary, long_context) in
        [("azure", 200.0, 6144, 65_536), ("azure", 200.0, 4096, 8192), ("lmsys", 100.0, 4096, 65_536)]
    {
        let cdf = cdf(&folder, name);
        let pools = two_pool(&profile, long_context, 0.5);
        for gamma in [1.0, 1.2, 1.4] {
            let cell = pools.cell(&cdf, rate, boundary, gamma);
            let (short, long) = pools.populations(&cdf, boundary, gamma);
            for (population, pool, context) in
                [(short, cell.short, boundary), (long, cell.long, long_context)]
            {
                let pool = pool.expect("somebody asks each pool");
                let interval = simulated(&population, rate, &pool, &profile, context);
                let what = format!("{name} B{boundary} γ{gamma} context {context}");
                confirmed(&pool, &interval, &profile, &what);
                let agrees = if pool.meets { interval.low() <= 0.5 } else { interval.high() > 0.5 };
                assert!(agrees, "{what}: {pool:?} {interval:?}");
            }
        }
    }
}

/// The reference sizes for the wait and adds a mean prefill: it says 23.7 ms for 24 H100s and its own simulation says
/// 1,051.8; it finds five A100s for long conversations good, and its own simulation says 2,822.5 ms.
#[test]
fn heavy_tails_are_sized_for_the_sum_of_wait_and_prefill() {
    let Some(folder) = recordings() else { return };
    let (agent, lmsys) = (cdf(&folder, "agent_heavy"), cdf(&folder, "lmsys"));
    for (population, rate, profile, ttft_s, reference, meets) in [
        (Population::whole(&agent, 0.8), 20.0, manual::h100(), 1.0, 24, true),
        // No number of A100s takes in the longest prompts within half a second.
        (Population::between(&lmsys, 4096, u32::MAX, 0.8), 100.0, manual::a100(), 0.5, 5, false),
    ] {
        let demand = Demand::new(&population, &profile, 65_536).unwrap();
        let bounds = Bounds { ttft_s, busiest: 0.85 };
        let rate_here = rate * population.mass();
        let ours = size(rate_here, &demand, &profile, &bounds);
        let theirs = Sized::of(rate_here, reference, &demand, &profile, &bounds);
        assert!(!theirs.meets && ours.instances > reference, "{theirs:?} {ours:?}");
        assert_eq!(ours.meets, meets, "{ours:?}");
        let interval = simulated(&population, rate, &ours, &profile, 65_536);
        confirmed(&ours, &interval, &profile, "ours");
    }
}

/// The verdicts of a simulation with as many slots as there are; the formula's and ours are the same.
#[test]
fn power_can_be_turned_down_as_far_as_the_slots_allow() {
    let Some(folder) = recordings() else { return };
    let population = Population::whole(&cdf(&folder, "azure"), 0.8);
    for recorded in json(&folder.join("oracles/papers/gridflex_correct_des.json")).as_array().unwrap() {
        let profile = if recorded["gpu"] == "H100-80GB" { manual::h100() } else { manual::a100() };
        let (rate, instances) = (number(&recorded["lam"]), whole(&recorded["n"]));
        let ttft_s = if rate == 300.0 { 0.2 } else { 0.5 };
        let percent = number(&recorded["flex"]);
        let point = energy::flex(&population, rate, &profile, 8192, instances, ttft_s, &[percent])[0];
        let ok = recorded["ok"].as_bool().unwrap();
        assert_eq!(point.pool.meets, ok, "{recorded} {point:?}");
        if ok {
            let throttled = profile.throttled(point.slots, 8192);
            let interval = simulated(&population, rate, &point.pool, &throttled, 8192);
            confirmed(&point.pool, &interval, &throttled, &recorded.to_string());
            assert!((interval.mean * 1000.0 / number(&recorded["des_ms"]) - 1.0).abs() < 0.01, "{recorded}");
        } else {
            assert!(point.pool.utilisation > 0.95, "{recorded} {point:?}");
        }
    }
}

/// Recorded with sampled populations, and without pools for a share of requests below one in 10,000.
#[test]
fn most_of_the_law_is_not_to_provide_long_contexts() {
    let Some(folder) = recordings() else { return };
    let cdf = cdf(&folder, "azure");
    let h100 = manual::h100();
    let mut whole_fleet = f64::NAN;
    for recorded in json(&folder.join("oracles/papers/corrected_1w.json")).as_array().unwrap() {
        let mut pools = two_pool(&h100, 65_536, 0.5);
        pools.compressible = number(&recorded["pc"]);
        let cell = pools.cell(&cdf, 1000.0, whole(&recorded["B"]), number(&recorded["gamma"]));
        if whole(&recorded["B"]) == 0 {
            whole_fleet = cell.tokens_per_watt;
        }
        let what = format!("{recorded}: {:?}, {:.3} tok/W", counts(&cell), cell.tokens_per_watt);
        assert!(cell.instances().abs_diff(whole(&recorded["gpus"])) <= 2, "{what}");
        assert!((cell.tokens_per_watt / number(&recorded["tok_w"]) - 1.0).abs() < 0.03, "{what}");
        let gain = cell.tokens_per_watt / whole_fleet;
        assert!((gain / number(&recorded["x"]) - 1.0).abs() < 0.03, "{what}: {gain:.2} times");
    }
}

#[test]
fn the_law_of_one_over_w() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/papers/one_over_w.json"));
    let number_at = |path: &str| number(oracle.pointer(path).expect("a recorded number"));
    let b200 =
        manual::b200_projected(number_at("/b200_profile/W_ms") / 1e3, number_at("/b200_profile/kv_ratio"));
    for recorded in oracle["table1_ctx"].as_array().unwrap() {
        for (profile, key) in [(&manual::h100(), "h100"), (&b200, "b200")] {
            let row = energy::law(profile, &[whole(&recorded["ctx"])])[0];
            assert_eq!(row.slots, whole(&recorded[key]["n_max"]), "{recorded}");
            close(row.step_s * 1e3, &recorded[key]["iter_ms"], recorded);
            close(row.power_w, &recorded[key]["P"], recorded);
            close(row.tokens_per_watt, &recorded[key]["tok_w"], recorded);
        }
    }
    for (nth, recorded) in oracle["table3_fleet"].as_array().unwrap().iter().enumerate() {
        let text = |key: &str| recorded[key].as_str().unwrap();
        let profile = if text("gpu") == "h100" { manual::h100() } else { b200.clone() };
        let cdf = cdf(&folder, text("workload"));
        let boundary = if text("workload") == "azure" { 4096 } else { 1536 };
        let share = |cdf, rate, context| Share { cdf, rate, profile: &profile, context };
        let shares = match text("topology") {
            "homo64k" => vec![share(cdf, 1000.0, 65_536)],
            topology => {
                let cut = if topology == "pool" { boundary } else { 2 * boundary };
                let (short, long, part) = compat::split(&cdf, cut);
                vec![share(short, part * 1000.0, boundary), share(long, (1.0 - part) * 1000.0, 65_536)]
            }
        };
        let fleet = compat::fleet_tokens(&shares, 500.0);
        let what = format!("row {nth}: {} {} {}", text("workload"), text("gpu"), text("topology"));
        assert_eq!(fleet.instances, whole(&recorded["gpus"]), "{what}");
        close(fleet.power_kw, &recorded["kw"], &what);
        close(fleet.tokens_per_watt, &recorded["tok_w"], &what);
    }
}

/// Left out: the two sparse models, whose weights the paper states by hand, and the 405B model on eight H100s, which has no
/// room for it and is recorded with one sequence all the same.
#[test]
fn the_law_of_one_over_w_by_model_and_by_generation() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/papers/one_over_w.json"));
    let row = |gpu: &str, model: &str, gpus: u32| {
        let model = Model::named(model, Reading::Compat).unwrap();
        let serving = Serving { gpus, usual_tokens: 4096, ..Serving::default() };
        let profile = hardware::build(&Gpu::named(gpu).unwrap(), &model, &serving, Reading::Compat);
        energy::law(&profile, &[8192])[0]
    };
    for (nth, model, gpus) in [(0, "llama-3.1-8b", 1), (1, "llama-3.1-70b", 8), (2, "llama-3.1-405b", 8)] {
        for gpu in ["h100", "b200"].into_iter().skip(usize::from(nth == 2)) {
            let recorded = &oracle["table2_arch_8k"][nth][gpu];
            let row = row(gpu, model, gpus);
            assert_eq!(row.slots, whole(&recorded["n_max"]), "{model} {gpu}");
            close(row.power_w, &recorded["P"], recorded);
            close(row.tokens_per_watt, &recorded["tok_w"], recorded);
        }
    }
    for recorded in oracle["table5_gen_8k"].as_array().unwrap() {
        let row = row(recorded["gpu"].as_str().unwrap(), "llama-3.1-70b", 8);
        assert_eq!(row.slots, whole(&recorded["n_max"]), "{recorded}");
        close(row.tokens_per_watt, &recorded["tok_w"], recorded);
    }
}
