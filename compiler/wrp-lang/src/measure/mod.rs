//! Conflicts that only requests can show: how often signals fire together on a corpus, and routes with them.
//!
//! Each pair gets one of three verdicts: *impossible*, by the prover's theory or by [`sphere`]'s certificate;
//! *reachable*, with the prompt that shows it; or a [`rate`], of which only the interval is known. [`raise`] proposes
//! thresholds, [`group`] looks at what should exclude each other.
//!
//! A [`Recorded`] prompt is all that this needs of the world: a file has them, and whoever can ask a host can make them.

pub(crate) mod group;
mod pairs;
mod raise;
mod rate;
mod seen;
pub mod sphere;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::oracle::Readings;
use crate::policy::Policy;

pub(crate) use seen::declaration;

pub use group::{Group, How};
pub use raise::Raise;
pub use rate::Rate;

/// One prompt, and what was recorded of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    pub id: String,
    pub prompt: Option<String>,
    /// What detectors scored, by key, before any threshold.
    pub scores: BTreeMap<String, f64>,
    /// What stands as it is: beside scores the signals that the proxy reads itself, else everything.
    pub readings: Readings,
    /// The readings are what routes look at: no threshold, partition or limit is applied, and what is not there has missed.
    pub settled: bool,
}

#[derive(Clone, Debug)]
pub struct Options {
    /// How often two signals or routes may meet, as a share of all requests.
    pub epsilon: f64,
    /// What the intervals may miss: 0.05 for 95 %.
    pub alpha: f64,
    /// Exemplars of embedding signals, by key.
    pub vectors: BTreeMap<String, Vec<Vec<f64>>>,
}

impl Default for Options {
    fn default() -> Options {
        Options { epsilon: 0.001, alpha: 0.05, vectors: BTreeMap::new() }
    }
}

/// What a corpus says about a recipe.
#[derive(Debug, Default)]
pub struct Measured {
    pub prompts: usize,
    /// Each signal that the corpus speaks of.
    pub signals: Vec<Fires>,
    /// Signals that it does not speak of.
    pub unmeasured: Vec<String>,
    /// Pairs of signals, the most frequent first.
    pub pairs: Vec<Pair>,
    /// Pairs of routes with different actions.
    pub routes: Vec<Pair>,
    pub groups: Vec<Group>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Fires {
    pub signal: String,
    pub rate: Rate,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// Keys of signals, or names of routes.
    pub one: String,
    pub other: String,
    pub verdict: Verdict,
    pub judged: Judged,
    /// How to keep two signals apart, the cheaper first.
    pub raises: Vec<Raise>,
    /// Of routes: which goes first is settled by rank.
    pub settled: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    Impossible(Because),
    /// The first prompt on which both fire.
    Reachable {
        id: String,
        prompt: Option<String>,
        rate: Rate,
    },
    /// On none of the prompts.
    Rate(Rate),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Because {
    /// What the policy declares excludes it.
    Theory,
    /// No embedding is near enough to both: a checked certificate for each choice of exemplars.
    Geometry(Vec<sphere::Certificate>),
}

/// A pair held against the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// Within it: surely, or as far as the interval says.
    Within,
    /// Beyond it, even if all pairs that were looked at are allowed for.
    Beyond,
    /// The corpus is too small to say.
    Open,
}

impl Measured {
    /// Signals that fire on none of the prompts.
    pub fn silent(&self) -> impl Iterator<Item = &Fires> {
        self.signals.iter().filter(|it| it.rate.hits == 0 && it.rate.prompts > 0)
    }
}

impl Pair {
    /// The first prompt on which both fire, in words, and how often they do.
    pub(crate) fn met(&self) -> Option<(String, Rate)> {
        let Verdict::Reachable { id, prompt, rate } = &self.verdict else { return None };
        let words =
            prompt.as_ref().map_or_else(|| format!("prompt `{id}`"), |it| format!("prompt `{id}`: {it}"));
        Some((words, *rate))
    }
}

/// Measures a recipe of a policy that has no errors.
pub fn measure(policy: &Policy, number: usize, corpus: &[Recorded], options: &Options) -> Measured {
    let seen = seen::Corpus::of(policy, &policy.recipes[number], corpus);
    let mut measured = Measured { prompts: corpus.len(), ..Measured::default() };
    for (key, fired) in &seen.signals {
        match fired.covered.count() {
            0 => measured.unmeasured.push(key.clone()),
            prompts => {
                let rate = Rate::of(fired.hits.count(), prompts, options.alpha);
                measured.signals.push(Fires { signal: key.clone(), rate });
            }
        }
    }
    let finder = pairs::Finder::new(policy, number, &seen, options);
    measured.pairs = finder.signals();
    measured.routes = finder.routes();
    measured.groups = group::groups(&policy.recipes[number], &seen);
    measured
}
