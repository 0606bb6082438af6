//! Fixed strings: one Aho–Corasick automaton over the text as [`Fold::common`] sees it.
//!
//! What travels is the strings alone; the automaton is built where it is used. States are numbered breadth
//! first. The shallow ones, where a text spends its time, have a full row of resolved transitions; the deep ones
//! have only their own edges and a link to their longest proper suffix.

use serde::Serialize;

use crate::wire::wire;

use super::fold::Fold;
use super::words::{Class, Words};
use super::{CounterId, Hits, Parts, PatternId};

/// A string to look for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Literal {
    /// Not empty; lower-cased already where `case` is [`Case::Lower`].
    pub text: String,
    pub case: Case,
    pub start: Edge,
    pub end: Edge,
    pub goal: Goal,
}

wire!(Literal { text, case, start, end, goal });

/// When two characters are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Case {
    Exact,
    /// They fold together, as in RE2's `(?i)`.
    Fold,
    /// They are equal in lower case.
    Lower,
}

wire!(enum Case { 0 => Exact, 1 => Fold, 2 => Lower });

/// What must hold at an end of a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Edge {
    Any,
    /// RE2's `\b`: exactly one of the two neighbours is an ASCII letter, digit or underscore.
    AsciiWord,
    /// The neighbour outside is no letter or digit, CJK excepted.
    Letter,
}

wire!(enum Edge { 0 => Any, 1 => AsciiWord, 2 => Letter });

/// What a match is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Goal {
    Seen(PatternId),
    Count(CounterId),
    /// The step of a chain, from 0.
    Step {
        chain: u32,
        step: u32,
    },
}

wire!(enum Goal { 0 => Seen(it), 1 => Count(it), 2 => Step { chain, step } });

/// Literals that must follow each other without overlap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Chain {
    pub steps: u32,
    pub pattern: PatternId,
}

wire!(Chain { steps, pattern });

impl Literal {
    pub(super) fn is_sound(
        &self,
        pattern: impl Fn(PatternId) -> bool,
        counter: impl Fn(CounterId) -> bool,
        chains: &[Chain],
    ) -> bool {
        !self.text.is_empty()
            && match self.goal {
                Goal::Seen(id) => pattern(id),
                Goal::Count(id) => counter(id),
                Goal::Step { chain, step } => {
                    chains.get(chain as usize).is_some_and(|chain| step < chain.steps)
                }
            }
    }
}

/// Rows of resolved transitions are given to states until they would hold more than this many cells.
const CELLS: usize = 1 << 16;

/// Set in a transition whose state ends some literal.
const ENDS: u32 = 1 << 31;
/// Set in a transition to a state without a row; what is left is its number. Without it, it is where its row begins.
const DEEP: u32 = 1 << 30;
/// The outer class of bytes that begin a character that folds.
const LEAD: u8 = u8::MAX;

/// The automaton. State 0 is the root.
#[derive(Clone, Debug)]
pub(super) struct Automaton {
    /// Bytes that no literal tells apart share a class; class 0 occurs in none.
    classes: [u8; 256],
    /// The same, but [`LEAD`] for the bytes that begin a character that folds.
    outer: [u8; 256],
    width: usize,
    /// Rows of `width` cells for the first states.
    rows: Vec<u32>,
    /// How many states have a row.
    shallow: u32,
    states: Vec<State>,
    edges: Vec<(u8, u32)>,
    ended: Vec<u32>,
    /// Of each literal, its length in bytes as the automaton sees it.
    lengths: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// The longest proper suffix that is a state.
    suffix: u32,
    /// The nearest state on the chain of suffixes, this one included, that ends a literal; 0 is none.
    ending: u32,
    edges: (u32, u32),
    /// Literals that end here, in `Automaton::ended`.
    ended: (u32, u32),
}

impl Automaton {
    /// `None` where there is more text than an automaton can number.
    pub(super) fn new(literals: &[Literal], fold: &Fold) -> Option<Automaton> {
        let folded: Vec<Vec<u8>> = literals.iter().map(|literal| common_bytes(&literal.text, fold)).collect();
        if folded.iter().map(Vec::len).sum::<usize>() >= DEEP as usize {
            return None;
        }
        let (classes, width) = classes(&folded);
        let trie = Trie::new(&folded, &classes);
        let (states, edges, ended) = trie.link();
        let mut outer = classes;
        for (class, leads) in outer.iter_mut().zip(fold.leads()) {
            if leads {
                *class = LEAD;
            }
        }
        let mut automaton = Automaton {
            classes,
            outer,
            width,
            rows: Vec::new(),
            shallow: 0,
            states,
            edges,
            ended,
            lengths: folded.iter().map(|bytes| bytes.len() as u32).collect(),
        };
        automaton.fill_rows();
        Some(automaton)
    }

