//! From what follows from clauses to what signals say about each other.

use std::collections::{BTreeMap, BTreeSet};

use super::Relations;
use super::patterns::{Patterns, Sample, common};
use super::set::Set;
use super::theory::{FALSE, Formula, Theory};

/// How many ways to satisfy some clauses together are tried.
const MOST_WAYS: usize = 64;

/// A relation as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    No,
    /// It was too much work to find out.
    Open,
    Yes,
}

/// What follows from a signal that fires, and from what a signal rules out.
struct Consequences {
    sure: Set,
    maybe: Set,
    /// Of the clause that must not hold.
    none_sure: Set,
    none_maybe: Set,
}

pub(super) struct Relating<'t> {
    theory: &'t Theory,
    patterns: &'t mut Patterns,
    formulas: &'t [Formula],
    consequences: Vec<Consequences>,
}

impl<'t> Relating<'t> {
    pub(super) fn new(
        theory: &'t Theory,
        patterns: &'t mut Patterns,
        formulas: &'t [Formula],
    ) -> Relating<'t> {
        let mut relating = Relating { theory, patterns, formulas, consequences: Vec::new() };
        relating.consequences = formulas.iter().map(|formula| relating.consequences(formula)).collect();
        relating
    }

    fn consequences(&mut self, formula: &Formula) -> Consequences {
        let (none_sure, none_maybe) = self.theory.follows(formula.none);
        let (mut sure, mut maybe) = (self.theory.always.clone(), self.theory.always.clone());
        for clause in &formula.all {
            let (its_sure, its_maybe) = self.theory.follows(*clause);
            sure.join(&its_sure);
            maybe.join(&its_maybe);
        }
        self.follow_jointly(formula, &mut sure, &mut maybe);
        Consequences { sure, maybe, none_sure, none_maybe }
    }

    /// What follows from several clauses and from none of them alone. Literals stand apart in some text, so
    /// this takes patterns.
    fn follow_jointly(&mut self, formula: &Formula, sure: &mut Set, maybe: &mut Set) {
        if formula.all.len() < 2 || !self.patterns.any() {
            return;
        }
        let Some(ways) = self.ways(&formula.all) else {
            let first = formula.all.iter().filter_map(|clause| self.theory.clauses[*clause].first().copied());
            let texts =
                self.texts_with(&first.filter(|atom| self.patterns.is_text(*atom)).collect::<Vec<_>>());
            maybe.extend(common(self.theory, &texts));
            return;
        };
        let mut samples: Vec<Vec<Sample>> = ways.iter().map(|way| self.texts_with(way)).collect();
        let texts: Vec<Sample> = samples.iter().flatten().cloned().collect();
        for clause in common(self.theory, &texts) {
            if sure.has(clause) || !self.has_pattern(&formula.all) && !self.has_pattern(&[clause]) {
                continue;
            }
            if ways.iter().any(|way| self.stand_apart(way, clause)) {
                continue;
            }
            let mut verdict = Some(true);
            for (way, samples) in ways.iter().zip(&mut samples) {
                match self.patterns.follows(self.theory, way, clause, samples) {
                    Some(true) => {}
                    Some(false) => verdict = Some(false),
                    None if verdict == Some(true) => verdict = None,
                    None => {}
                }
            }
            match verdict {
                Some(true) => {
                    sure.insert(clause);
                    maybe.insert(clause);
                }
                Some(false) => {}
                None => maybe.insert(clause),
            }
        }
    }

    /// Whether there is a text with all of these atoms and without a clause, put together from one such text for each.
    fn stand_apart(&mut self, atoms: &[usize], clause: usize) -> bool {
        let texts = atoms.iter().map(|atom| self.patterns.without(self.theory, *atom, clause));
        let Some(texts) = texts.collect::<Option<Vec<String>>>() else { return false };
        let sample = self.patterns.sample(texts.join("\n"));
        sample.has_all(atoms) && sample.of_clause(self.theory, clause).is_empty()
    }

    /// Every choice of an atom from each clause, where they are few. What is no string and no pattern is left out.
    fn ways(&self, clauses: &[usize]) -> Option<Vec<Vec<usize>>> {
        let mut ways = vec![Vec::new()];
        for clause in clauses {
            let atoms = &self.theory.clauses[*clause];
            if atoms.iter().any(|atom| !self.patterns.is_text(*atom)) {
                continue;
            }
            if ways.len() * atoms.len() > MOST_WAYS {
                return None;
            }
            ways = atoms
                .iter()
                .flat_map(|atom| ways.iter().map(move |way| [&way[..], &[*atom]].concat()))
                .collect();
        }
        Some(ways)
    }

    /// Texts with all of these atoms: their samples one below the other, in both orders.
    fn texts_with(&self, atoms: &[usize]) -> Vec<Sample> {
        let samples = atoms.iter().filter_map(|atom| self.patterns.samples(*atom).first());
        let mut texts: Vec<&str> = samples.map(|sample| sample.text.as_str()).collect();
        let one = texts.join("\n");
        texts.reverse();
        let both = [one, texts.join("\n")].map(|text| self.patterns.sample(text));
        both.into_iter().filter(|sample| sample.has_all(atoms)).collect()
    }

    fn has_pattern(&self, clauses: &[usize]) -> bool {
        clauses
            .iter()
            .flat_map(|clause| &self.theory.clauses[*clause])
            .any(|atom| self.patterns.is_pattern(*atom))
    }

    /// Whether no text has all of these clauses. Texts can be put one below the other, so that only patterns which
    /// hold on to the text's start or end can get into each other's way.
    fn never_together(&mut self, clauses: &[usize]) -> Holds {
        if clauses.contains(&FALSE) {
            return Holds::Yes;
        }
        let anchors = |clause: &&usize| {
            let mut atoms = self.theory.clauses[**clause].iter().map(|atom| self.patterns.is_anchored(*atom));
            atoms.all(|(start, end)| start || end)
        };
        let anchored: Vec<usize> = clauses.iter().filter(anchors).copied().collect();
        let holds_both = |clause: &usize| {
            self.theory.clauses[*clause].iter().any(|atom| self.patterns.is_anchored(*atom) == (true, true))
        };
        if anchored.is_empty() || (anchored.len() < 2 && !anchored.iter().any(holds_both)) {
            return Holds::No;
        }
        let Some(ways) = self.ways(clauses) else { return Holds::Open };
        let mut holds = Holds::Yes;
        for way in ways {
            match self.patterns.find_text(self.theory, &way) {
                Some(true) => return Holds::No,
                Some(false) => {}
                None => holds = Holds::Open,
            }
        }
        holds
    }

    fn never(&mut self, at: usize) -> bool {
        let (formula, its) = (&self.formulas[at], &self.consequences[at]);
        formula.all.contains(&FALSE)
            || its.sure.has(formula.none)
            || (formula.all.len() > 1 && self.never_together(&formula.all.clone()) == Holds::Yes)
    }

    fn always(&self, at: usize) -> bool {
        let formula = &self.formulas[at];
        formula.none == FALSE && formula.all.is_empty()
    }

    /// Whether a clause follows from a signal that fires.
    fn gives(&self, at: usize, clause: usize) -> Holds {
        let its = &self.consequences[at];
        if its.sure.has(clause) {
            Holds::Yes
        } else if its.maybe.has(clause) {
            Holds::Open
        } else {
            Holds::No
        }
    }

    /// Whether a clause follows from what a signal rules out.
    fn none_gives(&self, at: usize, clause: usize) -> Holds {
        let its = &self.consequences[at];
        let nothing = self.formulas[at].none == FALSE;
        if nothing || its.none_sure.has(clause) {
            Holds::Yes
        } else if its.none_maybe.has(clause) {
            Holds::Open
        } else {
            Holds::No
        }
    }

    /// Whether a signal that fires rules a clause out.
    fn denies(&mut self, at: usize, clause_of: usize) -> Holds {
        let clause = self.formulas[clause_of].none;
        let own_none = self.formulas[at].none;
        let by_none = if own_none == FALSE { Holds::No } else { self.none_gives(clause_of, own_none) };
        by_none.or(|| {
            let clauses = [&self.formulas[at].all[..], &[clause]].concat();
            self.never_together(&clauses)
        })
    }

    fn implies(&mut self, a: usize, b: usize) -> Holds {
        let mut holds = Holds::Yes;
        for clause in self.formulas[b].all.clone() {
            holds = holds.and(self.gives(a, clause));
        }
        if holds == Holds::No || self.formulas[b].none == FALSE {
            return holds;
        }
        holds.and(self.denies(a, b))
    }

    fn excludes(&mut self, a: usize, b: usize) -> Holds {
        let (none_a, none_b) = (self.formulas[a].none, self.formulas[b].none);
        let by = |holds: bool, gives: Holds| if holds { gives } else { Holds::No };
        let b_denied = by(none_b != FALSE, self.gives(a, none_b));
        let a_denied = by(none_a != FALSE, self.gives(b, none_a));
        b_denied.or(|| a_denied).or(|| {
            let clauses = [&self.formulas[a].all[..], &self.formulas[b].all].concat();
            if self.formulas[a].all.is_empty() || self.formulas[b].all.is_empty() {
                return Holds::No;
            }
            self.never_together(&clauses)
        })
    }

    /// Whether one of two fires on every text: whatever keeps the first from firing makes the second fire.
    fn covers(&mut self, a: usize, b: usize) -> Holds {
        let mut holds = Holds::Yes;
        let (all_a, all_b) = (self.formulas[a].all.clone(), self.formulas[b].all.clone());
        for clause in &all_a {
            // Where `clause` does not hold, nothing else does for certain; only what implies it is ruled out.
            if !all_b.is_empty() {
                return self.covers_together(a, b);
            }
            holds = holds.and(self.none_gives(b, *clause));
        }
        if self.formulas[a].none != FALSE {
            for clause in &all_b {
                holds = holds.and(self.none_gives(a, *clause));
            }
            if self.formulas[b].none != FALSE {
                let both = [self.formulas[a].none, self.formulas[b].none];
                holds = holds.and(self.never_together(&both));
            }
        }
        holds
    }

    /// Two signals that each want something: only patterns that the empty text matches can do this.
    fn covers_together(&mut self, a: usize, b: usize) -> Holds {
        let ([one], [other]) = (&self.formulas[a].all[..], &self.formulas[b].all[..]) else {
            return Holds::No;
        };
        if self.formulas[a].none != FALSE || self.formulas[b].none != FALSE || !self.patterns.any() {
            return Holds::No;
        }
        let mut atoms = [&self.theory.clauses[*one][..], &self.theory.clauses[*other]].concat();
        let nothing = self.patterns.sample(String::new());
        if !atoms.iter().any(|atom| nothing.seen.has(*atom)) {
            return Holds::No;
        }
        atoms.retain(|atom| self.patterns.is_text(*atom));
        match self.patterns.every_text_has(self.theory, &atoms) {
            Some(true) => Holds::Yes,
            Some(false) => Holds::No,
            None => Holds::Open,
        }
    }

    /// Pairs that may be related, the smaller number first: few among many, so that nobody looks at all.
    fn candidates(&self, among: &[usize]) -> BTreeSet<(usize, usize)> {
        let mut wanting: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut denying: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in among {
            let formula = &self.formulas[*at];
            formula.all.iter().for_each(|clause| wanting.entry(*clause).or_default().push(*at));
            denying.entry(formula.none).or_default().push(*at);
        }
        denying.remove(&FALSE);
        let mut pairs = BTreeSet::new();
        let mut pair = |a: usize, b: usize| {
            if a != b {
                pairs.insert((a.min(b), a.max(b)));
            }
        };
        for at in among {
            let its = &self.consequences[*at];
            let of_none = its.none_maybe.iter();
            for clause in its.maybe.iter().chain(of_none) {
                for owners in [&wanting, &denying] {
                    owners.get(&clause).into_iter().flatten().for_each(|other| pair(*at, *other));
                }
            }
        }
        // Patterns that hold on to the text's ends may get into each other's way, those that hold on to both into
        // anybody's; and of those that match the empty text, two may leave no text over.
        let nothing = self.patterns.sample(String::new());
        let having = |holds: &dyn Fn(usize) -> bool| -> Vec<usize> {
            let clauses = |at: usize| self.formulas[at].all.iter().chain([&self.formulas[at].none]);
            let has = |at: &usize| clauses(*at).flat_map(|it| &self.theory.clauses[*it]).any(|it| holds(*it));
            among.iter().copied().filter(has).collect()
        };
        let one_end =
            having(&|atom| self.patterns.is_anchored(atom) != (false, false) || nothing.seen.has(atom));
        for (number, a) in one_end.iter().enumerate() {
            one_end[number..].iter().for_each(|b| pair(*a, *b));
        }
        for a in having(&|atom| self.patterns.is_anchored(atom) == (true, true)) {
            among.iter().for_each(|b| pair(a, *b));
        }
        pairs
    }

    /// Everything about everyone, by their numbers in `names`.
    pub(super) fn relations(mut self, names: &[usize]) -> Relations {
        let mut relations = Relations::default();
        let mut rest = Vec::new();
        for (at, name) in names.iter().enumerate() {
            if self.never(at) {
                relations.never.push(*name);
            } else if self.always(at) {
                relations.always.push(*name);
            } else {
                rest.push(at);
            }
        }
        for (a, b) in self.candidates(&rest) {
            let pair = (names[a], names[b]);
            let mut note = |holds: Holds, pair: (usize, usize), to: &mut Vec<(usize, usize)>| match holds {
                Holds::Yes => to.push(pair),
                Holds::Open => relations.gave_up.push(pair),
                Holds::No => {}
            };
            note(self.implies(a, b), pair, &mut relations.implies);
            note(self.implies(b, a), (pair.1, pair.0), &mut relations.implies);
            note(self.excludes(a, b), pair, &mut relations.excludes);
            note(self.covers(a, b), pair, &mut relations.covers);
        }
        relations.implies.sort_unstable();
        relations.gave_up.sort_unstable();
        relations.gave_up.dedup();
        relations
    }
}

impl Holds {
    fn and(self, other: Holds) -> Holds {
        match (self, other) {
            (Holds::No, _) | (_, Holds::No) => Holds::No,
            (Holds::Open, _) | (_, Holds::Open) => Holds::Open,
            _ => Holds::Yes,
        }
    }

    fn or(self, other: impl FnOnce() -> Holds) -> Holds {
        match (self, other) {
            (Holds::Yes, _) => Holds::Yes,
            (own, other) => match (own, other()) {
                (_, Holds::Yes) => Holds::Yes,
                (Holds::Open, _) | (_, Holds::Open) => Holds::Open,
                _ => Holds::No,
            },
        }
    }
}
