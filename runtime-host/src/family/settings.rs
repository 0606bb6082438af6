//! What a host decides for its families, where the policy leaves it to the host.

use serde::Deserialize;

use super::jailbreak::Detector;
use super::prototype::Scoring;
use crate::exemplars::{self, KnowledgeBase};

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How the exemplars of declarations are compared; the reference's numbers unless given.
    pub scoring: Scoring,
    pub domain_threshold: f64,
    pub fact_check_threshold: f64,
    pub user_feedback_threshold: f64,
    pub modality_threshold: f64,
    /// Where a `preference` names no threshold of its own.
    pub preference_threshold: f64,
    /// How far a preference must be ahead of the next.
    pub preference_margin: f64,
    /// Where a `pii` signal names no threshold of its own.
    pub pii_threshold: f64,
    /// How unsafe a request must seem for its category to be asked.
    pub safety_gate: f64,
    /// The voices of the injection vote; a model that is not named has weight 1 and threshold 0.5.
    pub detectors: Vec<Detector>,
    /// What `kb` signals may name.
    pub knowledge: Vec<KnowledgeBase>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            scoring: Scoring::default(),
            domain_threshold: 0.5,
            fact_check_threshold: 0.5,
            user_feedback_threshold: 0.5,
            modality_threshold: 0.5,
            preference_threshold: 0.34,
            preference_margin: 0.0,
            pii_threshold: 0.5,
            safety_gate: 0.5,
            detectors: Vec::new(),
            knowledge: exemplars::knowledge().to_vec(),
        }
    }
}
