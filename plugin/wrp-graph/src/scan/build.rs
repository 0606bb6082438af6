//! Collecting the patterns of a recipe's signals, and building what looks for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex_automata::dfa::{Automaton as _, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::look::Look as ThompsonLook;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{MatchKind, PatternID};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange, Hir, HirKind};

use super::dfa::{self, DEAD, Dfa, Starts};
use super::fold::{Entry, Fold};
use super::literals::{Case, Chain, Edge, Goal, Literal};
use super::nfa::{Look, Nfa, State};
use super::regexes::{Counted, Engine, Set};
use super::words::{Class, Fuzzy, Words};
use super::{CounterId, Parts, PatternId, Scanner, finite, go_regex};
use crate::signal::language;
use crate::wire;

/// How big a DFA may be, in bytes; patterns that need a bigger one are simulated.
const DFA_BYTES: usize = 32 << 10;

/// How much memory building one may take.
const DETERMINIZE_BYTES: usize = 4 << 20;

/// Collects patterns; equal ones get the same id.
#[derive(Debug, Default)]
pub struct Builder {
    parts: Parts,
    regexes: Vec<(Hir, PatternId)>,
    counted: Vec<(Hir, CounterId)>,
    fuzzy: Vec<Fuzzy>,
    units: bool,
    /// Languages are detected, and the least threshold that any signal wants.
    language: Option<f64>,
    known: BTreeMap<Key, PatternId>,
    simulate: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Literal(String, Case, (Edge, Edge)),
    Regex(String, bool),
    Fuzzy(String, u32),
}

impl Builder {
    /// For a scanner that reads few texts: patterns are simulated, since making tables takes longer than reading.
    pub fn for_few_texts() -> Builder {
        Builder { simulate: true, ..Builder::default() }
    }

    /// A fixed string with the same edge at both ends.
    pub fn literal(&mut self, text: &str, case: Case, edge: Edge) -> PatternId {
        self.literal_between(text, case, (edge, edge))
    }

    /// A fixed string with an edge of its own at each end.
    pub fn literal_between(&mut self, text: &str, case: Case, edges: (Edge, Edge)) -> PatternId {
        let key = Key::Literal(text.to_owned(), case, edges);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = self.pattern(key);
        if text.is_empty() {
            // Occurs in every text, as the empty pattern does.
            self.parts.chains.push(Chain { steps: 0, pattern: id });
        } else {
            self.push(text, case, edges, Goal::Seen(id));
        }
        id
    }

    /// A pattern in the syntax of Go's `regexp`.
    pub fn regex(&mut self, pattern: &str, ignore_case: bool) -> Result<PatternId, go_regex::Error> {
        let key = Key::Regex(pattern.to_owned(), ignore_case);
        if let Some(known) = self.known.get(&key) {
            return Ok(*known);
        }
        let hir = go_regex::parse(pattern, ignore_case)?;
        let literals = finite::literals(pattern, ignore_case);
        let id = self.pattern(key);
        match literals {
            Some((literals, case)) => {
                for literal in literals {
                    self.push(&literal.text, case, (literal.start, literal.end), Goal::Seen(id));
                }
            }
            None => self.regexes.push((hir, id)),
        }
        Ok(id)
    }

    /// Counts a pattern in the syntax of Go's `regexp`.
    pub fn count_regex(&mut self, pattern: &str, ignore_case: bool) -> Result<CounterId, go_regex::Error> {
        let hir = go_regex::parse(pattern, ignore_case)?;
        let id = self.counter();
        self.counted.push((hir, id));
        Ok(id)
    }

    /// Counts words and phrases together, each for itself; one that is listed twice counts twice. An occurrence
    /// inside a longer word does not count, unless the keyword has CJK characters. Nothing to look for is `None`.
    pub fn count_keywords(&mut self, keywords: &[String], ignore_case: bool) -> Option<CounterId> {
        let keywords: Vec<&String> = keywords.iter().filter(|keyword| !keyword.is_empty()).collect();
        if keywords.is_empty() {
            return None;
        }
        let id = self.counter();
        for keyword in keywords {
            let cjk = keyword.chars().any(|c| matches!(class(c), Class::Cjk | Class::CjkSign));
            let edge = if cjk { Edge::Any } else { Edge::Letter };
            let case = if ignore_case { Case::Lower } else { Case::Exact };
            self.push(keyword, case, (edge, edge), Goal::Count(id));
        }
        Some(id)
    }

