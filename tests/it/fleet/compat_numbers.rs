//! The compat mode against every recorded number.

use serde_json::Value;
use wrp_fleet::compat;
use wrp_fleet::hardware::{self, Gpu, Model, Reading, Serving};
use wrp_fleet::queueing;
use wrp_fleet::random::{Mersenne, Random};

use super::{cdf, close, entries, gpu, json, number, recordings, rows, whole};

#[test]
fn random_numbers() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/api_oracle.json"));
    let mut random = Mersenne::new(42);
    for recorded in rows(&oracle, "rng_42_random") {
        assert_eq!(random.unit(), number(recorded));
    }
    let mut random = Mersenne::new(42);
    for recorded in rows(&oracle, "rng_42_randint_1_100") {
        assert_eq!(random.between(1, 100), whole(recorded));
    }
    let mut random = Mersenne::new(42);
    for recorded in rows(&oracle, "rng_42_expovariate_200") {
        close(random.exponential(200.0), recorded, &"exponential");
    }
    let mut random = Mersenne::new(42);
    for recorded in rows(&oracle, "rng_42_choices_abc_.5_.3_.2") {
        assert_eq!(["a", "b", "c"][random.choice(&[0.5, 0.3, 0.2])], recorded.as_str().unwrap());
    }
}

#[test]
fn shares_waits_and_slots() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/api_oracle.json"));
    for (name, points) in entries(&oracle["cdf_eval"]) {
        let cdf = cdf(&folder, name);
        for (tokens, recorded) in entries(points) {
            close(cdf.share(tokens.parse().unwrap()), recorded, &format!("{name} {tokens}"));
        }
    }
    for row in rows(&oracle, "erlang_c") {
        close(queueing::erlang_c(whole(&row[0]), number(&row[1])), &row[2], row);
    }
    for row in rows(&oracle, "p99_wait") {
        let wait = queueing::p99_wait_s(whole(&row[0]), number(&row[1]), number(&row[2]), number(&row[3]));
        close(wait, &row[4], row);
    }
    for (name, contexts) in entries(&oracle["n_slots"]) {
        for (context, recorded) in entries(contexts) {
            assert_eq!(gpu(name).slots(context.parse().unwrap()), whole(recorded), "{name} {context}");
        }
    }
}

#[test]
fn step_and_service_times() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/api_oracle.json"));
    for (name, steps) in entries(&oracle["iter_latency"]) {
        for row in steps.as_array().unwrap() {
            let tokens = row[1].as_f64().unwrap_or(8192.0);
            close(gpu(name).step_s(number(&row[0]), tokens), &row[2], row);
        }
    }
    for (name, steps) in entries(&oracle["prefill_iter_latency"]) {
        for row in steps.as_array().unwrap() {
            let step = gpu(name).prefill_step_s(512.0, 0.0, number(&row[0]), number(&row[1]));
            close(step, &row[2], row);
        }
    }
    for (name, times) in entries(&oracle["service_time"]) {
        for row in times.as_array().unwrap() {
            let profile = gpu(name);
            let slots = profile.slots(whole(&row[2]));
            close(profile.service_s(whole(&row[0]), whole(&row[1]), slots), &row[3], row);
        }
    }
}

#[test]
fn calibrations_and_sizes() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/api_oracle.json"));
    let calibrate = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap();
        let cdf = cdf(&folder, text("cdf"));
        compat::calibrate(&cdf, whole(&row["pool_max"]), &gpu(text("gpu")), whole(&row["lo_clamp"]))
    };
    assert_eq!(rows(&oracle, "calibrate").len(), 90);
    for row in rows(&oracle, "calibrate") {
        let pool = calibrate(row);
        close(pool.rate, &row["mu_gpu"], row);
        close(pool.scv, &row["cv2"], row);
        assert_eq!(pool.slots, whole(&row["n_slots"]), "{row}");
        close(pool.prefill_s, &row["mean_prefill_s"], row);
    }
    assert_eq!(rows(&oracle, "min_gpus").len(), 360);
    for row in rows(&oracle, "min_gpus") {
        let instances = compat::min_instances(number(&row["lam"]), number(&row["t_slo"]), &calibrate(row));
        assert_eq!(instances, whole(&row["n"]), "{row}");
    }
}

