//! Projections: which bands of a score a request can reach, and by which inputs.
//!
//! A score is followed input by input. What it can have come to so far are the places of a layer, and every value of
//! the next input leads from place to place; equal sums share a place, so binary inputs give few. The last layer says
//! which bands fire. Numbers that are only known to lie in a range give places that are ranges.

use std::collections::BTreeMap;

use wrp_graph::reading::Reading;

use super::space::{Atom, MOST_VALUES, Space, Value};
use crate::oracle::{self, Readings};
use crate::policy::{Bounds, Mapping, Score, ScoreInput, Term};

/// How many places a score may have in all.
const MOST_PLACES: usize = 20_000;

/// What is known of a sum: its least possible and its greatest possible value, each within a range. The two differ
/// only where an input is unknown.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sum {
    least: (f64, f64),
    most: (f64, f64),
    unknown: bool,
}

const NOTHING: Sum = Sum { least: (0.0, 0.0), most: (0.0, 0.0), unknown: false };

impl Sum {
    fn exactly(number: f64) -> Sum {
        Sum::between(number, number)
    }

    /// A number that a request settles, which the analysis does not know more closely.
    fn between(least: f64, most: f64) -> Sum {
        Sum { least: (least, most), most: (least, most), unknown: false }
    }

    /// A number that even the request leaves open.
    fn unknown(least: f64, most: f64) -> Sum {
        Sum { least: (least, least), most: (most, most), unknown: true }
    }

    fn plus(self, other: Sum) -> Sum {
        let add = |one: (f64, f64), other: (f64, f64)| (one.0 + other.0, one.1 + other.1);
        Sum {
            least: add(self.least, other.least),
            most: add(self.most, other.most),
            unknown: self.unknown || other.unknown,
        }
    }

    fn times(self, weight: f64) -> Sum {
        let by = |number: f64| if weight == 0.0 { 0.0 } else { weight * number };
        let scale = |range: (f64, f64)| {
            if weight < 0.0 { (by(range.1), by(range.0)) } else { (by(range.0), by(range.1)) }
        };
        match weight < 0.0 {
            true => Sum { least: scale(self.most), most: scale(self.least), ..self },
            false => Sum { least: scale(self.least), most: scale(self.most), ..self },
        }
    }

    fn bits(self) -> [u64; 5] {
        let unknown = u64::from(self.unknown);
        // Both zeros are one number.
        let bits = |number: f64| (number + 0.0).to_bits();
        [bits(self.least.0), bits(self.least.1), bits(self.most.0), bits(self.most.1), unknown]
    }
}

/// When an input adds what.
type Alternatives = Vec<(Option<Atom>, Sum)>;

/// What is known of each band of a mapping.
#[derive(Clone, Debug)]
pub(crate) struct Bands {
    /// Index into the recipe's mappings.
    pub(crate) mapping: usize,
    /// Those that some request reaches.
    pub(crate) reachable: Vec<bool>,
    /// The least and the greatest sum that some request reaches.
    pub(crate) extent: (f64, f64),
    /// A reachable sum that no band takes.
    pub(crate) gap: Option<f64>,
    /// Whether all sums were followed; else they are only bounded.
    pub(crate) exact: bool,
}

/// Adds the outputs of all mappings to a space.
pub(crate) fn project(space: &mut Space<'_>) -> Vec<Bands> {
    let recipe = space.recipe;
    if recipe.scores.is_empty() || recipe.mappings.is_empty() {
        return Vec::new();
    }
    let mut projector = Projector { places: 0, sums: BTreeMap::new(), bands: Vec::new() };
    // Scores may look at each other and at outputs, in any order that has no circle.
    let mut waiting: Vec<usize> = (0..recipe.scores.len()).collect();
    loop {
        let ready = waiting.iter().position(|score| projector.is_ready(space, &recipe.scores[*score]));
        let Some(at) = ready else { break };
        let number = waiting.remove(at);
        projector.follow(space, number);
    }
    // Not counted: what goes round in a circle. Its outputs never fire.
    projector.bands.sort_by_key(|bands| bands.mapping);
    projector.bands
}

struct Projector {
    places: usize,
    /// What each score can come to, by name, and the atom that says so.
    sums: BTreeMap<String, Alternatives>,
    bands: Vec<Bands>,
}

impl Projector {
    fn is_ready(&self, space: &Space<'_>, score: &Score) -> bool {
        score.inputs.iter().all(|input| match &input.term {
            Term::Score { name } => {
                self.sums.contains_key(name) || space.recipe.scores.iter().all(|score| score.name.it != *name)
            }
            Term::Output { name } => {
                let key = format!("projection:{name}");
                let declared =
                    space.recipe.mappings.iter().flat_map(|it| &it.outputs).any(|band| band.name.it == *name);
                !declared || space.owner(&key).is_some()
            }
            _ => true,
        })
    }

