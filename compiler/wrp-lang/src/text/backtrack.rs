//! Patterns that take exponential time in engines that backtrack.
//!
//! Such an engine tries every way to match before it says no, and the ways multiply where a loop can read one text on two
//! paths and come back to where it was. That is looked for in the automaton of the pattern's characters (Glushkov's) with
//! itself: a pair of paths that parts and meets again. A loop that can stop as it likes finds its match at once, and
//! is let be.

use std::collections::{BTreeMap, BTreeSet};

use regex_syntax::hir::{Class, Hir, HirKind, Look};
use wrp_graph::scan::go_regex;

/// Patterns with more characters than this, repetitions written out, are not looked at.
const MOST: usize = 128;

/// Whether some texts take exponential time; `false` where that is not known.
pub fn explodes(pattern: &str) -> bool {
    let Ok(hir) = go_regex::parse(pattern, false) else { return false };
    let mut graph = Graph::default();
    graph.part(&hir).is_some_and(|whole| graph.explodes(&whole))
}

/// What stands at one place of a pattern.
#[derive(Clone, Debug, PartialEq)]
enum Symbol {
    Ranges(Vec<(u32, u32)>),
    Look(Look),
}

impl Symbol {
    fn meets(&self, other: &Symbol) -> bool {
        match (self, other) {
            (Symbol::Ranges(these), Symbol::Ranges(those)) => {
                these.iter().any(|(low, high)| those.iter().any(|(from, to)| low <= to && from <= high))
            }
            (one, other) => one == other,
        }
    }
}

/// Places, and how many ways lead from one to the next: one, or several.
#[derive(Debug, Default)]
struct Graph {
    symbols: Vec<Symbol>,
    next: BTreeMap<usize, BTreeMap<usize, u8>>,
}

/// A part of a pattern: where it may begin and end, and whether it may be nothing; each with the number of ways.
#[derive(Clone, Debug, Default)]
struct Part {
    first: BTreeMap<usize, u8>,
    last: BTreeMap<usize, u8>,
    empty: u8,
}

/// One way, or several; how many does not matter.
const SEVERAL: u8 = 2;

fn add(to: &mut BTreeMap<usize, u8>, from: &BTreeMap<usize, u8>, times: u8) {
    for (place, ways) in from {
        let sum = to.entry(*place).or_insert(0);
        *sum = (*sum + ways * times).min(SEVERAL);
    }
    to.retain(|_, ways| *ways > 0);
}

impl Graph {
    /// `None` where the pattern is too large.
    fn part(&mut self, hir: &Hir) -> Option<Part> {
        match hir.kind() {
            HirKind::Empty => Some(Part { empty: 1, ..Part::default() }),
            HirKind::Literal(literal) => {
                let text = std::str::from_utf8(&literal.0).ok()?;
                let mut whole = Part { empty: 1, ..Part::default() };
                for c in text.chars() {
                    let place = self.place(Symbol::Ranges(vec![(c.into(), c.into())]))?;
                    whole = self.behind(whole, place);
                }
                Some(whole)
            }
            HirKind::Class(Class::Unicode(class)) => {
                let ranges = class.ranges().iter().map(|it| (it.start().into(), it.end().into()));
                self.place(Symbol::Ranges(ranges.collect()))
            }
            HirKind::Class(Class::Bytes(class)) => {
                let ranges = class.ranges().iter().map(|it| (it.start().into(), it.end().into()));
                self.place(Symbol::Ranges(ranges.collect()))
            }
            HirKind::Look(look) => self.place(Symbol::Look(*look)),
            HirKind::Capture(capture) => self.part(&capture.sub),
            HirKind::Concat(parts) => {
                let mut whole = Part { empty: 1, ..Part::default() };
                for part in parts {
                    let part = self.part(part)?;
                    whole = self.behind(whole, part);
                }
                Some(whole)
            }
            HirKind::Alternation(parts) => {
                let mut whole = Part::default();
                for part in parts {
                    let part = self.part(part)?;
                    add(&mut whole.first, &part.first, 1);
                    add(&mut whole.last, &part.last, 1);
                    whole.empty = (whole.empty + part.empty).min(SEVERAL);
                }
                Some(whole)
            }
            HirKind::Repetition(repetition) => self.repeated(&repetition.sub, repetition.min, repetition.max),
        }
    }

    /// So many rounds one behind the other, of which the last one may be a loop.
    fn repeated(&mut self, sub: &Hir, mut min: u32, max: Option<u32>) -> Option<Part> {
        let rounds = max.unwrap_or(min.max(1));
        let mut so_far = Part { empty: 1, ..Part::default() };
        let mut whole = Part::default();
        for round in 1..=rounds {
            let mut part = self.part(sub)?;
            // A round that reads nothing is none.
            if std::mem::take(&mut part.empty) > 0 {
                min = 0;
            }
            if max.is_none() && round == rounds {
                for (end, ways) in &part.last {
                    add(self.next.entry(*end).or_default(), &part.first, *ways);
                }
            }
            so_far = self.behind(so_far, part);
            if round >= min {
                add(&mut whole.last, &so_far.last, 1);
            }
        }
        whole.first = so_far.first;
        whole.empty = u8::from(min == 0);
        Some(whole)
    }

