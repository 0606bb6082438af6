//! When a text signal fires, as a formula over [`Atom`]s.

use wrp_graph::bounds::Bounds;
use wrp_graph::schema::Fields;
use wrp_graph::signal::event;
use wrp_graph::signal::keyword::Operator;
use wrp_graph::signal::keyword::bm25::Bm25;

use super::atom::{Atom, Bound, Pattern, Quantity};
use crate::policy::Signal;

/// Each of `all` has something that is so, and nothing of `none` is so.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Meaning {
    pub all: Vec<Vec<Atom>>,
    pub none: Vec<Atom>,
}

impl Meaning {
    pub(super) fn any(atoms: Vec<Atom>) -> Meaning {
        Meaning { all: vec![atoms], none: Vec::new() }
    }

    /// `None` for signals that do not look at the text alone, and for declarations that no runtime takes.
    pub(super) fn of(signal: &Signal) -> Option<Meaning> {
        match signal.kind.name {
            "keyword" => keyword(&signal.fields),
            "event" => event(&signal.fields),
            "structure" => structure(&signal.fields),
            _ => None,
        }
    }

    /// Of a keyword signal, what makes each of its keywords occur; `None` where they are scored, or are no patterns.
    pub(super) fn keywords(fields: &Fields) -> Option<Vec<Vec<Atom>>> {
        let ignore_case = !fields.flag("case_sensitive").unwrap_or(false);
        let keywords = fields.texts("keywords").into_iter().map(|keyword| keyword.it);
        match fields.text("method").unwrap_or_default().to_lowercase().as_str() {
            "" => {
                let literal = |it: String| nearly(fields, &it, vec![Atom::keyword(&it, ignore_case)]);
                Some(keywords.map(literal).collect())
            }
            "regex" => {
                let pattern = |text: String| {
                    let pattern = Pattern { text, ignore_case };
                    pattern.is_valid().then(|| nearly(fields, &pattern.text, Atom::pattern(&pattern)))
                };
                keywords.map(pattern).collect()
            }
            _ => None,
        }
    }

    pub(super) fn atoms(&self) -> impl Iterator<Item = &Atom> {
        self.all.iter().flatten().chain(&self.none)
    }
}

fn keyword(fields: &Fields) -> Option<Meaning> {
    let ignore_case = !fields.flag("case_sensitive").unwrap_or(false);
    let keywords: Vec<String> = fields.texts("keywords").into_iter().map(|keyword| keyword.it).collect();
    let threshold = |key: &str, default: f64| {
        // As the engines read it: 0 counts as not given, and the number is a single.
        let given = fields.number(key).map(|number| f64::from(number as f32)).filter(|number| *number != 0.0);
        Bound { value: given.unwrap_or(f64::from(default as f32)), strict: false }
    };
    let scored = |quantity: &dyn Fn(usize) -> Quantity, bound: Bound, found: &dyn Fn(usize) -> bool| {
        let atom = |at: usize| if found(at) { vec![Atom::Reaches(quantity(at), bound)] } else { Vec::new() };
        (0..keywords.len()).map(atom).collect()
    };
    let hits = match fields.text("method").unwrap_or_default().to_lowercase().as_str() {
        "" | "regex" => Meaning::keywords(fields)?,
        "bm25" => {
            let bound = threshold("bm25_threshold", 0.1);
            let built = Bm25::build(Operator::Or, &keywords, 0.0);
            // A keyword of stop words alone is never found.
            let found = |at: usize| built.stems.iter().any(|(_, of)| of.iter().any(|it| it.0 as usize == at));
            scored(&|at| Quantity::Bm25 { keywords: keywords.clone(), at }, bound, &found)
        }
        "ngram" => {
            let bound = threshold("ngram_threshold", 0.4);
            let arity = fields.int("ngram_arity").filter(|arity| *arity != 0).unwrap_or(3).clamp(2, 64);
            let quantity =
                |at| Quantity::Ngram { keywords: keywords.clone(), at, arity, case_sensitive: !ignore_case };
            // Nothing is liker than equal.
            scored(&quantity, bound, &|_| bound.value <= 1.0)
        }
        _ => return None,
    };
    match fields.text("operator")? {
        "AND" => Some(Meaning { all: hits, none: Vec::new() }),
        "OR" => Some(Meaning::any(hits.concat())),
        "NOR" => Some(Meaning { all: Vec::new(), none: hits.concat() }),
        _ => None,
    }
}

