//! What fixes do to texts, in tables and to texts with slips in them.

use proptest::prelude::*;

use super::*;

const STRICT: &str = "ROUTING { semantics: \"strict\" default_model: \"small\" }\n";
const MODELS: &str = "MODEL small { } MODEL large { }\n";

fn diagnostics(text: &str) -> Vec<(usize, Diagnostic)> {
    compile(&[Source::new("test", text)]).diagnostics
}

/// The text after every safe fix.
fn fixed(text: &str) -> String {
    let fixed = apply_safe(&[Source::new("test", text)], &|_, _| true);
    fixed.sources[0].text.clone()
}

#[test]
fn what_is_certain_is_put_right() {
    let table = [
        ("SIGNAL keyword k { operator: \"and\" }", "SIGNAL keyword k { operator: \"AND\" }"),
        ("SIGNAL pii p { treshold: 0.5 }", "SIGNAL pii p { threshold: 0.5 }"),
        ("SIGNAL pii p { threshold: \"0.5\" }", "SIGNAL pii p { threshold: 0.5 }"),
        ("SIGNAL pii p { threshold: 0.5, threshold: 0.6 }", "SIGNAL pii p { threshold: 0.6 }"),
        ("SIGNAL keyword k { keywords: \"a\" }", "SIGNAL keyword k { keywords: [\"a\"] }"),
        ("SIGNAL context c { max_tokens: 8000 }", "SIGNAL context c { max_tokens: \"8000\" }"),
        (
            "SIGNAL keyword k { keywords: [\"\\bid\\b\"] }",
            "SIGNAL keyword k { keywords: [\"\\\\bid\\\\b\"] }",
        ),
        ("SIGNAL domian law { }", "SIGNAL domain law { }"),
        ("SIGNL domain law { }", "SIGNAL domain law { }"),
        ("SIGNAL keyword k { keywords = ['a';] } // c", "SIGNAL keyword k { keywords: [\"a\"] } # c"),
        ("MODEL m { tags: [\"a\" \"b\"], }", "MODEL m { tags: [\"a\", \"b\"] }"),
        (
            "ROUTE r { PRIORITY: 1 WHEN domain(\"m\") && !domain(\"n\") MODEL m }",
            "ROUTE r { PRIORITY 1 WHEN domain(\"m\") AND NOT domain(\"n\") MODEL m }",
        ),
        ("ROUTE r { PRIORITY 1\n  PRIORITY 2\n  MODEL m }", "ROUTE r {\n  PRIORITY 2\n  MODEL m }"),
        ("ROUTE r { MODEL m (effort = high) }", "ROUTE r { MODEL m (effort = \"high\") }"),
        ("ROUTE r { MODEL m } TEST t { \"q\" => r }", "ROUTE r { MODEL m } TEST t { \"q\" -> r }"),
        (
            "ROUTE here { MODEL m } TEST t { \"q\" -> heer }",
            "ROUTE here { MODEL m } TEST t { \"q\" -> here }",
        ),
        (
            "SIGNAL authz a { role: \"admin\" } ROUTE r { WHEN authz(\"a\") MODEL m }",
            "SIGNAL authz a { role: \"admin\" } ROUTE r { WHEN authz(\"admin\") MODEL m }",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(fixed(text), expected);
    }
}

#[test]
fn what_is_a_choice_is_left_to_somebody() {
    let table = [
        "SIGNAL domain math { }",
        "SIGNAL domain team_a { } SIGNAL domain team_b { } ROUTE r { WHEN domain(\"team_c\") MODEL m }",
        "SIGNAL complexity c { threshold: 0.1 } ROUTE r { WHEN complexity(\"c\") MODEL m }",
    ];
    for text in table {
        assert_eq!(fixed(text), text);
        assert!(diagnostics(text).iter().any(|(_, it)| !it.fixes.is_empty()), "{text}");
    }
}

#[test]
fn a_fix_that_would_bring_an_error_is_refused_and_the_others_are_made() {
    // The name is taken for a field that the runtime refuses to see wrong.
    let text = "ENTRYPOINT { model_names: [\"a\"] recpie: \"nowhere\" }\nSIGNAL pii p { treshold: 0.5 }";
    let result = apply_safe(&[Source::new("test", text)], &|_, _| true);
    let expected = text.replace("treshold", "threshold");
    assert_eq!(result.sources[0].text, expected, "{:?}", result.diagnostics);
    assert_eq!((result.made, result.refused), (1, 1));
}

/// A policy that uses most of the language, and words in it to misspell.
fn good() -> String {
    format!(
        "{STRICT}{MODELS}SIGNAL keyword urgent {{ operator: \"OR\" keywords: [\"now\"] }}\n\
         SIGNAL domain mathematics {{ description: \"numbers\" }}\nSIGNAL domain lawyering {{ }}\n\
         PROJECTION partition subject {{ semantics: \"exclusive\", members: [\"mathematics\", \"lawyering\"], \
         default: \"lawyering\" }}\nPLUGIN careful system_prompt {{ system_prompt: \"slowly\" }}\n\
         ROUTE first {{ PRIORITY 2 WHEN keyword(\"urgent\") AND NOT domain(\"lawyering\") MODEL \"large\" PLUGIN careful }}\n\
         ROUTE second {{ PRIORITY 1 WHEN domain(\"lawyering\") OR domain(\"mathematics\") MODEL \"small\" (reasoning = true) \
         ALGORITHM static {{ }} }}\nTEST both {{ \"a law\" -> second }}\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// The law of fixes: made, it ends its finding, and what it brings is no error where it is safe.
    #[test]
    fn a_fix_ends_its_finding(at in any::<prop::sample::Index>(), slip in 0..5_usize) {
        let text = good();
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.index(chars.len() - 1);
        match slip {
            0 => { chars.remove(at); }
            1 => chars.swap(at, at + 1),
            2 => chars.insert(at, chars[at]),
            3 => chars.insert(at, ','),
            _ => chars[at] = '\'',
        }
        let text: String = chars.into_iter().collect();
        let before = diagnostics(&text);
        for (_, diagnostic) in &before {
            let same = |it: &Diagnostic| it.lint.code == diagnostic.lint.code && it.message == diagnostic.message;
            let count = |found: &[(usize, Diagnostic)]| found.iter().filter(|(_, it)| same(it)).count();
            for fix in &diagnostic.fixes {
                let after = diagnostics(&apply(&text, fix).expect("the edits lie in the text"));
                prop_assert!(count(&after) < count(&before), "{text}\n{diagnostic:?}\n{after:?}");
            }
        }
        let fixed = apply_safe(&[Source::new("test", text.as_str())], &|_, _| true);
        prop_assert!(!has_new_errors(&before, &fixed.diagnostics), "{text}");
        let left = fixed.diagnostics.iter().flat_map(|(_, it)| &it.fixes).filter(|fix| fix.safe).count();
        prop_assert!(left <= fixed.refused, "{text}\n{:?}", fixed.diagnostics);
    }
}
