//! The command line as scripts and people meet it: transcripts, exit codes, and the gateway.

use std::path::{Path, PathBuf};

use wrpc::{Console, Exit};

/// What one command line did.
#[derive(Debug)]
struct Ran {
    exit: Exit,
    out: String,
    err: String,
}

impl Ran {
    /// As a terminal would show it, the exit code last.
    fn transcript(&self) -> String {
        let code = match self.exit {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Refused => 2,
        };
        let err = if self.err.is_empty() { String::new() } else { format!("--- err\n{}", self.err) };
        format!("{}{err}--- exit {code}\n", self.out)
    }
}

fn wrpc(arguments: &[&str]) -> Ran {
    wrpc_on("", arguments)
}

fn wrpc_on(input: &str, arguments: &[&str]) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut input = input.as_bytes();
    let mut console = Console::plain(&mut input, &mut out, &mut err);
    let exit = wrpc::run(std::iter::once("wrpc").chain(arguments.iter().copied()), &mut console);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is text");
    Ran { exit, out: text(out), err: text(err) }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the project").to_owned()
}

fn policy(name: &str) -> String {
    root().join("policies").join(name).display().to_string()
}

const CLASH: &str = r#"ROUTING { semantics: "strict" default_model: "m" }
MODEL m { }
SIGNAL keyword a { operator: "OR" keywords: ["a"] }
ROUTE r { WHEN keyword("a") AND
  MODEL m }
"#;

#[test]
fn every_shipped_policy_is_clean_and_passes_its_table() {
    let folder = root().join("policies").display().to_string();
    let checked = wrpc(&["check", "--fail-level", "warning", &folder]);
    assert_eq!(checked.exit, Exit::Fine, "{}", checked.transcript());
    let tested = wrpc(&["test", &folder]);
    assert_eq!(tested.exit, Exit::Fine, "{}", tested.transcript());
    assert_eq!(tested.out.lines().filter(|line| line.contains(" passed of ")).count(), 6, "{}", tested.out);
    let formatted = wrpc(&["fmt", "--check", &folder]);
    assert_eq!(formatted.exit, Exit::Fine, "{}", formatted.transcript());
}

#[test]
fn findings_are_1_and_what_cannot_run_is_2() {
    for (input, arguments, exit) in [
        ("", &["check", "-"][..], Exit::Fine),
        (CLASH, &["check", "-"], Exit::Findings),
        ("", &["check", "/nowhere/at/all"], Exit::Refused),
        ("", &["check"], Exit::Refused),
        ("", &["check", "-", "--format", "smoke"], Exit::Refused),
        ("", &["explain", "no-such-thing"], Exit::Refused),
        ("", &["--version"], Exit::Fine),
        ("", &["up", "--help"], Exit::Fine),
        ("", &["completions", "bash"], Exit::Fine),
        ("{", &["eval", "/nowhere", "--cases", "-"], Exit::Refused),
        ("\u{0}", &["import", "-"], Exit::Refused),
    ] {
        let ran = wrpc_on(input, arguments);
        assert_eq!(ran.exit, exit, "{arguments:?}\n{}", ran.transcript());
    }
}

