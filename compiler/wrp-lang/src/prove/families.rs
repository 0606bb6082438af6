//! The signals of a recipe as variables: who excludes whom, who reads the same number, who has the same subjects.

use std::collections::{BTreeMap, BTreeSet};

use wrp_graph::reading::Reading;
use wrp_graph::schema::{Fields, Value as Written, token_count};
use wrp_graph::signal::Reach;
use wrp_graph::signal::complexity::{self, Condition};

use super::numbers::{Cell, Line, cells};
use super::space::{Atom, MOST_VALUES, Space, Value, side_of};
use crate::lower::{composes, keys_of};
use crate::policy::{Bounds, Partition, Policy, Recipe, Signal};
use crate::prove::promise;
use crate::text;

/// What the number is called that `context` signals read.
pub(super) const TOKENS: &str = "context";

/// What the number is called that `conversation` signals of a source read.
pub(super) fn conversation(source: &str, role: &str) -> String {
    format!("conversation {source} {role}")
}

/// How sure a detector is that fired, where nothing asks for more.
const SURE: f64 = 0.8;

/// The variables of all signals, and what ties them. Projections come after, in [`super::scores`].
pub(crate) fn space<'p>(policy: &'p Policy, recipe: &'p Recipe) -> Space<'p> {
    shared(Space::empty(policy, recipe), &[recipe])
}

/// The same for recipes that share a space: its recipe has all their signals, and each of them stages of its own.
pub(crate) fn shared<'p>(space: Space<'p>, scopes: &[&'p Recipe]) -> Space<'p> {
    let mut families = Families { asked: asked(&space), space, scopes: scopes.to_vec() };
    families.numbers();
    families.winners();
    families.complexity();
    families.metadata();
    families.classifiers();
    families.flags();
    families.partitions();
    families.limit();
    families.texts();
    families.subjects();
    families.reasks();
    families.chains();
    families.composers();
    families.space
}

struct Families<'p> {
    space: Space<'p>,
    /// The bounds that leaves hold against a key.
    asked: BTreeMap<String, Vec<Bounds>>,
    /// Whose stages run.
    scopes: Vec<&'p Recipe>,
}

fn asked(space: &Space<'_>) -> BTreeMap<String, Vec<Bounds>> {
    let mut asked = BTreeMap::<String, Vec<Bounds>>::new();
    for (_, leaf) in space.recipe.tests_written() {
        if let Some(bounds) = leaf.predicate {
            asked.entry(keys_of(space.recipe, leaf).swap_remove(0)).or_default().push(bounds);
        }
    }
    asked
}

fn key(signal: &Signal) -> String {
    format!("{}:{}", signal.kind.name, signal.name.it)
}

fn call(kind: &str, name: &str) -> String {
    format!("{kind}({name:?})")
}

/// Fields as text in which place and order say nothing.
pub(crate) fn plain(fields: &Fields) -> String {
    let entries: BTreeMap<&str, String> =
        fields.entries.iter().map(|entry| (entry.key.it.as_str(), plain_value(&entry.value.it))).collect();
    format!("{entries:?}")
}

fn plain_value(value: &Written) -> String {
    match value {
        Written::Text(text) | Written::Word(text) => format!("{text:?}"),
        Written::Int(number) => format!("{}", *number as f64),
        Written::Float(number) => format!("{number}"),
        Written::Bool(flag) => flag.to_string(),
        Written::List(items) => {
            format!("{:?}", items.iter().map(|it| plain_value(&it.it)).collect::<Vec<_>>())
        }
        Written::Object(fields) => plain(fields),
    }
}

/// How a signal reads a number.
struct Reader<'p> {
    key: String,
    signal: &'p Signal,
    gate: Bounds,
    /// Only whether there is any, as 0 or 1.
    presence: bool,
    /// Whether it says the number and how sure it is, or only that it fired.
    tells: bool,
}

impl Reader<'_> {
    fn read(&self, number: f64) -> Reading {
        let value = if self.presence { number.min(1.0) } else { number };
        let holds = crate::oracle::holds(&self.gate, value);
        match (self.signal.kind.name, holds) {
            ("context", _) => Reading::flag(holds),
            ("conversation", _) => Reading::confident(holds, f64::from(u8::from(holds))).with_value(value),
            (_, true) => Reading::confident(true, SURE).with_value(value),
            (_, false) => Reading::MISSED.with_value(value),
        }
    }
}

