//! Two recipes with one vocabulary: what they do not share is named apart, and then both are about the same requests.

use std::collections::BTreeSet;

use wrp_graph::reading::Reading;
use wrp_graph::schema::{Fields, Value};

use super::apart::{Apart, Id, Scope, id, lenient, texts_changed};
use crate::oracle::Readings;
use crate::policy::{Expr, Leaf, Policy, Recipe, Semantics, Signal, Term};
use crate::prove::space::{SIDES, Space};
use crate::prove::{families, scores};

/// Both policies, each with the one recipe that is compared, and a third with the signals of both.
#[derive(Debug)]
pub(super) struct Joint {
    merged: Policy,
    pub(super) sides: [Policy; 2],
    pub(super) apart: Apart,
    lenient: Option<usize>,
}

impl Joint {
    pub(super) fn of(scopes: [Scope<'_>; 2]) -> Joint {
        let apart = Apart::of(scopes);
        let side = |number: usize| {
            let Scope { policy, recipe } = scopes[number];
            let recipes = vec![Naming { apart: &apart, side: number }.recipe(recipe)];
            Policy { recipes, ..policy.clone() }
        };
        let sides = [side(0), side(1)];
        let lenient = lenient(scopes);
        let semantics = match lenient {
            Some(_) => Semantics::Strict,
            None => sides[0].semantics,
        };
        let recipes = vec![merged(&sides[0].recipes[0], &sides[1].recipes[0])];
        Joint { merged: Policy { semantics, recipes, ..Policy::default() }, sides, apart, lenient }
    }

    /// All requests as far as either policy can tell them apart.
    pub(super) fn space(&self) -> Space<'_> {
        let recipe = &self.merged.recipes[0];
        let mut space = Space::empty(&self.merged, recipe);
        space.lenient = self.lenient;
        let mut space = families::shared(space, &[&self.sides[0].recipes[0], &self.sides[1].recipes[0]]);
        for (kind, name) in &self.apart.staged {
            self.tie(&mut space, kind, name);
        }
        scores::project(&mut space);
        // A name of the user's own that looks like one of ours.
        let mut names = recipe.signals.iter().map(|signal| &signal.name.it);
        space.torn |= names.any(|name| SIDES.iter().any(|side| name.matches(side).count() > 1));
        space
    }

    /// What was heard once is left in both policies, unless a rival of the other stages takes its place there.
    fn tie(&self, space: &mut Space<'_>, kind: &str, name: &str) {
        if kind == "complexity" {
            return;
        }
        for (from, to) in [(0, 1), (1, 0)] {
            let key = |side: usize| format!("{kind}:{name}{}", SIDES[side]);
            let Some(left) = space.fires(&key(to)) else { continue };
            // One that steps in for others need not have been heard.
            let own = format!("{name}{}", SIDES[from]);
            let partitions = &self.sides[from].recipes[0].partitions;
            if partitions.iter().any(|it| it.default.as_ref().is_some_and(|default| default.it == own)) {
                continue;
            }
            let mut otherwise = vec![left];
            otherwise.extend(space.is_unknown(&key(to)));
            for rival in self.rivals(to, kind, name) {
                otherwise.extend(space.fires(&rival));
                otherwise.extend(space.is_unknown(&rival));
            }
            // What failed has missed for a policy that knows no unknown.
            let unknown = space.is_unknown(&key(from)).filter(|_| self.lenient != Some(to));
            for atom in [space.fires(&key(from)), unknown].into_iter().flatten() {
                let clause = otherwise.iter().copied().chain([space.not(atom)]);
                space.clauses.push(families::merged(clause.filter(|atom| atom.mask != 0).collect()));
            }
        }
    }

