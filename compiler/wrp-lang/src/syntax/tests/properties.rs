//! Any text at all: nothing panics, every place is a place, and what is accepted survives printing.

use proptest::prelude::*;

use super::{EVERY_CONSTRUCT, read};
use crate::diagnostic::Level;
use crate::format::{format, print};
use crate::source::Source;

/// What a reading must be, whatever the text.
fn check(text: &str) -> Result<(), TestCaseError> {
    let (ast, diagnostics) = read(text);
    for diagnostic in &diagnostics {
        let related = diagnostic.related.iter().map(|related| related.span);
        for span in std::iter::once(diagnostic.span).chain(related) {
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
        }
    }
    if diagnostics.iter().any(|diagnostic| diagnostic.level == Level::Error) {
        return Ok(());
    }
    prop_assert!(!ast.damaged);
    let formatted = format(&Source::new("test", text));
    prop_assert!(formatted.is_ok(), "{formatted:?}");
    let formatted = formatted.unwrap_or_default();
    let again = format(&Source::new("test", formatted.as_str()));
    prop_assert_eq!(again.ok(), Some(formatted), "formatting twice is formatting once");
    let printed = read(&print(&ast)).0;
    prop_assert_eq!(printed.without_places(), ast.without_places());
    Ok(())
}

/// Pieces that mean something, and some that never do.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ":",
        ",",
        ">",
        "=",
        "->",
        "→",
        "\"",
        "'",
        "\\",
        "#",
        "\n",
        " ",
        "\u{a0}",
        "é",
        ";",
        "//",
        "/*",
        "<=",
        "&&",
        "!",
        "```",
        "1",
        "-2.5",
        "\"a\"",
        "x ",
        "true",
        "SIGNAL keyword k ",
        "ROUTE r ",
        "MODEL m ",
        "PLUGIN p ",
        "RECIPE x ",
        "DECISION_TREE t ",
        "TEST t ",
        "ENTRYPOINT ",
        "ROUTING ",
        "WHEN ",
        "domain(\"a\") ",
        "AND ",
        "OR ",
        "NOT ",
        "IF ",
        "ELSE ",
        "FOR ",
        "IN ",
        "EMIT ",
        "PRIORITY ",
        "POOL p ",
        "ASSERT a ",
        "BUDGET ",
        "REQUIRE ",
        "pool.gpus ",
        ">=",
        "==",
        "HAS ",
        "# c\n",
    ])
}

/// A slip of the hand: at a place, some text goes and a piece comes.
fn slips() -> impl Strategy<Value = Vec<(prop::sample::Index, usize, &'static str)>> {
    prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, piece()), 1..4)
}

fn slipped(text: &str, slips: &[(prop::sample::Index, usize, &'static str)]) -> String {
    let mut text = text.to_owned();
    for (at, gone, piece) in slips {
        let start = text.floor_char_boundary(at.index(text.len() + 1));
        let end = text.ceil_char_boundary((start + gone).min(text.len()));
        text.replace_range(start..end, piece);
    }
    text
}

/// Every construct with comments and line breaks where white space or a bracket was.
fn commented(places: &[(prop::sample::Index, &'static str)]) -> String {
    let mut text = EVERY_CONSTRUCT.to_owned();
    for (at, comment) in places {
        let start = text.floor_char_boundary(at.index(text.len()));
        let candidate = text[start..].find([' ', '\n', '{', '[', '(']).map(|ahead| start + ahead);
        if let Some(at) = candidate {
            text.insert_str(at + 1, comment);
        }
    }
    text
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_soup_of_tokens_is_read(pieces in prop::collection::vec(piece(), 0..60)) {
        check(&pieces.concat())?;
    }

    #[test]
    fn a_policy_with_slips_is_read(slips in slips()) {
        check(&slipped(EVERY_CONSTRUCT, &slips))?;
    }

    #[test]
    fn comments_anywhere_are_kept(
        places in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(vec![" # aside\n", "\n# alone\n", "\n\n\n", "\n"])),
            1..20,
        )
    ) {
        check(&commented(&places))?;
    }

    #[test]
    fn any_string_survives_its_literal(text in any::<String>()) {
        prop_assert_eq!(super::super::escape::decode(&super::super::escape::encode(&text)), text);
    }
}