#[test]
fn check_draws_and_lists() {
    insta::assert_snapshot!("check_human", wrpc_on(CLASH, &["check", "-"]).transcript());
    insta::assert_snapshot!(
        "check_concise",
        wrpc_on(CLASH, &["check", "-", "--format", "concise"]).transcript()
    );
    let json = wrpc_on(CLASH, &["check", "-", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["diagnostics"][0]["code"], "WRP0001");
    assert_eq!(json["diagnostics"][0]["file"], "<stdin>");
    assert_eq!(json["diagnostics"][0]["severity"], "error");
}

#[test]
fn a_route_shows_why() {
    let ran = wrpc(&["route", &policy("quick-start.wrp"), "--prompt", "URGENT: this function is slow"]);
    insta::assert_snapshot!("route", ran.transcript());
    let refused = wrpc(&[
        "route",
        &policy("multi-tenant.wrp"),
        "--prompt",
        "hi",
        "--header",
        "x-authz-user-groups: contractors",
    ]);
    insta::assert_snapshot!("route_denied", refused.transcript());
}

#[test]
fn given_signals_are_decided() {
    let cases = "{\"id\":1,\"matched\":[\"keyword:code\",\"keyword:urgent\"]}\n\n{\"id\":\"two\"}\n";
    insta::assert_snapshot!(
        "eval",
        wrpc_on(cases, &["eval", &policy("quick-start.wrp"), "--cases", "-"]).transcript()
    );
    let broken = wrpc_on("{\"matched\":1}", &["eval", &policy("quick-start.wrp"), "--cases", "-"]);
    assert!(broken.err.contains("line 1"), "{}", broken.err);
}

#[test]
fn a_policy_shows_what_it_sees() {
    let cases = concat!(
        "{\"id\":1,\"text\":\"Prove it, step by step\"}\n",
        "{\"id\":2,\"messages\":[{\"role\":\"user\",\"content\":\"hi? ho? hey?\"}]}\n",
        "{\"id\":3,\"request\":{\"model\":\"auto\"}}\n",
    );
    insta::assert_snapshot!(
        "signals",
        wrpc_on(cases, &["signals", &policy("cost-first.wrp"), "--cases", "-"]).transcript()
    );
}

#[test]
fn a_new_policy_passes_its_tests_and_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = folder.path().join("sub/hello").display().to_string();
    assert_eq!(wrpc(&["new", &name]).exit, Exit::Fine);
    let policy = format!("{name}.wrp");
    for arguments in [["check", &policy], ["test", &policy]] {
        let ran = wrpc(&arguments);
        assert_eq!(ran.exit, Exit::Fine, "{}", ran.transcript());
    }
    assert_eq!(wrpc(&["fmt", "--check", &policy]).exit, Exit::Fine);
    assert_eq!(wrpc(&["new", &name]).exit, Exit::Refused);
}

#[test]
fn formatting_shows_the_difference_and_writes_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.wrp");
    std::fs::write(&file, "MODEL   m {  }  # kept\n").expect("written");
    let path = file.display().to_string();
    let checked = wrpc(&["fmt", "--check", &path]);
    assert_eq!(checked.exit, Exit::Findings, "{}", checked.transcript());
    assert!(checked.out.contains("-MODEL   m {  }  # kept"), "{}", checked.out);
    assert_eq!(wrpc(&["fmt", &path]).exit, Exit::Fine);
    let written = std::fs::read_to_string(&file).expect("read");
    assert!(written.contains("# kept"));
    assert_eq!(wrpc(&["fmt", "--check", &path]).exit, Exit::Fine, "{written}");
}

#[test]
fn fixing_shows_or_writes_what_is_certain() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.wrp");
    let wrong = "SIGNAL pii p { treshold: \"0.5\" }\nROUTE r { WHEN pii(\"p\") MODEL m } // why\n";
    std::fs::write(&file, wrong).expect("written");
    let path = file.display().to_string();
    let shown = wrpc(&["check", "--fix", "--dry-run", &path]);
    assert_eq!(shown.exit, Exit::Findings, "{}", shown.transcript());
    assert!(shown.out.contains("-SIGNAL pii p { treshold: \"0.5\" }\n"), "{}", shown.out);
    assert!(shown.out.contains("+SIGNAL pii p { threshold: 0.5 }\n"), "{}", shown.out);
    assert_eq!(std::fs::read_to_string(&file).expect("read"), wrong);
    let fixed = wrpc(&["check", "--fix", "--fail-level", "warning", &path]);
    assert_eq!(fixed.exit, Exit::Fine, "{}", fixed.transcript());
    assert!(fixed.err.contains("made 3 fixes in 1 file"), "{}", fixed.err);
    assert_eq!(wrpc(&["check", "--fix", "--dry-run", &path]).exit, Exit::Fine);
    assert_eq!(wrpc_on(wrong, &["check", "--fix", "-"]).exit, Exit::Refused);
}

