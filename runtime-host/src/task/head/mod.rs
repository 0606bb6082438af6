//! Small networks on another model's embedding.

mod chain;
mod counts;
mod dense;

pub use dense::{Activated, Dense};

use std::sync::Arc;

use crate::infer::Refused;
use crate::job::Answer;
use crate::models::manifest::{Labelling, Windows};
use crate::task::classify::{probabilities, together};
use crate::task::embed::{Embedder, Vectors, normalise};

#[derive(Debug)]
pub(crate) struct Head {
    base: Arc<Embedder>,
    layers: Dense,
    labelling: Labelling,
    counts: bool,
}

impl Head {
    /// Reads a head's layers and checks that they fit the embedding below and the labels above.
    pub(crate) fn open(
        base: Arc<Embedder>,
        labelling: Labelling,
        counts: bool,
        weights: &[u8],
    ) -> Result<Head, String> {
        let layers = Dense::read(weights)?;
        let expected = base.dimensions + if counts { counts::COUNTS } else { 0 };
        if layers.inputs() != expected {
            return Err(format!("it reads {} numbers, and is given {expected}", layers.inputs()));
        }
        if layers.outputs() != labelling.labels.len() {
            return Err(format!("it has {} outputs for {} labels", layers.outputs(), labelling.labels.len()));
        }
        Ok(Head { base, layers, labelling, counts })
    }

    /// The embedding that this head reads.
    pub(crate) fn base(&self) -> &Embedder {
        &self.base
    }

    pub(crate) fn answer(&self, text: &str, vectors: &Vectors) -> Result<Answer, Refused> {
        let inputs: Vec<Vec<f32>> = match self.labelling.windows {
            Windows::Whole => vec![vectors.mean()],
            Windows::Max | Windows::Mean => vectors.pooled.iter().map(|vector| vector.to_vec()).collect(),
        };
        let counts =
            if self.counts { counts::of(text, |text| self.base.encoder.count(text)) } else { Vec::new() };
        let each = inputs.into_iter().map(|mut input| {
            normalise(&mut input);
            input.extend_from_slice(&counts);
            probabilities(&self.labelling, &self.layers.run(input))
        });
        let each = each.collect::<Result<Vec<_>, String>>().map_err(Refused::Failed)?;
        Ok(Answer { output: together(&self.labelling, each, &vectors.weights), coverage: vectors.coverage })
    }
}
