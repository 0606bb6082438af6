//! Fixed strings inside fixed strings: which literals a text must contain because it contains another one.
//!
//! A text with `p` in it spells `p` in one of several ways (`s` may be `ſ`, which is no part of a word for RE2) and
//! stands in some surroundings. An occurrence of `q` within `p` holds under a condition on these: a [`Terms`]. `p`
//! implies a set of literals when one of their conditions holds whatever the spelling and the surroundings are.

use super::fold::{Folds, is_word};

/// A literal as it is looked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Literal {
    pub text: String,
    pub ignore_case: bool,
    /// Whether RE2's `\b` must hold before it, and behind it.
    pub start: bool,
    pub end: bool,
}

/// Conditions that must all hold: at a place of the spelling, only some of its characters.
pub(super) type Terms = Vec<(usize, u64)>;

/// What may stand where, around and inside a literal: the place before it, its characters, and the place behind it.
#[derive(Debug)]
pub(super) struct Spelling {
    places: Vec<Vec<char>>,
    /// Boundaries that the literal itself demands: before its first and behind its last character.
    edges: (bool, bool),
    /// Folded, for looking up what may be inside.
    pub folded: Vec<char>,
    folds: bool,
}

/// Stands for a neighbour that is no part of a word, the ends of the text included, and for one that is.
const NEIGHBOURS: [char; 2] = ['\u{0}', 'x'];

impl Spelling {
    /// The ways in which a text may spell this literal. With `plain`, as if `ſ` and the Kelvin sign did not exist.
    pub(super) fn new(literal: &Literal, folds: &mut Folds, plain: bool) -> Spelling {
        let mut places = vec![NEIGHBOURS.to_vec()];
        for c in literal.text.chars() {
            let mut spellings = if literal.ignore_case { folds.orbit(c).to_vec() } else { vec![c] };
            if plain && spellings.iter().any(char::is_ascii) {
                spellings.retain(char::is_ascii);
            }
            places.push(spellings);
        }
        places.push(NEIGHBOURS.to_vec());
        let folded = literal.text.chars().map(|c| folds.folded(c)).collect();
        Spelling { places, edges: (literal.start, literal.end), folded, folds: literal.ignore_case }
    }

    /// Whether a boundary of words can lie before the character at this place.
    pub(super) fn can_part(&self, at: usize) -> bool {
        at == 0 || at == self.folded.len() || !self.parting(at).is_empty()
    }

    /// How `inner`, which folds to the characters from `from` on, comes to stand there: one of these must hold.
    pub(super) fn conditions(&self, inner: &Literal, from: usize) -> Vec<Terms> {
        let length = inner.text.chars().count();
        let mut terms = Terms::new();
        // The neighbour before comes first, so that a character's place is one more than its number.
        let spelled = self.places.iter().skip(from + 1);
        for ((at, spellings), wanted) in (from + 1..).zip(spelled).zip(inner.text.chars()) {
            if !inner.ignore_case {
                terms.push((at, mask(spellings, |c| c == wanted)));
            } else if !self.folds {
                // One spelling only, and it folds to the same.
                continue;
            }
        }
        let mut all = vec![terms];
        for (at, demanded) in [(from, inner.start), (from + length, inner.end)] {
            if demanded {
                let parting = self.parting(at);
                all = all
                    .iter()
                    .flat_map(|terms| parting.iter().map(move |edge| [&terms[..], edge].concat()))
                    .collect();
            }
        }
        all.into_iter().filter_map(|terms| self.simplified(terms)).collect()
    }

    /// Whether one of the conditions holds for every spelling; `None` where there are too many to look at.
    pub(super) fn always(&self, conditions: &[Terms], limit: usize) -> Option<bool> {
        if conditions.iter().any(Vec::is_empty) {
            return Some(true);
        }
        let size = |at: usize| self.places.get(at).map_or(1, Vec::len);
        let share = |terms: &Terms| {
            terms.iter().map(|(at, mask)| f64::from(mask.count_ones()) / size(*at) as f64).product::<f64>()
        };
        if conditions.iter().map(share).sum::<f64>() < 0.999 {
            return Some(false);
        }
        let mut involved: Vec<usize> = conditions.iter().flatten().map(|(at, _)| *at).collect();
        involved.sort_unstable();
        involved.dedup();
        let spellings = involved.iter().try_fold(1usize, |product, at| product.checked_mul(size(*at)))?;
        if spellings > limit {
            return None;
        }
        let all = (0..spellings).all(|mut number| {
            let mut chosen = vec![0; self.places.len()];
            for at in &involved {
                chosen[*at] = number % size(*at);
                number /= size(*at);
            }
            let holds = |terms: &Terms| terms.iter().all(|(at, mask)| mask >> chosen[*at] & 1 == 1);
            conditions.iter().any(holds)
        });
        Some(all)
    }

    /// How a boundary comes to lie before the character at this place: before the first, the literal may demand it.
    fn parting(&self, at: usize) -> Vec<Terms> {
        let demanded = (at == 0 && self.edges.0) || (at == self.folded.len() && self.edges.1);
        if demanded {
            return vec![Terms::new()];
        }
        let (Some(before), Some(behind)) = (self.places.get(at), self.places.get(at + 1)) else {
            return Vec::new();
        };
        let ways = [true, false].map(|word| {
            vec![(at, mask(before, |c| is_word(c) == word)), (at + 1, mask(behind, |c| is_word(c) != word))]
        });
        ways.into_iter().filter_map(|terms| self.simplified(terms)).collect()
    }

    /// Each place once, and only where it says something; `None` where no spelling is left.
    fn simplified(&self, mut terms: Terms) -> Option<Terms> {
        terms.sort_unstable_by_key(|(at, _)| *at);
        let mut simple = Terms::new();
        for (at, mask) in terms {
            match simple.last_mut().filter(|(last, _)| *last == at) {
                Some((_, both)) => *both &= mask,
                None => simple.push((at, mask)),
            }
        }
        if simple.iter().any(|(_, mask)| *mask == 0) {
            return None;
        }
        simple.retain(|(at, mask)| {
            self.places.get(*at).is_some_and(|all| mask.count_ones() as usize != all.len())
        });
        Some(simple)
    }
}

fn mask(spellings: &[char], holds: impl Fn(char) -> bool) -> u64 {
    spellings.iter().enumerate().filter(|(_, c)| holds(**c)).fold(0, |mask, (at, _)| mask | 1 << at)
}
