//! What our own blocks mean, in tables.

use super::assert::Verdict;
use super::path::Atlas;
use super::pool::{Price, Slo};
use super::role::ToolsRule;
use super::workload::Point;
use crate::compile;
use crate::cost::{self, Bill};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Policy;
use crate::source::Source;

/// The policy of a text without errors but those about its budget and its assertions.
fn policy(text: &str) -> Policy {
    let compiled = compile(&[Source::new("test", text)]);
    let wrong = |it: &&(usize, Diagnostic)| {
        it.1.level == Level::Error
            && !it.1.lint.code.starts_with("WRP032")
            && !["WRP0113", "WRP0120", "WRP0121"].contains(&it.1.lint.code)
    };
    let errors: Vec<_> = compiled.diagnostics.iter().filter(wrong).collect();
    assert!(errors.is_empty(), "{text}: {errors:#?}");
    compiled.policy
}

/// What is found from warnings up, as `level name:text`.
fn found(text: &str) -> Vec<String> {
    let compiled = compile(&[Source::new("test", text)]);
    let describe = |(_, it): &(usize, Diagnostic)| {
        format!("{:?} {}:{}", it.level, it.lint.name, &text[it.span.start as usize..it.span.end as usize])
    };
    compiled.diagnostics.iter().filter(|(_, it)| it.level >= Level::Warning).map(describe).collect()
}

