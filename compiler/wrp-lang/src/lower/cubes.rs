//! Conditions multiplied out: an OR of ANDs of literals.
//!
//! De Morgan, distribution and absorption hold in two- and three-valued logic alike, so the cubes say what the
//! condition says for unknown tests too. Only under `vsr-2026-08`, which knows no unknown, is a cube dropped that
//! wants a test both ways. A sub-condition that would multiply out beyond [`MOST`] becomes one derived test instead,
//! so the work is never exponential.

use wrp_graph::graph::Literal;

use super::TooLarge;
use super::condition::Conditions;
use crate::policy::{Expr, Semantics};

/// How many cubes a condition may have.
const MOST: usize = 64;

type Cube = Vec<Literal>;

/// The cubes of a condition; none if it never holds.
pub(super) fn of(
    when: &Expr,
    semantics: Semantics,
    conditions: &mut Conditions<'_>,
) -> Result<Vec<Cube>, TooLarge> {
    Expansion { semantics, conditions }.expand(when, false)
}

struct Expansion<'e, 'r> {
    semantics: Semantics,
    conditions: &'e mut Conditions<'r>,
}

impl Expansion<'_, '_> {
    fn expand(&mut self, when: &Expr, negated: bool) -> Result<Vec<Cube>, TooLarge> {
        match (when, negated) {
            (Expr::Not(inner), _) => self.expand(inner, !negated),
            (Expr::Leaf(leaf), _) => {
                let test = self.conditions.test(leaf)?;
                Ok(match (self.conditions.is_never(test), negated) {
                    (true, false) => Vec::new(),
                    (true, true) => vec![Vec::new()],
                    (false, _) => vec![vec![Literal::new(test, negated)]],
                })
            }
            (Expr::And(items), false) | (Expr::Or(items), true) => self.product(items, negated),
            (Expr::Or(items), false) | (Expr::And(items), true) => {
                let mut sum = Vec::new();
                for item in items {
                    sum.extend(self.expand(item, negated)?);
                }
                let sum = absorb(sum);
                if sum.len() <= MOST { Ok(sum) } else { self.derive(when, negated) }
            }
        }
    }

    fn product(&mut self, items: &[Expr], negated: bool) -> Result<Vec<Cube>, TooLarge> {
        let mut factors = Vec::new();
        for item in items {
            factors.push((item, self.expand(item, negated)?));
        }
        // Small factors first: what does not fit any more is what is large by itself.
        factors.sort_by_key(|(_, cubes)| cubes.len());
        let mut product: Vec<Cube> = vec![Vec::new()];
        for (item, mut cubes) in factors {
            if product.len() * cubes.len() > MOST {
                cubes = self.derive(item, negated)?;
            }
            let joined =
                product.iter().flat_map(|one| cubes.iter().filter_map(|other| self.join(one, other)));
            product = absorb(joined.collect());
        }
        Ok(product)
    }

    fn derive(&mut self, when: &Expr, negated: bool) -> Result<Vec<Cube>, TooLarge> {
        let literal = self.conditions.derive(when)?;
        Ok(vec![vec![Literal::new(literal.test() as u16, negated)]])
    }

    fn join(&self, one: &Cube, other: &Cube) -> Option<Cube> {
        let mut both: Cube = one.iter().chain(other).copied().collect();
        both.sort_unstable();
        both.dedup();
        let torn = both.windows(2).any(|pair| pair[0].test() == pair[1].test());
        (self.semantics == Semantics::Strict || !torn).then_some(both)
    }
}

/// Drops every cube that asks for all that another asks for, and more.
fn absorb(mut cubes: Vec<Cube>) -> Vec<Cube> {
    cubes.sort_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    cubes.dedup();
    let mut kept: Vec<Cube> = Vec::with_capacity(cubes.len());
    for cube in cubes {
        if !kept.iter().any(|smaller| smaller.iter().all(|literal| cube.binary_search(literal).is_ok())) {
            kept.push(cube);
        }
    }
    kept
}
