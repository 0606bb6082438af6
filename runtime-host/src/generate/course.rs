//! One answer from its prompt to its end, token by token.

use super::sample::Sampler;
use super::text::Writer;
use super::{Network, Vocabulary};

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Order {
    pub prompt: Vec<u32>,
    pub max_tokens: usize,
    pub temperature: f64,
    pub top_p: f64,
    pub seed: u64,
    pub stops: Vec<String>,
    /// How many of the likeliest tokens are named beside each.
    pub top: usize,
}

/// A step of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What can be shown now; a token may add nothing yet, or the last of several.
    pub text: String,
    pub token: Spelled,
    pub top: Vec<Spelled>,
}

/// A token and its logarithmic probability.
#[derive(Clone, Debug, PartialEq)]
pub struct Spelled {
    pub bytes: Vec<u8>,
    pub logprob: f32,
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The network said so, or a stop word came.
    Stop,
    /// As many tokens as were allowed, or as fit.
    Length,
    /// Nobody listens any more.
    Gone,
}

/// Runs an order. `each` is given every step, and says whether to go on; the text that was still held comes with the
/// end.
pub fn run(
    network: &mut dyn Network,
    vocabulary: &dyn Vocabulary,
    order: &Order,
    mut each: impl FnMut(Step) -> bool,
) -> Result<(End, String), String> {
    let mut sampler = Sampler::new(order.temperature, order.top_p, order.seed);
    let mut writer = Writer::new(order.stops.clone());
    let mut fresh = order.prompt.clone();
    let mut position = 0;
    for _ in 0..order.max_tokens {
        if position + fresh.len() > network.context() {
            break;
        }
        let logits = network.logits(&fresh, position)?;
        position += fresh.len();
        let choice = sampler.choose(&logits, order.top).ok_or("the network's output is not finite")?;
        if vocabulary.is_end(choice.token) {
            return Ok((End::Stop, writer.finish()));
        }
        let spell = |(token, logprob): (u32, f32)| Spelled { bytes: vocabulary.bytes(token), logprob };
        let token = spell((choice.token, choice.logprob));
        let (text, is_stopped) = writer.push(&token.bytes);
        if !each(Step { text, token, top: choice.top.into_iter().map(spell).collect() }) {
            return Ok((End::Gone, String::new()));
        }
        if is_stopped {
            return Ok((End::Stop, String::new()));
        }
        fresh = vec![choice.token];
    }
    Ok((End::Length, writer.finish()))
}