    /// Looks for sequences of markers, of which one must occur whole and in order.
    pub fn sequences(&mut self, sequences: &[Vec<String>], ignore_case: bool) -> PatternId {
        let id = PatternId(self.parts.patterns);
        self.parts.patterns += 1;
        for markers in sequences.iter().filter(|markers| !markers.is_empty()) {
            let chain = self.parts.chains.len() as u32;
            let markers: Vec<&String> = markers.iter().filter(|marker| !marker.is_empty()).collect();
            self.parts.chains.push(Chain { steps: markers.len() as u32, pattern: id });
            for (step, marker) in markers.into_iter().enumerate() {
                let case = if ignore_case { Case::Lower } else { Case::Exact };
                self.push(marker, case, (Edge::Any, Edge::Any), Goal::Step { chain, step: step as u32 });
            }
        }
        id
    }

    /// A keyword that a word may miss by some edits, in lower case.
    pub fn fuzzy(&mut self, keyword: &str, edits: u32) -> PatternId {
        let keyword = lower_text(keyword);
        let key = Key::Fuzzy(keyword.clone(), edits);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = self.pattern(key);
        self.fuzzy.push(Fuzzy { keyword, edits, pattern: id });
        id
    }

    /// Asks for [`Hits::units`](super::Hits::units).
    pub fn count_units(&mut self) {
        self.units = true;
    }

    /// Asks for [`Hits::language`](super::Hits::language). Of several thresholds the least holds.
    pub fn detect_language(&mut self, threshold: f64) {
        self.language = Some(self.language.map_or(threshold, |least| least.min(threshold)));
    }

    pub fn finish(mut self) -> Scanner {
        self.parts.fold = fold(&self.parts.literals, &self.fuzzy);
        self.parts.language = self.language.map(language::detector);
        self.parts.sets = if self.simulate { simulated(&self.regexes) } else { sets(&self.regexes) };
        self.parts.counted = self
            .counted
            .iter()
            .map(|(hir, id)| {
                let hirs = std::slice::from_ref(hir);
                let table = if self.simulate { None } else { dfa(hirs, MatchKind::LeftmostFirst) };
                let engine = table.unwrap_or_else(|| nfa(hirs));
                Counted { engine, counter: *id }
            })
            .collect();
        let edges = |literal: &Literal| literal.start == Edge::Letter || literal.end == Edge::Letter;
        if self.units || !self.fuzzy.is_empty() || self.parts.literals.iter().any(edges) {
            self.parts.words = Some(Words { units: self.units, fuzzy: self.fuzzy, classes: CLASSES.clone() });
        }
        Scanner::new(self.parts).expect("the builder points only at what it has made")
    }

    fn pattern(&mut self, key: Key) -> PatternId {
        let id = PatternId(self.parts.patterns);
        self.parts.patterns += 1;
        self.known.insert(key, id);
        id
    }

    fn counter(&mut self) -> CounterId {
        let id = CounterId(self.parts.counters);
        self.parts.counters += 1;
        id
    }

    fn push(&mut self, text: &str, case: Case, (start, end): (Edge, Edge), goal: Goal) {
        let text = if case == Case::Lower { lower_text(text) } else { text.to_owned() };
        self.parts.literals.push(Literal { text, case, start, end, goal });
    }
}

/// The DFAs for all patterns: together where that stays small, else in halves.
fn sets(regexes: &[(Hir, PatternId)]) -> Vec<Set> {
    if regexes.is_empty() {
        return Vec::new();
    }
    let (hirs, patterns): (Vec<Hir>, Vec<PatternId>) = regexes.iter().cloned().unzip();
    if let Some(engine) = dfa(&hirs, MatchKind::All) {
        return vec![Set { engine, patterns }];
    }
    if regexes.len() == 1 {
        return simulated(regexes);
    }
    let (left, right) = regexes.split_at(regexes.len() / 2);
    sets(left).into_iter().chain(sets(right)).collect()
}

fn simulated(regexes: &[(Hir, PatternId)]) -> Vec<Set> {
    if regexes.is_empty() {
        return Vec::new();
    }
    let (hirs, patterns): (Vec<Hir>, Vec<PatternId>) = regexes.iter().cloned().unzip();
    vec![Set { engine: nfa(&hirs), patterns }]
}

fn thompson(hirs: &[Hir]) -> thompson::NFA {
    thompson::Compiler::new()
        .configure(thompson::Config::new().which_captures(thompson::WhichCaptures::None))
        .build_many_from_hir(hirs)
        .expect("an NFA without captures and without a size limit can be built from any tree")
}

