//! What is silenced, and what is said of directives that make no sense.

use crate::compile;
use crate::source::Source;

/// What is left, as `name@line`, and how much was silenced.
fn left(text: &str) -> (Vec<String>, usize) {
    let source = Source::new("test", text);
    let compiled = compile(std::slice::from_ref(&source));
    let shown =
        |it: &crate::diagnostic::Diagnostic| format!("{}@{}", it.lint.name, source.place(it.span.start).line);
    (compiled.diagnostics.iter().map(|(_, it)| shown(it)).collect(), compiled.silenced)
}

const IDLE: &str = "SIGNAL domain law { }";

#[test]
fn a_directive_silences_its_construct_and_nothing_else() {
    let allow = "# allow(unused-signal, reason = \"soon\")";
    let table: [(String, &[&str], usize); 9] = [
        (format!("{allow}\n{IDLE}"), &[], 1),
        (format!("{IDLE} {allow}"), &[], 1),
        (format!("{allow}\n\n# why\n{IDLE}"), &[], 1),
        (format!("SIGNAL domain law {{\n  description: \"x\"\n}} {allow}"), &[], 1),
        (
            format!("{allow}\nRECIPE r {{ {IDLE} }}\nENTRYPOINT {{ model_names: [\"r\"] recipe: \"r\" }}"),
            &[],
            1,
        ),
        (format!("{allow}\n{IDLE}\nSIGNAL domain math {{ }}"), &["unused-signal@3"], 1),
        (
            "# allow(unused-signal, unknown-field, reason = \"soon\")\nSIGNAL domain law { colour: 1 }"
                .to_owned(),
            &[],
            2,
        ),
        (
            format!(
                "SIGNAL domain law {{\n  # allow(unknown-field, reason = \"tools\")\n  colour: 1\n  tint: 2\n}} {allow}"
            ),
            &["unknown-field@4"],
            2,
        ),
        // A comment that only looks like one.
        (format!("# allowed (for now)\n{IDLE}"), &["unused-signal@2"], 0),
    ];
    for (text, expected, silenced) in table {
        assert_eq!(left(&text), (expected.iter().map(|it| (*it).to_owned()).collect(), silenced), "{text}");
    }
}

#[test]
fn a_directive_that_makes_no_sense_is_reported_and_has_no_effect() {
    let table: [(String, &[&str]); 8] = [
        (format!("# allow(unused-signal)\n{IDLE}"), &["idle-allow@1", "unused-signal@2"]),
        (format!("# allow(unused-signal, reason = \" \")\n{IDLE}"), &["idle-allow@1", "unused-signal@2"]),
        (format!("# allow(unused signal)\n{IDLE}"), &["idle-allow@1", "unused-signal@2"]),
        (format!("# allow(reason = \"x\")\n{IDLE}"), &["idle-allow@1", "unused-signal@2"]),
        (format!("# allow(unused-sginal, reason = \"x\")\n{IDLE}"), &["unknown-lint@1", "unused-signal@2"]),
        ("# allow(unused-model, reason = \"x\")".to_owned(), &["idle-allow@1"]),
        // Names are not a matter of judgement.
        (
            "# allow(unknown-signal-type, reason = \"x\")\nSIGNAL nonsense law { }".to_owned(),
            &["unknown-signal-type@2"],
        ),
        // What could not be looked at may yet be silenced.
        (format!("# allow(unused-model, reason = \"x\")\n{IDLE}\nROUTE {{"), &["syntax-error@3"]),
    ];
    for (text, expected) in table {
        assert_eq!(left(&text).0, expected, "{text}");
    }
}
