//! Every key of a recipe, and who sets it.

use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::graph::{Query, Slot};
use wrp_graph::signal::complexity::{self, Condition};
use wrp_graph::signal::{self, Inline};

use super::Options;
use crate::policy::{Leaf, Recipe, Term};

/// The families that a recipe asks for: all signals of such a family run, as in the reference.
#[derive(Debug)]
pub(super) struct Used {
    families: BTreeSet<String>,
    all: bool,
}

impl Used {
    pub(super) fn by(recipe: &Recipe, options: Options) -> Used {
        let mut families: BTreeSet<String> = recipe
            .routes
            .iter()
            .flat_map(|route| route.when.leaves())
            .map(|leaf| leaf.kind.clone())
            .collect();
        if options.keep_unused || families.contains("projection") {
            let inputs = recipe.scores.iter().flat_map(|score| &score.inputs);
            families.extend(inputs.filter_map(|input| Some(read_by(&input.term)?.0.to_owned())));
            families.insert("projection".to_owned());
        }
        if families.contains("complexity") {
            for condition in composers(recipe).map(|(_, condition)| condition) {
                families.extend(tested(&condition).into_iter().map(|(kind, _)| kind));
            }
        }
        Used { families, all: options.keep_unused }
    }

    pub(super) fn family(&self, name: &str) -> bool {
        self.all || self.families.contains(name)
    }

    /// Scores and mappings are computed only where there are both.
    pub(super) fn projections(&self, recipe: &Recipe) -> bool {
        self.family("projection") && !recipe.scores.is_empty() && !recipe.mappings.is_empty()
    }
}

/// The signal that a score's input reads, if it is one.
fn read_by(term: &Term) -> Option<(&str, &str)> {
    match term {
        Term::Binary { kind, name, .. } | Term::Confidence { kind, name } | Term::Raw { kind, name } => {
            Some((kind, name))
        }
        Term::KbMetric { .. } => Some(("kb", "")),
        Term::Score { .. } | Term::Output { .. } => None,
    }
}

/// Complexity signals that have a composer.
pub(super) fn composers(recipe: &Recipe) -> impl Iterator<Item = (&str, Condition)> {
    let signals = recipe.signals.iter().filter(|signal| signal.kind.name == "complexity");
    signals.filter_map(|signal| Some((signal.name.it.as_str(), complexity::composer(&signal.fields)?)))
}

fn tested(condition: &Condition) -> Vec<(String, String)> {
    match condition {
        Condition::All(inner) | Condition::Any(inner) | Condition::Not(inner) => {
            inner.iter().flat_map(tested).collect()
        }
        Condition::Matched { kind, name } => vec![(kind.clone(), name.it.clone())],
    }
}

/// Whether the engine knows such a test at all.
pub(crate) fn is_kind(kind: &str) -> bool {
    kind == "projection" || signal::find(kind).is_some()
}

/// The categories that count as a domain: `domain("x")` holds when one of them was detected.
pub(crate) fn categories(recipe: &Recipe, domain: &str) -> Vec<String> {
    let declared = recipe.signals.iter().filter(|it| it.kind.name == "domain" && it.name.it == domain);
    declared.flat_map(|it| it.fields.texts("mmlu_categories")).map(|category| category.it).collect()
}

/// The slots by key.
#[derive(Debug)]
pub(super) struct Vocabulary {
    slots: BTreeMap<String, Vec<u16>>,
    numbers: BTreeMap<String, u16>,
}

