//! Finding the cubes that may hold, without looking at most of them.
//!
//! Cubes lie in strata by rank, each four times as large as the one before: a request that an early route takes never
//! sees the later ones. A stratum of at most 64 cubes is a [`Sheet`]. In a larger one they are grouped by one of their
//! positive literals, and a group is visited only when that literal may hold. What is left is looked at literal by
//! literal. All of it is made from the section's cubes when a graph is verified, so it is neither on the wire nor
//! trusted.

mod sheet;

use sheet::Sheet;

use crate::graph::{Cube, Literal};
use crate::order::sort_by;
use crate::truth::{Known, Span};

/// The cubes of the first stratum.
const FIRST_STRATUM: usize = 64;
const GROWTH: usize = 4;
/// The cubes of a section, laid out for finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Matcher {
    strata: Vec<Stratum>,
    cubes: Vec<Placed>,
    literals: Vec<Literal>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Stratum {
    first_rank: u32,
    /// What has no key, visited always; in a sheet, all of it.
    free: Cubes,
    sheet: Option<Sheet>,
    /// For each test, the cubes that need it to hold.
    keyed: Vec<Cubes>,
    /// The tests that are keys, as bits.
    keys: Vec<u64>,
}

/// A stretch of [`Matcher::cubes`], in rank order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Cubes {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Placed {
    rank: u32,
    /// What kills most often, looked at before anything else.
    first: Option<Literal>,
    start: u32,
    end: u32,
}

/// A cube that may hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hit {
    pub rank: u32,
    /// The cube's place in the matcher, for [`Matcher::literals`].
    pub cube: u32,
    pub truth: Span,
}

impl Matcher {
    /// Calls `hit` with every cube whose rank is below the limit and that may be more than false. `hit` returns the
    /// new limit. Within a stratum, groups come in no particular order.
    pub(crate) fn scan(
        &self,
        known: &[Known],
        may_hold: &[u64],
        mut limit: u32,
        mut hit: impl FnMut(Hit, u32) -> u32,
    ) {
        for stratum in &self.strata {
            if stratum.first_rank >= limit {
                return;
            }
            if let Some(sheet) = &stratum.sheet {
                let mut alive = sheet.alive(may_hold);
                let mut next = stratum.free.start;
                while alive != 0 {
                    let skipped = alive.trailing_zeros();
                    let cube = next + skipped;
                    // In two steps: the last of 64 leaves none.
                    alive = alive >> skipped >> 1;
                    next = cube + 1;
                    limit = self.visit(Cubes { start: cube, end: cube + 1 }, known, limit, &mut hit);
                }
                continue;
            }
            limit = self.visit(stratum.free, known, limit, &mut hit);
            for (word, (may_hold, keys)) in may_hold.iter().zip(&stratum.keys).enumerate() {
                let mut bits = may_hold & keys;
                while bits != 0 {
                    let test = word * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    if let Some(cubes) = stratum.keyed.get(test) {
                        limit = self.visit(*cubes, known, limit, &mut hit);
                    }
                }
            }
        }
    }

    fn visit(
        &self,
        cubes: Cubes,
        known: &[Known],
        mut limit: u32,
        hit: &mut impl FnMut(Hit, u32) -> u32,
    ) -> u32 {
        let placed = self.cubes.get(cubes.start as usize..cubes.end as usize).unwrap_or_default();
        for (cube, placed) in (cubes.start..).zip(placed) {
            if placed.rank >= limit {
                break;
            }
            if let Some(truth) = self.truth(*placed, known) {
                limit = hit(Hit { rank: placed.rank, cube, truth }, limit);
            }
        }
        limit
    }

    /// `None` is false.
    fn truth(&self, cube: Placed, known: &[Known]) -> Option<Span> {
        if let Some(first) = cube.first {
            match (known.get(first.test()).copied().unwrap_or_default(), first.negated()) {
                (Known::False, false) | (Known::True, true) => return None,
                _ => {}
            }
        }
        let mut unknown = false;
        let mut open = false;
        for literal in self.literals.get(cube.start as usize..cube.end as usize).unwrap_or_default() {
            match (known.get(literal.test()).copied().unwrap_or_default(), literal.negated()) {
                (Known::True, false) | (Known::False, true) => {}
                (Known::False, false) | (Known::True, true) => return None,
                (Known::Unknown, _) => unknown = true,
                (Known::Open, _) => open = true,
            }
        }
        Some(span(unknown, open))
    }

