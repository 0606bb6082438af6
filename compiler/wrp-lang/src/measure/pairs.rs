//! Every two signals, and every two routes that do not do the same: can they fire together, and how often do they?

use std::collections::BTreeSet;

use super::raise::{allowed, raise};
use super::rate::low;
use super::seen::{Corpus, Fired, threshold};
use super::sphere::{self, Cap};
use super::{Because, Judged, Options, Pair, Raise, Rate, Verdict};
use crate::diff::Served;
use crate::lower::on_unknown;
use crate::oracle::Outcome;
use crate::policy::{Expr, OnUnknown, Policy, Recipe};
use crate::prove::order::Order;
use crate::prove::region::{Region, Wanted, meet};
use crate::prove::solver::{Answer, Questions};
use crate::prove::space::Space;
use crate::prove::{families, scores};

/// How many pairs that never met are told apart into impossible and only unseen.
const MOST_PAIRS: usize = 20_000;

pub(super) struct Finder<'f> {
    policy: &'f Policy,
    recipe: &'f Recipe,
    space: Space<'f>,
    corpus: &'f Corpus<'f>,
    options: &'f Options,
}

/// Two of a kind as the corpus has them.
struct Met<'m> {
    names: [&'m str; 2],
    fired: [&'m Fired; 2],
}

impl<'f> Finder<'f> {
    pub(super) fn new(
        policy: &'f Policy,
        number: usize,
        corpus: &'f Corpus<'f>,
        options: &'f Options,
    ) -> Finder<'f> {
        let recipe = &policy.recipes[number];
        let mut space = families::space(policy, recipe);
        scores::project(&mut space);
        Finder { policy, recipe, space, corpus, options }
    }

    pub(super) fn signals(&self) -> Vec<Pair> {
        let measured: Vec<(&String, &Fired)> =
            self.corpus.signals.iter().filter(|(_, fired)| fired.covered.count() > 0).collect();
        let count = measured.len() * measured.len().saturating_sub(1) / 2;
        let mut questions = Questions::about(&self.space);
        let mut asked = 0;
        let mut pairs = Vec::new();
        for (at, (one, first)) in measured.iter().enumerate() {
            for (other, second) in &measured[at + 1..] {
                let met = Met { names: [one.as_str(), other.as_str()], fired: [*first, *second] };
                let mut impossible = || {
                    asked += 1;
                    (asked <= MOST_PAIRS).then(|| self.excluded(&mut questions, one, other)).flatten()
                };
                let Some(mut pair) = self.pair(&met, count, &mut impossible) else { continue };
                if pair.judged != Judged::Within {
                    pair.raises = self.raises(&met);
                }
                pairs.push(pair);
            }
        }
        sort(&mut pairs);
        pairs
    }

    pub(super) fn routes(&self) -> Vec<Pair> {
        let routes = &self.recipe.routes;
        let order = Order::of(self.policy, self.recipe);
        let served: Vec<Served> = (0..routes.len())
            .map(|route| Served::of(self.policy, self.recipe, Outcome::Route(route)))
            .collect();
        let acts: Vec<Region> = routes
            .iter()
            .map(|route| {
                let wanted = match on_unknown(self.policy.semantics, self.recipe, route) {
                    OnUnknown::Match => Wanted::Possible,
                    OnUnknown::Skip | OnUnknown::Deny => Wanted::True,
                };
                Region::of(&self.space, &route.when, wanted)
            })
            .collect();
        let count = routes.len() * routes.len().saturating_sub(1) / 2;
        let mut questions = Questions::about(&self.space);
        let mut asked = 0;
        let mut pairs = Vec::new();
        for one in 0..routes.len() {
            for other in one + 1..routes.len() {
                if !served[one].is_changed_by(&served[other]) {
                    continue;
                }
                let fired = [&self.corpus.routes[one], &self.corpus.routes[other]];
                let met = Met { names: [&routes[one].name.it, &routes[other].name.it], fired };
                let mut impossible = || {
                    asked += 1;
                    if asked > MOST_PAIRS {
                        return None;
                    }
                    let apart = !self.space.torn && apart(&mut questions, &acts[one], &acts[other]);
                    if apart { Some(Because::Theory) } else { self.too_far([one, other]) }
                };
                if let Some(mut pair) = self.pair(&met, count, &mut impossible) {
                    pair.settled = !order.is_unsettled(self.recipe, one, other)
                        || order.beats(self.recipe, one, other)
                        || order.beats(self.recipe, other, one);
                    pairs.push(pair);
                }
            }
        }
        sort(&mut pairs);
        pairs
    }

    /// `None` where no prompt speaks of both and nothing excludes them.
    fn pair(
        &self,
        met: &Met<'_>,
        count: usize,
        impossible: &mut dyn FnMut() -> Option<Because>,
    ) -> Option<Pair> {
        let [one, other] = met.fired;
        let (hits, covered) = (one.hits.and(&other.hits), one.covered.and(&other.covered));
        let (met_on, prompts) = (hits.and(&covered), covered.count());
        let Options { epsilon, alpha, .. } = *self.options;
        let rate = Rate::of(met_on.count(), prompts, alpha);
        let (verdict, judged) = match met_on.first() {
            Some(first) => {
                let recorded = &self.corpus.prompts[first];
                // Many pairs are looked at, and none shall be accused by chance.
                let sure = low(rate.hits, prompts, alpha / 2.0 / count.max(1) as f64) > epsilon;
                let judged = match (sure, rate.high <= epsilon) {
                    (true, _) => Judged::Beyond,
                    (false, true) => Judged::Within,
                    (false, false) => Judged::Open,
                };
                (
                    Verdict::Reachable { id: recorded.id.clone(), prompt: recorded.prompt.clone(), rate },
                    judged,
                )
            }
            None => match impossible() {
                Some(because) => (Verdict::Impossible(because), Judged::Within),
                None if prompts == 0 => return None,
                None if rate.high <= epsilon => (Verdict::Rate(rate), Judged::Within),
                None => (Verdict::Rate(rate), Judged::Open),
            },
        };
        let [one, other] = met.names.map(str::to_owned);
        Some(Pair { one, other, verdict, judged, raises: Vec::new(), settled: false })
    }

    /// Why two signals cannot fire together, if they cannot.
    fn excluded(&self, questions: &mut Questions, one: &str, other: &str) -> Option<Because> {
        if !self.space.torn
            && let (Some(first), Some(second)) = (self.space.fires(one), self.space.fires(other))
        {
            let apart = match meet(&[first], &[second]) {
                Some(both) => questions.ask(&both, &[]) == Answer::No,
                None => true,
            };
            if apart {
                return Some(Because::Theory);
            }
        }
        let caps = [self.cap(one)?, self.cap(other)?];
        sphere::exclude(&[&caps[0], &caps[1]]).map(Because::Geometry)
    }

    /// Whether no embedding is near enough to all that two routes ask for.
    fn too_far(&self, routes: [usize; 2]) -> Option<Because> {
        let mut keys = BTreeSet::new();
        routes.iter().for_each(|route| demanded(&self.recipe.routes[*route].when, &mut keys));
        let caps: Vec<Cap> = keys.iter().filter_map(|key| self.cap(key)).collect();
        if caps.len() < 2 {
            return None;
        }
        sphere::exclude(&caps.iter().collect::<Vec<_>>()).map(Because::Geometry)
    }

    /// An embedding signal as a cap, or as the half-space of its mean.
    fn cap(&self, key: &str) -> Option<Cap> {
        let vectors = self.options.vectors.get(key).filter(|vectors| !vectors.is_empty())?;
        let name = key.strip_prefix("embedding:")?;
        let signal =
            self.recipe.signals.iter().find(|it| it.kind.name == "embedding" && it.name.it == name)?;
        let threshold = signal.fields.number("threshold")?;
        let exemplars = match signal.fields.text("aggregation_method") {
            Some("mean") => {
                let length = vectors[0].len();
                let mean = |at: usize| {
                    vectors.iter().map(|vector| vector.get(at).copied().unwrap_or(0.0)).sum::<f64>()
                        / vectors.len() as f64
                };
                vec![(0..length).map(mean).collect()]
            }
            _ => vectors.clone(),
        };
        Some(Cap { exemplars, threshold })
    }

    /// For each of the two: the raise that brings the co-firing under the budget.
    fn raises(&self, met: &Met<'_>) -> Vec<Raise> {
        let [one, other] = met.fired;
        let covered = one.covered.and(&other.covered);
        let together = one.hits.and(&other.hits).and(&covered);
        let Some(allowed) = allowed(covered.count(), self.options.epsilon, self.options.alpha / 2.0) else {
            return Vec::new();
        };
        let raise_of = |side: usize| {
            let key = met.names[side];
            let from = threshold(self.recipe, key)?;
            let scores = |wanted: &dyn Fn(usize) -> bool| -> Vec<f64> {
                let numbers = (0..self.corpus.prompts.len()).filter(|number| wanted(*number));
                numbers.filter_map(|number| self.corpus.score(number, key)).collect()
            };
            let alone = scores(&|number| met.fired[side].hits.has(number));
            let both = scores(&|number| together.has(number));
            (both.len() == together.count()).then(|| raise(key, from, both, &alone, allowed)).flatten()
        };
        let mut raises: Vec<Raise> = [0, 1].into_iter().filter_map(raise_of).collect();
        raises.sort_by_key(|raise| raise.lost);
        raises
    }
}