    /// Gives the first states their rows. A state's suffix is shallower, so its row is there already.
    fn fill_rows(&mut self) {
        let count = (CELLS / self.width.max(1)).max(1).min(self.states.len());
        self.shallow = count as u32;
        let mut rows = Vec::with_capacity(count * self.width);
        for at in 0..count as u32 {
            let mut row = match at {
                0 => vec![0; self.width],
                _ => {
                    let suffix = self.state(at).suffix as usize * self.width;
                    rows.get(suffix..suffix + self.width).map_or_else(|| vec![0; self.width], <[u32]>::to_vec)
                }
            };
            for (class, target) in self.edges_of(at) {
                if let Some(cell) = row.get_mut(usize::from(*class)) {
                    *cell = self.flagged(*target);
                }
            }
            rows.append(&mut row);
        }
        self.rows = rows;
    }

    fn state(&self, at: u32) -> State {
        self.states.get(at as usize).copied().unwrap_or_default()
    }

    fn edges_of(&self, at: u32) -> &[(u8, u32)] {
        let (start, end) = self.state(at).edges;
        self.edges.get(start as usize..end as usize).unwrap_or_default()
    }

    /// A state as a transition says it.
    fn flagged(&self, at: u32) -> u32 {
        let place = if at < self.shallow { at * self.width as u32 } else { at | DEEP };
        if self.state(at).ending == 0 { place } else { place | ENDS }
    }

    /// The number of the state that a transition leads to.
    fn number(&self, place: u32) -> u32 {
        let place = place & !ENDS;
        if place & DEEP == 0 { place / self.width.max(1) as u32 } else { place & !DEEP }
    }

    /// Goes over bytes until one begins a character that folds, or a literal has ended: how many, and where it led.
    #[inline(never)]
    fn pass(&self, bytes: &[u8], mut place: u32) -> (usize, u32) {
        let (outer, rows) = (&self.outer, self.rows.as_slice());
        for (passed, byte) in bytes.iter().enumerate() {
            let class = outer[usize::from(*byte)];
            if class == LEAD {
                return (passed, place);
            }
            place = match rows.get(place as usize + usize::from(class)) {
                Some(next) => *next,
                // Where a row would begin for a deep state there is none.
                None => self.step(place, class),
            };
            if place & ENDS != 0 {
                return (passed + 1, place);
            }
        }
        (bytes.len(), place)
    }

    /// The transition after one more byte of this class.
    fn step(&self, place: u32, class: u8) -> u32 {
        if place & DEEP == 0 {
            return self.rows.get(place as usize + usize::from(class)).copied().unwrap_or(0);
        }
        self.step_deep(place & !DEEP, class)
    }

    #[inline(never)]
    fn step_deep(&self, mut at: u32, class: u8) -> u32 {
        while at >= self.shallow {
            let edges = self.edges_of(at);
            if let Some((_, target)) = edges.iter().find(|(own, _)| *own == class) {
                return self.flagged(*target);
            }
            at = self.state(at).suffix;
        }
        self.rows.get(at as usize * self.width + usize::from(class)).copied().unwrap_or(0)
    }
}

impl Default for Automaton {
    fn default() -> Automaton {
        Automaton {
            classes: [0; 256],
            outer: [0; 256],
            width: 0,
            rows: Vec::new(),
            shallow: 0,
            states: Vec::new(),
            edges: Vec::new(),
            ended: Vec::new(),
            lengths: Vec::new(),
        }
    }
}

fn common_bytes(text: &str, fold: &Fold) -> Vec<u8> {
    text.chars().map(|c| fold.common(c)).collect::<String>().into_bytes()
}

/// A class for every byte that some literal has, upper case with lower case.
fn classes(literals: &[Vec<u8>]) -> ([u8; 256], usize) {
    let mut used = [false; 256];
    for byte in literals.iter().flatten() {
        used[usize::from(*byte)] = true;
    }
    let mut classes = [0; 256];
    let mut next = 0u8;
    for (class, _) in classes.iter_mut().zip(used).filter(|(_, used)| *used) {
        // UTF-8 has fewer than 255 bytes, so no class is LEAD.
        next = next.saturating_add(1);
        *class = next;
    }
    for upper in b'A'..=b'Z' {
        classes[usize::from(upper)] = classes[usize::from(upper.to_ascii_lowercase())];
    }
    (classes, usize::from(next) + 1)
}

