//! Spans out of one label a token.

use std::ops::Range;
use std::sync::Arc;

use crate::backend::Tensor;
use crate::encoder::Windowed;
use crate::job::{Marked, Output};
use crate::task::classify::softmax;
use crate::window;

/// The spans of a text. `lead` special tokens stand before the text in each row.
pub(crate) fn read(
    labels: &[Arc<str>],
    temperature: f32,
    lead: usize,
    text: &Windowed,
    tensors: &[Tensor],
) -> Result<Output, String> {
    let kept = window::kept(&text.windows);
    let mut tagged = Vec::new();
    for ((tensor, window), kept) in tensors.iter().zip(&text.windows).zip(kept) {
        let found = best(tensor, labels.len(), temperature)?;
        for at in kept {
            if let Some(&(label, score)) = found.get(lead + at - window.start) {
                tagged.push((text.tokens.places[at].clone(), &*labels[label], score));
            }
        }
    }
    Ok(Output::Spans(merge(&tagged)))
}

/// The likeliest label of each token, and how likely it is.
fn best(tensor: &Tensor, labels: usize, temperature: f32) -> Result<Vec<(usize, f32)>, String> {
    tensor
        .tokens()?
        .map(|logits| {
            if logits.len() != labels {
                return Err(format!("the model has {} labels a token, not {labels}", logits.len()));
            }
            if !logits.iter().all(|logit| logit.is_finite()) {
                return Err("the model's output is not finite".into());
            }
            let logits = logits.iter().map(|logit| f64::from(*logit)).collect();
            let all = softmax(logits, f64::from(temperature));
            let best = all.iter().copied().enumerate().max_by(|one, other| one.1.total_cmp(&other.1));
            best.ok_or_else(|| "the model has no labels".to_owned())
        })
        .collect()
}

/// A token with its label and how sure the model is.
type Tagged<'a> = (Range<usize>, &'a str, f32);

/// Joins tokens into spans. A token goes on with the span before it when their types are alike and it is marked as
/// inside (`I-`, `E-`) or touches it: a number falls into many tokens, and each may call itself the first.
fn merge(tokens: &[Tagged<'_>]) -> Vec<Marked> {
    struct Open<'a> {
        place: Range<usize>,
        kind: &'a str,
        scores: Vec<f32>,
        is_closed: bool,
    }
    let mut spans: Vec<Open<'_>> = Vec::new();
    for (place, label, score) in tokens {
        let (prefix, kind) = match label.split_once('-') {
            Some((prefix @ ("B" | "I" | "E" | "S"), kind)) => (prefix, kind),
            _ if matches!(*label, "O" | "") => {
                if let Some(last) = spans.last_mut() {
                    last.is_closed = true;
                }
                continue;
            }
            _ => ("I", *label),
        };
        let last = spans.last_mut().filter(|last| {
            let touches = last.place.end >= place.start;
            last.kind == kind && !last.is_closed && (touches || matches!(prefix, "I" | "E"))
        });
        match last {
            Some(last) => {
                last.place.end = last.place.end.max(place.end);
                last.scores.push(*score);
            }
            None => {
                // Several tokens may come from one character, and the earlier span has it already.
                let start = spans.last().map_or(place.start, |last| place.start.max(last.place.end));
                if start < place.end {
                    let place = start..place.end;
                    spans.push(Open { place, kind, scores: vec![*score], is_closed: false });
                }
            }
        }
    }
    let marked = spans.into_iter().map(|span| Marked {
        start: span.place.start,
        end: span.place.end,
        label: span.kind.into(),
        score: span.scores.iter().sum::<f32>() / span.scores.len() as f32,
    });
    marked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(tokens: &[(usize, usize, &str)], expected: &[(usize, usize, &str)]) {
        let tagged: Vec<Tagged<'_>> =
            tokens.iter().map(|&(start, end, label)| (start..end, label, 0.5)).collect();
        let spans = merge(&tagged);
        let found: Vec<_> = spans.iter().map(|span| (span.start, span.end, &*span.label)).collect();
        assert_eq!(found, expected, "{tokens:?}");
    }

    #[test]
    fn tokens_join_into_spans() {
        check(&[], &[]);
        check(&[(0, 2, "O")], &[]);
        // Two words of one name.
        check(&[(0, 3, "B-NAME"), (4, 9, "I-NAME")], &[(0, 9, "NAME")]);
        // Two names side by side.
        check(&[(0, 3, "B-NAME"), (4, 9, "B-NAME")], &[(0, 3, "NAME"), (4, 9, "NAME")]);
        // One number in pieces, each of them first.
        check(&[(0, 3, "B-PHONE"), (3, 4, "B-PHONE"), (4, 8, "B-PHONE")], &[(0, 8, "PHONE")]);
        // A type that changes ends the span, and so does a token outside.
        check(&[(0, 3, "B-NAME"), (3, 5, "I-CITY")], &[(0, 3, "NAME"), (3, 5, "CITY")]);
        check(&[(0, 3, "B-NAME"), (4, 5, "O"), (6, 8, "I-NAME")], &[(0, 3, "NAME"), (6, 8, "NAME")]);
        // BIOES, and labels without a prefix.
        check(&[(0, 3, "B-X"), (4, 5, "I-X"), (6, 8, "E-X"), (9, 10, "S-X")], &[(0, 8, "X"), (9, 10, "X")]);
        check(&[(0, 3, "PER"), (4, 5, "PER")], &[(0, 5, "PER")]);
    }

    #[test]
    fn spans_do_not_overlap_where_a_character_is_several_tokens() {
        check(&[(0, 3, "B-A"), (0, 3, "B-B"), (0, 6, "B-B")], &[(0, 3, "A"), (3, 6, "B")]);
    }
}