/// Embeddings without which a condition cannot hold.
fn demanded(when: &Expr, keys: &mut BTreeSet<String>) {
    match when {
        Expr::And(items) => items.iter().for_each(|item| demanded(item, keys)),
        Expr::Leaf(leaf) if leaf.kind == "embedding" && leaf.predicate.is_none() => {
            keys.insert(format!("embedding:{}", leaf.name));
        }
        _ => {}
    }
}

fn apart(questions: &mut Questions, one: &Region, other: &Region) -> bool {
    let (first, second) = (one.parts(questions), other.parts(questions));
    first.iter().all(|(cube, literals)| {
        second.iter().all(|(more, also)| {
            let Some(both) = meet(cube, more) else { return true };
            let all: Vec<batsat::Lit> = literals.iter().chain(also).copied().collect();
            questions.ask(&both, &all) == Answer::No
        })
    })
}

/// The most frequent first, then what may be, then what cannot.
fn sort(pairs: &mut [Pair]) {
    pairs.sort_by_key(|pair| match &pair.verdict {
        Verdict::Reachable { rate, .. } => (0, std::cmp::Reverse(rate.hits)),
        Verdict::Rate(_) => (1, std::cmp::Reverse(0)),
        Verdict::Impossible(_) => (2, std::cmp::Reverse(0)),
    });
}