fn signals<'p>(recipe: &'p Recipe, kind: &'static str) -> impl Iterator<Item = &'p Signal> + use<'p> {
    recipe.signals.iter().filter(move |signal| signal.kind.name == kind)
}

impl<'p> Families<'p> {
    fn signals(&self, kind: &'static str) -> impl Iterator<Item = &'p Signal> + use<'p> {
        signals(self.space.recipe, kind)
    }

    /// Whether a signal of a family can be unknown, besides that it fired or missed.
    fn fails(&self, kind: &str, key: &str) -> bool {
        self.space.can_be_unknown(key)
            && wrp_graph::signal::find(kind).is_some_and(|kind| kind.reach == Reach::Host)
    }

    /// Signals that read one number share a variable: context sizes, conversation counts, structure features.
    fn numbers(&mut self) {
        let mut features: BTreeMap<String, (Line, &str, Vec<Reader<'p>>)> = BTreeMap::new();
        for signal in &self.space.recipe.signals {
            let Some((feature, line, words, reader)) = feature(signal) else { continue };
            features.entry(feature).or_insert((line, words, Vec::new())).2.push(reader);
        }
        for (feature, (line, words, readers)) in features {
            let mut gates: Vec<Bounds> = readers.iter().map(|reader| reader.gate).collect();
            // Presence changes between nothing and something.
            gates.push(Bounds { gt: Some(0.0), ..Bounds::default() });
            gates.extend(promise::cuts(&self.space.promises, &feature));
            for reader in readers.iter().filter(|reader| reader.tells) {
                gates.extend(self.asked.get(&reader.key).into_iter().flatten());
            }
            let cells = cells(line, &gates);
            if cells.len() > MOST_VALUES {
                // Each for itself, as if they read different numbers.
                self.space.vague = true;
                self.space.torn |= readers.iter().any(|it| it.tells && self.asked.contains_key(&it.key));
                for reader in &readers {
                    self.flag(words, &reader.key, &call(words, &reader.signal.name.it));
                }
                continue;
            }
            let names: Vec<&str> = readers.iter().map(|reader| reader.signal.name.it.as_str()).collect();
            let label = match words {
                "context" => "context".to_owned(),
                kind => call(kind, names[0]),
            };
            let quiet = cells[0].number;
            let value = |cell: &Cell| Value {
                readings: readers.iter().map(|it| (it.key.clone(), it.read(cell.number))).collect(),
                words: match words {
                    _ if cell.number == quiet => String::new(),
                    "context" => format!("{} tokens of context", cell.number),
                    _ => format!("{label} = {}", cell.number),
                },
                range: Some((cell.least, cell.most)),
            };
            let variable = self.space.add(cells.iter().map(value).collect(), false);
            self.space.numbers.insert(feature, variable);
        }
    }

    /// Families of which at most one name is true, since one detector chooses among them.
    fn winners(&mut self) {
        for kind in ["language", "fact_check", "user_feedback", "modality", "preference"] {
            let mut keys = BTreeMap::<Option<usize>, Vec<(String, String)>>::new();
            for signal in self.signals(kind) {
                let side = side_of(&signal.name.it);
                keys.entry(side).or_default().push((key(signal), call(kind, &signal.name.it)));
            }
            keys.into_values().for_each(|keys| self.exclusive(kind, keys));
        }
        let mut best = BTreeMap::<(String, Option<usize>), Vec<(String, String)>>::new();
        for signal in self.signals("kb") {
            if signal.fields.text("match").unwrap_or("best") == "best" {
                let target =
                    signal.fields.object("target").and_then(|it| it.text("kind")).unwrap_or_default();
                let group = format!("{:?} {target}", signal.fields.text("kb"));
                let group = (group, side_of(&signal.name.it));
                best.entry(group).or_default().push((key(signal), call("kb", &signal.name.it)));
            }
        }
        best.into_values().for_each(|keys| self.exclusive("kb", keys));
    }

    /// One variable for keys that exclude each other; where they are many or their numbers matter, flags and clauses.
    fn exclusive(&mut self, kind: &str, mut keys: Vec<(String, String)>) {
        keys.dedup();
        keys.retain(|(key, _)| self.space.owner(key).is_none());
        let mut seen = BTreeSet::new();
        keys.retain(|(key, _)| seen.insert(key.clone()));
        let numbers = keys.iter().any(|(key, _)| self.asked.contains_key(key));
        if keys.len() < 2 || numbers || keys.len() + 2 > MOST_VALUES {
            keys.iter().for_each(|(key, words)| self.flag(kind, key, words));
            let names: Vec<String> = keys.into_iter().map(|(key, _)| key).collect();
            return self.at_most_one(&names);
        }
        let mut values = vec![Value::default()];
        for (key, words) in &keys {
            let readings = vec![(key.clone(), Reading::confident(true, SURE))];
            values.push(Value { readings, words: words.clone(), range: None });
        }
        if self.fails(kind, &keys[0].0) {
            let readings = keys.iter().map(|(key, _)| (key.clone(), Reading::FAILED)).collect();
            values.push(Value { readings, words: format!("{kind} is unknown"), range: None });
        }
        self.space.add(values, false);
    }

    fn complexity(&mut self) {
        for signal in self.signals("complexity") {
            let name = &signal.name.it;
            let keys = complexity::LEVELS.map(|level| format!("complexity:{name}:{level}"));
            if keys.iter().any(|key| self.space.owner(key).is_some()) {
                continue;
            }
            if keys.iter().any(|key| self.asked.contains_key(key)) {
                for (key, level) in keys.iter().zip(complexity::LEVELS) {
                    self.flag("complexity", key, &call("complexity", &format!("{name}:{level}")));
                }
                self.at_most_one(&keys);
                continue;
            }
            // Exactly one is answered, but for a detector that is down or a composer that vetoes.
            let unknown = self.space.can_be_unknown(name);
            let none = !unknown || signal.fields.object("composer").is_some();
            let mut values = Vec::new();
            if none {
                values.push(Value::default());
            }
            for (key, level) in keys.iter().zip(complexity::LEVELS) {
                let readings = vec![(key.clone(), Reading::confident(true, SURE))];
                values.push(Value {
                    readings,
                    words: call("complexity", &format!("{name}:{level}")),
                    range: None,
                });
            }
            if unknown {
                let readings = keys.iter().map(|key| (key.clone(), Reading::FAILED)).collect();
                values.push(Value {
                    readings,
                    words: format!("{} is unknown", call("complexity", name)),
                    range: None,
                });
            }
            self.space.add(values, false);
        }
    }

    /// One variable an entry of the caller's metadata: absent, each word that some signal names, or another word.
    fn metadata(&mut self) {
        let mut entries = BTreeMap::<&str, Vec<&Signal>>::new();
        for signal in self.signals("metadata") {
            entries.entry(signal.fields.text("key").unwrap_or_default()).or_default().push(signal);
        }
        for (entry, signals) in entries {
            let words = |signal: &Signal| -> Vec<String> {
                let Some(predicate) = signal.fields.object("predicate") else { return Vec::new() };
                let equals = predicate.text("equals").map(str::to_owned);
                equals.into_iter().chain(predicate.texts("in").into_iter().map(|word| word.it)).collect()
            };
            let mut named: Vec<String> = signals.iter().flat_map(|signal| words(signal)).collect();
            named.sort();
            named.dedup();
            if named.len() + 2 > MOST_VALUES {
                self.space.vague = true;
                for signal in signals {
                    self.flag("metadata", &key(signal), &call("metadata", &signal.name.it));
                }
                continue;
            }
            let other = Some("\u{fffd}".to_owned());
            let contents = std::iter::once(None).chain(named.into_iter().map(Some)).chain([other]);
            let value = |content: Option<String>| {
                let fires = |signal: &&Signal| {
                    let Some(predicate) = signal.fields.object("predicate") else { return false };
                    match (predicate.flag("exists"), &content) {
                        (Some(wanted), content) => content.is_some() == wanted,
                        (None, Some(content)) => words(signal).contains(content),
                        (None, None) => false,
                    }
                };
                let firing = signals.iter().copied().filter(fires);
                Value {
                    readings: firing.map(|signal| (key(signal), Reading::confident(true, 1.0))).collect(),
                    words: match content.as_deref() {
                        None => String::new(),
                        Some("\u{fffd}") => format!("metadata {entry:?} is something else"),
                        Some(word) => format!("metadata {entry:?} is {word:?}"),
                    },
                    range: None,
                }
            };
            let values = contents.map(value).collect();
            self.space.add(values, false);
        }
    }

    /// A classifier says a number for each label; when it fails it says none.
    fn classifiers(&mut self) {
        let mut labels = BTreeMap::<String, BTreeSet<String>>::new();
        for (_, leaf) in self.space.recipe.tests_written() {
            let declared = self.signals("classifier").any(|signal| signal.name.it == leaf.name);
            if let (Some(label), true, "classifier") = (&leaf.label, declared, leaf.kind.as_str()) {
                labels.entry(leaf.name.clone()).or_default().insert(label.clone());
            }
        }
        for (name, labels) in labels {
            let base = format!("classifier:{name}");
            let mut down: Vec<Atom> = Vec::new();
            // Down for one label is down for all.
            self.space.noted.insert(base.clone());
            for label in labels {
                let key = format!("{base}:{label}");
                let gates = self.asked.get(&key).cloned().unwrap_or_default();
                let cells = cells(Line::Real(0.0, 1.0), &gates);
                if cells.len() + 2 > MOST_VALUES {
                    self.space.torn = true;
                    continue;
                }
                let words = format!("classifier({name:?}, label: {label:?})");
                let mut values = vec![Value::default()];
                values.extend(cells.iter().map(|cell| Value {
                    readings: vec![(key.clone(), Reading::default().with_value(cell.number))],
                    words: format!("{words} = {}", cell.number),
                    range: Some((cell.least, cell.most)),
                }));
                values.push(Value {
                    readings: vec![(key.clone(), Reading::FAILED), (base.clone(), Reading::FAILED)],
                    words: format!("classifier({name:?}) is unknown"),
                    range: None,
                });
                let failed: u128 = 1 << (values.len() - 1);
                let variable = self.space.add(values, false);
                down.push(Atom { variable, mask: failed });
            }
            for pair in down.windows(2) {
                self.space.imply(pair[0], pair[1]);
                self.space.imply(pair[1], pair[0]);
            }
        }
    }

    /// Everything that only fires or does not.
    fn flags(&mut self) {
        for signal in &self.space.recipe.signals {
            let kind = signal.kind.name;
            match kind {
                "authz" => {
                    if let Some(role) = signal.fields.text("role") {
                        self.flag(kind, &format!("authz:{role}"), &format!("role {role:?}"));
                    }
                }
                "keyword" | "event" | "embedding" | "jailbreak" | "pii" | "reask" | "kb" | "domain" => {
                    self.flag(kind, &key(signal), &call(kind, &signal.name.it));
                }
                _ => {}
            }
        }
        // Labels that the classifier may answer as they are.
        for (_, leaf) in self.space.recipe.tests_written() {
            if leaf.kind == "domain" && leaf.predicate.is_none() {
                for key in keys_of(self.space.recipe, leaf).into_iter().skip(1) {
                    let label = key.trim_start_matches("domain:").to_owned();
                    self.flag("domain", &key, &format!("the label {label:?}"));
                }
            }
        }
    }

    fn flag(&mut self, kind: &str, key: &str, words: &str) {
        if self.space.owner(key).is_some() {
            return;
        }
        let bare = matches!(kind, "keyword" | "authz" | "fact_check" | "user_feedback");
        let fired = |confidence: f64| match bare {
            true => Reading::flag(true),
            false => Reading::confident(true, confidence),
        };
        // A key must be owned even where it misses.
        let mut values =
            vec![Value { readings: vec![(key.to_owned(), Reading::MISSED)], ..Value::default() }];
        match self.asked.get(key).filter(|_| !bare) {
            None => values.push(Value {
                readings: vec![(key.to_owned(), fired(SURE))],
                words: words.to_owned(),
                range: None,
            }),
            Some(gates) => {
                let cells = cells(Line::Real(0.0, 1.0), gates);
                self.space.torn |= cells.len() + 2 > MOST_VALUES;
                values.extend(cells.iter().take(MOST_VALUES - 2).map(|cell| Value {
                    readings: vec![(key.to_owned(), fired(cell.number))],
                    words: format!("{words} = {}", cell.number),
                    range: Some((cell.least, cell.most)),
                }));
            }
        }
        if self.fails(kind, key) {
            values.push(Value {
                readings: vec![(key.to_owned(), Reading::FAILED)],
                words: format!("{words} is unknown"),
                range: None,
            });
        }
        self.space.add(values, false);
    }

    /// Of these keys, a firing one leaves the others missed, and nothing unknown.
    fn at_most_one(&mut self, keys: &[String]) {
        for (at, one) in keys.iter().enumerate() {
            for other in &keys[at + 1..] {
                self.exclude(one, other);
                self.settle(one, other);
                self.settle(other, one);
            }
        }
    }

    fn settle(&mut self, winner: &str, other: &str) {
        let (Some(fires), Some(unknown)) = (self.space.fires(winner), self.space.is_unknown(other)) else {
            return;
        };
        if unknown.mask != 0 && fires.variable != unknown.variable {
            let known = self.space.not(unknown);
            self.space.imply(fires, known);
        }
    }

    fn exclude(&mut self, one: &str, other: &str) {
        let (Some(first), Some(second)) = (self.space.fires(one), self.space.fires(other)) else { return };
        if first.variable == second.variable {
            return;
        }
        let without = self.space.not(second);
        self.space.imply(first, without);
    }

    fn partitions(&mut self) {
        for scope in self.scopes.clone() {
            self.partitions_of(scope);
        }
    }

    fn partitions_of(&mut self, scope: &'p Recipe) {
        for partition in &scope.partitions {
            let members = members(scope, partition);
            if members.len() < 2 {
                continue;
            }
            self.at_most_one(&members);
            let Some(default) = &partition.default else { continue };
            let default = format!("{}:{}", partition.family, default.it);
            // The default steps in; as the least sure of all, the limit on embeddings pushes it out again where so many
            // others fire.
            let mut some = members.clone();
            let places = scope.embedding_top_k as usize;
            if partition.family == "embedding" && places > 0 {
                let others: BTreeSet<String> = signals(scope, "embedding").map(key).collect();
                let others: Vec<String> = others.into_iter().filter(|key| !members.contains(key)).collect();
                if others.len() >= places {
                    self.space.vague |= places > 1;
                    some.extend(others);
                }
            }
            let mut clause: Vec<Atom> = Vec::new();
            for key in some.iter().chain([&default]) {
                clause.extend(self.space.fires(key));
                clause.extend(self.space.is_unknown(key).filter(|atom| atom.mask != 0));
            }
            if self.space.owner(&default).is_some() {
                self.space.clauses.push(merged(clause));
            }
            // Where one member alone is unknown, the default may be called for, so that is unknown too.
            for member in members.iter().filter(|member| **member != default) {
                let unknown = |key: &String| self.space.is_unknown(key).filter(|atom| atom.mask != 0);
                let Some(alone) = unknown(member) else { continue };
                let others = members.iter().chain([&default]).filter(|other| *other != member);
                let mut clause: Vec<Atom> = others.filter_map(unknown).collect();
                clause.push(self.space.not(alone));
                self.space.clauses.push(merged(clause));
            }
        }
    }

    /// At most so many embeddings stay matched.
    fn limit(&mut self) {
        for scope in self.scopes.clone() {
            self.limit_of(scope);
        }
    }

    fn limit_of(&mut self, scope: &'p Recipe) {
        let places = scope.embedding_top_k as usize;
        let mut keys: Vec<String> = signals(scope, "embedding").map(key).collect();
        keys.sort();
        keys.dedup();
        match places {
            0 => {}
            1 => self.at_most_one(&keys),
            _ if keys.len() <= places => {}
            _ => {
                // Which of several becomes unknown beside unknown ones is not followed.
                self.space.vague |= self.space.is_strict();
                self.at_most(&keys, places);
            }
        }
    }

    /// A counter over the keys: after each, how many have fired so far, up to one too many.
    fn at_most(&mut self, keys: &[String], most: usize) {
        let mut before: Vec<Atom> = Vec::new();
        for key in keys {
            let Some(fires) = self.space.fires(key) else { continue };
            let counts: Vec<Atom> = (0..most)
                .map(|_| {
                    let values = vec![Value::default(), Value::default()];
                    Atom { variable: self.space.add(values, true), mask: 0b10 }
                })
                .collect();
            self.space.imply(fires, counts[0]);
            for (place, count) in before.iter().enumerate() {
                self.space.imply(*count, counts[place]);
                let (missed, fewer) = (self.space.not(fires), self.space.not(*count));
                match counts.get(place + 1) {
                    Some(more) => self.space.clauses.push(vec![missed, fewer, *more]),
                    None => self.space.clauses.push(vec![missed, fewer]),
                }
            }
            before = counts;
        }
    }

    /// What signals over the same text say about each other. A name declared twice fires with either, so nothing is
    /// known of it.
    fn texts(&mut self) {
        let signals: Vec<&Signal> = self.space.recipe.signals.iter().collect();
        let relations = text::relations(&signals, text::Limits::default());
        let mut count = BTreeMap::<String, usize>::new();
        signals.iter().for_each(|signal| *count.entry(key(signal)).or_default() += 1);
        let fires: Vec<Option<Atom>> = signals
            .iter()
            .map(|signal| self.space.fires(&key(signal)).filter(|_| count.get(&key(signal)) == Some(&1)))
            .collect();
        for (one, other) in relations.implies {
            if let (Some(one), Some(other)) = (fires[one], fires[other]) {
                self.space.imply(one, other);
            }
        }
        for (one, other) in relations.excludes {
            if let (Some(one), Some(other)) = (fires[one], fires[other]) {
                let without = self.space.not(other);
                self.space.imply(one, without);
            }
        }
        for (one, other) in relations.covers {
            if let (Some(one), Some(other)) = (fires[one], fires[other]) {
                self.space.clauses.push(merged(vec![one, other]));
            }
        }
        for never in relations.never.into_iter().filter_map(|number| fires[number]) {
            let misses = self.space.not(never);
            self.space.clauses.push(vec![misses]);
        }
        self.space
            .clauses
            .extend(relations.always.into_iter().filter_map(|number| Some(vec![fires[number]?])));
    }

    /// Whoever has one role has another if all its subjects do; two names are never one user.
    fn subjects(&mut self) {
        let mut roles = BTreeMap::<String, (BTreeSet<String>, BTreeSet<String>)>::new();
        for signal in self.signals("authz") {
            let Some(role) = signal.fields.text("role") else { continue };
            let (users, groups) = roles.entry(format!("authz:{role}")).or_default();
            for subject in signal.fields.list("subjects").unwrap_or_default() {
                let Some(fields) = subject.it.as_object() else { continue };
                let name = fields.text("name").unwrap_or_default().trim().to_owned();
                let is_user =
                    fields.text("kind").is_some_and(|kind| kind.trim().eq_ignore_ascii_case("user"));
                if is_user {
                    users.insert(name)
                } else {
                    groups.insert(name)
                };
            }
        }
        for (one, (users, groups)) in &roles {
            for (other, (other_users, other_groups)) in roles.iter().filter(|(other, _)| *other != one) {
                let (Some(has), Some(also)) = (self.space.fires(one), self.space.fires(other)) else {
                    continue;
                };
                if users.is_subset(other_users) && groups.is_subset(other_groups) {
                    self.space.imply(has, also);
                }
                if groups.is_empty()
                    && other_groups.is_empty()
                    && users.is_disjoint(other_users)
                    && one < other
                {
                    self.exclude(one, other);
                }
            }
        }
    }

    /// Of the reask signals that match, only those that look back furthest are kept.
    fn reasks(&mut self) {
        let turns =
            |signal: &Signal| signal.fields.int("lookback_turns").filter(|turns| *turns > 0).unwrap_or(1);
        let signals: Vec<&Signal> = self.signals("reask").collect();
        for (at, one) in signals.iter().enumerate() {
            let apart = |other: &&&Signal| {
                turns(one) != turns(other) && side_of(&one.name.it) == side_of(&other.name.it)
            };
            for other in signals[at + 1..].iter().filter(apart) {
                self.exclude(&key(one), &key(other));
            }
        }
    }

    /// The same detector with a higher threshold fires only where the one with the lower does.
    fn chains(&mut self) {
        let mut same = BTreeMap::<String, Vec<(f64, String)>>::new();
        for signal in &self.space.recipe.signals {
            let free = match signal.kind.name {
                "jailbreak" | "pii" | "kb" => true,
                "embedding" => self.space.recipe.embedding_top_k == 0,
                _ => false,
            };
            let won = signal.kind.name == "kb" && signal.fields.text("match").unwrap_or("best") == "best";
            if let (Some(threshold), true, false) = (signal.fields.number("threshold"), free, won) {
                let rest = signal
                    .fields
                    .entries
                    .iter()
                    .filter(|entry| !matches!(entry.key.it.as_str(), "threshold" | "description"));
                let rest = Fields { entries: rest.cloned().collect(), span: signal.fields.span };
                let detector = format!("{} {}", signal.kind.name, plain(&rest));
                same.entry(detector).or_default().push((threshold, key(signal)));
            }
        }
        let in_partition: BTreeSet<String> =
            self.space.recipe.partitions.iter().flat_map(|it| members(self.space.recipe, it)).collect();
        for mut chain in same.into_values() {
            chain.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1)));
            for pair in chain.windows(2) {
                let [(low, lower), (high, higher)] = pair else { continue };
                if in_partition.contains(lower) || in_partition.contains(higher) || lower == higher {
                    continue;
                }
                let (Some(weak), Some(strong)) = (self.space.fires(lower), self.space.fires(higher)) else {
                    continue;
                };
                self.space.imply(strong, weak);
                if low == high {
                    self.space.imply(weak, strong);
                }
                // One detector: both are unknown or none is.
                let unknown = (self.space.is_unknown(lower), self.space.is_unknown(higher));
                if let (Some(one), Some(other)) = unknown {
                    self.space.imply(one, other);
                    self.space.imply(other, one);
                }
            }
        }
    }

    /// Where a composer does not hold, no level is answered.
    fn composers(&mut self) {
        for scope in self.scopes.clone() {
            for signal in signals(scope, "complexity") {
                if let Some(composer) = complexity::composer(&signal.fields) {
                    self.composer(scope, &signal.name.it, &composer);
                }
            }
        }
    }

    fn composer(&mut self, scope: &Recipe, name: &str, composer: &Condition) {
        // When it is false, as a list of alternatives.
        let Some(fails) = self.expand(scope, composer, false) else {
            self.space.vague = true;
            return;
        };
        for level in complexity::LEVELS.map(|level| format!("complexity:{name}:{level}")) {
            let Some(answered) = self.space.fires(&level) else { continue };
            for cube in &fails {
                let mut clause: Vec<Atom> = cube.iter().map(|atom| self.space.not(*atom)).collect();
                clause.push(self.space.not(answered));
                self.space.clauses.push(merged(clause));
            }
        }
    }

    /// `None` where the alternatives are many, or where it looks at embeddings before their limit is applied.
    fn expand(&self, scope: &Recipe, composer: &Condition, wanted: bool) -> Option<Vec<Vec<Atom>>> {
        const MOST: usize = 64;
        match composer {
            Condition::Matched { kind, name } => {
                if kind == "embedding" && scope.embedding_top_k > 0 {
                    return None;
                }
                let key = format!("{kind}:{}", name.it);
                let fires = self.space.fires(&key).filter(|_| composes(kind));
                Some(match (fires, wanted) {
                    (Some(fires), true) => vec![vec![fires]],
                    (Some(fires), false) => {
                        let unknown = self.space.is_unknown(&key).map_or(0, |atom| atom.mask);
                        let misses = self.space.not(fires);
                        vec![vec![Atom { mask: misses.mask & !unknown, ..misses }]]
                    }
                    (None, true) => Vec::new(),
                    (None, false) => vec![Vec::new()],
                })
            }
            Condition::Not(inner) => match inner.as_slice() {
                [only] => self.expand(scope, only, !wanted),
                _ if wanted => Some(Vec::new()),
                _ => Some(vec![Vec::new()]),
            },
            Condition::All(inner) | Condition::Any(inner) => {
                let joined = matches!(composer, Condition::All(_)) == wanted;
                let mut cubes: Vec<Vec<Atom>> = if joined { vec![Vec::new()] } else { Vec::new() };
                for part in inner {
                    let part = self.expand(scope, part, wanted)?;
                    if joined {
                        cubes = cubes
                            .iter()
                            .flat_map(|cube| part.iter().map(|it| [cube.as_slice(), it].concat()))
                            .collect();
                    } else {
                        cubes.extend(part);
                    }
                    if cubes.len() > MOST {
                        return None;
                    }
                }
                Some(cubes)
            }
        }
    }
}