    /// The signals of one policy that can take the place of another, as keys.
    fn rivals(&self, side: usize, kind: &str, name: &str) -> BTreeSet<String> {
        let recipe = &self.sides[side].recipes[0];
        let own = format!("{name}{}", SIDES[side]);
        let all = || recipe.signals.iter().filter(|it| it.kind.name == kind).map(|it| it.name.it.clone());
        let mut rivals = BTreeSet::from([own.clone()]);
        if kind == "reask" || (kind == "embedding" && recipe.embedding_top_k > 0) {
            rivals.extend(all());
        }
        loop {
            let count = rivals.len();
            for partition in recipe.partitions.iter().filter(|it| it.family == kind) {
                let members: Vec<&String> =
                    partition.members.iter().chain(&partition.default).map(|it| &it.it).collect();
                if members.iter().any(|member| rivals.contains(*member)) {
                    rivals.extend(members.into_iter().cloned());
                }
            }
            if rivals.len() == count {
                break;
            }
        }
        rivals.remove(&own);
        rivals.into_iter().map(|name| format!("{kind}:{name}")).collect()
    }

    /// What a request makes the signals say, those that both hear alike under one key.
    pub(super) fn heard(&self, said: &Readings) -> Readings {
        let mut heard = Readings::new();
        for (key, reading) in said {
            match self.plain(key) {
                Some((plain, id)) if self.apart.staged.contains(&id) => {
                    let place: &mut Reading = heard.entry(plain).or_default();
                    place.failed = (place.failed || reading.failed) && !(place.matched || reading.matched);
                    place.matched |= reading.matched;
                    place.confidence = place.confidence.or(reading.confidence);
                    place.value = place.value.or(reading.value);
                }
                _ => {
                    heard.insert(key.clone(), *reading);
                }
            }
        }
        heard
    }

    /// What one policy's own signals say of it.
    pub(super) fn heard_by(&self, side: usize, heard: &Readings) -> Readings {
        let mut own = Readings::new();
        for (key, reading) in heard {
            let own_key = key.replace(SIDES[side], "");
            // Nobody hears what nobody declares.
            if key.contains(SIDES[1 - side]) || self.apart.foreign[side].iter().any(|id| is_of(&own_key, id))
            {
                continue;
            }
            let noted = self.sides[side].semantics == Semantics::Strict || key.starts_with("classifier:");
            let reading = Reading { failed: reading.failed && noted, ..*reading };
            own.insert(own_key, reading);
        }
        own
    }

    /// A key without its side, and whose it is.
    fn plain(&self, key: &str) -> Option<(String, Id)> {
        let side = SIDES.iter().find(|side| key.contains(**side))?;
        let plain = key.replace(side, "");
        let found = self.apart.staged.iter().find(|id| is_of(&plain, id)).cloned();
        found.map(|id| (plain, id))
    }

    /// Whether a key is heard by both alike, and staged otherwise.
    pub(super) fn is_staged(&self, key: &str) -> bool {
        self.apart.staged.iter().any(|id| is_of(key, id)) || self.plain(key).is_some()
    }
}

