#![doc = include_str!("implied_keyword.md")]

use super::keywords::Within;
use super::{Lint, Verdict};
use crate::diagnostic::{Diagnostic, Level};
use crate::policy::Signal;
use crate::resolve::findings::Findings;

pub static IMPLIED_KEYWORD: Lint = Lint {
    code: "WRP0141",
    name: "implied-keyword",
    level: Level::Note,
    verdict: Verdict::MayMiss,
    page: include_str!("implied_keyword.md"),
};

pub(crate) fn check(signal: &Signal, within: &[Within], findings: &mut Findings) {
    let keywords = signal.fields.texts("keywords");
    let all = signal.fields.text("operator") == Some("AND");
    let mut idle: Vec<usize> = Vec::new();
    for pair in within {
        let mutual = within.iter().any(|back| (back.one, back.other) == (pair.other, pair.one));
        // Of alternatives the narrower is idle, of what must all occur the wider.
        let (at, by) = if all { (pair.other, pair.one) } else { (pair.one, pair.other) };
        if mutual || idle.contains(&at) {
            continue;
        }
        let (Some(keyword), Some(reason)) = (keywords.get(at), keywords.get(by)) else { continue };
        idle.push(at);
        let but =
            if pair.nearly { ", unless a text writes `ſ` for `s` or the Kelvin sign for `k`" } else { "" };
        let (own, reason_text) = (&keyword.it, &reason.it);
        let message = match all {
            true => format!("`{own}` changes nothing: it occurs wherever `{reason_text}` does{but}"),
            false => format!("`{own}` changes nothing: `{reason_text}` occurs wherever it does{but}"),
        };
        findings.push(
            Diagnostic::new(&IMPLIED_KEYWORD, keyword.span, message)
                .help("remove it")
                .related(reason.span, format!("`{}` decides", reason.it)),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::source::Source;

    /// The messages about the keywords of one signal.
    fn check(operator: &str, keywords: &str, expected: &[&str]) {
        let text = format!("SIGNAL keyword it {{ operator: {operator:?} keywords: [{keywords}] }}");
        let compiled = crate::compile(&[Source::new("test.wrp", text)]);
        let of_keywords = compiled.diagnostics.iter().filter(|(_, it)| it.lint.name.ends_with("-keyword"));
        let found: Vec<&str> = of_keywords.map(|(_, it)| it.message.as_str()).collect();
        assert_eq!(found, expected, "{operator} {keywords}");
    }

    #[test]
    fn the_keyword_that_decides_is_named() {
        check("OR", r#""pay", "pay now""#, &["`pay now` changes nothing: `pay` occurs wherever it does"]);
        check("NOR", r#""pay now", "pay""#, &["`pay now` changes nothing: `pay` occurs wherever it does"]);
        check("AND", r#""pay now", "pay""#, &["`pay` changes nothing: it occurs wherever `pay now` does"]);
        check("OR", r#""payment", "pay""#, &[]);
        check("OR", r#""pay", "PAY""#, &["`PAY` occurs exactly where `pay` does"]);
        check("OR", r#""pay", "pay""#, &["`pay` is listed twice"]);
        let but = "`code sample` changes nothing: `sample` occurs wherever it does, unless a text writes `ſ` for `s` or the Kelvin \
                   sign for `k`";
        check("OR", r#""code sample", "sample""#, &[but]);
    }
}