/// The literals as a tree, in the order of insertion.
struct Trie {
    /// By class.
    children: Vec<Vec<(u8, u32)>>,
    ended: Vec<Vec<u32>>,
}

impl Trie {
    fn new(literals: &[Vec<u8>], classes: &[u8]) -> Trie {
        let mut trie = Trie { children: vec![Vec::new()], ended: vec![Vec::new()] };
        for (index, literal) in literals.iter().enumerate() {
            let mut at = 0usize;
            for byte in literal {
                let class = classes.get(usize::from(*byte)).copied().unwrap_or(0);
                let fresh = trie.children.len() as u32;
                let Some(children) = trie.children.get_mut(at) else { break };
                let place = children.partition_point(|(other, _)| *other < class);
                match children.get(place) {
                    Some((other, target)) if *other == class => at = *target as usize,
                    _ => {
                        children.insert(place, (class, fresh));
                        trie.children.push(Vec::new());
                        trie.ended.push(Vec::new());
                        at = fresh as usize;
                    }
                }
            }
            if let Some(ended) = trie.ended.get_mut(at) {
                ended.push(index as u32);
            }
        }
        trie
    }

    /// Numbers the nodes breadth first and finds every suffix link.
    fn link(&self) -> (Vec<State>, Vec<(u8, u32)>, Vec<u32>) {
        let mut number = vec![0u32; self.children.len()];
        let mut order = vec![0u32];
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            if let Some(slot) = number.get_mut(node as usize) {
                *slot = at as u32;
            }
            order.extend(self.children.get(node as usize).into_iter().flatten().map(|(_, child)| child));
            at += 1;
        }
        let renumbered = |node: u32| number.get(node as usize).copied().unwrap_or(0);
        let mut states = vec![State::default(); order.len()];
        let mut edges = Vec::with_capacity(order.len());
        let mut ended = Vec::new();
        for (state, node) in states.iter_mut().zip(&order) {
            let start = (edges.len() as u32, ended.len() as u32);
            let children = self.children.get(*node as usize).into_iter().flatten();
            edges.extend(children.map(|(class, target)| (*class, renumbered(*target))));
            ended.extend(self.ended.get(*node as usize).into_iter().flatten());
            state.edges = (start.0, edges.len() as u32);
            state.ended = (start.1, ended.len() as u32);
        }
        let linking = Automaton { states, edges, ended, ..Automaton::default() };
        linking.with_suffixes()
    }
}

impl Automaton {
    /// Breadth first, so that a state's suffixes are linked before it.
    fn with_suffixes(mut self) -> (Vec<State>, Vec<(u8, u32)>, Vec<u32>) {
        for at in 0..self.states.len() as u32 {
            let state = self.state(at);
            let nearest = self.state(state.suffix).ending;
            let ending = if state.ended.0 < state.ended.1 { at } else { nearest };
            if let Some(state) = self.states.get_mut(at as usize) {
                state.ending = ending;
            }
            for (class, target) in self.edges_of(at).to_vec() {
                let suffix = if at == 0 { 0 } else { self.follow(state.suffix, class) };
                if let Some(target) = self.states.get_mut(target as usize) {
                    target.suffix = suffix;
                }
            }
        }
        (self.states, self.edges, self.ended)
    }

    fn follow(&self, mut at: u32, class: u8) -> u32 {
        loop {
            if let Some((_, target)) = self.edges_of(at).iter().find(|(own, _)| *own == class) {
                return *target;
            }
            if at == 0 {
                return 0;
            }
            at = self.state(at).suffix;
        }
    }
}

/// One run of the automaton over a text.
pub(super) struct Pass<'s> {
    automaton: &'s Automaton,
    literals: &'s [Literal],
    chains: &'s [Chain],
    fold: &'s Fold,
    words: Option<&'s Words>,
    /// Of each literal, where its last counted occurrence ended; empty where nothing is counted.
    counted_to: Vec<usize>,
    /// Of each chain, the step awaited and where the last one ended.
    awaited: Vec<(u32, usize)>,
}

