#![doc = include_str!("unmatchable_keyword.md")]

use wrp_graph::scan::literals::Edge;
use wrp_graph::schema::Spanned;
use wrp_graph::signal::event;
use wrp_graph::signal::keyword::edge;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::{Recipe, Signal};
use crate::resolve::findings::Findings;

pub static UNMATCHABLE_KEYWORD: Lint = Lint {
    code: "WRP0140",
    name: "unmatchable-keyword",
    level: Level::Warning,
    verdict: Verdict::Exact,
    page: include_str!("unmatchable_keyword.md"),
};

pub(crate) fn check(recipe: &Recipe, findings: &mut Findings) {
    for signal in &recipe.signals {
        for keyword in words(signal) {
            if let Some(glued) = glued(&keyword.it) {
                findings.push(unmatchable(signal, &keyword, glued));
            }
        }
    }
}

/// What the signal looks for between two boundaries of words.
fn words(signal: &Signal) -> Vec<Spanned<String>> {
    let fields = &signal.fields;
    match signal.kind.name {
        // A word that comes close enough will do, wherever it ends.
        "keyword" if fields.flag("fuzzy_match") == Some(true) => Vec::new(),
        "keyword" if fields.text("method").unwrap_or_default().is_empty() => {
            let keywords = fields.texts("keywords").into_iter();
            keywords.filter(|keyword| edge(&keyword.it) == Edge::AsciiWord).collect()
        }
        "event" => {
            let words = ["event_types", "severities", "action_codes"].map(|key| {
                let known = move |word: &str| key != "severities" || event::is_severity(word);
                let words = fields.texts(key).into_iter();
                words
                    .map(|word| Spanned { it: word.it.trim().to_owned(), ..word })
                    .filter(move |it| known(&it.it))
            });
            words.into_iter().flatten().collect()
        }
        _ => Vec::new(),
    }
}

/// The characters at the ends that are no part of a word for RE2.
type Glued = (Option<char>, Option<char>);

fn glued(keyword: &str) -> Option<Glued> {
    let outside = |c: Option<char>| c.filter(|c| !is_word(*c));
    let ends = (outside(keyword.chars().next()), outside(keyword.chars().next_back()));
    (ends != (None, None)).then_some(ends)
}

fn unmatchable(signal: &Signal, keyword: &Spanned<String>, glued: Glued) -> Diagnostic {
    let (place, edge) = match glued {
        (Some(start), Some(_)) => ("directly between letters or digits", start),
        (Some(start), None) => ("directly behind a letter or digit", start),
        (None, end) => ("directly before a letter or digit", end.unwrap_or_default()),
    };
    let message = format!(
        "`{}` is not found where it stands alone, only {place} of ASCII: `{edge}` is no part of a word here",
        keyword.it
    );
    let written = pattern(&keyword.it).replace('\\', "\\\\").replace('"', "\\\"");
    let place = if signal.kind.name == "keyword" { "write" } else { "in a keyword signal, write" };
    Diagnostic::new(&UNMATCHABLE_KEYWORD, keyword.span, message)
        .help(format!("{place} `method: \"regex\"` and the pattern `\"{written}\"`"))
}

/// The keyword as a pattern, with a boundary only where a word can end.
fn pattern(keyword: &str) -> String {
    let boundary = |c: Option<char>| if c.is_some_and(is_word) { r"\b" } else { "" };
    let (start, end) = (keyword.chars().next(), keyword.chars().next_back());
    format!("{}{}{}", boundary(start), regex::escape(keyword), boundary(end))
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use wrp_graph::scan::Builder;
    use wrp_graph::scan::literals::Case;

    use super::*;

    /// Whether a keyword is found as it is, and as the pattern that stands in the help.
    fn found(keyword: &str, text: &str) -> (bool, bool) {
        let mut builder = Builder::default();
        let literal = builder.literal(keyword, Case::Fold, edge(keyword));
        let pattern = builder.regex(&pattern(keyword), true).expect("the help is a pattern");
        let hits = builder.finish().scan(text);
        (hits.seen(literal), hits.seen(pattern))
    }

    proptest! {
        #[test]
        fn what_is_reported_is_never_found_alone_and_what_is_advised_is(keyword in "[a-z+#.é先 -]{1,5}") {
            let reported = edge(&keyword) == Edge::AsciiWord && glued(&keyword).is_some();
            for text in [keyword.clone(), format!("about {keyword} again"), format!("({keyword})")] {
                prop_assert_eq!(found(&keyword, &text), (!reported, true), "{}", text);
            }
        }
    }
}