    fn follow(&mut self, space: &mut Space<'_>, number: usize) {
        let score = &space.recipe.scores[number];
        let steps: Vec<Alternatives> =
            score.inputs.iter().map(|input| self.alternatives(space, score, input)).collect();
        let counts =
            space.recipe.scores.iter().rposition(|other| other.name.it == score.name.it) == Some(number);
        let (layer, exact) = match self.walk(space, &steps) {
            Some(layer) => (layer, true),
            None => {
                space.vague = true;
                (vec![(None, bounded(&steps))], false)
            }
        };
        if counts {
            self.map(space, &score.name.it, &layer, exact);
            self.sums.insert(score.name.it.clone(), layer);
        }
    }

    /// Every sum that can be reached, with the atom that holds where it is.
    fn walk(&mut self, space: &mut Space<'_>, steps: &[Alternatives]) -> Option<Alternatives> {
        let mut layer: Alternatives = vec![(None, NOTHING)];
        let mut added = Vec::new();
        for step in steps {
            let mut next: BTreeMap<[u64; 5], (Option<Atom>, Sum)> = BTreeMap::new();
            for (here, sum) in &layer {
                for (when, term) in step {
                    let reached = sum.plus(*term);
                    self.places += usize::from(!next.contains_key(&reached.bits()));
                    if self.places > MOST_PLACES {
                        return None;
                    }
                    let place =
                        next.entry(reached.bits()).or_insert((None, reached)).0.get_or_insert_with(|| {
                            let values = vec![Value::default(), Value::default()];
                            Atom { variable: space.add(values, true), mask: 0b10 }
                        });
                    let mut clause: Vec<Atom> =
                        [here, when].into_iter().flatten().map(|it| space.not(*it)).collect();
                    clause.push(*place);
                    added.push(clause);
                }
            }
            layer = next.into_values().collect();
        }
        space.clauses.extend(added);
        Some(layer)
    }

    /// The variable of a score's outputs: one value for each set of bands that fires together.
    fn map(&mut self, space: &mut Space<'_>, score: &str, layer: &Alternatives, exact: bool) {
        let recipe = space.recipe;
        let mappings: Vec<(usize, &Mapping)> =
            recipe.mappings.iter().enumerate().filter(|(_, mapping)| mapping.source.it == *score).collect();
        if mappings.is_empty() {
            return;
        }
        let cuts: Vec<Bounds> =
            mappings.iter().flat_map(|(_, it)| it.outputs.iter().map(|band| band.bounds)).collect();
        let mut values: Vec<Value> = Vec::new();
        let mut shapes: Vec<Vec<(String, bool, bool)>> = Vec::new();
        let mut allowed: Vec<(Option<Atom>, u128)> = Vec::new();
        let mut quiet = Readings::new();
        mappings.iter().for_each(|(_, mapping)| {
            quiet.extend(
                mapping.outputs.iter().map(|band| (format!("projection:{}", band.name.it), Reading::MISSED)),
            );
        });
        let mut gaps = vec![None; mappings.len()];
        for (place, sum) in layer {
            let mut mask = 0;
            for (least, most) in ends(sum, &cuts) {
                let mut readings = quiet.clone();
                for (at, (_, mapping)) in mappings.iter().enumerate() {
                    let mut own = Readings::new();
                    oracle::band(mapping, (least, most), &mut own);
                    if own.is_empty() && gaps[at].is_none() {
                        gaps[at] = Some(least);
                    }
                    readings.extend(own);
                }
                let shape: Vec<_> =
                    readings.iter().map(|(key, it)| (key.clone(), it.matched, it.failed)).collect();
                let number = shapes.iter().position(|other| *other == shape).unwrap_or_else(|| {
                    shapes.push(shape);
                    values.push(Value { readings: readings.into_iter().collect(), ..Value::default() });
                    values.len() - 1
                });
                if number >= MOST_VALUES {
                    space.torn = true;
                    return;
                }
                mask |= 1 << number;
            }
            allowed.push((*place, mask));
        }
        let sums = layer.iter().map(|(_, sum)| sum);
        let extent = sums.fold((f64::INFINITY, f64::NEG_INFINITY), |extent, sum| {
            (extent.0.min(sum.least.0), extent.1.max(sum.most.1))
        });
        for ((number, mapping), gap) in mappings.iter().zip(gaps) {
            let reached = |name: &str| {
                let key = format!("projection:{name}");
                shapes.iter().flatten().any(|(other, matched, _)| *matched && *other == key)
            };
            let reachable = mapping.outputs.iter().map(|band| reached(&band.name.it)).collect();
            self.bands.push(Bands { mapping: *number, reachable, extent, gap, exact });
        }
        let variable = space.add(values, true);
        for (place, mask) in allowed {
            let mut clause: Vec<Atom> = place.iter().map(|it| space.not(*it)).collect();
            clause.push(Atom { variable, mask });
            space.clauses.push(clause);
        }
    }