impl<'s> Pass<'s> {
    pub(super) fn new(automaton: &'s Automaton, parts: &'s Parts) -> Pass<'s> {
        Pass {
            automaton,
            literals: &parts.literals,
            chains: &parts.chains,
            fold: &parts.fold,
            words: parts.words.as_ref(),
            counted_to: if parts.counters == 0 { Vec::new() } else { vec![0; parts.literals.len()] },
            awaited: vec![(0, 0); parts.chains.len()],
        }
    }

    pub(super) fn run(mut self, text: &str, hits: &mut Hits) {
        for chain in self.chains.iter().filter(|chain| chain.steps == 0) {
            hits.mark(chain.pattern);
        }
        let mut state = 0;
        let mut at = 0;
        loop {
            let (passed, place) = self.automaton.pass(text.as_bytes().get(at..).unwrap_or_default(), state);
            at += passed;
            state = place;
            if state & ENDS == 0 {
                let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
                let mut common = [0; 4];
                for byte in self.fold.common(character).encode_utf8(&mut common).bytes() {
                    state = self.automaton.step(state & !ENDS, self.automaton.classes[usize::from(byte)]);
                }
                at += character.len_utf8();
            }
            if state & ENDS != 0 {
                state &= !ENDS;
                self.report(text, at, self.automaton.number(state), hits);
            }
        }
    }

    /// Looks at all literals that end here.
    #[inline(never)]
    fn report(&mut self, text: &str, end: usize, state: u32, hits: &mut Hits) {
        let automaton = self.automaton;
        let mut ending = automaton.state(state).ending;
        while ending != 0 {
            let state = automaton.state(ending);
            let ended = automaton.ended.get(state.ended.0 as usize..state.ended.1 as usize);
            for index in ended.unwrap_or_default() {
                let length = automaton.lengths.get(*index as usize).copied().unwrap_or(0) as usize;
                self.candidate(text, end, length, *index as usize, hits);
            }
            ending = automaton.state(state.suffix).ending;
        }
    }

    fn candidate(&mut self, text: &str, end: usize, length: usize, index: usize, hits: &mut Hits) {
        let Some(literal) = self.literals.get(index) else { return };
        if let Goal::Seen(id) = literal.goal
            && hits.seen(id)
        {
            return;
        }
        let Some((start, found)) = occurrence(text, end, length, self.fold) else { return };
        if !same(found, &literal.text, literal.case, self.fold) {
            return;
        }
        let stands = |edge: Edge, at: usize, outside: Side| stands(text, at, edge, outside, self.words);
        let edges = stands(literal.start, start, Side::Before) && stands(literal.end, end, Side::After);
        match literal.goal {
            Goal::Seen(id) => {
                if edges {
                    hits.mark(id);
                }
            }
            // An occurrence inside a longer word does not count, but the search goes on behind it.
            Goal::Count(id) => {
                if let Some(to) = self.counted_to.get_mut(index)
                    && *to <= start
                {
                    *to = end;
                    hits.add(id, u32::from(edges));
                }
            }
            Goal::Step { chain, step } => {
                if let Some(awaited) = self.awaited.get_mut(chain as usize)
                    && let Some(chain) = self.chains.get(chain as usize)
                    && awaited.0 == step
                    && awaited.1 <= start
                    && edges
                {
                    *awaited = (step + 1, end);
                    if awaited.0 == chain.steps {
                        hits.mark(chain.pattern);
                    }
                }
            }
        }
    }
}

/// Where the candidate that ends here begins, and its text.
fn occurrence<'t>(text: &'t str, end: usize, length: usize, fold: &Fold) -> Option<(usize, &'t str)> {
    if let Some(start) = end.checked_sub(length)
        && let Some(found) = text.get(start..end)
        && found.is_ascii()
    {
        return Some((start, found));
    }
    // Folding may have changed the length: walk back by characters.
    let mut left = length;
    for (start, character) in text.get(..end)?.char_indices().rev() {
        left = left.checked_sub(fold.common(character).len_utf8())?;
        if left == 0 {
            return Some((start, text.get(start..end)?));
        }
    }
    None
}

/// Whether the text that the automaton took for the literal is it.
fn same(found: &str, literal: &str, case: Case, fold: &Fold) -> bool {
    match case {
        Case::Exact => found == literal,
        Case::Fold | Case::Lower if found.is_ascii() && literal.is_ascii() => true,
        Case::Fold => found.chars().map(|c| fold.folded(c)).eq(literal.chars().map(|c| fold.folded(c))),
        Case::Lower => found.chars().map(|c| fold.lower(c)).eq(literal.chars()),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

fn stands(text: &str, at: usize, edge: Edge, outside: Side, words: Option<&Words>) -> bool {
    match edge {
        Edge::Any => true,
        Edge::AsciiWord => {
            let word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
            let bytes = text.as_bytes();
            word(at.checked_sub(1).and_then(|before| bytes.get(before))) != word(bytes.get(at))
        }
        Edge::Letter => {
            let neighbour = match outside {
                Side::Before => text.get(..at).and_then(|before| before.chars().next_back()),
                Side::After => text.get(at..).and_then(|after| after.chars().next()),
            };
            neighbour.is_none_or(|c| words.is_none_or(|words| words.class(c) != Class::Letter))
        }
    }
}
