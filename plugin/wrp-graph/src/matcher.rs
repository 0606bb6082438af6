//! Finding the cubes that may hold, without looking at most of them.
//!
//! Cubes lie in strata by rank, each four times as large as the one before: a request that an early route takes never
//! sees the later ones. A stratum of at most 64 cubes is a [`Sheet`]. In a larger one they are grouped by one of their
//! positive literals, and a group is visited only when that literal may hold. A group lies in blocks of up to 64 cubes; a block begins with *filters*: for a
//! test that many of its cubes mention, the word of cubes that survive each value of it. What survives all filters is
//! looked at literal by literal. All of it is made from the section's cubes when a graph is verified, so it is neither
//! on the wire nor trusted.

mod sheet;

use sheet::Sheet;

use crate::graph::{Cube, Literal};
use crate::order::sort_by;
use crate::truth::{Known, Span};

/// The cubes of the first stratum.
const FIRST_STRATUM: usize = 64;
const GROWTH: usize = 4;
/// What a filter must be expected to kill to be worth its look.
const FILTER_WORTH: f64 = 2.0;
const FILTERS_AT_MOST: usize = 12;
/// How often a signal does not fire, as a guess; only speed hangs on it.
const QUIET: f64 = 0.85;

/// The cubes of a section, laid out for finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Matcher {
    strata: Vec<Stratum>,
    blocks: Vec<Block>,
    filters: Vec<Filter>,
    cubes: Vec<Placed>,
    literals: Vec<Literal>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct Stratum {
    first_rank: u32,
    /// Without a key: visited always, but for what a sheet rules out.
    always: Blocks,
    sheet: Option<Sheet>,
    /// For each test, the blocks of the cubes that need it to hold.
    keyed: Vec<Blocks>,
    /// The tests that are keys, as bits.
    keys: Vec<u64>,
}

/// A stretch of [`Matcher::blocks`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Blocks {
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Block {
    first_rank: u32,
    first_cube: u32,
    cubes: u32,
    filters: (u32, u32),
}

/// The cubes of a block that survive a value of the test, by [`Known`].
#[derive(Clone, Copy, Debug, PartialEq)]
struct Filter {
    test: u32,
    keep: [u64; 4],
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
    /// new limit. Within a stratum, blocks come in no particular order.
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
            let alive = stratum.sheet.as_ref().map_or(u64::MAX, |sheet| sheet.alive(may_hold));
            limit = self.visit(stratum.always, alive, known, limit, &mut hit);
            for (word, (may_hold, keys)) in may_hold.iter().zip(&stratum.keys).enumerate() {
                let mut bits = may_hold & keys;
                while bits != 0 {
                    let test = word * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    if let Some(blocks) = stratum.keyed.get(test) {
                        limit = self.visit(*blocks, u64::MAX, known, limit, &mut hit);
                    }
                }
            }
        }
    }

    fn visit(
        &self,
        blocks: Blocks,
        alive: u64,
        known: &[Known],
        mut limit: u32,
        hit: &mut impl FnMut(Hit, u32) -> u32,
    ) -> u32 {
        let blocks = self.blocks.get(blocks.start as usize..blocks.end as usize).unwrap_or_default();
        for block in blocks {
            if block.first_rank >= limit {
                break;
            }
            let mut alive = alive & u64::MAX >> (64 - block.cubes.clamp(1, 64));
            let filters =
                self.filters.get(block.filters.0 as usize..block.filters.1 as usize).unwrap_or_default();
            for filter in filters {
                let value = known.get(filter.test as usize).copied().unwrap_or_default();
                alive &= filter.keep[value as usize];
                if alive == 0 {
                    break;
                }
            }
            while alive != 0 {
                let cube = block.first_cube + alive.trailing_zeros();
                alive &= alive - 1;
                let Some(placed) = self.cubes.get(cube as usize) else { break };
                if placed.rank >= limit {
                    break;
                }
                if let Some(truth) = self.truth(*placed, known) {
                    limit = hit(Hit { rank: placed.rank, cube, truth }, limit);
                }
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
            stratum.always = self.place(&cubes.iter().collect::<Vec<_>>(), None, false, &rarity);
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
        stratum.always = self.place(&rest, None, true, &rarity);
        stratum.keys = vec![0; tests.div_ceil(64)];
        for (test, group) in groups.iter().enumerate() {
            stratum.keyed.push(self.place(group, Some(test), true, &rarity));
            if !group.is_empty()
                && let Some(word) = stratum.keys.get_mut(test / 64)
            {
                *word |= 1 << (test % 64);
            }
        }
        self.strata.push(stratum);
    }

    fn place(
        &mut self,
        cubes: &[&Cube],
        key: Option<usize>,
        filtered: bool,
        rarity: &impl Fn(&Literal) -> u32,
    ) -> Blocks {
        let start = self.blocks.len() as u32;
        for chunk in cubes.chunks(64) {
            let filters = self.filters.len() as u32;
            if filtered {
                self.filters.extend(filters_of(chunk, key));
            }
            let block = Block {
                first_rank: chunk.first().map_or(0, |cube| u32::from(cube.rank)),
                first_cube: self.cubes.len() as u32,
                cubes: chunk.len() as u32,
                filters: (filters, self.filters.len() as u32),
            };
            self.blocks.push(block);
            for cube in chunk {
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
        }
        Blocks { start, end: self.blocks.len() as u32 }
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

/// The filters that are worth their look, the deadliest first.
fn filters_of(cubes: &[&Cube], key: Option<usize>) -> Vec<Filter> {
    // By test: the cubes that need it to hold, and those that refuse it.
    let mut words: Vec<(usize, u64, u64)> = Vec::new();
    for (place, cube) in cubes.iter().enumerate() {
        for literal in cube.literals.iter().filter(|literal| Some(literal.test()) != key) {
            let test = literal.test();
            let at = words.partition_point(|(other, ..)| *other < test);
            if words.get(at).is_none_or(|(other, ..)| *other != test) {
                words.insert(at, (test, 0, 0));
            }
            if let Some((_, needing, refusing)) = words.get_mut(at) {
                *(if literal.negated() { refusing } else { needing }) |= 1 << place;
            }
        }
    }
    // How likely each cube is to be alive still.
    let mut alive = vec![1.0; cubes.len()];
    let mut filters = Vec::new();
    while filters.len() < FILTERS_AT_MOST {
        let kills = |word: u64, odds: f64| {
            let places = alive.iter().enumerate().filter(|(place, _)| word >> place & 1 == 1);
            places.map(|(_, alive)| alive * odds).sum::<f64>()
        };
        // Of equals the last.
        let mut best = (FILTER_WORTH, None);
        for (at, (_, needing, refusing)) in words.iter().enumerate() {
            let worth = kills(*needing, QUIET) + kills(*refusing, 1.0 - QUIET);
            if worth >= best.0 {
                best = (worth, Some(at));
            }
        }
        let Some(at) = best.1 else { break };
        let (test, needing, refusing) = words.remove(at);
        for (place, alive) in alive.iter_mut().enumerate() {
            if needing >> place & 1 == 1 {
                *alive *= 1.0 - QUIET;
            }
            if refusing >> place & 1 == 1 {
                *alive *= QUIET;
            }
        }
        // By `Known`: false, unknown, true, open.
        filters.push(Filter { test: test as u32, keep: [!needing, u64::MAX, !refusing, u64::MAX] });
    }
    filters
}