fn is_of(key: &str, (kind, name): &Id) -> bool {
    let rest = key.strip_prefix(kind.as_str()).and_then(|rest| rest.strip_prefix(':'));
    let rest = rest.and_then(|rest| rest.strip_prefix(name.as_str()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
}

fn merged(old: &Recipe, new: &Recipe) -> Recipe {
    let mut merged = old.clone();
    let known: BTreeSet<Id> = old.signals.iter().map(id).collect();
    merged.signals.extend(new.signals.iter().filter(|signal| !known.contains(&id(signal))).cloned());
    merged.partitions.extend(new.partitions.iter().cloned());
    let scores: BTreeSet<&String> = old.scores.iter().map(|score| &score.name.it).collect();
    merged.scores.extend(new.scores.iter().filter(|score| !scores.contains(&score.name.it)).cloned());
    let outputs: BTreeSet<&String> =
        old.mappings.iter().flat_map(|mapping| &mapping.outputs).map(|band| &band.name.it).collect();
    let shared = |mapping: &&crate::policy::Mapping| {
        !mapping.outputs.is_empty() && mapping.outputs.iter().all(|band| outputs.contains(&band.name.it))
    };
    merged.mappings.extend(new.mappings.iter().filter(|mapping| !shared(mapping)).cloned());
    merged.routes.extend(new.routes.iter().cloned());
    merged.embedding_top_k = old.embedding_top_k.max(new.embedding_top_k);
    merged
}

/// Names what is one side's own.
struct Naming<'a> {
    apart: &'a Apart,
    side: usize,
}

impl Naming<'_> {
    fn own(&self, name: &str) -> String {
        format!("{name}{}", SIDES[self.side])
    }

    fn signal(&self, kind: &str, name: &str) -> String {
        if kind == "projection" {
            return self.output(name);
        }
        let (base, level) = match name.split_once(':') {
            Some((base, level)) if kind == "complexity" => (base, Some(level)),
            _ => (name, None),
        };
        let id = (kind.to_owned(), base.to_owned());
        let Apart { redefined, staged, foreign, .. } = self.apart;
        if ![redefined, staged, &foreign[self.side]].iter().any(|ids| ids.contains(&id)) {
            return name.to_owned();
        }
        match level {
            Some(level) => format!("{}:{level}", self.own(base)),
            None => self.own(base),
        }
    }

    fn output(&self, name: &str) -> String {
        if self.apart.outputs.contains(name) { self.own(name) } else { name.to_owned() }
    }

    fn score(&self, name: &str) -> String {
        if self.apart.scores.contains(name) { self.own(name) } else { name.to_owned() }
    }

    fn recipe(&self, recipe: &Recipe) -> Recipe {
        let mut named = recipe.clone();
        named.assertions.clear();
        named.signals.iter_mut().for_each(|signal| self.declared(signal));
        for partition in &mut named.partitions {
            let family = partition.family.clone();
            for member in partition.members.iter_mut().chain(&mut partition.default) {
                member.it = self.signal(&family, &member.it);
            }
        }
        for score in &mut named.scores {
            score.name.it = self.score(&score.name.it);
            score.inputs.iter_mut().for_each(|input| self.term(&mut input.term));
        }
        for mapping in &mut named.mappings {
            mapping.source.it = self.score(&mapping.source.it);
            mapping.outputs.iter_mut().for_each(|band| band.name.it = self.output(&band.name.it));
        }
        named.routes.iter_mut().for_each(|route| self.condition(&mut route.when));
        named
    }

    fn declared(&self, signal: &mut Signal) {
        let (kind, name) = id(signal);
        let named = self.signal(&kind, &name);
        for entry in &mut signal.fields.entries {
            match entry.key.it.as_str() {
                "role" if kind == "authz" => entry.value.it = Value::Text(named.clone()),
                "mmlu_categories" => texts_changed(&mut entry.value.it, &|name| self.signal("domain", name)),
                "composer" => {
                    if let Value::Object(fields) = &mut entry.value.it {
                        self.composer(fields);
                    }
                }
                _ => {}
            }
        }
        if kind != "authz" {
            signal.name.it = named;
        }
    }

    fn composer(&self, fields: &mut Fields) {
        let kind = fields.text("type").unwrap_or_default().trim().to_lowercase();
        for entry in &mut fields.entries {
            match (&mut entry.value.it, entry.key.it.as_str()) {
                (value, "name") => texts_changed(value, &|name| self.signal(&kind, name)),
                (Value::List(inner), "conditions") => {
                    for item in inner {
                        if let Value::Object(fields) = &mut item.it {
                            self.composer(fields);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn term(&self, term: &mut Term) {
        match term {
            Term::Binary { kind, name, .. } | Term::Confidence { kind, name } | Term::Raw { kind, name } => {
                *name = self.signal(kind, name);
            }
            Term::Score { name } => *name = self.score(name),
            Term::Output { name } => *name = self.output(name),
            Term::KbMetric { .. } => {}
        }
    }

    fn condition(&self, when: &mut Expr) {
        match when {
            Expr::And(items) | Expr::Or(items) => items.iter_mut().for_each(|item| self.condition(item)),
            Expr::Not(inner) => self.condition(inner),
            Expr::Leaf(Leaf { kind, name, .. }) => *name = self.signal(kind, name),
        }
    }
}