const MODELS: &str = "MODEL s { context_window_size: 8000, capabilities: [\"tools\"] }
    MODEL l { context_window_size: 32000, quality_score: 0.9 }
    POOL home { models: [\"s\"], services: [\"milvus\"], location: on_prem, gpus: 8, tags: [\"hipaa\"] }
    POOL edge { models: [\"s\"], location: edge }
    POOL vendor { models: [\"l\"], location: cloud, region: us }\n";

#[test]
fn blocks_are_read_as_they_are_written() {
    let policy = policy(
        "POOL home {
           models: [\"m\"], location: \"on_prem\", gpu: h100, gpus: 8, max_context: \"128K\"
           cost_per_1m_input: 0.4, cost_per_1m_output: 1, slo: { ttft_ms: 500, tpot_ms: 50.5 }
         }
         POOL half { models: [\"m\"], cost_per_1m_input: 0.4, max_context: 4096 }
         WORKLOAD day {
           rate: 2
           prompt_tokens: [{ tokens: \"1K\", share: 0.5 }, { tokens: 8000, share: 1.0 }]
           answer_tokens: [{ tokens: 10, share: 1 }]
           tools: 0.25
         }
         SIGNAL authz a { role: \"analyst\" subjects: [{ kind: \"User\" name: \"u\" }] }
         ROLE analyst { models: { allow: [\"m\"] }, tools: { deny: [\"sh\"], mode: rewrite } }
         ROLE strict { role: \"analyst\" tools: { allow: [] } }
         BUDGET { neural_calls: 2, callouts: 1, cost_per_request: 1, prompt_tokens: \"1K\", answer_tokens: 10 }
         ROUTE r { WHEN authz(\"analyst\") MODEL m }",
    );
    let [home, half] = policy.pools.as_slice() else { panic!("two pools were written") };
    assert_eq!((home.gpu.as_deref(), home.gpus, home.max_context), (Some("h100"), Some(8), Some(128_000)));
    assert_eq!(home.price, Some(Price { prompt: 0.4, answer: 1.0 }));
    assert_eq!(home.slo, Slo { ttft_ms: Some(500.0), tpot_ms: Some(50.5) });
    assert_eq!((half.price, half.max_context), (None, Some(4096)));
    let day = &policy.workloads[0];
    let points = [Point { tokens: 1000, share: 0.5 }, Point { tokens: 8000, share: 1.0 }];
    assert_eq!((day.rate, day.prompt_tokens.as_slice()), (2.0, points.as_slice()));
    assert_eq!((day.images, day.tools, day.hours.len()), (0.0, 0.25, 0));
    let [analyst, strict] = policy.roles.as_slice() else { panic!("two roles were written") };
    assert_eq!((analyst.role.it.as_str(), analyst.tools_mode), ("analyst", ToolsRule::Rewrite));
    assert_eq!((strict.role.it.as_str(), strict.tools_mode), ("analyst", ToolsRule::Block));
    let permits =
        |name| (analyst.models.permits(name), analyst.tools.permits(name), strict.tools.permits(name));
    assert_eq!(
        [permits("m"), permits("sh"), permits("x")],
        [(true, true, false), (false, false, false), (false, true, false)]
    );
    let budget = policy.budget.expect("a budget was written");
    let limits = (budget.neural_calls.map(|it| it.it), budget.callouts.map(|it| it.it));
    assert_eq!((limits, budget.cost_per_request.map(|it| it.it)), ((Some(2), Some(1)), Some(1.0)));
    assert_eq!((budget.prompt_tokens, budget.answer_tokens), (Some(1000), Some(10)));
}

#[test]
fn what_makes_no_sense_is_an_error_whatever_the_semantics() {
    let table: &[(&str, &[&str])] = &[
        ("POOL p { models: [m], locaton: cloud }", &["Error unknown-field:locaton"]),
        ("POOL p { models: m }", &["Error wrong-type:m"]),
        ("POOL p { models: [m], location: moon }", &["Error unknown-word:moon"]),
        ("POOL p { location: cloud }", &["Error missing-field:p"]),
        ("POOL p { models: [m], gpus: -1 }", &["Error out-of-range:-1"]),
        ("POOL p { models: [m], max_context: \"lots\" }", &["Error invalid-value:\"lots\""]),
        ("POOL p { models: [m] } POOL p { models: [m] }", &["Error duplicate-name:p"]),
        ("POOL p { models: [m], slo: { ttft: 1 } }", &["Error unknown-field:ttft"]),
        ("WORKLOAD w { archetype: azure }", &["Error missing-field:w"]),
        ("WORKLOAD w { rate: 1 }", &["Error invalid-value:w"]),
        ("WORKLOAD w { rate: 1, archetype: azzure }", &["Error unknown-word:azzure"]),
        ("WORKLOAD w { rate: 1, archetype: azure, hours: [1] }", &["Error invalid-value:[1]"]),
        (
            "WORKLOAD w { rate: 1, archetype: azure, answer_tokens: [{ tokens: 1, share: 1 }] }",
            &["Warning invalid-value:azure"],
        ),
        (
            "WORKLOAD w { rate: 1, prompt_tokens: [{ tokens: 9, share: 0.5 }, { tokens: 9, share: 1 }], answer_tokens: [] }",
            &[
                "Error invalid-value:[{ tokens: 9, share: 0.5 }, { tokens: 9, share: 1 }]",
                "Error invalid-value:[]",
            ],
        ),
        (
            "WORKLOAD w { rate: 1, prompt_tokens: [{ tokens: 9, share: 0.5 }], answer_tokens: [{ tokens: 1, share: 1 }] }",
            &["Error invalid-value:[{ tokens: 9, share: 0.5 }]"],
        ),
        (
            "ROLE r { models: { allow: [m], deny: [m] } }",
            &["Warning unknown-role:r", "Warning invalid-value:m"],
        ),
        ("ROLE r { tools: { mode: warn } }", &["Warning unknown-role:r", "Error unknown-word:warn"]),
        ("BUDGET { neural_calls: 1 } BUDGET { callouts: 1 }", &["Error duplicate-block:BUDGET"]),
        ("BUDGET { neural_calls: 1.5 }", &["Error wrong-type:1.5"]),
        (
            "ASSERT a { WHEN domain(\"x\") REQUIRE pool.gpu_count == 1 OR route.name == \"al\" }",
            &[
                "Error undeclared-signal:domain(\"x\")",
                "Error unknown-attribute:pool.gpu_count",
                "Error unknown-value:\"al\"",
            ],
        ),
        (
            "ASSERT a { WHEN domain(\"x\") WHEN domain(\"y\") REQUIRE outcome == route }",
            &["Error overridden-item:WHEN domain(\"x\")", "Error undeclared-signal:domain(\"y\")"],
        ),
    ];
    for (text, expected) in table {
        let text = format!("{text} ROUTE all {{ MODEL m }}");
        assert_eq!(found(&text), *expected, "{text}");
    }
}

#[test]
fn every_place_a_request_can_go_to_is_a_path() {
    let table: &[(&str, &[&str])] = &[
        (
            "ROUTE r { MODEL s, l }",
            &[
                "route `r`, candidate `s` in pool `home`",
                "route `r`, candidate `s` in pool `edge`",
                "route `r`, candidate `l` in pool `vendor`",
                "no route, refused",
            ],
        ),
        (
            "ROUTING { default_model: x } ROUTE r { FOR m IN [l, y] { MODEL m } }",
            &[
                "route `r`, candidate `l` in pool `vendor`",
                "route `r`, candidate `y`",
                "no route, default model `x`",
            ],
        ),
        (
            "ROUTE r { MODEL l ALGORITHM fusion { analysis_models: [x, y] } }",
            &[
                "route `r`, analysis model `x`",
                "route `r`, analysis model `y`",
                "route `r`, judge `l` in pool `vendor`",
                "no route, refused",
            ],
        ),
        (
            "ROUTE r { MODEL x ALGORITHM remom { breadth_schedule: [2], synthesis_model: y } }",
            &["route `r`, candidate `x`", "route `r`, synthesis model `y`", "no route, refused"],
        ),
        (
            "ROUTE r { MODEL x ALGORITHM workflows { roles: [{ name: \"a\", models: [y] }], final: { model: z } } }",
            &["route `r`, role `y`", "route `r`, final model `z`", "no route, refused"],
        ),
        (
            "ROUTE r { MODEL x ALGORITHM workflows { mode: dynamic, planner: { model: y } } }",
            &["route `r`, planner `y`", "route `r`, step `x`", "route `r`, final model `x`", "no route, refused"],
        ),
        (
            "ROUTE r { MODEL x ALGORITHM prompt { prompt: { model: y } } }",
            &["route `r`, helper `y`", "route `r`, candidate `x`", "no route, refused"],
        ),
        (
            "ROUTE r { MODEL x, y ALGORITHM confidence { verifier_server_url: \"http://v\" } }",
            &[
                "route `r`, candidate `x`",
                "route `r`, candidate `y`",
                "route `r`, verifier at `http://v`",
                "no route, refused",
            ],
        ),
        (
            "ROUTE r { MODEL x PLUGIN rag { enabled: true, backend: milvus } PLUGIN image_gen { enabled: true } }
             ROUTE off { MODEL x PLUGIN rag { backend: openai } }",
            &[
                "route `r`, candidate `x`",
                "route `r`, rag at `milvus` in pool `home`",
                "route `r`, image_gen",
                "route `off`, candidate `x`",
                "no route, refused",
            ],
        ),
        (
            "ROUTING { semantics: strict } SIGNAL jailbreak j { threshold: 0.5 }
             ROUTE r { PRIORITY 1 WHEN jailbreak(\"j\") MODEL s PLUGIN fast_response { message: \"no\" } }",
            &["route `r`, refused", "route `r`, answered by the proxy", "no route, refused"],
        ),
        (
            "SIGNAL classifier c { type: llm, model: x, labels: [\"a\"] } ROUTE r { MODEL y }",
            &["route `r`, candidate `y`", "no route, refused", "before any route, classifier `x`"],
        ),
    ];
    for (text, expected) in table {
        let policy = policy(&format!("{MODELS}{text}"));
        let paths = Atlas::new(&policy).paths(&policy.recipes[0]);
        let described: Vec<String> = paths.iter().map(super::path::Path::describe).collect();
        assert_eq!(described, *expected, "{text}");
    }
}

/// What one requirement says of each path of a policy: `.` where it holds, else the reason.
fn judged(text: &str, requirement: &str) -> Vec<String> {
    let policy = policy(&format!("{MODELS}{text} ASSERT a {{ REQUIRE {requirement} }}"));
    let paths = Atlas::new(&policy).paths(&policy.recipes[0]);
    let judge = |path| match policy.recipes[0].assertions[0].require.judge(path) {
        Verdict::Holds => ".".to_owned(),
        failed => failed.reason().unwrap_or_default(),
    };
    paths.iter().map(judge).collect()
}

#[test]
fn requirements_are_judged_on_each_path() {
    // Home and edge for s, vendor for l, no pool and no MODEL block for x, and the end in nobody's hands.
    let text = "ROUTE r { PRIORITY 7 TIER 2 MODEL s, l, x PLUGIN system_prompt { system_prompt: \"a\" } }";
    let no_pool = "unknown, since model `x` is in no pool";
    let table: &[(&str, [&str; 5])] = &[
        (
            "pool.location == \"on_prem\"",
            [
                ".",
                "`pool.location` is `edge`, and must be `on_prem`",
                "`pool.location` is `cloud`, and must be `on_prem`",
                &format!("`pool.location` is {no_pool}, and must be `on_prem`"),
                ".",
            ],
        ),
        (
            "NOT pool.location == \"cloud\"",
            [
                ".",
                ".",
                "`pool.location` is `cloud`, and must be other than `cloud`",
                &format!("`pool.location` is {no_pool}, and must be other than `cloud`"),
                ".",
            ],
        ),
        (
            "pool.region IN [\"eu\", \"us\"]",
            [
                "`pool.region` is unknown, since pool `home` does not say `region`, and must be one of `eu`, `us`",
                "`pool.region` is unknown, since pool `edge` does not say `region`, and must be one of `eu`, `us`",
                ".",
                &format!("`pool.region` is {no_pool}, and must be one of `eu`, `us`"),
                ".",
            ],
        ),
        (
            "model.context_window_size >= 9000 OR pool.tags HAS \"hipaa\"",
            [
                ".",
                "`model.context_window_size` is 8000, and must be at least 9000",
                ".",
                "`model.context_window_size` is unknown, since no MODEL block declares `x`, and must be at least 9000",
                ".",
            ],
        ),
        (
            "NOT (model.name == \"x\" OR model.name == \"l\")",
            [
                ".",
                ".",
                "`model.name` is `l`, and must be other than `l`",
                "`model.name` is `x`, and must be other than `x`",
                ".",
            ],
        ),
        (
            "route.tier <= 2 AND route.priority > 6 AND route.plugins HAS \"system_prompt\" AND route.algorithm == \"static\"",
            [".", ".", ".", ".", "."],
        ),
        ("outcome == \"route\"", [".", ".", ".", ".", "`outcome` is `deny`, and must be `route`"]),
        (
            "NOT model.capabilities HAS \"tools\"",
            [
                "`model.capabilities` is `tools`, and must be a list without `tools`",
                "`model.capabilities` is `tools`, and must be a list without `tools`",
                "`model.capabilities` is unknown, since model `l` does not say `capabilities`, and must be a list without `tools`",
                "`model.capabilities` is unknown, since no MODEL block declares `x`, and must be a list without `tools`",
                ".",
            ],
        ),
    ];
    for (requirement, expected) in table {
        assert_eq!(judged(text, requirement), *expected, "{requirement}");
    }
}

#[test]
fn what_is_unclear_is_reported_once_and_judged_nowhere() {
    let text = "POOL p { models: [m], location: cloud } ROUTE r { MODEL m }\n";
    let table = [
        ("pool.locaton == on_prem", true),
        ("NOT pool.locaton == on_prem", true),
        ("pool.locaton == on_prem OR pool.location == on_prem", true),
        ("pool.locaton == on_prem AND pool.location == on_prem", false),
    ];
    for (requirement, holds) in table {
        let compiled =
            compile(&[Source::new("test", format!("{text} ASSERT a {{ REQUIRE {requirement} }}"))]);
        assert!(compiled.has_errors() && compiled.graph.is_none(), "{requirement}");
        let recipe = &compiled.policy.recipes[0];
        let paths = Atlas::new(&compiled.policy).paths(recipe);
        assert_eq!(recipe.assertions[0].require.judge(&paths[0]).holds(), holds, "{requirement}");
    }
}

#[test]
fn what_no_route_takes_has_no_route_and_a_service_is_no_model() {
    let text =
        "ROUTING { default_model: s } ROUTE r { MODEL l PLUGIN rag { enabled: true, backend: openai } }";
    let table: &[(&str, [&str; 4])] = &[
        (
            "route.tier == 0",
            [
                ".",
                ".",
                "`route.tier` is unknown, since no route took the request, and must be 0",
                "`route.tier` is unknown, since no route took the request, and must be 0",
            ],
        ),
        (
            "pool.location IN [cloud, on_prem, edge]",
            [
                ".",
                "`pool.location` is unknown, since no pool lists `openai` under its services, and must be one of `cloud`, `on_prem`, `edge`",
                ".",
                ".",
            ],
        ),
        ("model.context_window_size > 0", [".", ".", ".", "."]),
    ];
    for (requirement, expected) in table {
        assert_eq!(judged(text, requirement), *expected, "{requirement}");
    }
}

#[test]
fn a_role_is_judged_by_the_model_and_the_tools_of_a_path() {
    let tools = |fields: &str| format!("PLUGIN tools {{ enabled: true, {fields} }}");
    let none = tools("mode: none");
    let block = tools("mode: filtered, block_tools: [\"sh\"]");
    let allow = tools("mode: filtered, allow_tools: [\"read\", \"sh\"]");
    let table = [
        ("models: { deny: [m] }", "", Some("model.name")),
        ("models: { allow: [m] }", "", None),
        ("models: { allow: [] }", "", Some("model.name")),
        ("tools: { deny: [\"sh\"] }", "", Some("route.tools")),
        ("tools: { deny: [\"sh\"] }", &none, None),
        ("tools: { deny: [\"sh\"] }", &block, None),
        ("tools: { deny: [\"sh\", \"rm\"] }", &block, Some("route.tools")),
        ("tools: { deny: [\"sh\"] }", &allow, Some("route.tools")),
        ("tools: { deny: [\"rm\"] }", &allow, None),
        ("tools: { allow: [\"read\"] }", &block, Some("route.tools")),
        ("tools: { allow: [\"read\"] }", &allow, Some("route.tools")),
        ("tools: { allow: [\"read\", \"sh\", \"x\"] }", &allow, None),
        ("tools: { allow: [] }", &none, None),
    ];
    for (role, plugin, expected) in table {
        let policy = policy(&format!("ROLE r {{ {role} }} ROUTE all {{ MODEL m {plugin} }}"));
        let paths = Atlas::new(&policy).paths(&policy.recipes[0]);
        let found = match policy.roles[0].judge(&paths[0]) {
            Verdict::Holds => None,
            Verdict::Fails { attribute, .. } => Some(attribute),
        };
        assert_eq!(found.as_deref(), expected, "{role} {plugin}");
        assert!(policy.roles[0].judge(&paths[1]).holds(), "a refusal reaches nobody");
    }
}

#[test]
fn a_route_is_billed_for_all_its_calls_at_the_dearest_price() {
    let pools = "MODEL s { context_window_size: 1000000 } MODEL l { context_window_size: 1000000 }
        POOL one { models: [s], cost_per_1m_input: 1, cost_per_1m_output: 2 }
        POOL two { models: [s, l], cost_per_1m_input: 2, cost_per_1m_output: 4, max_context: 500000 }
        POOL dark { models: [d] }\n";
    let sized = "prompt_tokens: 1000000, answer_tokens: 500000";
    let table = [
        ("MODEL s", sized, Ok(4.0)),
        ("MODEL s", "", Ok(2.0)),
        ("MODEL s", "prompt_tokens: 250000", Ok(1.75)),
        ("MODEL l", "answer_tokens: 250000", Ok(1.5)),
        ("MODEL s, l ALGORITHM confidence { confidence_method: margin }", sized, Ok(8.0)),
        ("MODEL s, l ALGORITHM confidence { confidence_method: self_verify }", sized, Ok(16.0)),
        ("MODEL s, l ALGORITHM fusion { model: l }", sized, Ok(16.0)),
        ("MODEL s, l ALGORITHM remom { breadth_schedule: [2, 1] }", sized, Ok(16.0)),
        ("MODEL s, l ALGORITHM ratings", sized, Ok(8.0)),
        ("MODEL s, l", sized, Ok(4.0)),
        ("MODEL s PLUGIN fast_response { message: \"no\" }", sized, Ok(0.0)),
        ("MODEL d", sized, Err("pool `dark` does not give both prices")),
        ("MODEL x", sized, Err("model `x` is in no pool")),
    ];
    for (route, size, expected) in table {
        let policy = policy(&format!("{pools} BUDGET {{ {size} }} ROUTE all {{ {route} }}"));
        let budget = policy.budget.as_ref().expect("a budget was written");
        let bill = cost::bill(&Atlas::new(&policy), &policy, budget, &policy.recipes[0].routes[0]);
        match (bill, expected) {
            (Bill::Total(total), Ok(expected)) => {
                assert!((total - expected).abs() < 1e-9, "{route}: {total}")
            }
            (Bill::Unbounded { why, .. }, Err(expected)) => assert_eq!(why, expected, "{route}"),
            (bill, _) => panic!("{route} {size}: {bill:?}"),
        }
    }
}

#[test]
fn a_budget_that_is_exceeded_gives_no_graph() {
    let detectors = "SIGNAL jailbreak j { threshold: 0.5 } SIGNAL pii p { threshold: 0.5 } SIGNAL keyword k { operator: OR keywords: [\"x\"] }\n";
    let routes = "ROUTE a { PRIORITY 3 WHEN jailbreak(\"j\") MODEL m } ROUTE b { PRIORITY 2 WHEN keyword(\"k\") MODEL m } ROUTE c { PRIORITY 1 WHEN pii(\"p\") MODEL m }";
    let table: &[(&str, &[&str])] = &[
        ("neural_calls: 2, callouts: 1", &[]),
        ("neural_calls: 1", &["a", "c"]),
        ("neural_calls: 0", &["a", "b", "c"]),
        ("callouts: 0", &["a", "b", "c"]),
    ];
    for (limits, expected) in table {
        let text = format!("{detectors}{routes} BUDGET {{ {limits} }}");
        let compiled = compile(&[Source::new("test", text.as_str())]);
        let over = compiled.diagnostics.iter().filter(|(_, it)| it.lint.name == "over-budget");
        let routes: Vec<&str> =
            over.map(|(_, it)| &text[it.span.start as usize..it.span.end as usize]).collect();
        assert_eq!(routes, *expected, "{limits}");
        assert_eq!(compiled.graph.is_some(), expected.is_empty(), "{limits}");
    }
}

#[test]
fn what_no_route_takes_is_within_the_budget_too() {
    let text =
        "ROUTING { default_model: m } POOL p { models: [m], cost_per_1m_input: 1, cost_per_1m_output: 1 }
        SIGNAL keyword k { operator: OR keywords: [\"x\"] }
        ROUTE r { WHEN keyword(\"k\") PLUGIN fast_response { message: \"no\" } }\n";
    let table: &[(&str, &[&str])] = &[
        ("cost_per_request: 1, prompt_tokens: 10, answer_tokens: 10", &[]),
        ("cost_per_request: 0.00001, prompt_tokens: 10, answer_tokens: 10", &["Error over-budget:m"]),
        ("cost_per_request: 1, prompt_tokens: 10", &["Error unbounded-cost:m"]),
    ];
    for (limits, expected) in table {
        assert_eq!(found(&format!("{text} BUDGET {{ {limits} }}")), *expected, "{limits}");
    }
}

#[test]
fn assertions_stand_in_their_scope() {
    let policy = policy(
        "ASSERT a { REQUIRE route.name == \"top\" }
         ROUTE top { MODEL m }
         RECIPE inner {
           SIGNAL domain law {}
           ASSERT b { DESCRIPTION \"why\" WHEN domain(\"law\") REQUIRE route.name == \"r\" REQUIRE outcome != deny }
           ROUTE r { MODEL m }
         }
         ENTRYPOINT { model_names: [\"e\"] recipe: \"inner\" }",
    );
    let names = |recipe: usize| -> Vec<&str> {
        policy.recipes[recipe].assertions.iter().map(|it| it.name.it.as_str()).collect()
    };
    assert_eq!((names(0), names(1)), (vec!["a"], vec!["b"]));
    let inner = &policy.recipes[1].assertions[0];
    assert_eq!((inner.description.as_deref(), inner.require.comparisons().len()), (Some("why"), 2));
    assert_eq!(inner.when.leaves().count(), 1);
}