    /// What a cube says, given by [`Hit::cube`].
    pub(crate) fn literals(&self, cube: u32) -> &[Literal] {
        self.cubes
            .get(cube as usize)
            .and_then(|cube| self.literals.get(cube.start as usize..cube.end as usize))
            .unwrap_or_default()
    }

    /// Lays out cubes that are in rank order, over so many tests.
    pub(crate) fn new(mut cubes: &[Cube], tests: usize) -> Matcher {
        let mut matcher = Matcher::default();
        let mut size = FIRST_STRATUM;
        while let Some(first) = cubes.first() {
            let (stratum, rest) = cubes.split_at(size.min(cubes.len()));
            matcher.lay(stratum, u32::from(first.rank), tests);
            cubes = rest;
            size = size.saturating_mul(GROWTH);
        }
        matcher
    }

    fn lay(&mut self, cubes: &[Cube], first_rank: u32, tests: usize) {
        let mut mentions = vec![0_u32; tests];
        for cube in cubes {
            for literal in &cube.literals {
                if let Some(count) = mentions.get_mut(literal.test()) {
                    *count += 1;
                }
            }
        }
        let rarity = |literal: &Literal| mentions.get(literal.test()).copied().unwrap_or_default();
        let mut stratum = Stratum { first_rank, ..Stratum::default() };
        if cubes.len() <= 64 {
            stratum.sheet = Some(Sheet::new(cubes, tests, &rarity));
            stratum.free = self.place(&cubes.iter().collect::<Vec<_>>(), None, &rarity);
            self.strata.push(stratum);
            return;
        }
        let key = |cube: &Cube| {
            let positive = cube.literals.iter().filter(|literal| !literal.negated());
            positive.min_by_key(|literal| (rarity(literal), **literal)).map(|literal| literal.test())
        };
        let mut groups: Vec<Vec<&Cube>> = vec![Vec::new(); tests];
        let mut rest = Vec::new();
        for cube in cubes {
            match key(cube).and_then(|key| groups.get_mut(key)) {
                Some(group) => group.push(cube),
                None => rest.push(cube),
            }
        }
        stratum.free = self.place(&rest, None, &rarity);
        stratum.keys = vec![0; tests.div_ceil(64)];
        for (test, group) in groups.iter().enumerate() {
            if !group.is_empty()
                && let Some(word) = stratum.keys.get_mut(test / 64)
            {
                *word |= 1 << (test % 64);
            }
            stratum.keyed.push(self.place(group, Some(test), &rarity));
        }
        self.strata.push(stratum);
    }

    fn place(&mut self, cubes: &[&Cube], key: Option<usize>, rarity: &impl Fn(&Literal) -> u32) -> Cubes {
        let first = self.cubes.len() as u32;
        for cube in cubes {
            let start = self.literals.len() as u32;
            self.literals.extend(&cube.literals);
            // What kills most often is looked at first; the key has been looked at already.
            if let Some(literals) = self.literals.get_mut(start as usize..) {
                let late = |literal: &Literal| {
                    (Some(literal.test()) == key, literal.negated(), rarity(literal), *literal)
                };
                sort_by(literals, |one, other| late(one) < late(other));
            }
            let end = self.literals.len() as u32;
            let first = self.literals.get(start as usize).copied();
            self.cubes.push(Placed { rank: u32::from(cube.rank), first, start, end });
        }
        Cubes { start: first, end: self.cubes.len() as u32 }
    }
}

fn span(unknown: bool, open: bool) -> Span {
    use crate::truth::Truth::{False, True, Unknown};
    Span {
        least: if open {
            False
        } else if unknown {
            Unknown
        } else {
            True
        },
        most: if unknown { Unknown } else { True },
    }
}
