//! How a structure signal is declared, checked and compiled.

use super::{Feature, Source, Structure};
use crate::bounds::{self, Bounds};
use crate::scan::Builder;
use crate::scan::go_regex;
use crate::schema::{Field, Fields, Gravity, Problem, Shape, Span, Spanned, Trouble};
use crate::signal::keyword::invalid_regex;
use crate::signal::{Compiled, Declaration, Inline, Kind, Reach};

pub(in crate::signal) static KIND: Kind = Kind {
    name: "structure",
    page: include_str!("../structure.md"),
    fields: &[
        Field {
            name: "feature",
            shape: Shape::Object(FEATURE),
            required: false,
            doc: "The number that is taken from the text.",
        },
        Field {
            name: "predicate",
            shape: Shape::Object(bounds::FIELDS),
            required: false,
            doc: "The gate the number must pass; without one it must be above 0.",
        },
        Field { name: "description", shape: Shape::Text, required: false, doc: "For people; has no effect." },
    ],
    reach: Reach::Inline,
    safety: false,
    names: &[],
    check,
    compile,
};

const FEATURE: &[Field] = &[
    Field {
        name: "type",
        shape: Shape::Text,
        required: false,
        doc: "`exists` is 1 or 0, `count` counts occurrences, `density` divides them by the units of text, `sequence` is 1 where one sequence occurs in order.",
    },
    Field { name: "source", shape: Shape::Object(SOURCE), required: true, doc: "What is looked for." },
];

const SOURCE: &[Field] = &[
    Field {
        name: "type",
        shape: Shape::Text,
        required: false,
        doc: "A `regex`, a `keyword_set`, a `sequence` of markers, or the length of the text in bytes.",
    },
    Field {
        name: "pattern",
        shape: Shape::Text,
        required: false,
        doc: "The pattern of a `regex`, in RE2 syntax.",
    },
    Field {
        name: "keywords",
        shape: Shape::List(&Shape::Text),
        required: false,
        doc: "The words and phrases of a `keyword_set`; one listed twice counts twice.",
    },
    Field {
        name: "sequences",
        shape: Shape::List(&Shape::List(&Shape::Text)),
        required: false,
        doc: "The markers of a `sequence`: at least two each, of which one list must occur in order.",
    },
    Field {
        name: "case_sensitive",
        shape: Shape::Flag,
        required: false,
        doc: "Whether case must agree; default false.",
    },
];

/// A word as the reference compares it.
fn word(fields: &Fields, key: &str) -> String {
    fields.text(key).unwrap_or_default().trim().to_lowercase()
}

fn sequences(source: &Fields) -> Vec<Spanned<Vec<String>>> {
    let markers = |list: &[Spanned<crate::schema::Value>]| {
        list.iter().filter_map(|marker| marker.it.as_text().map(str::to_owned)).collect()
    };
    let lists = source.list("sequences").unwrap_or_default().iter();
    lists.filter_map(|list| Some(Spanned { it: markers(list.it.as_list()?), span: list.span })).collect()
}

fn compile(declaration: &Declaration<'_>, builder: &mut Builder) -> Option<Compiled> {
    let feature = declaration.fields.object("feature")?;
    let source = feature.object("source")?;
    let ignore_case = !source.flag("case_sensitive").unwrap_or(false);
    let kind = match word(feature, "type").as_str() {
        "exists" | "sequence" => Feature::Exists,
        "count" => Feature::Count,
        "density" => Feature::Density,
        _ => return None,
    };
    let source = match word(source, "type").as_str() {
        "regex" => {
            let pattern = source.text("pattern")?;
            match kind {
                Feature::Exists => Source::Pattern(builder.regex(pattern, ignore_case).ok()?),
                _ => Source::Counter(builder.count_regex(pattern, ignore_case).ok()?),
            }
        }
        "keyword_set" => {
            let keywords: Vec<String> =
                source.texts("keywords").into_iter().map(|keyword| keyword.it).collect();
            builder.count_keywords(&keywords, ignore_case).map_or(Source::Nothing, Source::Counter)
        }
        "sequence" => {
            let sequences: Vec<Vec<String>> = sequences(source).into_iter().map(|list| list.it).collect();
            Source::Pattern(builder.sequences(&sequences, ignore_case))
        }
        "text_bytes" => Source::TextBytes,
        _ => return None,
    };
    if kind == Feature::Density {
        builder.count_units();
    }
    let predicate = declaration.fields.object("predicate").map(Bounds::read);
    let signal = Inline::Structure(Structure { feature: kind, source, predicate });
    Some(Compiled::Inline { key: format!("structure:{}", declaration.name.it), signal })
}

