//! Policies and requests made up for measuring: reproducible, and of no particular kindness to any engine.

#![allow(dead_code, reason = "each benchmark takes what it needs")]

use wrp_graph::graph::Graph;
use wrp_graph::reading::Reading;
use wrp_lang::lower::{Options, lower};
use wrp_lang::policy::{Expr, Leaf, Policy, Recipe, Route};

/// Numbers that look random: xorshift64*.
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % sides
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A policy, and requests as the signals that fire.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) policy: Policy,
    pub(crate) graph: Graph,
    pub(crate) signals: usize,
    pub(crate) requests: Vec<Vec<usize>>,
}

/// So many routes of 3 to 8 literals over so many signals, a quarter of the literals negated, a quarter of the
/// routes with an OR inside; every route has a priority of its own and the last takes everything. Of the signals, four
/// in five are rare (2 to 10 %), the rest fire in 20 to 60 % of the requests.
pub(crate) fn load(routes: usize, signals: usize, requests: usize) -> Load {
    let mut dice = Dice::new((routes * 31 + signals) as u64);
    let mut recipe = Recipe { name: "default".to_owned(), ..Recipe::default() };
    for number in 0..routes - 1 {
        let literals = 3 + dice.below(6);
        let mut items: Vec<Expr> = (0..literals).map(|_| literal(&mut dice, signals)).collect();
        if dice.chance(25) {
            let pair = items.split_off(literals - 2);
            items.push(Expr::Or(pair));
        }
        recipe.routes.push(route(number, (routes - number) as i64 * 10, Expr::And(items)));
    }
    recipe.routes.push(route(routes - 1, 0, Expr::And(Vec::new())));
    let policy = Policy { recipes: vec![recipe], ..Policy::default() };
    let graph = lower(&policy, Options::default()).expect("the policy fits into a graph");
    let rates: Vec<usize> =
        (0..signals).map(|_| if dice.chance(80) { 2 + dice.below(9) } else { 20 + dice.below(41) }).collect();
    let requests = (0..requests).map(|_| {
        rates.iter().enumerate().filter(|(_, rate)| dice.chance(**rate)).map(|(it, _)| it).collect()
    });
    Load { policy, graph, signals, requests: requests.collect() }
}

fn literal(dice: &mut Dice, signals: usize) -> Expr {
    let leaf = Expr::Leaf(Leaf {
        kind: "keyword".to_owned(),
        name: format!("s{}", dice.below(signals)),
        label: None,
        predicate: None,
        match_on_error: false,
        span: Default::default(),
        name_span: Default::default(),
    });
    if dice.chance(25) { Expr::Not(Box::new(leaf)) } else { leaf }
}

fn route(number: usize, priority: i64, when: Expr) -> Route {
    Route {
        name: wrp_graph::schema::Spanned { it: format!("r{number}"), span: Default::default() },
        span: Default::default(),
        description: None,
        priority,
        tier: 0,
        when,
        models: Vec::new(),
        algorithm: None,
        plugins: Vec::new(),
        emits: Vec::new(),
        on_unknown: None,
        tree: None,
    }
}

impl Load {
    /// A session that has sensed the request.
    pub(crate) fn session(&self, request: &[usize]) -> wrp_graph::session::Session<'_> {
        let mut session = wrp_graph::session::Session::new(&self.graph, 0);
        for signal in request {
            if let Some(slot) = session.slot(&format!("keyword:s{signal}")) {
                session.tell(slot, Reading::flag(true));
            }
        }
        session
    }
}

/// What an engine does that walks the trees in rank order.
#[derive(Debug)]
pub(crate) enum Tree {
    And(Vec<Tree>),
    Or(Vec<Tree>),
    Not(Box<Tree>),
    Leaf(usize),
}

impl Tree {
    pub(crate) fn of(when: &Expr) -> Tree {
        match when {
            Expr::And(items) => Tree::And(items.iter().map(Tree::of).collect()),
            Expr::Or(items) => Tree::Or(items.iter().map(Tree::of).collect()),
            Expr::Not(inner) => Tree::Not(Box::new(Tree::of(inner))),
            Expr::Leaf(leaf) => Tree::Leaf(leaf.name[1..].parse().expect("a signal's number")),
        }
    }

    pub(crate) fn holds(&self, fired: &[bool]) -> bool {
        match self {
            Tree::And(items) => items.iter().all(|item| item.holds(fired)),
            Tree::Or(items) => items.iter().any(|item| item.holds(fired)),
            Tree::Not(inner) => !inner.holds(fired),
            Tree::Leaf(signal) => fired[*signal],
        }
    }
}
