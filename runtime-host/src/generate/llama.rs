//! Llama-shaped networks out of GGUF files, by candle; conversations in ChatML.

use std::io::Cursor;
use std::sync::Arc;

use candle_core::quantized::gguf_file::{Content as Gguf, Value};
use candle_core::quantized::tokenizer::TokenizerFromGguf;
use candle_core::{Device, Tensor};
use candle_transformers::models::quantized_llama::{MAX_SEQ_LEN, ModelWeights};
use tokenizers::Tokenizer;
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::digits::Digits;
use tokenizers::pre_tokenizers::sequence::Sequence;

use super::request::Message;
use super::{Network, Vocabulary};

/// What the network is told where nobody says who it is, as its template has it.
const USUAL_SYSTEM: &str = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

#[derive(Debug)]
pub struct Llama {
    weights: ModelWeights,
    context: usize,
}

/// The vocabulary of a GGUF file that knows ChatML's marks.
#[derive(Debug)]
pub struct ChatMl {
    tokenizer: Tokenizer,
    start: u32,
    end: u32,
    /// What ends a text where no conversation is meant.
    end_of_text: Option<u32>,
}

/// Reads a GGUF file.
pub fn open(gguf: Vec<u8>) -> Result<(Llama, Arc<ChatMl>), String> {
    let why = |error: candle_core::Error| format!("candle cannot load it: {error}");
    let mut bytes = Cursor::new(gguf);
    let content = Gguf::read(&mut bytes).map_err(why)?;
    let architecture = content.metadata.get("general.architecture").and_then(|name| name.to_string().ok());
    if architecture.is_none_or(|name| name != "llama") {
        return Err(format!("its architecture is {architecture:?}, and only `llama` is run"));
    }
    let vocabulary = ChatMl::read(&content)?;
    let trained = content.metadata.get("llama.context_length").and_then(|length| length.to_u32().ok());
    // candle prepares rotations for this many places and no more.
    let context = trained.map_or(MAX_SEQ_LEN, |length| (length as usize).min(MAX_SEQ_LEN));
    let weights = ModelWeights::from_gguf(content, &mut bytes, &Device::Cpu).map_err(why)?;
    Ok((Llama { weights, context }, Arc::new(vocabulary)))
}

impl Network for Llama {
    fn logits(&mut self, fresh: &[u32], position: usize) -> Result<Vec<f32>, String> {
        let mut run = || -> candle_core::Result<Vec<f32>> {
            let input = Tensor::new(fresh, &Device::Cpu)?.unsqueeze(0)?;
            self.weights.forward(&input, position)?.flatten_all()?.to_vec1()
        };
        run().map_err(|error| format!("candle failed: {error}"))
    }

    fn context(&self) -> usize {
        self.context
    }
}

impl ChatMl {
    fn read(content: &Gguf) -> Result<ChatMl, String> {
        let why = |error: candle_core::Error| format!("its vocabulary cannot be read: {error}");
        let mut tokenizer = Tokenizer::from_gguf(content).map_err(why)?;
        let splitting = content.metadata.get("tokenizer.ggml.pre").map(Value::to_string);
        if splitting.is_some_and(|kind| kind.is_ok_and(|kind| kind == "smollm")) {
            // Digit by digit, then as GPT-2, without a space before the first word.
            let parts = vec![Digits::new(true).into(), ByteLevel::new(false, true, true).into()];
            tokenizer.with_pre_tokenizer(Some(Sequence::new(parts)));
        }
        // A text that spells a mark is text.
        tokenizer.set_encode_special_tokens(true);
        let mark = |name: &str| tokenizer.token_to_id(name);
        let marks = mark("<|im_start|>").zip(mark("<|im_end|>"));
        let (start, end) =
            marks.ok_or("its vocabulary has no marks of ChatML, and no other template is known")?;
        let end_of_text = mark("<|endoftext|>");
        Ok(ChatMl { tokenizer, start, end, end_of_text })
    }