pub(super) fn dfa(hirs: &[Hir], kind: MatchKind) -> Option<Engine> {
    let config = dense::Config::new()
        .match_kind(kind)
        .start_kind(StartKind::Unanchored)
        .accelerate(false)
        .determinize_size_limit(Some(DETERMINIZE_BYTES))
        .dfa_size_limit(Some(DETERMINIZE_BYTES));
    let dense = dense::Builder::new().configure(config).build_from_nfa(&thompson(hirs)).ok()?;
    let dfa = small(&dense)?;
    (wire::to_bytes(&dfa).len() <= DFA_BYTES).then_some(Engine::Dfa(dfa))
}

/// The states that a search can come to, numbered in the order in which they are met; `None` where they are too many.
fn small(dense: &dense::DFA<Vec<u32>>) -> Option<Dfa> {
    let mut met = vec![StateID::ZERO];
    let mut numbers = BTreeMap::from([(StateID::ZERO, DEAD)]);
    let mut number = |state: StateID, met: &mut Vec<StateID>| {
        assert!(!dense.is_quit_state(state), "no byte was named at which a search is given up");
        *numbers.entry(state).or_insert_with(|| {
            met.push(state);
            met.len() as u32 - 1
        })
    };
    let mut start = |before: Option<u8>| {
        let state = dense.start_state(&start::Config::new().look_behind(before));
        number(state.expect("any search may begin anywhere"), &mut met)
    };
    let starts = Starts {
        text: start(None),
        line: start(Some(b'\n')),
        word: start(Some(b'a')),
        other: start(Some(b' ')),
    };
    let mut states = vec![dfa::State::default()];
    while let Some(&state) = met.get(states.len()) {
        if met.len() > DFA_BYTES {
            return None;
        }
        let mut bytes: Vec<(u8, u8, u32)> = Vec::new();
        for byte in 0..=u8::MAX {
            let to = number(dense.next_state(state, byte), &mut met);
            match bytes.last_mut() {
                Some((_, high, other)) if *other == to && *high + 1 == byte => *high = byte,
                _ if to != DEAD => bytes.push((byte, byte, to)),
                _ => {}
            }
        }
        let matches = if dense.is_match_state(state) { dense.match_len(state) } else { 0 };
        let matched = (0..matches).map(|at| dense.match_pattern(state, at).as_u32()).collect();
        states.push(dfa::State { bytes, end: number(dense.next_eoi_state(state), &mut met), matched });
    }
    Some(Dfa { starts, states, patterns: dense.pattern_len() as u32 })
}

/// Whether the proxy simulates a pattern for want of a DFA that is small enough. `counted` is for patterns whose
/// occurrences are counted.
pub fn is_simulated(pattern: &str, ignore_case: bool, counted: bool) -> bool {
    if !counted && finite::literals(pattern, ignore_case).is_some() {
        return false;
    }
    let kind = if counted { MatchKind::LeftmostFirst } else { MatchKind::All };
    go_regex::parse(pattern, ignore_case).is_ok_and(|hir| dfa(&[hir], kind).is_none())
}

pub(super) fn nfa(hirs: &[Hir]) -> Engine {
    let thompson = thompson(hirs);
    let ranges = |transitions: &mut dyn Iterator<Item = thompson::Transition>| {
        State::Bytes(transitions.map(|it| (it.start, it.end, it.next.as_u32())).collect())
    };
    let states = thompson.states().iter().map(|state| match state {
        thompson::State::ByteRange { trans } => ranges(&mut std::iter::once(*trans)),
        thompson::State::Sparse(sparse) => ranges(&mut sparse.transitions.iter().copied()),
        thompson::State::Dense(dense) => State::Bytes(
            (0..=u8::MAX).filter_map(|b| Some((b, b, dense.matches_byte(b)?.as_u32()))).collect(),
        ),
        thompson::State::Look { look, next } => State::Look(assertion(*look), next.as_u32()),
        thompson::State::Union { alternates } => {
            State::Split(alternates.iter().map(|to| to.as_u32()).collect())
        }
        thompson::State::BinaryUnion { alt1, alt2 } => State::Split(vec![alt1.as_u32(), alt2.as_u32()]),
        thompson::State::Capture { next, .. } => State::Split(vec![next.as_u32()]),
        thompson::State::Fail => State::Split(Vec::new()),
        thompson::State::Match { pattern_id } => State::Match(pattern_id.as_u32()),
    });
    let start = |at| thompson.start_pattern(PatternID::must(at)).map_or(0, |state| state.as_u32());
    Engine::Nfa(Nfa { states: states.collect(), starts: (0..hirs.len()).map(start).collect() })
}

