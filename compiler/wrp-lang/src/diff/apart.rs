//! What two recipes do not share: signals declared otherwise, and those that other stages see to.
//!
//! A signal is the same in both where both declare it alike. Its reading as routes see it is the same only if its
//! family is staged alike too: one more embedding under a limit pushes out another.

use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::schema::{Fields, Value};
use wrp_graph::signal::complexity;

use crate::policy::{Mapping, Policy, Recipe, Score, Semantics, Signal, Term};
use crate::prove::families::plain;

/// A family, and what its keys begin with: a name, or a role.
pub(super) type Id = (String, String);

#[derive(Debug, Default)]
pub(super) struct Apart {
    /// Heard otherwise: both declare it, each in its way, or beside others of its family.
    pub(super) redefined: BTreeSet<Id>,
    /// Heard alike, and staged otherwise.
    pub(super) staged: BTreeSet<Id>,
    /// By side, what only the other one declares.
    pub(super) foreign: [BTreeSet<Id>; 2],
    pub(super) scores: BTreeSet<String>,
    pub(super) outputs: BTreeSet<String>,
    /// For people: what both declare, and otherwise.
    pub(super) said: Vec<Id>,
}

/// One policy's side of a comparison.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'p> {
    pub(super) policy: &'p Policy,
    pub(super) recipe: &'p Recipe,
}

pub(super) fn id(signal: &Signal) -> Id {
    let name = match signal.kind.name {
        "authz" => signal.fields.text("role").unwrap_or_default(),
        _ => signal.name.it.as_str(),
    };
    (signal.kind.name.to_owned(), name.to_owned())
}

