//! Which route a request takes, and where Envoy then sends it.

use serde_json::json;
use wrp_tests::client::Call;
use wrp_tests::envoy::Gateway;

use super::{asking, check_routes, route_of};

const KEYWORDS: &str = r#"
ROUTING { default_model: "general" }

SIGNAL keyword urgent { operator: "OR" keywords: ["urgent", "emergency", "immediate attention"] }
SIGNAL keyword card { operator: "AND" keywords: ["credit", "card"] }
SIGNAL keyword impolite { operator: "NOR" keywords: ["please", "kindly"] }
SIGNAL keyword classified { operator: "OR" keywords: ["SECRET"] case_sensitive: true }
SIGNAL keyword ticket { operator: "OR" method: "regex" keywords: ["TCK-[0-9]{4}"] }

ROUTE urgent_request { PRIORITY 50 WHEN keyword("urgent") MODEL "fast" }
ROUTE payment { PRIORITY 40 WHEN keyword("card") MODEL "safe" }
ROUTE vault { PRIORITY 30 WHEN keyword("classified") MODEL "safe" }
ROUTE support { PRIORITY 20 WHEN keyword("ticket") MODEL "fast" }
ROUTE curt { PRIORITY 10 WHEN keyword("impolite") MODEL "blunt" }
"#;

#[test]
fn keywords_choose_the_route() {
    let Some(gateway) = Gateway::start(KEYWORDS) else { return };
    check_routes(
        &gateway,
        &[
            ("URGENT: please look at the site", Some("urgent_request"), "fast"),
            ("This is Urgent and needs immediate attention", Some("urgent_request"), "fast"),
            ("please help, an emergency", Some("urgent_request"), "fast"),
            // A keyword is a whole word.
            ("an urgently needed rest, please", None, "general"),
            ("my credit card please", Some("payment"), "safe"),
            ("my credit score please", None, "general"),
            ("please open the SECRET drawer", Some("vault"), "safe"),
            ("please keep a secret", None, "general"),
            ("please look at tck-1234", Some("support"), "fast"),
            ("please look at TCK-12", None, "general"),
            ("tell me a joke", Some("curt"), "blunt"),
            // Several match: the highest priority takes it.
            ("urgent: credit card, TCK-1234", Some("urgent_request"), "fast"),
        ],
    );
}

#[test]
fn a_body_in_pieces_is_routed_like_a_whole_one() {
    let Some(gateway) = Gateway::start(KEYWORDS) else { return };
    for (text, decision) in [
        ("could this urgent emergency wait, please", Some("urgent_request")),
        ("could this matter wait, please", None),
    ] {
        let mut body = asking(text);
        body["stream"] = json!(true);
        let exchange = gateway.send(Call::chat(&body).chunk(7));
        assert_eq!(route_of(&exchange).0, decision, "{text}");
        assert_eq!(exchange.reply.header("content-type"), Some("text/event-stream"));
        assert!(exchange.reply.body.ends_with(b"data: [DONE]\n\n"));
    }
}

#[test]
fn only_the_last_user_message_is_read_for_keywords() {
    let Some(gateway) = Gateway::start(KEYWORDS) else { return };
    let exchange = gateway.chat(&json!({
        "model": "MoM",
        "messages": [
            { "role": "user", "content": "this is urgent" },
            { "role": "assistant", "content": "an emergency?" },
            { "role": "user", "content": [{ "type": "text", "text": "no, please go on" }] },
        ],
    }));
    assert_eq!(route_of(&exchange), (None, "general"));
}

#[test]
fn conditions_combine_as_written() {
    let policy = r#"
ROUTING { default_model: "general" }
SIGNAL keyword a { operator: "OR" keywords: ["alpha"] }
SIGNAL keyword b { operator: "OR" keywords: ["beta"] }
SIGNAL keyword c { operator: "OR" keywords: ["gamma"] }
ROUTE both { PRIORITY 30 WHEN keyword("a") AND keyword("b") MODEL "m-both" }
ROUTE either_with_c { PRIORITY 20 WHEN (keyword("a") OR keyword("b")) AND keyword("c") MODEL "m-mixed" }
ROUTE a_alone { PRIORITY 10 WHEN keyword("a") AND NOT (keyword("b") OR keyword("c")) MODEL "m-alone" }
"#;
    let Some(gateway) = Gateway::start(policy) else { return };
    check_routes(
        &gateway,
        &[
            ("alpha beta", Some("both"), "m-both"),
            ("alpha beta gamma", Some("both"), "m-both"),
            ("beta gamma", Some("either_with_c"), "m-mixed"),
            ("gamma alpha", Some("either_with_c"), "m-mixed"),
            ("alpha", Some("a_alone"), "m-alone"),
            ("beta", None, "general"),
            ("gamma", None, "general"),
            ("nothing of it", None, "general"),
        ],
    );
}

