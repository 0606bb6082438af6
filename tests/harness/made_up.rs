//! Policies and readings made up by chance, reproducible by their seed.

use std::collections::BTreeMap;

use wrp_graph::reading::Reading;
use wrp_graph::schema::{Entry, Fields, Spanned, Value};
use wrp_graph::signal;
use wrp_lang::policy::{
    Band, Bounds, Expr, Leaf, Mapping, OnUnknown, Partition, Policy, Recipe, Route, Score, ScoreInput,
    Semantics, Signal, Strategy, Term,
};

/// Numbers that look random: xorshift64*.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize) % sides
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'p, T>(&mut self, from: &'p [T]) -> &'p T {
        &from[self.below(from.len())]
    }
}

fn spanned<T>(it: T) -> Spanned<T> {
    Spanned { it, span: Default::default() }
}

/// What a leaf may look at: two keyword signals, three embeddings, a jailbreak detector, three domains of which two
/// share a category, a complexity rule with a composer, a classifier, and the outputs of a mapping.
const LEAVES: &[(&str, &str)] = &[
    ("keyword", "k1"),
    ("keyword", "k2"),
    ("embedding", "e1"),
    ("embedding", "e2"),
    ("embedding", "e3"),
    ("jailbreak", "j"),
    ("domain", "law"),
    ("domain", "tax"),
    ("domain", "math"),
    ("complexity", "c:hard"),
    ("complexity", "c:easy"),
    ("classifier", "f"),
    ("projection", "low"),
    ("projection", "mid"),
    ("projection", "high"),
    ("projection", "nobody"),
    ("nonsense", "n"),
];

/// Which constructs a policy may use.
#[derive(Clone, Copy, Debug)]
pub struct Taste {
    /// Only tests that are independent of each other: inline and neural flags, each leaf of a route once.
    pub plain: bool,
}

pub fn policy(dice: &mut Dice, taste: Taste) -> Policy {
    let semantics = if dice.chance(50) { Semantics::Strict } else { Semantics::Vsr2026_08 };
    let strategy = if !taste.plain && dice.chance(40) { Strategy::Confidence } else { Strategy::Priority };
    let tiers = !taste.plain && dice.chance(50);
    let mut recipe = Recipe { name: "default".to_owned(), strategy, ..Recipe::default() };
    recipe.signals = signals(dice, taste);
    if !taste.plain {
        recipe.embedding_top_k = dice.below(3) as u32;
        partitions(dice, &mut recipe);
        projections(dice, &mut recipe);
    }
    for number in 0..1 + dice.below(6) {
        let mut leaves: Vec<(&str, &str)> = LEAVES.to_vec();
        if taste.plain {
            leaves.retain(|(kind, _)| matches!(*kind, "keyword" | "embedding" | "jailbreak"));
        }
        let when = if dice.chance(8) {
            Expr::And(Vec::new())
        } else {
            match expr(dice, &mut leaves, 3, taste) {
                leaf @ Expr::Leaf(_) => Expr::And(vec![leaf]),
                other => other,
            }
        };
        let priority = if taste.plain { 100 - number as i64 } else { dice.below(4) as i64 };
        recipe.routes.push(Route {
            name: spanned(format!("r{}", if dice.chance(5) { 0 } else { number })),
            span: Default::default(),
            description: None,
            priority,
            tier: if tiers { dice.below(3) as i64 } else { 0 },
            when,
            models: Vec::new(),
            algorithm: None,
            plugins: Vec::new(),
            emits: Vec::new(),
            on_unknown: *dice.pick(&[
                None,
                Some(OnUnknown::Skip),
                Some(OnUnknown::Match),
                Some(OnUnknown::Deny),
            ]),
            tree: None,
        });
    }
    Policy { semantics, recipes: vec![recipe], ..Policy::default() }
}

fn signal(kind: &str, name: &str, fields: Vec<(&str, Value)>) -> Signal {
    let entry = |(key, it): (&str, Value)| Entry { key: spanned(key.to_owned()), value: spanned(it) };
    Signal {
        kind: signal::find(kind).expect("a family of the language"),
        name: spanned(name.to_owned()),
        fields: Fields { entries: fields.into_iter().map(entry).collect(), ..Fields::default() },
        span: Default::default(),
    }
}

fn texts(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| spanned(Value::Text((*item).to_owned()))).collect())
}

fn object(fields: Vec<(&str, Value)>) -> Value {
    Value::Object(signal("keyword", "", fields).fields)
}

fn signals(dice: &mut Dice, taste: Taste) -> Vec<Signal> {
    let keyword = |name| {
        signal(
            "keyword",
            name,
            vec![("operator", Value::Text("OR".to_owned())), ("keywords", texts(&[name]))],
        )
    };
    let mut signals = vec![keyword("k1"), keyword("k2")];
    signals.extend(["e1", "e2", "e3"].map(|name| signal("embedding", name, Vec::new())));
    signals.push(signal("jailbreak", "j", Vec::new()));
    if taste.plain {
        return signals;
    }
    signals.push(signal("domain", "law", vec![("mmlu_categories", texts(&["law", "tax"]))]));
    signals.push(signal("domain", "tax", Vec::new()));
    signals.push(signal("domain", "math", Vec::new()));
    let tested = |kind: &str, name: &str| {
        object(vec![("type", Value::Text(kind.to_owned())), ("name", Value::Text(name.to_owned()))])
    };
    let mut rule = Vec::new();
    if dice.chance(60) {
        let inner = vec![spanned(tested("domain", "law")), spanned(tested("embedding", "e1"))];
        let operator = Value::Text((*dice.pick(&["AND", "OR"])).to_owned());
        rule.push(("composer", object(vec![("operator", operator), ("conditions", Value::List(inner))])));
    }
    signals.push(signal("complexity", "c", rule));
    signals.push(signal("classifier", "f", vec![("labels", texts(&["x", "y"]))]));
    signals
}

