//! One query of a call, as its family looks at it.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use wrp_graph::facts::Facts;
use wrp_graph::graph::Query;
use wrp_graph::reading::Reading;

use super::board::{Pause, Said};
use super::{Readings, Settings};

pub(super) struct Question<'q> {
    pub(super) facts: &'q Facts<'q>,
    pub(super) query: &'q Query,
    pub(super) settings: &'q Settings,
}

impl Question<'_> {
    /// The declaration, as the family reads it.
    pub(super) fn spec<T: DeserializeOwned>(&self) -> Said<T> {
        serde_json::from_str(&self.query.spec)
            .map_err(|error| Pause::unsuited(format!("the declaration of `{}`: {error}", self.query.name)))
    }

    /// The text, if it says anything.
    pub(super) fn text(&self) -> Option<&str> {
        Some(&*self.facts.text).filter(|text| !text.trim().is_empty())
    }

    /// The text, and with `history` every other turn that says anything; no text twice.
    pub(super) fn texts(&self, history: bool) -> Vec<&str> {
        let turns = self.facts.user_turns.iter().chain(&self.facts.other_turns);
        let turns = turns.map(|turn| &**turn).filter(|turn| history && !turn.trim().is_empty());
        let mut texts: Vec<&str> = self.text().into_iter().collect();
        for turn in turns {
            if !texts.contains(&turn) {
                texts.push(turn);
            }
        }
        texts
    }

    /// Whether so much of a text is enough to say no. All of it is, unless the declaration is content with less.
    pub(super) fn suffices(&self, coverage: f64) -> bool {
        #[derive(Deserialize)]
        struct Spec {
            min_coverage: Option<f64>,
        }
        let least = self.spec::<Spec>().ok().and_then(|spec| spec.min_coverage).unwrap_or(1.0);
        // Shares of bytes and tokens are sums of rounded numbers.
        coverage >= least - 1e-6
    }

    /// One reading, under the signal's own key.
    pub(super) fn only(&self, reading: Reading) -> Said<Readings> {
        Ok(vec![(format!("{}:{}", self.query.family, self.query.name), reading)])
    }

    /// Fires when a score that every part of a text can only raise reaches the bound. So a yes stands whatever was not
    /// seen, and a no is only as good as the coverage.
    pub(super) fn reaches(&self, score: f64, bound: f64, coverage: f64) -> Said<Readings> {
        self.only(if score >= bound {
            Reading::confident(true, score)
        } else {
            Reading { failed: !self.suffices(coverage), ..Reading::MISSED }
        })
    }

    /// A reading that more of the text could have turned either way.
    pub(super) fn as_seen(&self, reading: Reading, coverage: f64) -> Reading {
        Reading { failed: !self.suffices(coverage), ..reading }
    }
}