/// Atoms of one variable joined: either of them.
pub(crate) fn merged(clause: Vec<Atom>) -> Vec<Atom> {
    let mut masks = BTreeMap::<u32, u128>::new();
    for atom in clause {
        *masks.entry(atom.variable).or_default() |= atom.mask;
    }
    masks.into_iter().map(|(variable, mask)| Atom { variable, mask }).collect()
}

fn members(recipe: &Recipe, partition: &Partition) -> Vec<String> {
    let declared = |name: &str| {
        recipe.signals.iter().any(|signal| signal.kind.name == partition.family && signal.name.it == name)
    };
    let mut members: Vec<String> = Vec::new();
    for member in partition.members.iter().filter(|member| declared(&member.it)) {
        let key = format!("{}:{}", partition.family, member.it);
        if !members.contains(&key) {
            members.push(key);
        }
    }
    members
}

/// What a signal counts, if it counts: a name for the number, what it can be, and how this signal reads it.
fn feature(signal: &Signal) -> Option<(String, Line, &'static str, Reader<'_>)> {
    let key = key(signal);
    let gate = |fields: &Fields| fields.object("predicate").map(Bounds::read);
    let some = Bounds { gt: Some(0.0), ..Bounds::default() };
    match signal.kind.name {
        "context" => {
            let bound = |key| match signal.fields.text(key).map(str::trim) {
                None | Some("") => Some(0),
                Some(text) => token_count(text),
            };
            let (least, most) = (bound("min_tokens")? as f64, bound("max_tokens")? as f64);
            let gate = Bounds { gte: Some(least), lte: Some(most), ..Bounds::default() };
            let reader = Reader { key, signal, gate, presence: false, tells: false };
            Some((TOKENS.to_owned(), Line::Whole(f64::INFINITY), "context", reader))
        }
        "conversation" => {
            let feature = signal.fields.object("feature")?;
            let source = feature.object("source")?;
            let kind = source.text("type")?;
            let (gate, presence) = match feature.text("type")? {
                "exists" => (some, true),
                "count" => (gate(&signal.fields).unwrap_or_default(), false),
                _ => return None,
            };
            let role = source.text("role").filter(|_| kind == "message").unwrap_or_default();
            let once = kind == "active_tool_loop" || role == "developer";
            let line = Line::Whole(if once { 1.0 } else { f64::from(u32::MAX) });
            let reader = Reader { key, signal, gate, presence, tells: true };
            Some((conversation(kind, role), line, "conversation", reader))
        }
        "structure" => {
            let feature = signal.fields.object("feature")?;
            let source = feature.object("source")?;
            let word =
                |fields: &Fields, key: &str| fields.text(key).unwrap_or_default().trim().to_lowercase();
            let (line, presence) = match word(feature, "type").as_str() {
                "exists" | "sequence" => (Line::Whole(1.0), true),
                "count" => (Line::Whole(f64::from(u32::MAX)), false),
                "density" => (Line::Real(0.0, f64::INFINITY), false),
                _ => return None,
            };
            // Presence and count of one source are one number, but an exact occurrence and a count are found apart.
            let number = if line == Line::Real(0.0, f64::INFINITY) { "density" } else { "count" };
            let line = if number == "count" && word(source, "type") != "sequence" {
                Line::Whole(f64::from(u32::MAX))
            } else {
                line
            };
            let reader =
                Reader { key, signal, gate: gate(&signal.fields).unwrap_or(some), presence, tells: true };
            Some((format!("structure {number} {}", plain(source)), line, "structure", reader))
        }
        _ => None,
    }
}