    fn push(&self, text: &str, to: &mut Vec<u32>) -> Result<(), String> {
        let encoding = self.tokenizer.encode(text, false);
        to.extend(encoding.map_err(|error| format!("the prompt cannot be read: {error}"))?.get_ids());
        Ok(())
    }
}

impl Vocabulary for ChatMl {
    fn prompt(&self, messages: &[Message]) -> Result<Vec<u32>, String> {
        let mut ids = Vec::new();
        let mut turn = |role: &str, text: Option<&str>| -> Result<(), String> {
            ids.push(self.start);
            self.push(&format!("{role}\n{}", text.unwrap_or_default()), &mut ids)?;
            if text.is_some() {
                ids.push(self.end);
                self.push("\n", &mut ids)?;
            }
            Ok(())
        };
        if messages.first().is_none_or(|first| first.role != "system") {
            turn("system", Some(USUAL_SYSTEM))?;
        }
        for message in messages {
            turn(&message.role, Some(&message.text()))?;
        }
        turn("assistant", None)?;
        Ok(ids)
    }

    fn bytes(&self, token: u32) -> Vec<u8> {
        let is_mark = self.is_end(token) || token == self.start;
        let spelled = self.tokenizer.id_to_token(token).filter(|_| !is_mark);
        spelled.unwrap_or_default().chars().filter_map(byte_of).collect()
    }

    fn is_end(&self, token: u32) -> bool {
        token == self.end || Some(token) == self.end_of_text
    }
}

/// GPT-2 spells every byte as a printable character: itself where it is one, else the next free one from U+0100 on.
fn byte_of(c: char) -> Option<u8> {
    let is_itself = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    match u32::from(c) {
        code @ 0..=0xff => u8::try_from(code).ok().filter(is_itself),
        code => {
            let place = usize::try_from(code.checked_sub(0x100)?).ok()?;
            (0..=u8::MAX).filter(|byte| !is_itself(byte)).nth(place)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::request::Content;
    use crate::generate::sample::Sampler;

    #[test]
    fn every_byte_has_a_character_of_its_own() {
        let mut found: Vec<u8> = (0..0x200).filter_map(char::from_u32).filter_map(byte_of).collect();
        found.sort_unstable();
        assert_eq!(found, (0..=u8::MAX).collect::<Vec<_>>());
        assert_eq!((byte_of('Ġ'), byte_of('Ċ'), byte_of('a')), (Some(b' '), Some(b'\n'), Some(b'a')));
    }

    #[test]
    fn the_real_model_says_what_its_numbers_say_by_hand() {
        use crate::models::{Shelf, store::Store};
        let weights = Store::of_user().map(Shelf::new).map(|shelf| shelf.generator("smollm2-135m-q4"));
        let Some(Ok(weights)) = weights else { return eprintln!("skipped: the model was not pulled") };
        let (mut network, vocabulary) = open(weights).unwrap();
        let ask =
            Message { role: "user".into(), content: Content::Text("What is the capital of France?".into()) };
        let mut prompt = vocabulary.prompt(&[ask]).unwrap();
        // As Hugging Face's tokenizers splits it, and the likeliest words of a plain forward pass in full precision.
        assert_eq!(prompt.len(), 37);
        assert_eq!(
            prompt[20..],
            [198, 1, 4093, 198, 1780, 314, 260, 3575, 282, 4649, 47, 2, 198, 1, 520, 9531, 198]
        );
        let the = vocabulary.tokenizer.token_to_id("The").unwrap();
        prompt.push(the);
        let mut said = Vec::new();
        let mut fresh = prompt;
        let mut position = 0;
        for _ in 0..5 {
            let logits = network.logits(&fresh, position).unwrap();
            position += fresh.len();
            let choice = Sampler::new(0.0, 1.0, 0).choose(&logits, 0).unwrap();
            said.extend(vocabulary.bytes(choice.token));
            fresh = vec![choice.token];
        }
        assert_eq!(String::from_utf8(said).unwrap(), " capital of France is Paris");
    }

    #[test]
    fn what_is_no_network_is_refused() {
        assert!(open(b"garbage".to_vec()).unwrap_err().contains("candle cannot load it"));
    }
}