#[test]
fn a_project_file_says_how_grave_findings_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    // One warning: a signal that nothing uses.
    let idle = "SIGNAL domain law { }\n";
    let (main, draft) = (write("a.wrp", idle), write("drafts/b.wrp", idle));
    let table = [
        ("", Exit::Fine, Exit::Fine),
        ("fail-level = \"warning\"", Exit::Findings, Exit::Findings),
        ("[lints]\nunused-signal = \"error\"", Exit::Findings, Exit::Findings),
        ("fail-level = \"warning\"\n[lints]\nunused-signal = \"allow\"", Exit::Fine, Exit::Fine),
        (
            "[lints]\nunused-signal = \"error\"\n[paths.drafts]\nunused-signal = \"note\"",
            Exit::Findings,
            Exit::Fine,
        ),
        ("failing = 1", Exit::Refused, Exit::Refused),
    ];
    for (text, of_main, of_draft) in table {
        write("wrp.toml", text);
        let ran = [wrpc(&["check", &main]), wrpc(&["check", &draft])];
        assert_eq!(
            [ran[0].exit, ran[1].exit],
            [of_main, of_draft],
            "{text}: {}{}",
            ran[0].transcript(),
            ran[1].transcript()
        );
    }
    // What the command line says counts for more.
    write("wrp.toml", "fail-level = \"warning\"");
    assert_eq!(wrpc(&["check", "--fail-level", "error", &main]).exit, Exit::Fine);
}

#[test]
fn a_baseline_holds_back_what_was_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let write = |name: &str, text: &str| std::fs::write(path(name), text).expect("written");
    let old = "SIGNAL domain law { }\nSIGNAL domain math { }\n";
    write("wrp.toml", "fail-level = \"warning\"\nbaseline = \"known.json\"\n");
    write("a.wrp", old);
    write("b.wrp", "SIGNAL domain health { }\n");
    let root = folder.path().display().to_string();
    assert_eq!(wrpc(&["check", &root]).exit, Exit::Refused, "there is no baseline yet");
    let written = wrpc(&["check", "--write-baseline", &root]);
    assert!(written.err.contains("3 findings recorded in"), "{}", written.transcript());
    let checked = wrpc(&["check", &root]);
    assert_eq!(checked.exit, Exit::Fine, "{}", checked.transcript());
    assert!(checked.err.contains("3 findings held back by"), "{}", checked.err);
    // Lines may move; what is new is reported, and what is gone is said.
    write("a.wrp", "# moved\n\nSIGNAL domain math { }\nSIGNAL domain physics { }\n");
    let checked = wrpc(&["check", "--format", "concise", &path("a.wrp")]);
    assert_eq!(checked.exit, Exit::Findings, "{}", checked.transcript());
    assert!(checked.out.contains("nothing uses domain signal `physics`"), "{}", checked.out);
    assert!(!checked.out.contains("`math`"), "{}", checked.out);
    assert!(checked.err.contains("1 finding held back"), "{}", checked.err);
    let stale = "stale: a.wrp: WRP0401 SIGNAL domain law: nothing uses domain signal `law`";
    assert!(checked.err.contains(stale), "{}", checked.err);
    // What is recorded of other files stays.
    wrpc(&["check", "--write-baseline", &path("a.wrp")]);
    assert_eq!(wrpc(&["check", &root]).exit, Exit::Fine);
    // What cannot be read is never held back.
    write("a.wrp", "ROUTE {\n");
    assert_eq!(wrpc(&["check", "--write-baseline", &root]).exit, Exit::Findings);
    assert_eq!(wrpc(&["check", &root]).exit, Exit::Findings);
}

#[test]
fn compiling_writes_what_a_proxy_takes() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().display().to_string();
    let ran = wrpc(&["compile", &policy("privacy-first.wrp"), "-o", &out, "--emit", "graph,listing,json"]);
    assert_eq!(ran.exit, Exit::Fine, "{}", ran.transcript());
    assert!(ran.out.contains("route hard: at most 2 queries"), "{}", ran.out);
    let bytes = std::fs::read(folder.path().join("privacy-first.graph")).expect("the graph");
    wrp_graph::graph::Graph::decode(&bytes).expect("the bytes are a graph");
    let listing =
        std::fs::read_to_string(folder.path().join("privacy-first.listing.txt")).expect("the listing");
    assert!(listing.contains("route hard -> frontier  (at most 2 queries)"), "{listing}");
    let refused = wrpc_on(CLASH, &["compile", "-", "-o", &out]);
    assert_eq!(refused.exit, Exit::Findings, "{}", refused.transcript());
    assert!(!folder.path().join("policy.graph").exists());
}