    /// What an input adds, and when.
    fn alternatives(&self, space: &Space<'_>, score: &Score, input: &ScoreInput) -> Alternatives {
        let strict = space.can_be_unknown(&score.name.it);
        let look = Look { space, strict };
        let found = match &input.term {
            Term::Binary { kind, name, matched, missed } => look.at(kind, name, |reading, _| match reading {
                Some(reading) => Sum::exactly(if reading.matched { *matched } else { *missed }),
                None => Sum::unknown(matched.min(*missed), matched.max(*missed)),
            }),
            Term::Confidence { kind, name } => look.at(kind, name, sureness),
            Term::Output { name } => look.at("projection", name, sureness),
            Term::Raw { kind, name } => look.at(kind, name, |reading, range| match (reading, range) {
                (None, _) => Sum::unknown(f64::NEG_INFINITY, f64::INFINITY),
                (Some(Reading { value: Some(_), .. }), Some((least, most))) => Sum::between(least, most),
                (Some(_), _) => Sum::exactly(0.0),
            }),
            Term::Score { name } => self.sums.get(name).cloned().unwrap_or_else(|| vec![(None, NOTHING)]),
            Term::KbMetric { .. } => vec![(None, Sum::between(f64::NEG_INFINITY, f64::INFINITY))],
        };
        found.into_iter().map(|(when, sum)| (when, sum.times(input.weight))).collect()
    }
}

/// Looks at signals for a score.
struct Look<'s, 'p> {
    space: &'s Space<'p>,
    /// Whether what failed is unknown to the score's policy, or has missed.
    strict: bool,
}

impl Look<'_, '_> {
    fn at(
        &self,
        kind: &str,
        name: &str,
        adds: impl Fn(Option<Reading>, Option<(f64, f64)>) -> Sum,
    ) -> Alternatives {
        let key = format!("{kind}:{name}");
        // Authz joins after the projections: a score never sees it.
        let owner = self.space.owner(&key).filter(|_| kind != "authz");
        let Some(variable) = owner else { return vec![(None, adds(Some(Reading::MISSED), None))] };
        let mut alternatives: Vec<(Atom, Sum)> = Vec::new();
        for (number, value) in self.space.variables[variable as usize].values.iter().enumerate() {
            let reading =
                value.readings.iter().find(|(other, _)| *other == key).map(|(_, it)| *it).unwrap_or_default();
            let unknown = self.strict && reading.failed;
            let sum = adds((!unknown).then_some(reading), value.range);
            match alternatives.iter_mut().find(|(_, other)| other.bits() == sum.bits()) {
                Some((atom, _)) => atom.mask |= 1 << number,
                None => alternatives.push((Atom { variable, mask: 1 << number }, sum)),
            }
        }
        alternatives.into_iter().map(|(atom, sum)| (Some(atom), sum)).collect()
    }
}

/// The confidence of what fired.
fn sureness(reading: Option<Reading>, range: Option<(f64, f64)>) -> Sum {
    match reading {
        None => Sum::unknown(0.0, 1.0),
        Some(reading) if !reading.matched => Sum::exactly(0.0),
        Some(Reading { confidence: None, .. }) => Sum::exactly(1.0),
        Some(_) => range.map_or(Sum::between(0.0, 1.0), |(least, most)| Sum::between(least, most)),
    }
}

/// A sum of which only the ends are known.
fn bounded(steps: &[Alternatives]) -> Sum {
    steps.iter().fold(NOTHING, |sum, step| {
        let wide = step.iter().map(|(_, term)| *term).reduce(|one, other| Sum {
            least: (one.least.0.min(other.least.0), one.least.1.max(other.least.1)),
            most: (one.most.0.min(other.most.0), one.most.1.max(other.most.1)),
            unknown: one.unknown || other.unknown,
        });
        sum.plus(wide.unwrap_or(NOTHING))
    })
}

/// Ends of a sum that show every set of bands it can fire.
fn ends(sum: &Sum, cuts: &[Bounds]) -> Vec<(f64, f64)> {
    let numbers = |(least, most): (f64, f64)| {
        if least == most {
            return vec![least];
        }
        super::numbers::cells(super::numbers::Line::Real(least, most), cuts)
            .iter()
            .map(|cell| cell.number)
            .collect()
    };
    match sum.unknown {
        false => numbers(sum.least).into_iter().map(|number| (number, number)).collect(),
        true => {
            let mosts = numbers(sum.most);
            let pairs =
                |least: f64| mosts.iter().filter(move |most| least <= **most).map(move |most| (least, *most));
            numbers(sum.least).into_iter().flat_map(pairs).collect()
        }
    }
}
