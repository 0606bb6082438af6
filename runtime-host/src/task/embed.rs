//! Texts as vectors: pooled over tokens, averaged over windows, of length 1.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::backend::Tensor;
use crate::encoder::{Encoder, Windowed};
use crate::infer::Refused;
use crate::job::{Answer, Output};
use crate::models::manifest::Pooling;
use crate::tokens::Row;

/// An encoder whose vectors several models read: each window is computed once, however many ask at the same time.
#[derive(Debug)]
pub(crate) struct Embedder {
    pub(crate) encoder: Encoder,
    pub(crate) pooling: Pooling,
    pub(crate) dimensions: usize,
    recent: Recent,
}

/// The windows of one text as vectors.
#[derive(Debug)]
pub(crate) struct Vectors {
    /// Not of length 1.
    pub(crate) pooled: Vec<Arc<[f32]>>,
    pub(crate) weights: Vec<f32>,
    pub(crate) coverage: f32,
}

impl Embedder {
    pub(crate) fn new(encoder: Encoder, pooling: Pooling, dimensions: usize) -> Embedder {
        Embedder { encoder, pooling, dimensions, recent: Recent::default() }
    }

    /// Whether vectors can be cut to so many dimensions.
    pub(crate) fn check(&self, dimensions: Option<u16>) -> Result<usize, Refused> {
        let wanted = dimensions.map_or(self.dimensions, usize::from);
        match (1..=self.dimensions).contains(&wanted) {
            true => Ok(wanted),
            false => {
                Err(Refused::Unsuited(format!("vectors have {} dimensions, not {wanted}", self.dimensions)))
            }
        }
    }

    /// The vectors of each text, computed in one call where the backend gains by it.
    pub(crate) fn vectors(&self, texts: &[&str]) -> Vec<Result<Vectors, Refused>> {
        let texts: Vec<Windowed> = texts.iter().map(|text| self.encoder.windows(text)).collect();
        if self.encoder.backend().gains_by_batches() {
            self.prepare(&texts);
        }
        let vectors = |text: Windowed| {
            let pooled = text.rows.iter().map(|row| self.pooled(row)).collect::<Result<Vec<_>, String>>();
            Ok(Vectors {
                pooled: pooled.map_err(Refused::Failed)?,
                weights: text.weights(),
                coverage: text.coverage,
            })
        };
        texts.into_iter().map(vectors).collect()
    }

    /// Computes all that is not known in one call.
    fn prepare(&self, texts: &[Windowed]) {
        let rows = texts.iter().flat_map(|text| &text.rows);
        let mut unknown: Vec<(Row, Slot)> = rows.map(|row| (row.clone(), self.recent.slot(row))).collect();
        unknown.retain(|(_, slot)| slot.get().is_none());
        unknown.sort_by(|(one, _), (other, _)| one.ids.cmp(&other.ids));
        unknown.dedup_by(|(one, _), (other, _)| one == other);
        let (rows, slots): (Vec<Row>, Vec<Slot>) = unknown.into_iter().unzip();
        for (slot, result) in slots.iter().zip(self.encoder.backend().run(&rows)) {
            let pooled = result.and_then(|tensor| pool(&tensor, self.pooling, self.dimensions));
            // Another thread may have been faster, with the same result.
            let _ = slot.set(pooled);
        }
    }

    fn pooled(&self, row: &Row) -> Result<Arc<[f32]>, String> {
        let slot = self.recent.slot(row);
        let compute = || {
            let result = self.encoder.backend().run(std::slice::from_ref(row)).into_iter().next();
            let tensor = result.ok_or("the model answered nothing")??;
            pool(&tensor, self.pooling, self.dimensions)
        };
        slot.get_or_init(compute).clone()
    }
}

impl Vectors {
    /// The mean of all windows, cut to its first numbers and of length 1.
    pub(crate) fn answer(&self, dimensions: usize) -> Answer {
        let mut vector = self.mean();
        vector.truncate(dimensions);
        normalise(&mut vector);
        Answer { output: Output::Vector(vector.into()), coverage: self.coverage }
    }

    /// Weighted by tokens: what pooling over the whole text at once would give.
    pub(crate) fn mean(&self) -> Vec<f32> {
        let mut mean = vec![0.0; self.pooled.first().map_or(0, |first| first.len())];
        for (vector, weight) in self.pooled.iter().zip(&self.weights) {
            for (sum, number) in mean.iter_mut().zip(&**vector) {
                *sum += number * weight;
            }
        }
        mean
    }
}

/// To length 1. A vector of nothing stays as it is.
pub(crate) fn normalise(vector: &mut [f32]) {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 {
        for number in vector {
            *number = (f64::from(*number) / length) as f32;
        }
    }
}

fn pool(tensor: &Tensor, pooling: Pooling, dimensions: usize) -> Result<Arc<[f32]>, String> {
    let mut tokens = tensor.tokens()?;
    let pooled = match pooling {
        Pooling::Cls => tokens.next().map(<[f32]>::to_vec),
        Pooling::Mean => {
            let count = tokens.len() as f32;
            tokens.next().map(<[f32]>::to_vec).map(|mut sum| {
                for token in tokens {
                    sum.iter_mut().zip(token).for_each(|(sum, number)| *sum += number);
                }
                sum.iter_mut().for_each(|sum| *sum /= count);
                sum
            })
        }
    };
    let pooled = pooled.ok_or("the model's output is empty")?;
    if pooled.len() != dimensions {
        return Err(format!("the model's vectors have {} dimensions, not {dimensions}", pooled.len()));
    }
    match pooled.iter().all(|number| number.is_finite()) {
        true => Ok(pooled.into()),
        false => Err("the model's output is not finite".into()),
    }
}

/// The last few windows that were read. A request's embedding, its injection head and its complexity head all want
/// the same one.
#[derive(Debug, Default)]
struct Recent {
    slots: Mutex<HashMap<Row, Slot>>,
}

type Slot = Arc<OnceLock<Result<Arc<[f32]>, String>>>;

impl Recent {
    /// About a megabyte.
    const MOST: usize = 256;

    /// Where this row's vector is, will be, or is being computed.
    fn slot(&self, row: &Row) -> Slot {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get(row) {
            return slot.clone();
        }
        if slots.len() >= Recent::MOST {
            // All at once: what is being computed is held by those who wait for it, and the rest is cheap to lose.
            slots.clear();
        }
        slots.entry(row.clone()).or_default().clone()
    }
}
