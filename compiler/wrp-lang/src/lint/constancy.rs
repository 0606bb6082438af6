//! Signals whose declaration alone says that they fire always or never, whatever is asked.

use wrp_graph::bounds::Bounds;
use wrp_graph::schema::{Fields, token_count};

use crate::policy::Signal;

/// Why, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Constancy {
    Never(String, &'static str),
    Always(String, &'static str),
}

/// What signals over the text mean is in their relations.
pub(crate) fn constancy(signal: &Signal) -> Option<Constancy> {
    match signal.kind.name {
        "context" => context(&signal.fields),
        "conversation" => conversation(&signal.fields),
        "jailbreak" => jailbreak(&signal.fields),
        _ => None,
    }
}

fn context(fields: &Fields) -> Option<Constancy> {
    // A bound that cannot be read has a finding of its own.
    let bound = |key| match fields.text(key).map(str::trim) {
        None | Some("") => Some(0),
        Some(text) => token_count(text),
    };
    let (least, most) = (bound("min_tokens")?, bound("max_tokens")?);
    if most == 0 {
        let why = match fields.text("max_tokens") {
            Some(_) => "its band ends at 0, and a message counts 4 tokens",
            None => "without `max_tokens` its band ends at 0",
        };
        return Some(Constancy::Never(
            why.to_owned(),
            "write a `max_tokens`; for an open end, one that no request reaches",
        ));
    }
    (least > most).then(|| {
        Constancy::Never(
            format!("`min_tokens` is {least} and `max_tokens` {most}"),
            "swap the two, or raise `max_tokens`",
        )
    })
}

fn conversation(fields: &Fields) -> Option<Constancy> {
    let feature = fields.object("feature")?;
    if feature.text("type")? != "count" {
        return None;
    }
    let source = feature.object("source")?;
    let most = match (source.text("type")?, source.text("role")) {
        ("active_tool_loop", _) | ("message", Some("developer")) => 1.0,
        _ => f64::from(u32::MAX),
    };
    let Some(predicate) = fields.object("predicate") else {
        let help = "add `predicate: { gte: 1 }`, or use `type: \"exists\"`";
        return Some(Constancy::Always("it counts without a predicate".to_owned(), help));
    };
    const HELP: &str = "change the predicate";
    let bounds = Bounds::read(predicate);
    let lower = Bounds { lt: None, lte: None, ..bounds };
    // The least whole number that is large enough; if that is not small enough, none is.
    let first = [bounds.gt.map(|it| libm::floor(it) + 1.0), bounds.gte.map(libm::ceil)];
    let first = first.into_iter().flatten().fold(0.0, f64::max);
    if first > most || !bounds.hold(first) {
        return Some(Constancy::Never("no count passes its predicate".to_owned(), HELP));
    }
    let all = lower.hold(0.0) && bounds.hold(0.0) && bounds.hold(most);
    all.then(|| Constancy::Always("every count passes its predicate".to_owned(), HELP))
}

fn jailbreak(fields: &Fields) -> Option<Constancy> {
    if fields.text("method") == Some("contrastive") {
        return None;
    }
    let why = match fields.get("threshold") {
        None => "without a threshold every request counts as a jailbreak",
        Some(value) if value.it.as_number() == Some(0.0) => "every request reaches a threshold of 0",
        Some(_) => return None,
    };
    Some(Constancy::Always(why.to_owned(), "choose a threshold above 0, for example 0.7"))
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Level;
    use crate::source::Source;

    /// What is said of one signal: `never`, `always`, or nothing; what is an error is not called either as well.
    fn said(kind: &str, fields: &str) -> &'static str {
        let compiled = crate::compile(&[Source::new("test.wrp", format!("SIGNAL {kind} it {{ {fields} }}"))]);
        let levels: Vec<Level> = compiled.diagnostics.iter().map(|(_, it)| it.level).collect();
        let names: Vec<&str> = compiled.diagnostics.iter().map(|(_, it)| it.lint.name).collect();
        match (names.contains(&"silent-signal"), names.contains(&"constant-signal")) {
            (true, false) => "never",
            (false, true) => "always",
            (false, false) if levels.contains(&Level::Error) => "refused",
            (false, false) => "",
            (true, true) => "both",
        }
    }

    #[test]
    fn what_never_and_what_always_fires_is_told_apart() {
        let count = |source: &str, predicate: &str| {
            format!("feature: {{ type: \"count\", source: {{ type: {source} }} }} {predicate}")
        };
        let loops = |predicate: &str| count("\"active_tool_loop\"", predicate);
        let tools = |predicate: &str| count("\"tool_definition\"", predicate);
        let digits = |predicate: &str| count("\"regex\", pattern: \"[0-9]\"", predicate);
        let start = |predicate: &str| count("\"regex\", pattern: \"^[0-9]\"", predicate);
        let density = "feature: { type: \"density\", source: { type: \"regex\", pattern: \"[0-9]\" } }";
        let table = [
            ("context", "max_tokens: \"8K\"".to_owned(), ""),
            ("context", "min_tokens: \"8K\" max_tokens: \"8K\"".to_owned(), ""),
            ("context", "min_tokens: \"9K\" max_tokens: \"8K\"".to_owned(), "never"),
            ("context", "min_tokens: \"9K\"".to_owned(), "never"),
            ("context", "min_tokens: \"9K\" max_tokens: \"0\"".to_owned(), "never"),
            ("conversation", tools(""), "always"),
            ("conversation", tools("predicate: { gte: 0 }"), "always"),
            ("conversation", tools("predicate: { gt: 0 }"), ""),
            ("conversation", tools("predicate: { lt: 0 }"), "never"),
            ("conversation", tools("predicate: { gt: 2.1 lt: 2.9 }"), "never"),
            ("conversation", tools("predicate: { gte: 2.1 lte: 3 }"), ""),
            ("conversation", loops("predicate: { lte: 1 }"), "always"),
            ("conversation", loops("predicate: { gte: 1 }"), ""),
            ("conversation", loops("predicate: { gt: 1 }"), "never"),
            (
                "conversation",
                "feature: { type: \"sum\", source: { type: \"message\" } }".to_owned(),
                "refused",
            ),
            ("structure", digits(""), ""),
            ("structure", digits("predicate: { gte: 0 }"), "always"),
            ("structure", digits("predicate: { gt: -1 }"), "always"),
            ("structure", digits("predicate: { lt: 0 }"), "never"),
            ("structure", digits("predicate: { gte: 4 lt: 4 }"), "never"),
            ("structure", digits("predicate: { gt: 3 lt: 4 }"), "never"),
            ("structure", digits("predicate: { lte: 0 }"), ""),
            ("structure", start("predicate: { gte: 1 }"), ""),
            ("structure", start("predicate: { gte: 2 }"), "never"),
            ("structure", start("predicate: { lt: 2 }"), "always"),
            ("structure", density.to_owned(), ""),
            ("structure", format!("{density} predicate: {{ gte: 0 }}"), "always"),
            ("structure", format!("{density} predicate: {{ gt: 0.3 lt: 0.4 }}"), ""),
            ("event", "severities: [\"dire\"]".to_owned(), "never"),
            ("event", "description: \"x\"".to_owned(), "never"),
            ("event", "temporal: true".to_owned(), ""),
            ("keyword", "operator: \"OR\" keywords: []".to_owned(), "never"),
            ("keyword", "operator: \"NOR\" keywords: []".to_owned(), "always"),
            ("keyword", "operator: \"ANY\" keywords: []".to_owned(), "refused"),
            ("keyword", "operator: \"OR\" keywords: [\"the\"] method: \"bm25\"".to_owned(), "never"),
            (
                "keyword",
                "operator: \"AND\" keywords: [\"the\", \"loan\"] method: \"bm25\"".to_owned(),
                "never",
            ),
            ("keyword", "operator: \"NOR\" keywords: [\"the\"] method: \"bm25\"".to_owned(), "always"),
            ("jailbreak", "threshold: 0".to_owned(), "always"),
            ("jailbreak", "threshold: 0.1".to_owned(), ""),
            ("jailbreak", "method: \"contrastive\" jailbreak_patterns: [\"x\"]".to_owned(), ""),
        ];
        for (kind, fields, expected) in table {
            assert_eq!(said(kind, &fields), expected, "{kind} {fields}");
        }
    }
}