impl Apart {
    pub(super) fn of(scopes: [Scope<'_>; 2]) -> Apart {
        let mut apart = Apart::default();
        let declared = scopes.map(|scope| declarations(scope.recipe));
        for (id, one) in &declared[0] {
            if declared[1].get(id).is_some_and(|other| other != one) {
                apart.redefined.insert(id.clone());
            }
        }
        apart.said = apart.redefined.iter().cloned().collect();
        for (side, other) in [(0, 1), (1, 0)] {
            let only = |id: &&Id| !declared[side].contains_key(*id) && id.0 != "domain";
            apart.foreign[side] = declared[other].keys().filter(only).cloned().collect();
        }
        for (kind, to) in [
            ("language", Kept::Redefined),
            ("preference", Kept::Redefined),
            ("kb", Kept::Redefined),
            ("embedding", Kept::Staged),
            ("domain", Kept::Staged),
            ("reask", Kept::Staged),
        ] {
            let [one, other] = scopes.map(|scope| family(scope, kind));
            if one == other {
                continue;
            }
            let all = declared.iter().flat_map(BTreeMap::keys).filter(|id| id.0 == kind);
            for id in all {
                match to {
                    Kept::Redefined => apart.redefined.insert(id.clone()),
                    Kept::Staged if apart.redefined.contains(id) => false,
                    Kept::Staged => apart.staged.insert(id.clone()),
                };
            }
        }
        apart.compose(scopes);
        apart.project(scopes);
        apart
    }

    fn has(&self, kind: &str, name: &str) -> bool {
        let base = match kind {
            "complexity" => name.split(':').next().unwrap_or_default(),
            _ => name,
        };
        let id = (kind.to_owned(), base.to_owned());
        self.redefined.contains(&id) || self.staged.contains(&id)
    }

    /// A composer hangs on what it looks at.
    fn compose(&mut self, scopes: [Scope<'_>; 2]) {
        let mixed = scopes[0].policy.semantics != scopes[1].policy.semantics;
        loop {
            let mut moved = false;
            for signal in scopes.iter().flat_map(|scope| &scope.recipe.signals) {
                let Some(composer) = complexity::composer(&signal.fields) else { continue };
                let mut hangs = mixed;
                composer.visit(&mut |kind, name| hangs |= self.has(kind, &name.it));
                if hangs && !self.has("complexity", &signal.name.it) {
                    moved |= self.staged.insert(id(signal));
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// Scores and outputs are shared where all that goes into them is.
    fn project(&mut self, scopes: [Scope<'_>; 2]) {
        let recipes = scopes.map(|scope| scope.recipe);
        let mixed = scopes[0].policy.semantics != scopes[1].policy.semantics;
        let scores = recipes.map(|recipe| by_name(&recipe.scores, |it| &it.name.it, score));
        let mappings = recipes.map(|recipe| by_name(&recipe.mappings, |it| &it.name.it, mapping));
        let alike = |one: &BTreeMap<String, Vec<String>>, other: &BTreeMap<String, Vec<String>>| {
            let same = |(name, texts): &(&String, &Vec<String>)| {
                texts.len() == 1 && other.get(*name) == Some(*texts)
            };
            one.iter().filter(same).map(|(name, _)| name.clone()).collect::<BTreeSet<String>>()
        };
        let mut shared_scores = if mixed { BTreeSet::new() } else { alike(&scores[0], &scores[1]) };
        let mut shared_mappings = alike(&mappings[0], &mappings[1]);
        loop {
            let outputs = outputs_of(recipes[0], &shared_mappings);
            let looks_at_shared = |term: &Term| match term {
                Term::Binary { kind, name, .. }
                | Term::Confidence { kind, name }
                | Term::Raw { kind, name } => {
                    !self.has(kind, name) && (kind != "projection" || outputs.contains(name))
                }
                Term::Score { name } => shared_scores.contains(name),
                Term::Output { name } => outputs.contains(name),
                Term::KbMetric { .. } => true,
            };
            let kept = |name: &String| {
                let score = recipes[0].scores.iter().find(|score| score.name.it == *name);
                score.is_some_and(|score| score.inputs.iter().all(|input| looks_at_shared(&input.term)))
            };
            let next: BTreeSet<String> = shared_scores.iter().filter(|name| kept(name)).cloned().collect();
            let kept = |name: &String| {
                let mapping = recipes[0].mappings.iter().find(|it| it.name.it == *name);
                mapping.is_some_and(|it| next.contains(&it.source.it) && is_alone(recipes, it))
            };
            let next_mappings: BTreeSet<String> =
                shared_mappings.iter().filter(|it| kept(it)).cloned().collect();
            if (next.len(), next_mappings.len()) == (shared_scores.len(), shared_mappings.len()) {
                break;
            }
            (shared_scores, shared_mappings) = (next, next_mappings);
        }
        let outputs = outputs_of(recipes[0], &shared_mappings);
        for recipe in recipes {
            let names = recipe.scores.iter().map(|score| &score.name.it);
            self.scores.extend(names.filter(|name| !shared_scores.contains(*name)).cloned());
            let bands = recipe.mappings.iter().flat_map(|mapping| &mapping.outputs).map(|band| &band.name.it);
            self.outputs.extend(bands.filter(|name| !outputs.contains(*name)).cloned());
        }
    }
}

#[derive(Clone, Copy)]
enum Kept {
    Redefined,
    Staged,
}

/// How each signal is declared, without what is for the reader.
fn declarations(recipe: &Recipe) -> BTreeMap<Id, Vec<String>> {
    let mut declared = BTreeMap::<Id, Vec<String>>::new();
    for signal in &recipe.signals {
        declared.entry(id(signal)).or_default().push(declaration(signal));
    }
    declared
}

fn declaration(signal: &Signal) -> String {
    let read = |key: &str| {
        let field = signal.kind.fields.iter().find(|field| field.name == key);
        field.is_none_or(|field| !field.doc.starts_with("For the reader"))
    };
    let entries = signal.fields.entries.iter().filter(|entry| read(&entry.key.it)).cloned().collect();
    plain(&Fields { entries, span: signal.fields.span })
}

/// What the signals of a family have to do with each other; nothing where each stands for itself.
fn family(Scope { policy, recipe }: Scope<'_>, kind: &str) -> String {
    let own: Vec<(Id, String)> = recipe
        .signals
        .iter()
        .filter(|signal| signal.kind.name == kind)
        .map(|signal| (id(signal), declaration(signal)))
        .collect();
    let sorted = || {
        let mut own = own.clone();
        own.sort();
        own
    };
    let names: BTreeSet<&Id> = own.iter().map(|(id, _)| id).collect();
    let partitions: Vec<String> = recipe
        .partitions
        .iter()
        .filter(|partition| partition.family == kind)
        .map(|it| {
            let members: Vec<&str> = it.members.iter().map(|member| member.it.as_str()).collect();
            format!(
                "{:?} {members:?} {:?}",
                it.softmax.map(f64::to_bits),
                it.default.as_ref().map(|it| &it.it)
            )
        })
        .collect();
    let places = match kind {
        "embedding" => {
            Some(recipe.embedding_top_k as usize).filter(|places| (1..names.len()).contains(places))
        }
        _ => None,
    };
    match kind {
        "language" => {
            let thresholds = recipe.signals.iter().filter(|it| it.kind.name == kind);
            let least =
                thresholds.filter_map(|it| it.fields.number("threshold")).fold(f64::INFINITY, f64::min);
            format!("{}", least.min(0.3))
        }
        "preference" | "kb" => format!("{:?}", sorted()),
        "reask" if own.len() > 1 => format!("{:?} {:?}", policy.semantics, sorted()),
        _ if partitions.is_empty() && places.is_none() => String::new(),
        _ => format!("{:?} {places:?} {:?} {partitions:?}", policy.semantics, sorted()),
    }
}

fn by_name<T>(
    items: &[T],
    name: impl Fn(&T) -> &String,
    text: impl Fn(&T) -> String,
) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    items.iter().for_each(|item| all.entry(name(item).clone()).or_default().push(text(item)));
    all
}

fn score(score: &Score) -> String {
    let inputs: Vec<(f64, &Term)> = score.inputs.iter().map(|input| (input.weight, &input.term)).collect();
    format!("{inputs:?}")
}

fn mapping(mapping: &Mapping) -> String {
    let bands: Vec<_> = mapping.outputs.iter().map(|band| (&band.name.it, band.bounds)).collect();
    format!("{} {} {} {bands:?}", mapping.source.it, mapping.multi_emit, mapping.slope)
}

fn outputs_of(recipe: &Recipe, mappings: &BTreeSet<String>) -> BTreeSet<String> {
    let shared = recipe.mappings.iter().filter(|mapping| mappings.contains(&mapping.name.it));
    shared.flat_map(|mapping| &mapping.outputs).map(|band| band.name.it.clone()).collect()
}

/// Whether no other mapping of either recipe has an output of this one's names.
fn is_alone(recipes: [&Recipe; 2], mapping: &Mapping) -> bool {
    mapping.outputs.iter().all(|band| {
        recipes.iter().all(|recipe| {
            let all = recipe.mappings.iter().flat_map(|it| &it.outputs);
            all.filter(|other| other.name.it == band.name.it).count() == 1
        })
    })
}

/// Whether one of the two knows unknown signals, and the other does not.
pub(super) fn lenient(scopes: [Scope<'_>; 2]) -> Option<usize> {
    let strict = scopes.map(|scope| scope.policy.semantics == Semantics::Strict);
    match strict {
        [true, false] => Some(1),
        [false, true] => Some(0),
        _ => None,
    }
}

/// Every text of a value, changed.
pub(super) fn texts_changed(value: &mut Value, change: &dyn Fn(&str) -> String) {
    match value {
        Value::Text(text) | Value::Word(text) => *text = change(text),
        Value::List(items) => items.iter_mut().for_each(|item| texts_changed(&mut item.it, change)),
        _ => {}
    }
}