#[test]
fn a_failing_row_says_what_it_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("t.yaml");
    std::fs::write(&table, "probes: [{ name: wrong, prompt: hello, expect: { route: code, status: 200 } }]")
        .expect("written");
    let ran = wrpc(&[
        "test",
        &policy("quick-start.wrp"),
        "--probes",
        &table.display().to_string(),
        "--filter",
        "wrong",
    ]);
    assert_eq!(ran.exit, Exit::Findings);
    assert!(ran.out.contains("route: expected code, found none"), "{}", ran.out);
}

#[test]
fn drawings_name_every_route() {
    let dot = wrpc(&["graph", &policy("cost-first.wrp")]);
    let mermaid = wrpc(&["graph", &policy("cost-first.wrp"), "--format", "mermaid"]);
    for route in ["long", "obvious", "cheap", "deceptive"] {
        assert!(dot.out.contains(&format!("label=\"{route}\"")), "{}", dot.out);
        assert!(mermaid.out.contains(&format!("[\"{route}\"]")), "{}", mermaid.out);
    }
}

#[test]
fn up_shows_where_requests_go() {
    let module = wrp_tests::filter::module().display().to_string();
    let up = |more: &[&str]| {
        let quick_start = policy("quick-start.wrp");
        let base = ["up", &quick_start, "--once", "--listen", "127.0.0.1:0", "--wasm", &module];
        wrpc(&[&base[..], more].concat())
    };
    let shown = up(&[]);
    assert_eq!(shown.exit, Exit::Fine, "{}", shown.transcript());
    let row = shown.out.lines().find(|line| line.starts_with("code words go to the coder"));
    let cells: Vec<&str> =
        row.unwrap_or_default().split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells, ["code words go to the coder", "200", "code", "coder", "upstream"]);
    assert!(shown.out.contains("curl -i http://127.0.0.1:"), "{}", shown.out);
    let json: serde_json::Value = serde_json::from_str(&up(&["--format", "json"]).out).expect("JSON");
    assert_eq!(json["version"], 1);
    assert_eq!(json["requests"][0]["model"], "coder");
    let nowhere = up(&["--upstream", "coder=ftp://x"]);
    assert_eq!(nowhere.exit, Exit::Refused, "{}", nowhere.transcript());
}

#[test]
fn engines_agree_on_given_signals() {
    let cases = concat!(
        "{\"id\":1,\"matched\":[\"authz:contractor\"],\"unknown\":[\"jailbreak:injection\"]}\n",
        "{\"id\":2,\"matched\":[\"authz:contractor\",\"jailbreak:injection\"],\"confidence\":{\"jailbreak:injection\":0.91}}\n",
        "{\"id\":3,\"matched\":[\"authz:admin\",\"keyword:code\"]}\n",
        "{\"id\":4}\n",
    );
    let module = wrp_tests::filter::module().display().to_string();
    let decided = |engine: &str| -> Vec<serde_json::Value> {
        let ran = wrpc_on(
            cases,
            &["eval", &policy("multi-tenant.wrp"), "--cases", "-", "--engine", engine, "--wasm", &module],
        );
        assert_eq!(ran.exit, Exit::Fine, "{}", ran.transcript());
        let lines = ran.out.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        lines
            .map(|mut line: serde_json::Value| {
                // Only what runs step by step asks.
                line["asked"] = serde_json::Value::Null;
                line
            })
            .collect()
    };
    let graph = decided("graph");
    assert_eq!(graph[0]["denied"], "contractor_blocked");
    assert_eq!(graph[2]["decision"], "admin");
    assert_eq!(graph, decided("wasm"));
    assert_eq!(graph, decided("oracle"));
}