fn partitions(dice: &mut Dice, recipe: &mut Recipe) {
    for (family, members) in [("domain", ["law", "tax", "math"]), ("embedding", ["e1", "e2", "e3"])] {
        if dice.chance(40) {
            recipe.partitions.push(Partition {
                name: spanned(format!("{family}s")),
                softmax: dice.chance(50).then_some(0.3),
                family: family.to_owned(),
                members: members.iter().take(2 + dice.below(2)).map(|it| spanned((*it).to_owned())).collect(),
                default: dice.chance(50).then(|| spanned(members[dice.below(2)].to_owned())),
            });
        }
    }
}

fn projections(dice: &mut Dice, recipe: &mut Recipe) {
    let mut inputs = Vec::new();
    for _ in 0..1 + dice.below(4) {
        let (kind, name) = *dice.pick(&LEAVES[..12]);
        let (kind, name) = (kind.to_owned(), name.to_owned());
        let term = match dice.below(4) {
            0 => Term::Confidence { kind, name },
            1 => Term::Raw { kind, name },
            _ => Term::Binary { kind, name, matched: 1.0, missed: if dice.chance(20) { 0.4 } else { 0.0 } },
        };
        inputs.push(ScoreInput {
            weight: *dice.pick(&[1.0, 0.5, -0.5, 0.25, 0.0]),
            term,
            span: Default::default(),
        });
    }
    recipe.scores.push(Score { name: spanned("s".to_owned()), inputs });
    let band = |name: &str, gte, lt| Band {
        name: spanned(name.to_owned()),
        bounds: Bounds { gte, lt, ..Bounds::default() },
    };
    let multi_emit = dice.chance(30);
    let outputs = vec![
        band("low", None, Some(0.3)),
        band("mid", Some(0.3), Some(*dice.pick(&[0.6, 1.0]))),
        band("high", Some(*dice.pick(&[0.6, 0.9])), None),
    ];
    let (name, source) = (spanned("m".to_owned()), spanned("s".to_owned()));
    recipe.mappings.push(Mapping { name, source, multi_emit, slope: 12.0, outputs });
    if dice.chance(50) {
        let output = Term::Output { name: "mid".to_owned() };
        let inputs = vec![
            ScoreInput { weight: 1.0, term: Term::Score { name: "s".to_owned() }, span: Default::default() },
            ScoreInput { weight: 0.5, term: output, span: Default::default() },
        ];
        recipe.scores.insert(0, Score { name: spanned("t".to_owned()), inputs });
        recipe.mappings.push(Mapping {
            name: spanned("n".to_owned()),
            source: spanned("t".to_owned()),
            multi_emit: false,
            slope: 4.0,
            outputs: vec![band("high", Some(1.2), None)],
        });
    }
}

fn expr(dice: &mut Dice, leaves: &mut Vec<(&str, &str)>, depth: usize, taste: Taste) -> Expr {
    let kind = if depth == 0 { 9 } else { dice.below(10) };
    match kind {
        0..=2 => Expr::And((0..1 + dice.below(3)).map(|_| expr(dice, leaves, depth - 1, taste)).collect()),
        3..=5 => Expr::Or((0..1 + dice.below(3)).map(|_| expr(dice, leaves, depth - 1, taste)).collect()),
        6 => Expr::Not(Box::new(expr(dice, leaves, depth - 1, taste))),
        _ if leaves.is_empty() => Expr::And(Vec::new()),
        _ => {
            let at = dice.below(leaves.len());
            let (kind, name) = if taste.plain { leaves.remove(at) } else { leaves[at] };
            let bounded = kind == "classifier" || (!taste.plain && dice.chance(10));
            Expr::Leaf(Leaf {
                kind: kind.to_owned(),
                name: name.to_owned(),
                label: (kind == "classifier").then(|| (*dice.pick(&["x", "y"])).to_owned()),
                predicate: bounded
                    .then(|| Bounds { gte: Some(*dice.pick(&[0.3, 0.5])), ..Bounds::default() }),
                match_on_error: bounded && dice.chance(30),
                span: Default::default(),
                name_span: Default::default(),
            })
        }
    }
}

/// A reading of a key; `fallible` ones may have failed.
pub fn reading(dice: &mut Dice, fallible: bool) -> Reading {
    let number = |dice: &mut Dice| *dice.pick(&[0.0, 0.2, 0.3, 0.5, 0.8, 1.0]);
    let mut reading = Reading::flag(dice.chance(50));
    if dice.chance(60) {
        reading.confidence = Some(number(dice));
    }
    if dice.chance(30) {
        reading.value = Some(number(dice));
    }
    if fallible && dice.chance(15) {
        reading = Reading { failed: true, matched: dice.chance(30), ..Reading::MISSED };
    }
    reading
}

/// Readings for every key that a policy's signals and leaves know.
pub fn readings(dice: &mut Dice) -> BTreeMap<String, Reading> {
    let mut readings = BTreeMap::new();
    for (kind, name) in LEAVES {
        if dice.chance(75) {
            readings.insert(format!("{kind}:{name}"), reading(dice, true));
        }
    }
    for label in ["x", "y"] {
        readings.insert(format!("classifier:f:{label}"), reading(dice, true));
    }
    readings
}
