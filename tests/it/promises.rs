//! What shipped policies promise is proved, and one wrong line refutes it with a request.

use wrp_lang::source::Source;

fn policy(name: &str) -> String {
    let path = format!("{}/../policies/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("what we ship is there")
}

/// The errors of a policy as `name: where: witness`.
fn errors(text: &str) -> Vec<String> {
    let compiled = wrp_lang::compile(&[Source::new("policy.wrp", text)]);
    let errors =
        compiled.diagnostics.into_iter().filter(|(_, it)| it.level == wrp_lang::diagnostic::Level::Error);
    let describe = |it: wrp_lang::diagnostic::Diagnostic| {
        let place = &text[it.span.start as usize..it.span.end as usize];
        format!("{}: {place}: {}", it.lint.name, it.witness.unwrap_or_default())
    };
    errors.map(|(_, it)| describe(it)).collect()
}

#[test]
fn what_is_shipped_is_proved() {
    for (name, promises) in [
        ("privacy-first.wrp", &["secrets_stay", "personal_data_stays", "callers_are_heard"][..]),
        ("multi-tenant.wrp", &["ROLE contractor", "ledgers_are_for_finance"]),
    ] {
        let text = policy(name);
        assert!(promises.iter().all(|promise| text.contains(promise)), "{name}");
        assert_eq!(errors(&text), [""; 0], "{name}");
    }
}

#[test]
fn one_wrong_line_is_refuted_with_a_request() {
    for (name, line, wrong, expected) in [
        (
            "privacy-first.wrp",
            "  TIER 1\n  PRIORITY 100\n",
            "  TIER 4\n",
            "refuted-assertion: secrets_stay: complexity(\"analysis:hard\"), keyword(\"personal_numbers\")",
        ),
        (
            "privacy-first.wrp",
            "  ON_UNKNOWN match\n",
            "  ON_UNKNOWN skip\n",
            "refuted-assertion: personal_data_stays: complexity(\"analysis:hard\"), pii(\"personal_data\") is unknown",
        ),
        (
            "privacy-first.wrp",
            " OR metadata(\"stays_home\")",
            "",
            "refuted-assertion: callers_are_heard: complexity(\"analysis:hard\"), metadata \"residency\" is \"eu_only\"",
        ),
        (
            "multi-tenant.wrp",
            "  WHEN authz(\"finance\") AND keyword(\"ledgers\")\n",
            "  WHEN keyword(\"ledgers\")\n",
            "refuted-assertion: ledgers_are_for_finance: keyword(\"ledgers\"), role \"engineer\"",
        ),
        (
            "multi-tenant.wrp",
            "  WHEN authz(\"contractor\")\n  MODEL small\n  PLUGIN read_only\n",
            "  WHEN authz(\"contractor\")\n  MODEL small\n",
            "refuted-role: contractor: role \"contractor\"",
        ),
        (
            "multi-tenant.wrp",
            "models: { allow: [\"small\"] }",
            "models: { allow: [\"coder\"] }",
            "stranded-role: contractor: ",
        ),
    ] {
        let text = policy(name);
        assert!(text.contains(line), "{name} no longer says {line:?}");
        let found = errors(&text.replacen(line, wrong, 1));
        assert!(found.iter().any(|it| it == expected), "{name}: {wrong:?}: {found:#?}");
    }
}