impl Vocabulary {
    pub(super) fn new(
        recipe: &Recipe,
        used: &Used,
        sensors: &[(String, Inline)],
        queries: &mut [Query],
    ) -> Vocabulary {
        let mut keys: BTreeSet<String> = sensors.iter().map(|(key, _)| key.clone()).collect();
        for leaf in recipe.routes.iter().flat_map(|route| route.when.leaves()) {
            keys.extend(keys_of(recipe, leaf));
        }
        if used.family("complexity") {
            for (name, condition) in composers(recipe) {
                keys.extend(complexity::LEVELS.iter().map(|level| format!("complexity:{name}:{level}")));
                keys.extend(tested(&condition).into_iter().map(|(kind, name)| format!("{kind}:{name}")));
            }
        }
        for partition in recipe.partitions.iter().filter(|partition| used.family(&partition.family)) {
            let names = partition.members.iter().chain(&partition.default);
            keys.extend(names.map(|name| format!("{}:{}", partition.family, name.it)));
        }
        if used.projections(recipe) {
            for term in recipe.scores.iter().flat_map(|score| &score.inputs).map(|input| &input.term) {
                keys.extend(key_of_term(term));
                if let Term::KbMetric { kb, .. } = term {
                    for query in queries.iter_mut().filter(|query| reads_kb(recipe, query, kb)) {
                        query.keys.extend(key_of_term(term));
                        query.keys.dedup();
                    }
                }
            }
            let outputs = recipe.mappings.iter().flat_map(|mapping| &mapping.outputs);
            keys.extend(outputs.map(|band| format!("projection:{}", band.name.it)));
        }
        for query in queries.iter() {
            keys.insert(format!("{}:{}", query.family, query.name));
            keys.extend(query.keys.iter().cloned());
        }
        let mut askers = BTreeMap::<String, Vec<u16>>::new();
        for (number, query) in queries.iter().enumerate() {
            let base = format!("{}:{}", query.family, query.name);
            for key in query.keys.iter().chain([&base]) {
                askers.entry(key.clone()).or_default().push(number as u16);
            }
        }
        let slots = keys.into_iter().map(|key| {
            let mut queries = askers_of(&askers, &key);
            queries.sort_unstable();
            queries.dedup();
            (key, queries)
        });
        let slots: BTreeMap<String, Vec<u16>> = slots.collect();
        let numbers = slots.keys().enumerate().map(|(number, key)| (key.clone(), number as u16)).collect();
        Vocabulary { slots, numbers }
    }

    pub(super) fn slot(&self, key: &str) -> Option<u16> {
        self.numbers.get(key).copied()
    }

    pub(super) fn into_slots(self) -> Vec<Slot> {
        self.slots.into_iter().map(|(key, queries)| Slot { key, queries }).collect()
    }
}

/// The queries that set a key: those that name it, else those of the signal whose label it is.
fn askers_of(askers: &BTreeMap<String, Vec<u16>>, key: &str) -> Vec<u16> {
    let mut rest = key;
    loop {
        if let Some(queries) = askers.get(rest) {
            return queries.clone();
        }
        match rest.rsplit_once(':') {
            Some((shorter, _)) if shorter.contains(':') => rest = shorter,
            _ => return Vec::new(),
        }
    }
}

fn reads_kb(recipe: &Recipe, query: &Query, kb: &str) -> bool {
    let declares = |signal: &&crate::policy::Signal| signal.kind.name == "kb" && signal.name.it == query.name;
    query.family == "kb"
        && recipe.signals.iter().filter(declares).any(|signal| signal.fields.text("kb") == Some(kb))
}

/// Everything a leaf may look at; the first is its own.
pub(crate) fn keys_of(recipe: &Recipe, leaf: &Leaf) -> Vec<String> {
    let base = format!("{}:{}", leaf.kind, leaf.name);
    match (&leaf.predicate, &leaf.label) {
        (Some(_), Some(label)) => vec![format!("{base}:{label}"), base],
        (Some(_), None) => vec![base],
        (None, _) if leaf.kind == "domain" => {
            let categories = categories(recipe, &leaf.name);
            let aliases = categories.into_iter().map(|category| format!("domain:{category}"));
            std::iter::once(base.clone()).chain(aliases.filter(|key| *key != base)).collect()
        }
        (None, _) => vec![base],
    }
}

pub(super) fn key_of_term(term: &Term) -> Option<String> {
    match term {
        Term::Binary { kind, name, .. } | Term::Confidence { kind, name } | Term::Raw { kind, name } => {
            Some(format!("{kind}:{name}"))
        }
        Term::Output { name } => Some(format!("projection:{name}")),
        Term::KbMetric { kb, metric } => Some(format!("kb_metric:{kb}:{metric}")),
        Term::Score { .. } => None,
    }
}
