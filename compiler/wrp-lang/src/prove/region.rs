//! The requests that a condition takes, as cubes: each a conjunction of atoms, at most one a variable.
//!
//! Negations are pushed to the tests, whose values say what is true, false and unknown, so cubes say what a condition
//! says in three-valued logic too. A condition with very many cubes stays a tree, which a solver reads node by node.

use super::solver::Questions;
use super::space::{Atom, Space, Tested};
use crate::policy::Expr;

/// A conjunction of atoms, sorted by variable. The empty one takes everything.
pub(crate) type Cube = Vec<Atom>;

/// How many cubes a region may have.
const MOST_CUBES: usize = 256;

/// What a condition must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    True,
    /// True or unknown.
    Possible,
}

/// A set of requests.
#[derive(Clone, Debug)]
pub(crate) enum Region {
    Cubes(Vec<Cube>),
    Tree(Tree),
}

/// A condition in negation normal form.
#[derive(Clone, Debug)]
pub(crate) enum Tree {
    Atom(Atom),
    All(Vec<Tree>),
    Any(Vec<Tree>),
}

impl Region {
    pub(crate) fn of(space: &Space<'_>, when: &Expr, wanted: Wanted) -> Region {
        let tree = Tree::of(space, when, false, wanted);
        match tree.cubes(space) {
            Some(cubes) => Region::Cubes(cubes),
            None => Region::Tree(tree),
        }
    }

    /// The requests for which the condition is certainly false, or at most unknown.
    pub(crate) fn outside(space: &Space<'_>, when: &Expr, wanted: Wanted) -> Region {
        let opposite = match wanted {
            Wanted::True => Wanted::Possible,
            Wanted::Possible => Wanted::True,
        };
        let tree = Tree::of(space, when, true, opposite);
        match tree.cubes(space) {
            Some(cubes) => Region::Cubes(cubes),
            None => Region::Tree(tree),
        }
    }

    /// The cubes, or one cube that a solver's literal stands for.
    pub(crate) fn parts(&self, questions: &mut Questions) -> Vec<(Cube, Vec<batsat::Lit>)> {
        match self {
            Region::Cubes(cubes) => cubes.iter().map(|cube| (cube.clone(), Vec::new())).collect(),
            Region::Tree(tree) => vec![(Vec::new(), vec![tree.literal(questions)])],
        }
    }

    /// From now on no request is in here, or none is while the switch is on.
    pub(crate) fn exclude(&self, questions: &mut Questions, unless: Option<batsat::Lit>) {
        match self {
            Region::Cubes(cubes) => cubes.iter().for_each(|cube| questions.exclude(cube, unless)),
            Region::Tree(tree) => {
                let literal = tree.literal(questions);
                questions.demand(std::iter::once(!literal).chain(unless.map(|switch| !switch)).collect());
            }
        }
    }

    /// A literal that is true exactly in here.
    pub(crate) fn literal(&self, questions: &mut Questions) -> batsat::Lit {
        match self {
            Region::Cubes(cubes) => {
                let all = |cube: &Cube| Tree::All(cube.iter().map(|atom| Tree::Atom(*atom)).collect());
                Tree::Any(cubes.iter().map(all).collect()).literal(questions)
            }
            Region::Tree(tree) => tree.literal(questions),
        }
    }

    /// Whether some request may be in here and in one of the parts; not so only where that is plain.
    pub(crate) fn may_meet(&self, parts: &[(Cube, Vec<batsat::Lit>)]) -> bool {
        match self {
            Region::Cubes(cubes) => {
                cubes.iter().any(|cube| parts.iter().any(|(other, _)| meet(cube, other).is_some()))
            }
            Region::Tree(_) => true,
        }
    }

    pub(crate) fn has(&self, request: &[u8]) -> bool {
        match self {
            Region::Cubes(cubes) => cubes.iter().any(|cube| cube.iter().all(|atom| is_in(*atom, request))),
            Region::Tree(tree) => tree.has(request),
        }
    }
}

fn is_in(atom: Atom, request: &[u8]) -> bool {
    request.get(atom.variable as usize).is_some_and(|value| atom.mask >> value & 1 == 1)
}