fn check(declaration: &Declaration<'_>, problems: &mut Vec<Problem>) {
    let name = declaration.name.span;
    let Some(feature) = declaration.fields.object("feature") else {
        problems.push(missing(
            name,
            "this signal has no `feature`",
            "add `feature: { type: …, source: { … } }`",
        ));
        return;
    };
    let feature_type = word(feature, "type");
    if !["exists", "count", "density", "sequence"].contains(&feature_type.as_str()) {
        let help = "use `exists`, `count`, `density` or `sequence`";
        problems.push(match feature.get("type") {
            Some(written) => {
                unknown(written.span, format!("`{feature_type}` is no feature of a structure"), help)
            }
            None => missing(feature.span, "this feature has no `type`", help),
        });
    }
    match feature.object("source") {
        Some(source) => check_source(&feature_type, source, problems),
        None => {
            problems.push(missing(feature.span, "this feature has no `source`", "add `source: { type: … }`"))
        }
    }
    if let Some(predicate) = declaration.fields.object("predicate") {
        Bounds::check(predicate, problems);
        if feature_type == "exists" {
            let message = "`exists` takes no predicate: it is 1 or 0";
            problems.push(invalid(predicate.span, message, "remove the predicate, or use `count`"));
        }
    }
}

fn check_source(feature_type: &str, source: &Fields, problems: &mut Vec<Problem>) {
    let source_type = word(source, "type");
    let type_span = source.get("type").map_or(source.span, |written| written.span);
    match source_type.as_str() {
        "regex" => check_pattern(source, problems),
        "keyword_set" if source.texts("keywords").is_empty() => {
            problems.push(missing(source.span, "a keyword set needs `keywords`", "add `keywords: [\"…\"]`"));
        }
        "keyword_set" => {}
        "sequence" => {
            let sequences = sequences(source);
            if sequences.is_empty() {
                let help = "add `sequences: [[\"…\", \"…\"]]`";
                problems.push(missing(source.span, "a sequence source needs `sequences`", help));
            }
            for list in sequences.iter().filter(|list| list.it.len() < 2) {
                problems.push(invalid(
                    list.span,
                    "a sequence has at least two markers",
                    "add what must follow",
                ));
            }
        }
        "text_bytes" if feature_type != "count" => {
            problems.push(invalid(type_span, "`text_bytes` can only be counted", "use the feature `count`"));
        }
        "text_bytes" => {}
        other => {
            let help = "use `regex`, `keyword_set`, `sequence` or `text_bytes`";
            problems.push(match source.get("type") {
                Some(_) => unknown(type_span, format!("`{other}` is no source of a structure"), help),
                None => missing(source.span, "this source has no `type`", help),
            });
            return;
        }
    }
    if feature_type == "sequence" && source_type != "sequence" {
        let message = "the feature `sequence` needs the source `sequence`";
        problems.push(invalid(type_span, message, "use `type: \"sequence\"` here"));
    }
}

fn check_pattern(source: &Fields, problems: &mut Vec<Problem>) {
    let written = source.get("pattern").and_then(|it| Some((it.span, it.it.as_text()?)));
    match written.filter(|(_, pattern)| !pattern.trim().is_empty()) {
        None => {
            problems.push(missing(source.span, "a regex source needs a `pattern`", "add `pattern: \"…\"`"))
        }
        Some((span, pattern)) => {
            if let Err(error) = go_regex::parse(pattern, false) {
                problems.push(invalid_regex(&Spanned { it: pattern.to_owned(), span }, error));
            }
        }
    }
}

fn invalid(span: Span, message: &str, help: &str) -> Problem {
    Problem::new(Trouble::Invalid, Gravity::Refused, span, message).help(help)
}

fn missing(span: Span, message: &str, help: &str) -> Problem {
    Problem::new(Trouble::MissingField, Gravity::Refused, span, message).help(help)
}

fn unknown(span: Span, message: String, help: &str) -> Problem {
    Problem::new(Trouble::UnknownWord, Gravity::Refused, span, message).help(help)
}
