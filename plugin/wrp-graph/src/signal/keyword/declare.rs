//! How a keyword signal is declared, checked and compiled.

use super::bm25::Bm25;
use super::ngram::Ngram;
use super::{Keyword, Operator, Term};
use crate::scan::literals::{Case, Edge};
use crate::scan::{Builder, go_regex, is_han, is_word};
use crate::schema::{Field, Fix, Gravity, Problem, Shape, Span, Spanned, Trouble};
use crate::signal::{Compiled, Declaration, Inline, Kind, Reach};

pub(in crate::signal) static KIND: Kind = Kind {
    name: "keyword",
    page: include_str!("../keyword.md"),
    fields: &[
        Field {
            name: "operator",
            shape: Shape::Word(&["AND", "OR", "NOR"]),
            required: false,
            doc: "How many keywords must occur: `AND` all, `OR` at least one, `NOR` none.",
        },
        Field {
            name: "keywords",
            shape: Shape::List(&Shape::Text),
            required: true,
            doc: "What to look for: words and phrases, or patterns with `method: \"regex\"`.",
        },
        Field {
            name: "case_sensitive",
            shape: Shape::Flag,
            required: false,
            doc: "Whether case must agree; default false.",
        },
        Field {
            name: "method",
            shape: Shape::Word(&["regex", "bm25", "ngram"]),
            required: false,
            doc: "Without it keywords are taken literally, as whole words; `regex` takes them as patterns, `bm25` and `ngram` score them.",
        },
        Field {
            name: "fuzzy_match",
            shape: Shape::Flag,
            required: false,
            doc: "Whether a word may also come close to a keyword; default false, ignored by `bm25` and `ngram`.",
        },
        Field {
            name: "fuzzy_threshold",
            shape: Shape::Int(0, i64::MAX),
            required: false,
            doc: "How many characters may be inserted, deleted or replaced; default 2, and 0 means 2.",
        },
        Field {
            name: "bm25_threshold",
            shape: Shape::Number(0.0, 1.0),
            required: false,
            doc: "The score a keyword needs with `method: \"bm25\"`; default 0.1.",
        },
        Field {
            name: "ngram_threshold",
            shape: Shape::Number(0.0, 1.0),
            required: false,
            doc: "The similarity a keyword needs with `method: \"ngram\"`; default 0.4.",
        },
        Field {
            name: "ngram_arity",
            shape: Shape::Int(1, 64),
            required: false,
            doc: "How many characters a gram has with `method: \"ngram\"`; default 3, at least 2 is used.",
        },
    ],
    reach: Reach::Inline,
    safety: false,
    names: &[],
    check,
    compile,
};

/// How keywords are looked for; read without regard to case, as the reference does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Literal,
    Regex,
    Bm25,
    Ngram,
}

fn method(declaration: &Declaration<'_>) -> Option<Method> {
    match declaration.fields.text("method").unwrap_or_default().to_lowercase().as_str() {
        "" => Some(Method::Literal),
        "regex" => Some(Method::Regex),
        "bm25" => Some(Method::Bm25),
        "ngram" => Some(Method::Ngram),
        _ => None,
    }
}

fn operator(declaration: &Declaration<'_>) -> Option<Operator> {
    match declaration.fields.text("operator")? {
        "AND" => Some(Operator::And),
        "OR" => Some(Operator::Or),
        "NOR" => Some(Operator::Nor),
        _ => None,
    }
}

/// How many edits a word may be away, where the declaration allows any.
fn edits(declaration: &Declaration<'_>) -> Option<u32> {
    if !declaration.fields.flag("fuzzy_match").unwrap_or(false) {
        return None;
    }
    match declaration.fields.int("fuzzy_threshold").unwrap_or(0) {
        0 => Some(2),
        edits => u32::try_from(edits).ok(),
    }
}

fn compile(declaration: &Declaration<'_>, builder: &mut Builder) -> Option<Compiled> {
    let operator = operator(declaration)?;
    let method = method(declaration)?;
    let case_sensitive = declaration.fields.flag("case_sensitive").unwrap_or(false);
    let edits = edits(declaration);
    let keywords = declaration.fields.texts("keywords");
    let signal = match method {
        Method::Literal | Method::Regex => {
            let terms = keywords.iter().map(|keyword| {
                let exact = match method {
                    Method::Regex => builder.regex(&keyword.it, !case_sensitive).ok()?,
                    _ => {
                        let case = if case_sensitive { Case::Exact } else { Case::Fold };
                        builder.literal(&keyword.it, case, edge(&keyword.it))
                    }
                };
                Some(Term { exact, nearly: edits.map(|edits| builder.fuzzy(&keyword.it, edits)) })
            });
            Inline::Keyword(Keyword { operator, keywords: terms.collect::<Option<_>>()? })
        }
        Method::Bm25 => {
            let threshold = positive(declaration, "bm25_threshold").unwrap_or(0.1);
            Inline::Bm25(Bm25::build(operator, &texts(&keywords), threshold))
        }
        Method::Ngram => {
            let threshold = positive(declaration, "ngram_threshold").unwrap_or(0.4);
            let arity = declaration.fields.int("ngram_arity").filter(|arity| *arity != 0).unwrap_or(3);
            Inline::Ngram(Ngram::build(
                operator,
                &texts(&keywords),
                case_sensitive,
                arity.clamp(2, 64) as u8,
                threshold,
            ))
        }
    };
    Some(Compiled::Inline { key: format!("keyword:{}", declaration.name.it), signal })
}