/// With `fuzzy_match`, a word near the keyword will do as well.
fn nearly(fields: &Fields, keyword: &str, mut exactly: Vec<Atom>) -> Vec<Atom> {
    if fields.flag("fuzzy_match").unwrap_or(false) {
        let edits = fields.int("fuzzy_threshold").filter(|edits| *edits != 0).unwrap_or(2);
        if let Ok(edits) = u32::try_from(edits) {
            let keyword = keyword.chars().filter_map(|c| c.to_lowercase().next()).collect();
            let bound = Bound { value: -f64::from(edits), strict: false };
            exactly.push(Atom::Reaches(Quantity::Nearness { keyword }, bound));
        }
    }
    exactly
}

fn event(fields: &Fields) -> Option<Meaning> {
    let mut any = Vec::new();
    for key in ["event_types", "severities", "action_codes"] {
        let words = fields.texts(key);
        let known = |word: &&str| key != "severities" || event::is_severity(word);
        let words = words.iter().map(|word| word.it.trim()).filter(|word| !word.is_empty()).filter(known);
        any.extend(words.map(|word| Atom::literal(word, true, true, true)));
    }
    if fields.flag("temporal") == Some(true) {
        any.extend(Atom::pattern(&Pattern { text: event::URGENT.to_owned(), ignore_case: true }));
    }
    // Without a criterion nothing is declared, and what is not declared never fires.
    Some(Meaning::any(any))
}

fn structure(fields: &Fields) -> Option<Meaning> {
    let feature = fields.object("feature")?;
    let source = feature.object("source")?;
    let occurrences = occurrences(source)?;
    if matches!(&occurrences, Quantity::Count(pattern) if !pattern.is_valid()) {
        return None;
    }
    let any = Bound { value: 0.0, strict: true };
    let predicate = fields.object("predicate").map(Bounds::read);
    let quantity = match word(feature, "type").as_str() {
        "exists" | "sequence" => return Some(exists(Atom::reaches(occurrences, any), predicate)),
        "count" => occurrences,
        "density" => Quantity::Density(Box::new(occurrences)),
        _ => return None,
    };
    let Some(bounds) = predicate else { return Some(Meaning::any(Atom::reaches(quantity, any))) };
    let reaches = |value: Option<f64>, strict: bool| {
        value.map(|value| Atom::reaches(quantity.clone(), Bound { value, strict }))
    };
    let all = [reaches(bounds.gt, true), reaches(bounds.gte, false)].into_iter().flatten().collect();
    let none =
        [reaches(bounds.lt, false), reaches(bounds.lte, true)].into_iter().flatten().flatten().collect();
    Some(Meaning { all, none })
}

/// A gate before a number that is 1 or 0.
fn exists(occurs: Vec<Atom>, predicate: Option<Bounds>) -> Meaning {
    match predicate.map(|bounds| (bounds.hold(0.0), bounds.hold(1.0))) {
        None | Some((false, true)) => Meaning::any(occurs),
        Some((true, false)) => Meaning { all: Vec::new(), none: occurs },
        Some((true, true)) => Meaning::default(),
        Some((false, false)) => Meaning::any(Vec::new()),
    }
}

fn occurrences(source: &Fields) -> Option<Quantity> {
    let ignore_case = !source.flag("case_sensitive").unwrap_or(false);
    match word(source, "type").as_str() {
        "regex" => Some(Quantity::Count(Pattern { text: source.text("pattern")?.to_owned(), ignore_case })),
        "keyword_set" => {
            let keywords = source.texts("keywords").into_iter().map(|it| it.it);
            Some(Quantity::Keywords { keywords: keywords.filter(|it| !it.is_empty()).collect(), ignore_case })
        }
        "sequence" => {
            let lists = source.list("sequences").unwrap_or_default().iter().filter_map(|it| it.it.as_list());
            let markers = lists.map(|list| list.iter().filter_map(|it| Some(it.it.as_text()?.to_owned())));
            Some(Quantity::Sequences { sequences: markers.map(Iterator::collect).collect(), ignore_case })
        }
        "text_bytes" => Some(Quantity::Bytes),
        _ => None,
    }
}

fn word(fields: &Fields, key: &str) -> String {
    fields.text(key).unwrap_or_default().trim().to_lowercase()
}