impl Tree {
    fn of(space: &Space<'_>, when: &Expr, negated: bool, wanted: Wanted) -> Tree {
        match when {
            Expr::Not(inner) => Tree::of(space, inner, !negated, wanted),
            Expr::And(items) | Expr::Or(items) => {
                let items = items.iter().map(|item| Tree::of(space, item, negated, wanted)).collect();
                match matches!(when, Expr::And(_)) != negated {
                    true => Tree::All(items),
                    false => Tree::Any(items),
                }
            }
            Expr::Leaf(leaf) => {
                let Tested { yes, no } = space.test(leaf);
                let others =
                    |atoms: Vec<Atom>| atoms.into_iter().map(|atom| Tree::Atom(space.not(atom))).collect();
                let these = |atoms: Vec<Atom>| atoms.into_iter().map(Tree::Atom).collect();
                match (negated, wanted) {
                    (false, Wanted::True) => Tree::Any(these(yes)),
                    (false, Wanted::Possible) => Tree::Any(others(no)),
                    (true, Wanted::True) => Tree::All(these(no)),
                    (true, Wanted::Possible) => Tree::All(others(yes)),
                }
            }
        }
    }

    fn cubes(&self, space: &Space<'_>) -> Option<Vec<Cube>> {
        match self {
            Tree::Atom(atom) if atom.mask == 0 => Some(Vec::new()),
            Tree::Atom(atom) if space.not(*atom).mask == 0 => Some(vec![Vec::new()]),
            Tree::Atom(atom) => Some(vec![vec![*atom]]),
            Tree::Any(items) => {
                let mut sum = Vec::new();
                for item in items {
                    sum.extend(item.cubes(space)?);
                    if sum.len() > MOST_CUBES {
                        return None;
                    }
                }
                Some(absorbed(sum))
            }
            Tree::All(items) => {
                let mut product: Vec<Cube> = vec![Vec::new()];
                for item in items {
                    let factor = item.cubes(space)?;
                    if product.len() * factor.len() > MOST_CUBES {
                        return None;
                    }
                    let with =
                        |cube: &Cube| factor.iter().filter_map(|it| meet(cube, it)).collect::<Vec<_>>();
                    product = absorbed(product.iter().flat_map(with).collect());
                }
                Some(product)
            }
        }
    }

    /// A literal that is true exactly where the tree is.
    pub(crate) fn literal(&self, questions: &mut Questions) -> batsat::Lit {
        match self {
            Tree::Atom(atom) => questions.name(*atom),
            Tree::All(items) | Tree::Any(items) => {
                // An AND is the negation of an OR of negations.
                let all = matches!(self, Tree::All(_));
                let turn = |literal: batsat::Lit| if all { !literal } else { literal };
                let parts: Vec<batsat::Lit> =
                    items.iter().map(|item| turn(item.literal(questions))).collect();
                let whole = questions.switch();
                parts.iter().for_each(|part| questions.demand(vec![!*part, whole]));
                questions.demand(parts.into_iter().chain([!whole]).collect());
                turn(whole)
            }
        }
    }

    fn has(&self, request: &[u8]) -> bool {
        match self {
            Tree::Atom(atom) => is_in(*atom, request),
            Tree::All(items) => items.iter().all(|item| item.has(request)),
            Tree::Any(items) => items.iter().any(|item| item.has(request)),
        }
    }
}

/// What two cubes have in common, if anything.
pub(crate) fn meet(one: &[Atom], other: &[Atom]) -> Option<Cube> {
    let mut met = Vec::with_capacity(one.len() + other.len());
    let (mut left, mut right) = (one.iter().peekable(), other.iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.variable.cmp(&b.variable) {
            std::cmp::Ordering::Less => met.extend(left.next()),
            std::cmp::Ordering::Greater => met.extend(right.next()),
            std::cmp::Ordering::Equal => {
                let mask = a.mask & b.mask;
                if mask == 0 {
                    return None;
                }
                met.push(Atom { variable: a.variable, mask });
                left.next();
                right.next();
            }
        }
    }
    met.extend(left);
    met.extend(right);
    Some(met)
}

/// Whether every request of one cube is in the other.
pub(crate) fn lies_in(one: &[Atom], other: &[Atom]) -> bool {
    let mut rest = one.iter();
    other.iter().all(|wanted| {
        rest.by_ref()
            .find(|atom| atom.variable >= wanted.variable)
            .is_some_and(|atom| atom.variable == wanted.variable && atom.mask & !wanted.mask == 0)
    })
}

/// Without the cubes that lie in another.
fn absorbed(mut cubes: Vec<Cube>) -> Vec<Cube> {
    if cubes.len() < 2 {
        return cubes;
    }
    cubes.sort_by_key(Vec::len);
    let mut kept: Vec<Cube> = Vec::new();
    for cube in cubes {
        if !kept.iter().any(|other| lies_in(&cube, other)) {
            kept.push(cube);
        }
    }
    kept
}
