//! Transformers over rows of token ids, behind one trait.

#[cfg(feature = "candle")]
mod candle;
#[cfg(feature = "rten")]
mod rten;
pub mod scripted;
#[cfg(feature = "tract")]
mod tract;

use std::fmt;

use crate::models::manifest::Engine;
use crate::tokens::Row;

/// Runs one network.
pub trait Backend: fmt::Debug + Send + Sync {
    /// One result a row, in their order, each as if it were alone.
    fn run(&self, rows: &[Row]) -> Vec<Result<Tensor, String>>;

    /// Whether many rows in one call cost less than one after the other.
    fn gains_by_batches(&self) -> bool {
        false
    }
}

/// What a network says about one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// `[labels]`, or `[tokens, width]`.
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Tensor {
    /// The rows of a tensor with two dimensions, one a token.
    pub fn tokens(&self) -> Result<std::slice::ChunksExact<'_, f32>, String> {
        match *self.shape {
            [tokens, width] if width > 0 && tokens * width == self.values.len() => {
                Ok(self.values.chunks_exact(width))
            }
            _ => Err(format!("the model's output has shape {:?}; one row a token is wanted", self.shape)),
        }
    }

    /// The numbers of a tensor that has one a label.
    pub fn labels(&self, count: usize) -> Result<&[f32], String> {
        match *self.shape {
            [labels] if labels == count => Ok(&self.values),
            _ => Err(format!("the model's output has shape {:?}; {count} labels are wanted", self.shape)),
        }
    }
}

/// What an ONNX network can be given.
#[cfg(any(feature = "rten", feature = "tract"))]
#[derive(Clone, Copy, Debug)]
enum Input {
    Ids,
    Mask,
    Types,
}

#[cfg(any(feature = "rten", feature = "tract"))]
impl Input {
    fn named(name: &str) -> Result<Input, String> {
        match name {
            "input_ids" => Ok(Input::Ids),
            "attention_mask" => Ok(Input::Mask),
            "token_type_ids" => Ok(Input::Types),
            _ => Err(format!("it wants an input `{name}`, which we do not know how to fill")),
        }
    }
}

/// What a network is made from.
#[derive(Debug)]
pub struct Parts {
    pub weights: Vec<u8>,
    /// The `config.json` of a safetensors model.
    pub config: Option<Vec<u8>>,
}

/// Makes a network ready, in the engine that is asked for or in the best one for such a file.
///
/// All three answer alike in full precision (a test holds them to 1e-4). By default rten runs ONNX: it is the fastest
/// on a core, and the only one that runs 8 and 4 bits as they are shipped. Only candle reads safetensors.
pub fn open(engine: Option<Engine>, parts: Parts) -> Result<Box<dyn Backend>, String> {
    match engine.unwrap_or_else(|| preferred(&parts.weights)) {
        #[cfg(feature = "rten")]
        Engine::Rten => Ok(Box::new(rten::Rten::open(parts.weights)?)),
        #[cfg(feature = "tract")]
        Engine::Tract => Ok(Box::new(tract::Tract::open(parts.weights)?)),
        #[cfg(feature = "candle")]
        Engine::Candle => Ok(Box::new(candle::Candle::open(parts.weights, parts.config)?)),
        #[cfg(not(all(feature = "rten", feature = "tract", feature = "candle")))]
        other => Err(format!(
            "this `wrp-host` was built without {name}; build it with `--features {name}`",
            name = format!("{other:?}").to_lowercase()
        )),
    }
}

fn preferred(weights: &[u8]) -> Engine {
    match is_safetensors(weights) {
        true => Engine::Candle,
        false => Engine::Rten,
    }
}

/// A safetensors file opens with the length of its header, which is JSON.
fn is_safetensors(weights: &[u8]) -> bool {
    weights.get(8) == Some(&b'{')
}
