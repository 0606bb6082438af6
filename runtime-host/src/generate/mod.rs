//! A small generator behind the interface that OpenAI's clients speak: for demonstrations, and for cascades that are
//! tested on real confidences.
//!
//! [`server`] reads a [`request`], asks the [`queue`] and writes a [`response`], whole or as a stream. One thread owns
//! the network and does one request after the other: [`course`] turns logits into tokens, [`sample`] chooses them, and
//! [`text`] turns them into characters. `llama` is the network, with the feature `generate`.

pub mod course;
#[cfg(feature = "generate")]
pub mod llama;
pub mod queue;
mod reading;
pub mod request;
pub mod response;
pub mod sample;
pub mod server;
pub mod text;

use request::Message;

/// Text to tokens and back.
pub trait Vocabulary: Send + Sync {
    /// A conversation as the network was taught to read it, up to where its answer begins.
    fn prompt(&self, messages: &[Message]) -> Result<Vec<u32>, String>;

    /// What a token spells; parts of a character are possible, and special tokens spell nothing.
    fn bytes(&self, token: u32) -> Vec<u8>;

    /// Whether an answer ends with this token.
    fn is_end(&self, token: u32) -> bool;
}

/// A network that continues one sequence at a time.
pub trait Network: Send {
    /// One logit a token of the vocabulary for what follows `fresh`. `position` tokens of the same sequence came
    /// before, and at 0 a new one begins.
    fn logits(&mut self, fresh: &[u32], position: usize) -> Result<Vec<f32>, String>;

    /// How many tokens a sequence may have.
    fn context(&self) -> usize;
}

#[cfg(test)]
mod tests;