#[test]
fn tables_of_the_reference_system_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("probes.yaml");
    let text = "name: x\ndecisions:\n  - id: code\n    expected_decision: code\n    variants:\n      \
                - { id: a, query: this function, expected_signals: { keywords: [code] }, tags: [t] }\n      \
                - { id: b, query: a poem }\n";
    std::fs::write(&table, text).expect("written");
    let ran = wrpc(&[
        "test",
        &policy("quick-start.wrp"),
        "--probes",
        &table.display().to_string(),
        "--filter",
        "code ",
    ]);
    assert_eq!(ran.exit, Exit::Findings);
    assert!(ran.out.contains("code b\n           route: expected code, found none"), "{}", ran.out);
    assert!(ran.out.contains("1 passed, 1 failed of 2 rows"), "{}", ran.out);
}

/// The reference's probes of the one recipe that needs no model, where they are present.
#[test]
fn recorded_probes_reach_their_decisions() {
    let folder = root().join("../shared/data/language");
    let Ok(recorded) = std::fs::read_to_string(folder.join("recipe_probes.json")) else {
        eprintln!("skipped: no recorded probes here");
        return;
    };
    let recorded: serde_json::Value = serde_json::from_str(&recorded).expect("JSON");
    let decisions: Vec<serde_json::Value> = recorded["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|item| item["recipe_file"] == "config/recipes/accuracy/recipe.dsl")
        .map(|item| {
            serde_json::json!({
                "id": item["decision_id"], "expected_decision": item["expected_decision"],
                "variants": [item["variant"]],
            })
        })
        .collect();
    assert!(!decisions.is_empty());
    let scratch = tempfile::tempdir().expect("a folder");
    // JSON is YAML.
    let table = scratch.path().join("probes.yaml");
    std::fs::write(&table, serde_json::json!({ "decisions": decisions }).to_string()).expect("written");
    let recipe = folder.join("programs/001_recipe_accuracy.dsl").display().to_string();
    let ran = wrpc(&["test", &recipe, "--probes", &table.display().to_string()]);
    assert_eq!(ran.exit, Exit::Fine, "{}", ran.transcript());
}

/// The configurations of the reference system, where they are present.
#[test]
fn real_configurations_import_and_compile() {
    let folder = root().join("../shared/data/prompts/config");
    if !folder.is_dir() {
        eprintln!("skipped: no sample configurations here");
        return;
    }
    for name in [
        "config.reference.yaml",
        "config.e2e.yaml",
        "config.authz-rbac.yaml",
        "generic-multi-recipe-model-needs.yaml",
    ] {
        let ran = wrpc(&["import", &folder.join(name).display().to_string()]);
        let errors = ran.err.lines().filter(|line| line.contains(": error[")).collect::<Vec<_>>();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

fn version(name: &str) -> String {
    root().join("tests/versions").join(name).display().to_string()
}

/// Without the folder that the project happens to lie in.
fn at_home(text: &str) -> String {
    text.replace(&format!("{}/", root().display()), "")
}

#[test]
fn two_versions_are_compared_with_requests_and_traffic() {
    let (old, new, trace) =
        (version("support.old.wrp"), version("support.new.wrp"), version("support.jsonl"));
    for format in ["human", "markdown", "json"] {
        let ran = wrpc(&["diff", &old, &new, "--trace", &trace, "--format", format]);
        assert_eq!(ran.exit, Exit::Findings, "{}", ran.transcript());
        insta::assert_snapshot!(format!("diff_{format}"), at_home(&ran.transcript()));
    }
    let same = wrpc(&["diff", &old, &old, "--trace", &trace]);
    insta::assert_snapshot!("diff_equal", same.transcript());
}

#[test]
fn a_comparison_ends_as_scripts_expect() {
    let (old, new) = (version("support.old.wrp"), version("support.new.wrp"));
    for (arguments, exit) in [
        (vec!["diff", &old, &old], Exit::Fine),
        (vec!["diff", &old, &new], Exit::Findings),
        (vec!["diff", &old, "/nowhere/at/all"], Exit::Refused),
        (vec!["diff", &old, "-"], Exit::Refused),
        (vec!["diff", &old, &new, "--trace", "/nowhere"], Exit::Refused),
        (vec!["diff", &old], Exit::Refused),
    ] {
        let ran = wrpc_on(CLASH, &arguments);
        assert_eq!(ran.exit, exit, "{arguments:?}\n{}", ran.transcript());
    }
    // Every shipped policy is itself.
    for file in ["quick-start.wrp", "cost-first.wrp", "privacy-first.wrp", "agentic.wrp", "multi-tenant.wrp"]
    {
        let ran = wrpc(&["diff", &policy(file), &policy(file)]);
        assert_eq!(ran.exit, Exit::Fine, "{}", ran.transcript());
    }
}

#[test]
fn a_corpus_measures_what_no_proof_can() {
    let file = |name: &str| root().join("tests/corpus").join(name).display().to_string();
    let (policy, corpus, vectors) = (file("topics.wrp"), file("topics.jsonl"), file("topics.vectors.json"));
    let measured = |more: &[&str]| {
        let arguments = ["check", &policy, "--corpus", &corpus, "--vectors", &vectors, "--epsilon", "0.05"];
        wrpc(&[arguments.as_slice(), more].concat())
    };
    let human = measured(&[]);
    assert_eq!(human.exit, Exit::Fine, "{}", human.transcript());
    let (_, drawn) = human.out.split_once("\nmeasured on").expect("what was measured");
    insta::assert_snapshot!("check_measured", format!("measured on{drawn}"));
    let json = measured(&["--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json.out).expect("one object");
    let pair = |one: &str, other: &str| {
        let all = json["measured"]["pairs"].as_array().expect("pairs");
        let found = all.iter().find(|it| it["one"] == one && it["other"] == other);
        found.unwrap_or_else(|| panic!("{one} and {other} in {all:#?}")).clone()
    };
    let met = pair("embedding:court", "embedding:networks");
    assert_eq!((met["verdict"].as_str(), met["evidence"]["id"].as_str()), (Some("reachable"), Some("t1")));
    assert_eq!(met["evidence"]["rate"]["hits"], 2);
    let apart = pair("embedding:court", "embedding:poetry");
    assert_eq!(
        (apart["verdict"].as_str(), apart["evidence"]["by"].as_str()),
        (Some("impossible"), Some("vectors"))
    );
    assert_eq!(json["measured"]["silent"][0], "embedding:poetry");
    // Two in two hundred are beyond a hundred-thousandth, and that is a finding like any other.
    let strict =
        wrpc(&["check", &policy, "--corpus", &corpus, "--epsilon", "0.00001", "--format", "concise"]);
    insta::assert_snapshot!("check_measured_findings", strict.out.replace(&policy, "topics.wrp"));
    let failing = ["check", &policy, "--corpus", &corpus, "--epsilon", "0.05", "--fail-level", "warning"];
    assert_eq!(wrpc(&failing).exit, Exit::Findings);
    for wrong in [
        vec!["check", &policy, "--corpus", "/nowhere"],
        vec!["check", &policy, "--vectors", &vectors],
        vec!["check", &policy, "--corpus", &corpus, "--epsilon", "2"],
        vec!["check", &policy, &policy, "--corpus", &corpus],
        vec!["check", &policy, "--corpus", &policy],
    ] {
        assert_eq!(wrpc(&wrong).exit, Exit::Refused, "{wrong:?}");
    }
}

/// What `wrpc signals` prints is a corpus too, taken as final.
#[test]
fn printed_signals_are_a_corpus() {
    let policy = policy("quick-start.wrp");
    let cases = "{\"id\":1,\"text\":\"urgent: refactor this\"}\n{\"id\":2,\"text\":\"hello\"}\n";
    let printed = wrpc_on(cases, &["signals", &policy, "--cases", "-"]);
    let measured = wrpc_on(&printed.out, &["check", &policy, "--corpus", "-", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&measured.out).expect("one object");
    let routes = json["measured"]["routes"].as_array().expect("routes");
    let met = routes.iter().find(|it| it["one"] == "code" && it["other"] == "urgent").expect("the pair");
    assert_eq!((met["verdict"].as_str(), met["evidence"]["id"].as_str()), (Some("reachable"), Some("1")));
    assert_eq!(met["settled"], true);
}