#[test]
fn the_highest_priority_wins_whatever_the_order_in_the_file() {
    let policy = r#"
ROUTING { default_model: "general" }
SIGNAL keyword think { operator: "OR" keywords: ["think"] }
SIGNAL keyword math { operator: "OR" keywords: ["math", "2 + 2"] }
SIGNAL keyword biology { operator: "OR" keywords: ["biology"] }
ROUTE biology_decision { PRIORITY 10 WHEN keyword("biology") MODEL "bio" }
ROUTE math_decision { PRIORITY 11 WHEN keyword("math") MODEL "math" }
ROUTE thinking_decision { PRIORITY 15 WHEN keyword("think") MODEL "deep" }
"#;
    let Some(gateway) = Gateway::start(policy) else { return };
    check_routes(
        &gateway,
        &[
            ("Think carefully about this decision", Some("thinking_decision"), "deep"),
            ("I need to think about math and biology", Some("thinking_decision"), "deep"),
            ("math in biology", Some("math_decision"), "math"),
            ("What is 2 + 2?", Some("math_decision"), "math"),
            ("Tell me about cellular biology", Some("biology_decision"), "bio"),
            ("Tell me about music", None, "general"),
        ],
    );
}

const RECIPES: &str = r#"
ROUTING { default_model: "general" }
MODEL "general" { context_window_size: 32768 }
MODEL "next" { provider_model_id: "vendor/next-2" }
SIGNAL keyword probe { operator: "OR" keywords: ["probe"] }
ROUTE default_probe { WHEN keyword("probe") MODEL "general" }

RECIPE "metadata-policy" {
  SIGNAL metadata canary { key: "cohort" predicate: { equals: "canary" } }
  ROUTE metadata_recipe_decision { WHEN metadata("canary") MODEL "next" }
}
ENTRYPOINT { model_names: ["team/canary", "team/beta"] recipe: "metadata-policy" }
"#;

#[test]
fn metadata_chooses_within_the_recipe_of_its_entrypoint() {
    let Some(gateway) = Gateway::start(RECIPES) else { return };
    for (model, cohort, recipe, decision, server) in [
        ("team/canary", "canary", "metadata-policy", Some("metadata_recipe_decision"), "next"),
        ("team/beta", "canary", "metadata-policy", Some("metadata_recipe_decision"), "next"),
        ("team/canary", "stable", "metadata-policy", None, "general"),
        // An alias asks for the default recipe, which knows no such signal.
        ("auto", "canary", "default", Some("default_probe"), "general"),
        ("MoM", "canary", "default", Some("default_probe"), "general"),
    ] {
        let mut body = asking("probe");
        body["model"] = json!(model);
        body["metadata"] = json!({ "cohort": cohort });
        let exchange = gateway.chat(&body);
        assert_eq!(route_of(&exchange), (decision, server), "{model} {cohort}");
        assert_eq!(exchange.reply.header("x-vsr-selected-recipe"), Some(recipe), "{model} {cohort}");
    }
}

#[test]
fn the_server_is_called_by_the_name_it_knows_the_model_under() {
    let Some(gateway) = Gateway::start(RECIPES) else { return };
    let mut body = asking("probe");
    body["model"] = json!("team/canary");
    body["metadata"] = json!({ "cohort": "canary" });
    let exchange = gateway.chat(&body);
    assert_eq!(exchange.upstream().header("x-selected-model"), Some("next"));
    assert_eq!(exchange.upstream().json()["model"], "vendor/next-2");
    assert_eq!(exchange.reply.header("x-vsr-selected-model"), Some("next"));
}

#[test]
fn a_model_asked_for_by_name_is_served_without_deciding() {
    let Some(gateway) = Gateway::start(RECIPES) else { return };
    let mut body = asking("probe");
    body["model"] = json!("next");
    let exchange = gateway.chat(&body);
    assert_eq!(route_of(&exchange), (None, "next"));
}

#[test]
fn every_name_that_can_be_asked_for_is_listed() {
    let Some(gateway) = Gateway::start(RECIPES) else { return };
    let exchange = gateway.send(Call::get("/v1/models"));
    assert_eq!(exchange.reply.status, 200);
    assert!(exchange.received.is_empty());
    let list = exchange.reply.json();
    let mut names: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|model| model["id"].as_str().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["MoM", "auto", "general", "next", "team/beta", "team/canary", "vllm-sr/auto"]);
}

#[test]
fn without_a_default_model_an_unrouted_request_is_refused() {
    let policy = r#"
SIGNAL keyword probe { operator: "OR" keywords: ["probe"] }
ROUTE probed { WHEN keyword("probe") MODEL "m" }
"#;
    let Some(gateway) = Gateway::start(policy) else { return };
    assert_eq!(route_of(&gateway.chat(&asking("probe"))), (Some("probed"), "m"));
    let exchange = gateway.chat(&asking("something else"));
    assert_eq!(exchange.reply.status, 400);
    assert_eq!(exchange.reply.json()["error"]["type"], "invalid_request_error");
    assert!(exchange.received.is_empty());
}

#[test]
fn a_retention_directive_is_told_to_whoever_debugs() {
    let policy = r#"
SIGNAL keyword probe { operator: "OR" keywords: ["retain"] }
ROUTE probed {
  WHEN keyword("probe")
  MODEL "m"
  EMIT retention { ttl_turns: 0 keep_current_model: true prefer_prefix_retention: true }
}
"#;
    let Some(gateway) = Gateway::start(policy) else { return };
    let headers = ["ttl-turns", "keep-current-model", "prefer-prefix", "drop"]
        .map(|it| format!("x-vsr-retention-{it}"));
    for (debug, expected) in
        [("true", [Some("0"), Some("true"), Some("true"), None]), ("false", [None, None, None, None])]
    {
        let exchange = gateway.send(Call::chat(&asking("retain")).header("x-vsr-debug", debug));
        let found = headers.each_ref().map(|header| exchange.reply.header(header));
        assert_eq!(found, expected, "x-vsr-debug: {debug}");
    }
}
