//! The compat mode against every recorded run of the reference's command line.
//!
//! Not compared: `simulate`, `compare-routers` and `simulate-fleet`, whose simulator serves a slot in a fraction of its
//! time and fills one instance first (its results do not depend on the size of the fleet), or never ends.

use std::path::Path;

use serde_json::Value;
use wrp_fleet::compat::{self, Disagg, Setting, Share};
use wrp_fleet::hardware::Profile;
use wrp_fleet::workload::Cdf;

use super::{cdf, close, gpu, json, number, recordings, rounded, whole};

/// The command lines of the recorded runs, which their first lines state.
struct Run {
    name: String,
    command: Vec<String>,
    printed: String,
    result: Value,
}

impl Run {
    fn option(&self, name: &str) -> Option<&str> {
        let at = self.command.iter().position(|word| word == name)?;
        self.command.get(at + 1).map(String::as_str)
    }

    fn value(&self, name: &str, default: f64) -> f64 {
        self.option(name).map_or(default, |text| text.parse().unwrap())
    }

    fn list(&self, name: &str) -> Vec<String> {
        let Some(at) = self.command.iter().position(|word| word == name) else { return Vec::new() };
        self.command[at + 1..].iter().take_while(|word| !word.starts_with("--")).cloned().collect()
    }

    fn cdf(&self, folder: &Path) -> Cdf {
        let path = self.option("--cdf").unwrap();
        cdf(folder, Path::new(path).file_stem().unwrap().to_str().unwrap().trim_end_matches("_cdf"))
    }

    fn rate(&self) -> f64 {
        self.value("--lam", f64::NAN)
    }

    fn gpu(&self, option: &str) -> Profile {
        gpu(self.option(option).unwrap_or("a100"))
    }
}