    fn place(&mut self, symbol: Symbol) -> Option<Part> {
        if self.symbols.len() >= MOST {
            return None;
        }
        let here = BTreeMap::from([(self.symbols.len(), 1)]);
        self.symbols.push(symbol);
        Some(Part { first: here.clone(), last: here, empty: 0 })
    }

    fn behind(&mut self, before: Part, part: Part) -> Part {
        for (end, ways) in &before.last {
            add(self.next.entry(*end).or_default(), &part.first, *ways);
        }
        let mut whole =
            Part { first: before.first, last: part.last, empty: (before.empty * part.empty).min(SEVERAL) };
        add(&mut whole.first, &part.first, before.empty);
        add(&mut whole.last, &before.last, part.empty);
        whole
    }

    /// Whether two paths over one text part and meet again, within a loop that cannot stop as it likes.
    fn explodes(&self, whole: &Part) -> bool {
        let places = 0..self.symbols.len();
        let reached: Vec<BTreeSet<usize>> = places.clone().map(|place| self.reached(place)).collect();
        let together =
            |one: usize, other: usize| reached[one].contains(&other) && reached[other].contains(&one);
        let mut looked_at = BTreeSet::new();
        for place in places.clone().filter(|place| together(*place, *place)) {
            if !looked_at.insert(place) {
                continue;
            }
            let round: Vec<usize> = places.clone().filter(|other| together(place, *other)).collect();
            looked_at.extend(&round);
            let stops = round.iter().any(|place| whole.last.contains_key(place));
            if !stops && (self.has_two_ways(&round) || self.has_two_paths(&round)) {
                return true;
            }
        }
        false
    }

    fn after(&self, place: usize) -> impl Iterator<Item = (usize, u8)> + '_ {
        self.next.get(&place).into_iter().flatten().map(|(next, ways)| (*next, *ways))
    }

    fn reached(&self, from: usize) -> BTreeSet<usize> {
        let mut seen = BTreeSet::new();
        let mut stack: Vec<usize> = self.after(from).map(|(next, _)| next).collect();
        while let Some(place) = stack.pop() {
            if seen.insert(place) {
                stack.extend(self.after(place).map(|(next, _)| next));
            }
        }
        seen
    }

    fn has_two_ways(&self, round: &[usize]) -> bool {
        let several = |(next, ways): (usize, u8)| ways == SEVERAL && round.contains(&next);
        round.iter().any(|place| self.after(*place).any(several))
    }

    /// Whether two places that read the same text can both be come to from one place, and both lead back to it.
    fn has_two_paths(&self, round: &[usize]) -> bool {
        let mut forth: BTreeMap<(usize, usize), Vec<(usize, usize)>> = BTreeMap::new();
        let mut back = forth.clone();
        for one in round {
            for other in round {
                for (a, _) in self.after(*one).filter(|(a, _)| round.contains(a)) {
                    let others = self.after(*other).filter(|(b, _)| round.contains(b));
                    for (b, _) in others.filter(|(b, _)| self.symbols[a].meets(&self.symbols[*b])) {
                        forth.entry((*one, *other)).or_default().push((a, b));
                        back.entry((a, b)).or_default().push((*one, *other));
                    }
                }
            }
        }
        let reached = |edges: &BTreeMap<(usize, usize), Vec<(usize, usize)>>, from| {
            let mut seen = BTreeSet::from([from]);
            let mut stack = vec![from];
            while let Some(pair) = stack.pop() {
                for next in edges.get(&pair).into_iter().flatten() {
                    if seen.insert(*next) {
                        stack.push(*next);
                    }
                }
            }
            seen
        };
        round.iter().any(|place| {
            let there = reached(&forth, (*place, *place));
            let and_back = reached(&back, (*place, *place));
            there.intersection(&and_back).any(|(one, other)| one != other)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::explodes;

    #[test]
    fn loops_within_loops_explode_where_they_read_one_text_in_two_ways() {
        let table = [
            (r"^(a+)+$", true),
            (r"(a*)*b", true),
            (r"(a|[ab])*c", true),
            (r"(a|aa)+b", true),
            (r"(\w+\s?)+:", true),
            (r"(.*)*x", true),
            (r"^(([a-z])+.)+[A-Z]([a-z])+$", true),
            (r"(a+)+", false),
            (r"(a+b)+c", false),
            (r"(?:\w+\s)+:", false),
            (r"(?:[a-z]+,)*[a-z]+", false),
            (r"a*b*c", false),
            (r".*a.*b", false),
            (r"(ab|ac)*d", false),
            (r"\bsk-[A-Za-z0-9]{20,}\b", false),
            (r"(a?)*b", false),
            (r"(a{0,3}b)*c", false),
            (r"(a{1,3})*c", true),
            (r"x.{0,80}y.{0,20}z", false),
            (r"(a{2}b|a{3}c)*d", false),
            (r"x{2,300}", false),
        ];
        for (pattern, expected) in table {
            assert_eq!(explodes(pattern), expected, "{pattern}");
        }
    }
}
