#![doc = include_str!("costly_regex.md")]

use wrp_graph::scan::is_simulated;
use wrp_graph::schema::Spanned;

use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Signal;
use crate::resolve::findings::Findings;
use crate::text::backtrack::explodes;

pub static COSTLY_REGEX: Lint = Lint {
    code: "WRP0143",
    name: "costly-regex",
    level: Level::Note,
    verdict: Verdict::MayMiss,
    page: include_str!("costly_regex.md"),
};

pub(crate) fn check(signal: &Signal, findings: &mut Findings) {
    for pattern in patterns(signal) {
        let Pattern { text, ignore_case, counted } = pattern;
        if explodes(&text.it) {
            let message = "engines that backtrack take exponential time on this pattern; the proxy does not";
            findings.push(
                Diagnostic::new(&COSTLY_REGEX, text.span, message)
                    .help("let every round of a loop begin with what the one before cannot read"),
            );
        }
        if is_simulated(&text.it, ignore_case, counted) {
            let message =
                "this pattern is too large for a table: the proxy simulates it, many steps for a byte";
            findings.push(
                Diagnostic::new(&COSTLY_REGEX, text.span, message)
                    .help("repeat less often than `{n,m}` says, or use smaller classes"),
            );
        }
    }
}

struct Pattern {
    text: Spanned<String>,
    ignore_case: bool,
    /// Its occurrences are counted, rather than looked for.
    counted: bool,
}

fn patterns(signal: &Signal) -> Vec<Pattern> {
    let fields = &signal.fields;
    match signal.kind.name {
        "keyword" if fields.text("method").is_some_and(|it| it.eq_ignore_ascii_case("regex")) => {
            let ignore_case = !fields.flag("case_sensitive").unwrap_or(false);
            let patterns = fields.texts("keywords").into_iter();
            patterns.map(|text| Pattern { text, ignore_case, counted: false }).collect()
        }
        "structure" => {
            let Some(feature) = fields.object("feature") else { return Vec::new() };
            let Some(source) = feature.object("source") else { return Vec::new() };
            let ignore_case = !source.flag("case_sensitive").unwrap_or(false);
            let counted = feature.text("type").is_none_or(|it| !it.trim().eq_ignore_ascii_case("exists"));
            let written = source.get("pattern").and_then(|it| Some((it.it.as_text()?, it.span)));
            let is_regex = source.text("type").is_some_and(|it| it.trim().eq_ignore_ascii_case("regex"));
            let pattern = written.filter(|_| is_regex).map(|(text, span)| Pattern {
                text: Spanned { it: text.to_owned(), span },
                ignore_case,
                counted,
            });
            pattern.into_iter().collect()
        }
        _ => Vec::new(),
    }
}
