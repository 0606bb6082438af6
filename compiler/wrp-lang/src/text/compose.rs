//! A short prompt on which some signals fire and others do not.
//!
//! First it is put together as a person would: a keyword of each signal that shall fire, side by side. Where no choice of
//! keywords will do, the automata look for the shortest text. The scanner has the last word either way.

use std::collections::BTreeSet;

use super::Limits;
use super::atom::{Atom, Quantity};
use super::meaning::Meaning;
use super::panel::Panel;
use super::patterns::{Patterns, in_words};
use super::search::{Found, Taste};
use crate::policy::Signal;

/// How many choices of keywords are tried.
const MOST_CHOICES: usize = 512;

/// How many keywords of one signal are tried.
const MOST_PIECES: usize = 8;

/// How often something is repeated, and how long a text becomes, before it is no prompt any more.
const MOST_TIMES: usize = 64;
const MOST_BYTES: usize = 4_096;

/// A text on which all of `fire` fire and none of `silent`, by the proxy's own scanner; `None` where none was found.
pub fn text_for(signals: &[&Signal], fire: &[usize], silent: &[usize], limits: Limits) -> Option<String> {
    let numbers: Vec<usize> = fire.iter().chain(silent).copied().collect();
    let chosen: Vec<&Signal> = numbers.iter().filter_map(|number| signals.get(*number).copied()).collect();
    if chosen.len() != numbers.len() {
        return None;
    }
    let panel = Panel::new(&chosen);
    let is_good = |text: &str| {
        let fires = panel.fires(text);
        fires.iter().enumerate().all(|(at, fires)| *fires == (at < fire.len()))
    };
    let meanings: Vec<Option<Meaning>> = chosen.iter().map(|signal| Meaning::of(signal)).collect();
    let mut composer = Composer::new(&meanings, fire.len(), limits);
    composer.candidates().into_iter().find(|text| is_good(text)).or_else(|| composer.searched(is_good))
}

struct Composer {
    atoms: Vec<Atom>,
    patterns: Patterns,
    /// Of each of these, one must be so.
    wanted: Vec<Vec<usize>>,
    /// None of these may be so.
    unwanted: Vec<usize>,
}

impl Composer {
    fn new(meanings: &[Option<Meaning>], fire: usize, limits: Limits) -> Composer {
        let mut wanted: Vec<&[Atom]> = Vec::new();
        let mut unwanted: Vec<&[Atom]> = Vec::new();
        for (at, meaning) in meanings.iter().enumerate() {
            let Some(meaning) = meaning else { continue };
            if at < fire {
                wanted.extend(meaning.all.iter().map(Vec::as_slice));
                unwanted.push(&meaning.none);
            } else if meaning.all.is_empty() {
                // It is silent only where something occurs that it rules out.
                wanted.push(&meaning.none);
            } else if let [only] = &meaning.all[..] {
                unwanted.push(only);
            }
        }
        let named = wanted.iter().chain(&unwanted).copied().flatten();
        let all: BTreeSet<Atom> =
            named.flat_map(|atom| [vec![atom.clone()], atom.behind()].concat()).collect();
        let atoms: Vec<Atom> = all.into_iter().collect();
        let number = |atom: &Atom| atoms.binary_search(atom).ok();
        let numbers = |clause: &&[Atom]| clause.iter().filter_map(number).collect::<Vec<_>>();
        let unwanted = unwanted.iter().flat_map(numbers).collect();
        Composer {
            wanted: wanted.iter().map(numbers).collect(),
            unwanted,
            patterns: Patterns::new(&atoms, limits),
            atoms,
        }
    }