fn runs(folder: &Path, command: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = std::fs::read_dir(folder.join("oracles/cli"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .map(|path| {
            let printed = std::fs::read_to_string(path.with_extension("txt")).unwrap();
            let line = printed.lines().next().unwrap().to_owned();
            Run {
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                command: line.split_whitespace().map(str::to_owned).collect(),
                printed,
                result: json(&path),
            }
        })
        .filter(|run| run.command.iter().any(|word| word == command))
        .collect();
    runs.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(!runs.is_empty(), "no run of `{command}`");
    runs
}

fn setting<'p>(run: &Run, short: &'p Profile, long: &'p Profile) -> Setting<'p> {
    Setting {
        short,
        long,
        boundary: run.value("--b-short", 4096.0) as u32,
        bound_ms: run.value("--slo", 500.0),
        long_context: run.value("--long-max-ctx", 65_536.0) as u32,
        compressible: 0.75,
        availability: 1.0,
    }
}

#[test]
fn runs_of_optimize() {
    let Some(folder) = recordings() else { return };
    for run in runs(&folder, "optimize") {
        let (short, long) = (run.gpu("--gpu-short"), run.gpu("--gpu-long"));
        let (setting, cdf) = (setting(&run, &short, &long), run.cdf(&folder));
        let rows = compat::sweep(&cdf, run.rate(), &setting, &compat::gammas());
        let requests = run.value("--n-sim-req", 40_000.0) as u32;
        let mut analysed = rows.iter();
        let mut verified = rows.iter();
        for recorded in run.result.as_array().unwrap() {
            let analytical = recorded["source"] == "analytical";
            let row = if analytical { analysed.next() } else { verified.next() }.unwrap();
            let what = format!("{} {recorded}", run.name);
            close(row.gamma, &recorded["gamma"], &what);
            assert_eq!((row.short, row.long), (whole(&recorded["n_s"]), whole(&recorded["n_l"])), "{what}");
            rounded(row.price_k_per_year(), &recorded["annualised_cost_kusd"], 1, &what);
            let (short_ms, long_ms) = if analytical {
                assert_eq!(row.meets, recorded["slo_met"].as_bool().unwrap(), "{what}");
                (row.short_p99_ms, row.long_p99_ms)
            } else {
                let verified = compat::verify(&cdf, run.rate(), &setting, row, requests);
                (verified.short_p99_ms, verified.long_p99_ms)
            };
            rounded(short_ms, &recorded["p99_ttft_short_ms"], 1, &what);
            rounded(long_ms, &recorded["p99_ttft_long_ms"], 1, &what);
        }
        assert!(analysed.next().is_none(), "{}: rows are missing", run.name);
    }
}

#[test]
fn runs_of_whatif() {
    let Some(folder) = recordings() else { return };
    for run in runs(&folder, "whatif") {
        let cdf = run.cdf(&folder);
        let best = |short: &Profile, long: &Profile, rate: f64| {
            let rows = compat::sweep(&cdf, rate, &setting(&run, short, long), &compat::gammas());
            rows.iter().find(|row| row.meets).copied().unwrap_or(rows[0])
        };
        for recorded in run.result.as_array().unwrap() {
            let rate = number(&recorded["lam"]);
            let what = format!("{} {recorded}", run.name);
            let compared = run.list("--gpu-compare");
            for name in &compared {
                let (row, recorded) = (best(&gpu(name), &gpu(name), rate), &recorded[name.as_str()]);
                assert_eq!(row.instances(), whole(&recorded["total_gpus"]), "{what}");
                rounded(row.price_per_hour, &recorded["cost_per_hr"], 2, &what);
                rounded(row.price_k_per_year(), &recorded["annualised_cost_kusd"], 1, &what);
                rounded(row.short_p99_ms, &recorded["p99_ttft_short_ms"], 1, &what);
            }
            if compared.is_empty() {
                let row = best(&run.gpu("--gpu-short"), &run.gpu("--gpu-long"), rate);
                assert_eq!(
                    (row.short, row.long),
                    (whole(&recorded["n_s"]), whole(&recorded["n_l"])),
                    "{what}"
                );
                close(row.gamma, &recorded["gamma_opt"], &what);
                rounded(row.price_k_per_year(), &recorded["annualised_cost_kusd"], 1, &what);
            }
        }
    }
}

#[test]
fn runs_of_pareto() {
    let Some(folder) = recordings() else { return };
    for run in runs(&folder, "pareto") {
        let (short, long) = (run.gpu("--gpu-short"), run.gpu("--gpu-long"));
        let (_, rows) = compat::pareto(&run.cdf(&folder), run.rate(), &setting(&run, &short, &long));
        let recorded = run.result.as_array().unwrap();
        assert_eq!(rows.len(), recorded.len(), "{}", run.name);
        for (row, recorded) in rows.iter().zip(recorded) {
            let what = format!("{} {recorded}", run.name);
            assert_eq!(row.boundary, whole(&recorded["b_short"]), "{what}");
            assert_eq!(
                (row.row.short, row.row.long),
                (whole(&recorded["n_s"]), whole(&recorded["n_l"])),
                "{what}"
            );
            close(row.share, &recorded["alpha"], &what);
            close(row.row.price_k_per_year(), &recorded["cost_kusd_yr"], &what);
            assert!((row.saving_percent - number(&recorded["savings_vs_homo_pct"])).abs() < 1e-9, "{what}");
            close(row.row.short_p99_ms, &recorded["p99_short_ms"], &what);
            close(row.row.long_p99_ms, &recorded["p99_long_ms"], &what);
            assert_eq!(row.row.meets, recorded["slo_met"].as_bool().unwrap(), "{what}");
            assert_eq!(row.on_front, recorded["pareto"].as_bool().unwrap(), "{what}");
        }
    }
}

#[test]
fn runs_of_disagg() {
    let Some(folder) = recordings() else { return };
    for run in runs(&folder, "disagg") {
        let (prefill, decode) = (run.gpu("--gpu-prefill"), run.gpu("--gpu-decode"));
        let (prompt, answer) = compat::means(&run.cdf(&folder));
        let disagg = Disagg {
            prefill: &prefill,
            decode: &decode,
            prompt,
            answer,
            ttft_bound_ms: run.value("--slo-ttft", 500.0),
            tpot_bound_ms: run.value("--slo-tpot", 100.0),
            context: run.value("--max-ctx", 8192.0) as u32,
        };
        let (front, best) = disagg.front(run.rate(), 16, 32);
        let recorded = run.result["pareto"].as_array().unwrap();
        assert_eq!(front.len(), recorded.len(), "{}", run.name);
        for (point, recorded) in front.iter().chain(&best).zip(recorded.iter().chain([&run.result["best"]])) {
            let what = format!("{} {recorded}", run.name);
            assert_eq!(
                (point.prefill, point.decode, point.gpus),
                (whole(&recorded["n_prefill"]), whole(&recorded["n_decode"]), whole(&recorded["total_gpus"])),
                "{what}"
            );
            close(point.rate, &recorded["system_rate"], &what);
            close(point.rate_per_gpu, &recorded["thru_per_gpu"], &what);
            close(point.ttft_ms, &recorded["ttft_ms"], &what);
            close(point.tpot_ms, &recorded["tpot_ms"], &what);
            close(point.price_per_hour, &recorded["cost_per_hr"], &what);
        }
    }
}

#[test]
fn runs_of_tok_per_watt() {
    let Some(folder) = recordings() else { return };
    for run in runs(&folder, "tok-per-watt") {
        let cdf = run.cdf(&folder);
        let context = run.value("--max-ctx", 8192.0) as u32;
        let bound_ms = run.value("--slo", 500.0);
        if let Some(boundary) = run.option("--b-short") {
            let (short, long) = (run.gpu("--gpu-short"), run.gpu("--gpu-long"));
            let (short_cdf, long_cdf, share) = compat::split(&cdf, boundary.parse().unwrap());
            let part = |cdf: Cdf, rate: f64, profile| Share { cdf, rate, profile, context };
            let whole_fleet = [part(cdf.clone(), run.rate(), &long)];
            let routed = [
                part(short_cdf, share * run.rate(), &short),
                part(long_cdf, (1.0 - share) * run.rate(), &long),
            ];
            for (shares, recorded) in
                [(&whole_fleet[..], &run.result["homo"]), (&routed, &run.result["routed"])]
            {
                let fleet = compat::fleet_tokens(shares, bound_ms);
                close(fleet.tokens_per_watt, &recorded["fleet_tpw"], &run.name);
                close(fleet.price_per_million, &recorded["fleet_cost_per_mil"], &run.name);
                close(fleet.power_kw, &recorded["fleet_power_kw"], &run.name);
                assert_eq!(fleet.instances, whole(&recorded["total_gpus"]), "{}", run.name);
            }
            continue;
        }
        let swept = run.command.iter().any(|word| word == "--rho-sweep");
        let asked = [None, Some(0.2), Some(0.4), Some(0.6), Some(0.8)];
        let asked = if swept { &asked[..] } else { &asked[..1] };
        let mut recorded = run.result.as_array().unwrap().iter();
        for name in run.list("--gpus") {
            for utilisation in asked {
                let share = Share { cdf: cdf.clone(), rate: run.rate(), profile: &gpu(&name), context };
                let point = compat::tokens_per_watt(&share, bound_ms, *utilisation);
                let recorded = recorded.next().unwrap();
                let what = format!("{} {recorded}", run.name);
                assert_eq!(point.instances, whole(&recorded["n_gpus"]), "{what}");
                close(point.utilisation, &recorded["rho"], &what);
                close(point.active, &recorded["n_active"], &what);
                close(point.instance_w, &recorded["power_per_gpu_w"], &what);
                close(point.tokens_per_watt, &recorded["tokens_per_watt"], &what);
                close(point.price_per_million, &recorded["cost_per_mil"], &what);
                close(point.p99_ms, &recorded["p99_ttft_ms"], &what);
                assert_eq!(point.sized, recorded["slo_optimal"].as_bool().unwrap(), "{what}");
            }
        }
    }
}

/// Where a run was checked by the reference's simulator, that decided whether the bound is met: such verdicts are not
/// compared, since that simulator frees a slot after a fraction of the service and fills one instance first.
#[test]
fn runs_of_grid_flex() {
    let Some(folder) = recordings() else { return };
    let steps = [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0];
    for run in runs(&folder, "grid-flex") {
        let profile = run.gpu("--gpu");
        let share = Share { cdf: run.cdf(&folder), rate: run.rate(), profile: &profile, context: 8192 };
        let instances = run.value("--n-gpus", f64::NAN) as u32;
        let points = compat::grid_flex(&share, instances, run.value("--slo", 500.0), &steps);
        for (point, recorded) in points.iter().zip(run.result.as_array().unwrap()) {
            let what = format!("{} {recorded}", run.name);
            close(point.flex_percent, &recorded["flex_pct"], &what);
            assert_eq!(point.slots, whole(&recorded["n_max_cap"]), "{what}");
            close(point.instance_w, &recorded["power_per_gpu_w"], &what);
            close(point.power_kw, &recorded["power_fleet_kw"], &what);
            close(point.p99_ms, &recorded["p99_ttft_ms"], &what);
            if !run.printed.contains("DES verification enabled") {
                assert_eq!(point.meets, recorded["slo_met"].as_bool().unwrap(), "{what}");
            }
        }
    }
}