#[test]
fn power_availability_and_splits() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/api_oracle.json"));
    for (name, watts) in entries(&oracle["power"]) {
        for (active, recorded) in entries(watts) {
            close(
                gpu(name).power.watts(active.parse().unwrap(), None),
                recorded,
                &format!("{name} {active}"),
            );
        }
    }
    for (name, inverse) in entries(&oracle["invert_power"]) {
        let most = match gpu(name).cap {
            hardware::SlotCap::AtCalibration(most) => most,
            other => panic!("{other:?}"),
        };
        // The recording names targets by rounded watts; they were these shares of the way from idle to nominal.
        for share in [-0.1, 0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1.0, 1.2] {
            let power = gpu(name).power;
            let watts = power.idle_w() + share * (power.nominal_w() - power.idle_w());
            let recorded = &inverse[format!("{watts:.0}")];
            assert_eq!(power.most_within_compat(watts, most), whole(recorded), "{name} {watts}");
        }
    }
    for row in rows(&oracle, "node_availability") {
        let up = wrp_fleet::sizing::availability(number(&row[0]), number(&row[1]));
        close(up, &row[2], row);
    }
    for (name, boundaries) in entries(&oracle["split_cdf"]) {
        let cdf = cdf(&folder, name);
        for (boundary, recorded) in entries(boundaries) {
            let (short, long, share) = compat::split(&cdf, boundary.parse().unwrap());
            close(share, &recorded["alpha"], &boundary);
            for (part, recorded) in [(short, &recorded["short"]), (long, &recorded["long"])] {
                for (knot, recorded) in part.knots().iter().zip(recorded.as_array().unwrap()) {
                    assert_eq!(knot.tokens, whole(&recorded[0]));
                    close(knot.share, &recorded[1], recorded);
                }
            }
        }
    }
    for (name, recorded) in entries(&oracle["cdf_mean_l_out"]) {
        assert_eq!(compat::mean_answer(&cdf(&folder, name)), whole(recorded), "{name}");
    }
}

#[test]
fn models_and_derived_profiles() {
    let Some(folder) = recordings() else { return };
    let oracle = json(&folder.join("oracles/api_oracle.json"));
    for (name, recorded) in entries(&oracle["models"]) {
        let model = Model::named(name, Reading::Compat).unwrap_or_else(|| panic!("no model `{name}`"));
        close(model.weights(), &recorded["param_count"], name);
        close(model.active_weights(), &recorded["active_param_count"], name);
        close(model.cache_bytes(2.0), &recorded["kv_bytes_per_token"], name);
        close(model.head_size, &recorded["head_dim"], name);
    }
    assert_eq!(rows(&oracle, "profile_builder").len(), 240);
    for row in rows(&oracle, "profile_builder") {
        let text = |key: &str| row[key].as_str().unwrap();
        let gpu = Gpu::named(text("hw")).unwrap();
        let model = Model::named(text("model"), Reading::Compat).unwrap();
        let gpus = whole(&row["tp"]);
        let element_bytes = number(&row["dtype_bytes"]);
        let serving = Serving { gpus, element_bytes, ..Serving::default() };
        let profile = hardware::build(&gpu, &model, &serving, Reading::Compat);
        close(profile.weights_s, &row["W"], row);
        close(profile.sequence_s, &row["H"], row);
        assert_eq!(profile.kv_blocks, u64::from(whole(&row["kv_blks"])), "{row}");
        assert_eq!(profile.slots(8192), whole(&row["n_slots_8192"]), "{row}");
        close(profile.price_per_hour, &row["cost"], row);
        close(profile.step_s(16.0, 8192.0), &row["iter_16_8192"], row);
        close(profile.power.watts(16, Some(4096.0)), &row["power_16_4096"], row);
        close(profile.prefill_step_s(512.0, 2048.0, 8.0, 8192.0), &row["prefill_iter_512x2048"], row);
        let point = profile.decoding(&model, &gpu, element_bytes, 8192);
        let recorded = &row["decode_efficiency_8192"];
        close(point.step_s, &recorded["iter_latency_s"], row);
        close(point.tokens_per_s, &recorded["tokens_per_s"], row);
        close(point.bytes, &recorded["mem_bytes_per_iter"], row);
        close(point.cache_share, &recorded["kv_frac"], row);
        close(point.flops, &recorded["flops_per_iter"], row);
        close(point.flops / point.bytes, &recorded["arithmetic_intensity"], row);
        assert_eq!(point.bound.as_str(), recorded["roofline_bound"].as_str().unwrap(), "{row}");
        close(point.power_w, &recorded["power_w"], row);
        close(point.tokens_per_s / point.power_w, &recorded["tokens_per_watt"], row);
    }
}