    /// Texts of one piece for each signal, the first ones made of what the policy names first.
    fn candidates(&self) -> Vec<String> {
        let pieces: Vec<Vec<String>> = self.wanted.iter().map(|clause| self.pieces(clause)).collect();
        let choices = pieces.iter().try_fold(1usize, |all, pieces| all.checked_mul(pieces.len()));
        let choices = choices.unwrap_or(usize::MAX).min(MOST_CHOICES);
        let mut texts = Vec::new();
        for mut choice in 0..choices {
            let mut chosen: Vec<&str> = Vec::new();
            for pieces in &pieces {
                let piece = pieces[choice % pieces.len()].as_str();
                choice /= pieces.len();
                if !chosen.contains(&piece) {
                    chosen.push(piece);
                }
            }
            texts.extend([" ", ", ", "\n"].map(|between| chosen.join(between)));
        }
        texts.dedup();
        texts
    }

    /// Texts in which one of a clause's atoms is so.
    fn pieces(&self, clause: &[usize]) -> Vec<String> {
        clause.iter().flat_map(|atom| self.pieces_of(*atom)).take(MOST_PIECES).collect()
    }

    fn pieces_of(&self, atom: usize) -> Vec<String> {
        match &self.atoms[atom] {
            Atom::Always => vec![String::new()],
            Atom::Literal(literal) => vec![in_words(literal)],
            Atom::Pattern(_) => {
                self.patterns.samples(atom).iter().map(|sample| sample.text.clone()).collect()
            }
            Atom::Reaches(quantity, bound) => self.several(quantity, bound.value),
        }
    }

    /// The shortest text that the automata find, with one atom of each clause that is wanted.
    fn searched(&mut self, is_good: impl Fn(&str) -> bool) -> Option<String> {
        let is_text = |atom: &usize| matches!(self.atoms[*atom], Atom::Literal(_) | Atom::Pattern(_));
        let silent: Vec<usize> = self.unwanted.iter().filter(|atom| is_text(atom)).copied().collect();
        let mut ways: Vec<Vec<usize>> = vec![Vec::new()];
        for clause in &self.wanted {
            let atoms: Vec<usize> =
                clause.iter().filter(|atom| is_text(atom)).copied().take(MOST_PIECES).collect();
            if !atoms.is_empty() && ways.len() * atoms.len() <= MOST_PIECES * MOST_PIECES {
                ways = ways
                    .iter()
                    .flat_map(|way| atoms.iter().map(move |atom| [&way[..], &[*atom]].concat()))
                    .collect();
            }
        }
        ways.iter().find_map(|way| match self.patterns.find(&self.atoms, &silent, way, Taste::Readable) {
            Found::Text(text) => Some(text).filter(|text| is_good(text)),
            Found::Nothing | Found::GaveUp => None,
        })
    }

    /// Texts in which a quantity has grown to a bound, as far as that can be written down.
    fn several(&self, quantity: &Quantity, bound: f64) -> Vec<String> {
        let count = bound.max(1.0) as usize;
        let repeated =
            |piece: &str| if count <= MOST_TIMES { vec![vec![piece; count].join(" ")] } else { Vec::new() };
        match quantity {
            Quantity::Bytes if count <= MOST_BYTES => vec!["a ".repeat(count).chars().take(count).collect()],
            Quantity::Bytes => Vec::new(),
            Quantity::Keywords { keywords, .. } => {
                keywords.iter().take(1).flat_map(|it| repeated(it)).collect()
            }
            Quantity::Sequences { sequences, .. } => {
                sequences.iter().map(|markers| markers.join(" ")).collect()
            }
            Quantity::Density(counted) => self.several(counted, 1.0),
            Quantity::Count(pattern) => {
                let atoms = Atom::pattern(pattern);
                let numbers = atoms.iter().filter_map(|atom| self.atoms.binary_search(atom).ok());
                numbers.flat_map(|atom| self.pieces_of(atom)).flat_map(|piece| repeated(&piece)).collect()
            }
            // Scores grow with repetition.
            Quantity::Bm25 { keywords, at } => {
                let keyword = keywords.get(*at).map_or("", String::as_str);
                vec![keyword.to_owned(), [keyword; 4].join(" ")]
            }
            Quantity::Ngram { keywords, at, .. } => keywords.get(*at).cloned().into_iter().collect(),
            Quantity::Nearness { keyword } => vec![keyword.clone()],
        }
    }
}