fn assertion(look: ThompsonLook) -> Look {
    match look {
        ThompsonLook::Start => Look::TextStart,
        ThompsonLook::End => Look::TextEnd,
        ThompsonLook::StartLF => Look::LineStart,
        ThompsonLook::EndLF => Look::LineEnd,
        ThompsonLook::WordAscii => Look::WordBoundary,
        ThompsonLook::WordAsciiNegate => Look::NotWordBoundary,
        other => unreachable!("Go's syntax has no assertion {other:?}"),
    }
}

/// The characters that the literals' characters are taken for.
fn fold(literals: &[Literal], fuzzy: &[Fuzzy]) -> Fold {
    let cased = literals.iter().filter(|literal| literal.case != Case::Exact).map(|literal| &literal.text);
    let letters: BTreeSet<char> =
        cased.chain(fuzzy.iter().map(|fuzzy| &fuzzy.keyword)).flat_map(|text| text.chars()).collect();
    let mut entries = BTreeMap::new();
    for letter in letters {
        let orbit = orbit(letter);
        let ascii = orbit.iter().find(|c| c.is_ascii()).map(char::to_ascii_lowercase);
        let folded = ascii.or_else(|| orbit.first().map(|c| lower(*c))).unwrap_or(letter);
        for from in orbit.into_iter().chain((letter == 'i').then_some('İ')) {
            let folded = if from == 'İ' { from } else { folded };
            let entry = Entry { from, folded, lower: lower(from) };
            if !from.is_ascii() && (entry.folded != from || entry.lower != from) {
                entries.insert(from, entry);
            }
        }
    }
    Fold { entries: entries.into_values().collect() }
}

/// Every character that folds with this one, itself included.
fn orbit(c: char) -> BTreeSet<char> {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
    class.case_fold_simple();
    class.ranges().iter().flat_map(|range| range.start()..=range.end()).collect()
}

/// Simple lower-casing, as Go's `unicode.ToLower`.
fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        // Only `İ` has no single lower-case character in Rust; its simple mapping is `i`.
        (Some(first), Some(_)) => first,
        (Some(only), None) => only,
        (None, _) => c,
    }
}

pub(super) fn lower_text(text: &str) -> String {
    text.chars().map(lower).collect()
}

/// What a character is to a word, by the whole of Unicode.
fn class(c: char) -> Class {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() { Class::Letter } else { Class::Other };
    }
    let code = u32::from(c);
    CLASSES
        .iter()
        .find(|(start, length, _)| (*start..start + length).contains(&code))
        .map_or(Class::Other, |(.., class)| *class)
}

/// Whether the character is a letter or a digit, as Go's `unicode` package has it.
pub(crate) fn is_word(c: char) -> bool {
    matches!(class(c), Class::Letter | Class::Cjk)
}

/// Whether the character is of the Han script.
pub(crate) fn is_han(c: char) -> bool {
    HAN.iter().any(|range| (range.start()..=range.end()).contains(&c))
}

static HAN: LazyLock<Vec<ClassUnicodeRange>> = LazyLock::new(|| ranges(r"\p{Han}"));

static CLASSES: LazyLock<Vec<(u32, u32, Class)>> = LazyLock::new(|| {
    let cjk = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]";
    let letter = r"[\p{L}\p{Nd}]";
    let parts = [
        (Class::Letter, format!("[{letter}--{cjk}--[[:ascii:]]]")),
        (Class::Cjk, format!("[{letter}&&{cjk}]")),
        (Class::CjkSign, format!("[{cjk}--{letter}]")),
    ];
    let mut table = Vec::new();
    for (class, pattern) in parts {
        table.extend(ranges(&pattern).iter().map(|range| {
            let (start, end) = (u32::from(range.start()), u32::from(range.end()));
            (start, end - start + 1, class)
        }));
    }
    table.sort_unstable_by_key(|(start, ..)| *start);
    table
});

fn ranges(class: &str) -> Vec<ClassUnicodeRange> {
    let hir = regex_syntax::parse(class).expect("the class is written above");
    match hir.kind() {
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => class.ranges().to_vec(),
        other => unreachable!("a class of many characters is not {other:?}"),
    }
}
