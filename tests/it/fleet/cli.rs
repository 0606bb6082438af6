//! `wrpc fleet` as scripts meet it: what it answers, and how it ends.

use std::fs;

use serde_json::{Value, json};
use wrpc::{Console, Exit};

fn fleet(input: &str, arguments: &[&str]) -> (Exit, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut input = input.as_bytes();
    let mut console = Console::plain(&mut input, &mut out, &mut err);
    let words = ["wrpc", "fleet"].into_iter().chain(arguments.iter().copied());
    let exit = wrpc::run(words, &mut console);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
    (exit, text(out), text(err))
}

fn json_of(arguments: &[&str]) -> (Exit, Value) {
    let (exit, out, err) = fleet("", &[arguments, &["--format", "json"]].concat());
    let value: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out} {err}"));
    assert_eq!(value["version"], 1, "{value}");
    (exit, value)
}

/// A folder with a distribution, a workload, two policies and a log.
fn folder() -> (tempfile::TempDir, impl Fn(&str) -> String) {
    let folder = tempfile::tempdir().unwrap();
    let cdf = json!([[512, 0.4], [2048, 0.8], [8192, 0.97], [32_768, 1.0]]);
    let workload = json!({
        "version": 1,
        "workload": {"rate_per_s": 200.0, "cdf": cdf, "signals": {"keyword:code": 0.3}},
        "bounds": {"ttft_p99_ms": 1000.0},
        "pools": [
            {"name": "small", "profile": "a100", "context": 4096},
            {"name": "large", "profile": {"gpu": "h100", "model": "llama-3.1-70b", "gpus": 8}, "context": 32_768},
        ],
    });
    let policy = |most: &str| {
        format!(
            "ROUTING {{ semantics: \"strict\" default_model: \"large\" }}\nMODEL small {{ }}\nMODEL large {{ }}\n\
             SIGNAL keyword code {{ operator: \"OR\" keywords: [\"fn main\"] }}\n\
             SIGNAL context short {{ min_tokens: \"0\" max_tokens: \"{most}\" }}\n\
             ROUTE code {{ TIER 1 WHEN keyword(\"code\") MODEL \"large\" }}\n\
             ROUTE short {{ TIER 2 WHEN context(\"short\") MODEL \"small\" }}\n"
        )
    };
    let log: String = (0..2000)
        .map(|nth| {
            let prompt = if nth < 700 { 400 } else { 5000 + nth % 3000 };
            format!("{{\"timestamp\":{},\"prompt_tokens\":{prompt},\"generated_tokens\":200}}\n", nth * 2)
        })
        .collect();
    for (name, text) in [
        ("cdf.json", cdf.to_string()),
        ("w.json", workload.to_string()),
        ("old.wrp", policy("1K")),
        ("new.wrp", policy("3K")),
        ("log.jsonl", log),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let path = folder.path().to_owned();
    (folder, move |name: &str| path.join(name).display().to_string())
}

#[test]
fn a_plan_without_a_policy_has_a_best_boundary_its_check_and_figures() {
    let (_folder, file) = folder();
    let figures = file("figures");
    let (exit, plan) =
        json_of(&["plan", "--cdf", &file("cdf.json"), "--rate", "100", "--verify", "2", "--plots", &figures]);
    assert_eq!(exit, Exit::Fine, "{plan}");
    let price = |of: &Value| of["price_per_hour"].as_f64().unwrap();
    assert!(price(&plan["best"]) <= price(&plan["one_pool"]));
    assert_eq!(plan["simulated"].as_array().unwrap().len(), 2);
    for figure in plan["figures"].as_array().unwrap() {
        let text = fs::read_to_string(figure.as_str().unwrap()).unwrap();
        assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>"), "{figure}");
    }
    assert_eq!(plan["figures"].as_array().unwrap().len(), 4);
}

#[test]
fn a_policy_is_sized_pool_by_pool_and_without_each_route() {
    let (_folder, file) = folder();
    let (exit, plan) = json_of(&["plan", &file("old.wrp"), "--workload", &file("w.json")]);
    assert_eq!(exit, Exit::Fine, "{plan}");
    let share = |route: &str| -> f64 {
        let rows = plan["routes"].as_array().unwrap().iter().filter(|row| row["route"] == route);
        rows.map(|row| row["share"].as_f64().unwrap()).sum()
    };
    // Three in ten are about code; of the others, prompts of up to 1,000 tokens are short.
    assert!((share("code") - 0.3).abs() < 0.03, "{plan}");
    let short = 0.4 + 0.4 * (1250.0 - 512.0) / 1536.0;
    assert!((share("short") - 0.7 * short).abs() < 0.03, "{plan}");
    let without = plan["without"].as_array().unwrap();
    assert_eq!(without.len(), 2);
    assert!(without[1]["route_saves_per_year"].as_f64().unwrap() > 0.0, "{plan}");
}

#[test]
fn two_policies_are_compared_on_one_workload() {
    let (_folder, file) = folder();
    let (exit, both) =
        json_of(&["whatif", &file("old.wrp"), &file("new.wrp"), "--workload", &file("w.json")]);
    assert_eq!(exit, Exit::Fine, "{both}");
    assert!(both["moved"].as_f64().unwrap() > 0.1, "{both}");
    assert!(both["price_per_year_change"].as_f64().unwrap() < 0.0, "{both}");
}

#[test]
fn a_fleet_is_simulated_by_length_and_by_policy() {
    let (_folder, file) = folder();
    let by_length = ["simulate", "--cdf", &file("cdf.json"), "--rate", "40", "--boundary", "2048"];
    let run = ["--instances", "6,40", "--count", "3000", "--runs", "2"];
    let (_, report) = json_of(&[&by_length[..], &run].concat());
    assert_eq!((&report["finished"], &report["refused"]), (&json!(7200), &json!(0)), "{report}");
    assert_eq!(report, json_of(&[&by_length[..], &run].concat()).1);
    let policy = file("new.wrp");
    let workload = file("w.json");
    let by_policy = ["simulate", "--workload", &workload, "--policy", &policy, "--router", "policy"];
    let (_, report) =
        json_of(&[&by_policy[..], &["--instances", "8,12", "--count", "2000", "--runs", "2"]].concat());
    assert!(report["pools"][1]["finished"].as_u64().unwrap() > 400, "{report}");
}

#[test]
fn a_log_whose_lengths_change_moves_the_boundary_of_the_policy() {
    let (_folder, file) = folder();
    let (log, policy, exports) = (file("log.jsonl"), file("old.wrp"), file("exports"));
    let watch = [
        "watch",
        &log,
        "--boundary",
        "1000",
        "--scale",
        "200",
        "--window",
        "600",
        "--every",
        "200",
        "--policy",
        &policy,
        "--signal",
        "short",
        "--export",
        &exports,
        "--write",
    ];
    let (exit, seen) = json_of(&watch);
    assert_eq!(exit, Exit::Findings, "{seen}");
    let boundary = seen["boundary"].as_u64().unwrap();
    assert!(boundary >= 4096, "{seen}");
    assert!(
        seen["diff"]
            .as_str()
            .unwrap()
            .contains(&format!("+SIGNAL context short {{ min_tokens: \"0\" max_tokens: \"{boundary}\" }}"))
    );
    assert!(fs::read_to_string(&policy).unwrap().contains(&boundary.to_string()));
    assert!(fs::read_to_string(file("exports/short.keda.yaml")).unwrap().contains("kind: ScaledObject"));
    // The boundary is where the policy has it now: the old one is not found any more.
    assert_eq!(fleet("", &watch).0, Exit::Refused);
}

#[test]
fn power_disagg_and_pareto_answer_in_json() {
    let (_folder, file) = folder();
    let cdf = file("cdf.json");
    let (_, power) = json_of(&["power", "--gpus", "h100", "--cdf", &cdf, "--rate", "100"]);
    assert_eq!(power["profiles"][0]["law"][0]["slots"], 512, "{power}");
    let (_, disagg) =
        json_of(&["disagg", "--cdf", &cdf, "--rate", "20", "--context", "32768", "--ttft-ms", "3000"]);
    assert_eq!(disagg["together"]["prefill"], 0, "{disagg}");
    let (_, front) = json_of(&["pareto", "--cdf", &cdf, "--rate", "100"]);
    assert!(front["boundaries"].as_array().unwrap().iter().any(|row| row["on_front"] == true), "{front}");
}

#[test]
fn a_trace_becomes_a_workload_that_is_planned_divided_and_spread_over_the_day() {
    let (folder, file) = folder();
    let (_, estimate) = json_of(&["estimate", &file("log.jsonl"), "--by", "category"]);
    assert_eq!(estimate["archetype"], "concentrated above", "{estimate}");
    let mut workload = estimate["workload"].clone();
    assert!((workload["rate_per_s"].as_f64().unwrap() - 0.5).abs() < 1e-9, "{estimate}");
    let write = |name: &str, workload: &Value| {
        let text = json!({"version": 1, "workload": workload, "bounds": {"ttft_p99_ms": 1000.0}}).to_string();
        fs::write(folder.path().join(name), text).unwrap();
    };
    workload["rate_per_s"] = json!(30.0);
    workload["hours"] = json!((0..24).map(|hour| if hour < 8 { 2.2 } else { 0.4 }).collect::<Vec<_>>());
    write("east.json", &workload);
    workload["hours"] = json!((0..24).map(|hour| if hour >= 16 { 2.2 } else { 0.4 }).collect::<Vec<_>>());
    write("west.json", &workload);
    let (east, west) = (format!("east={}", file("east.json")), format!("west={}", file("west.json")));
    let (_, day) = json_of(&["schedule", "--region", &east, "--region", &west, "--context", "8192"]);
    assert!(day["peak_of_sum"].as_u64() < day["sum_of_peaks"].as_u64(), "{day}");
    let workload = file("east.json");
    let divide = |kinds: &str| json_of(&["allocate", "--workload", &workload, "--kinds", kinds]).1;
    let price = |of: Value| of["lower_bound_per_hour"].as_f64().unwrap();
    assert!(price(divide("a100:2048,a100:8192,h100:8192")) <= price(divide("a100:8192")) + 1e-6);
    let (exit, _, err) = fleet("", &["allocate", "--workload", &workload, "--kinds", "a100:2048"]);
    assert!(exit == Exit::Findings && err.contains("no kind serves it"), "{err}");
}

#[test]
fn the_oracle_answers_line_by_line() {
    let cdf = json!([[512, 0.4], [8192, 1.0]]);
    let questions = [
        (json!({"op": "erlang_c", "c": 10, "a": 8}), json!(0.409_180_150_796_443_54)),
        (json!({"op": "erlang_c", "args": {"c": 1, "a": 0.5}, "id": 7}), json!(0.5)),
        (json!({"op": "n_slots", "args": ["h100", 8192]}), json!(128)),
        (json!({"op": "cdf_eval", "cdf": cdf, "t": 256}), json!(0.2)),
        (json!({"op": "randint", "low": 1, "high": 100, "n": 3}), json!([82, 15, 4])),
        (json!({"op": "invert_power", "gpu": "a100", "target_w": 385}), json!(127)),
    ];
    let input: String = questions.iter().map(|(question, _)| format!("{question}\n")).collect();
    let (exit, out, _) = fleet(&input, &["oracle", "--compat", "--input", "-"]);
    assert_eq!(exit, Exit::Fine, "{out}");
    for (line, (question, expected)) in out.lines().zip(&questions) {
        let answer: Value = serde_json::from_str(line).unwrap();
        assert_eq!((&answer["result"], &answer["op"]), (expected, &question["op"]), "{question}");
        assert_eq!(answer.get("id"), question.get("id"));
    }
    for (bad, message) in [
        ("{\"op\":\"erlang\"}", "did you mean `erlang_c`"),
        ("{\"op\":\"erlang_c\"}", "`c` is missing"),
        ("nonsense", "not JSON"),
    ] {
        let (exit, out, _) = fleet(bad, &["oracle", "--compat", "--input", "-"]);
        assert!(exit == Exit::Findings && out.contains(message), "{out}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_its_reason() {
    let (_folder, file) = folder();
    let cdf = file("cdf.json");
    for (arguments, message) in [
        (&["plan"][..], "give a workload"),
        (&["plan", "--cdf", "/nowhere"], "cannot read"),
        (&["plan", "--cdf", &cdf, "--rate", "0"], "`rate_per_s` must be positive"),
        (&["plan", "--cdf", &cdf, "--gpu", "abacus"], "no profile is called `abacus`"),
        (&["plan", &file("old.wrp"), "--cdf", &cdf], "names no pools"),
        (&["simulate", "--cdf", &cdf, "--instances", "1,2"], "as many numbers"),
        (&["simulate", "--cdf", &cdf, "--instances", "1", "--router", "policy"], "needs `--policy`"),
    ] {
        let (exit, _, err) = fleet("", arguments);
        assert!(exit == Exit::Refused && err.contains(message), "{arguments:?}: {err}");
    }
}