fn texts(keywords: &[Spanned<String>]) -> Vec<String> {
    keywords.iter().map(|keyword| keyword.it.clone()).collect()
}

/// A threshold; 0 counts as not given.
fn positive(declaration: &Declaration<'_>, key: &str) -> Option<f32> {
    declaration.fields.number(key).map(|number| number as f32).filter(|number| *number != 0.0)
}

/// A keyword stands alone as a word, unless its script does not part words or it has none.
pub fn edge(keyword: &str) -> Edge {
    let word = keyword.chars().any(|c| c == '_' || is_word(c));
    if word && !keyword.chars().any(is_han) { Edge::AsciiWord } else { Edge::Any }
}

fn check(declaration: &Declaration<'_>, problems: &mut Vec<Problem>) {
    let fields = declaration.fields;
    match fields.get("operator").map(|written| (written.span, written.it.as_text())) {
        Some((span, Some(text))) if operator(declaration).is_none() => {
            problems.push(unknown_operator(text, span));
        }
        Some((_, Some(_))) => {}
        other => problems.push(no_operator(other.map_or(declaration.name.span, |(span, _)| span))),
    }
    let method = method(declaration);
    if let Some(written) = fields.get("method")
        && method.is_none()
    {
        problems.push(unknown_method(written.it.as_text().unwrap_or_default(), written.span));
    }
    let keywords = fields.texts("keywords");
    for keyword in &keywords {
        check_keyword(keyword, method, problems);
    }
    check_fuzzy(declaration, method, &keywords, problems);
}

fn check_keyword(keyword: &Spanned<String>, method: Option<Method>, problems: &mut Vec<Problem>) {
    if keyword.it.is_empty() {
        problems.push(doubtful(keyword.span, "an empty keyword occurs in every text", "remove it"));
    }
    if method == Some(Method::Regex)
        && let Err(error) = go_regex::parse(&keyword.it, false)
    {
        problems.push(invalid_regex(keyword, error));
    }
}

fn check_fuzzy(
    declaration: &Declaration<'_>,
    method: Option<Method>,
    keywords: &[Spanned<String>],
    problems: &mut Vec<Problem>,
) {
    let fields = declaration.fields;
    let Some(edits) = edits(declaration) else {
        if let Some(written) = fields.get("fuzzy_threshold") {
            problems.push(doubtful(
                written.span,
                "`fuzzy_threshold` does nothing without `fuzzy_match: true`",
                "add `fuzzy_match: true`, or remove it",
            ));
        }
        return;
    };
    if matches!(method, Some(Method::Bm25 | Method::Ngram)) {
        let span = fields.get("fuzzy_match").map_or(declaration.name.span, |written| written.span);
        problems.push(doubtful(span, "this method ignores `fuzzy_match`", "remove it, or remove `method`"));
        return;
    }
    for keyword in keywords.iter().filter(|keyword| keyword.it.chars().count() <= edits as usize) {
        problems.push(doubtful(
            keyword.span,
            format!(
                "every word of {edits} or fewer characters comes within {edits} edits of `{}`",
                keyword.it
            ),
            "lower `fuzzy_threshold`, or put this keyword into a signal without `fuzzy_match`",
        ));
    }
}

/// The place of a fault inside a pattern, where the string was written without escapes.
pub(in crate::signal) fn invalid_regex(pattern: &Spanned<String>, error: go_regex::Error) -> Problem {
    let Span { start, end } = pattern.span;
    let verbatim = (end - start) as usize == pattern.it.len() + 2;
    let span = match verbatim {
        true => Span { start: start + 1 + error.start as u32, end: start + 1 + error.end as u32 },
        false => pattern.span,
    };
    let problem = Problem::new(Trouble::InvalidRegex, Gravity::Refused, span, error.message);
    match error.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

fn no_operator(span: Span) -> Problem {
    let message = "this signal has no `operator`";
    Problem::new(Trouble::MissingField, Gravity::Refused, span, message)
        .help("add `operator: \"OR\"` for any of the keywords, `\"AND\"` for all, `\"NOR\"` for none")
}

fn unknown_operator(written: &str, span: Span) -> Problem {
    let message = format!("`{written}` is no operator of keywords");
    let problem = Problem::new(Trouble::UnknownWord, Gravity::Refused, span, message);
    let meant = match written.to_ascii_lowercase().as_str() {
        "and" | "all" => "\"AND\"",
        "or" | "any" => "\"OR\"",
        "nor" | "none" | "not" => "\"NOR\"",
        _ => return problem.help("use `\"AND\"`, `\"OR\"` or `\"NOR\"`"),
    };
    problem.help(format!("write `{meant}`")).fix(Fix::write(span, meant))
}

fn unknown_method(written: &str, span: Span) -> Problem {
    let help = match written.to_ascii_lowercase().as_str() {
        "fuzzy" => "remove `method` and set `fuzzy_match: true`",
        "exact" | "literal" => "remove `method`: keywords are literal without it",
        _ => "use `\"regex\"`, `\"bm25\"` or `\"ngram\"`, or remove it for literal keywords",
    };
    let message = format!("`{written}` is no method of keywords");
    Problem::new(Trouble::UnknownWord, Gravity::Refused, span, message).help(help)
}

fn doubtful(span: Span, message: impl Into<String>, help: &str) -> Problem {
    Problem::new(Trouble::Invalid, Gravity::Doubtful, span, message).help(help)
}
