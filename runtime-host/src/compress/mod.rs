//! The sentences of a long text that say most of it, for a model that reads one window only.
//!
//! A sentence is scored by how central it is (TextRank over word cosines, Mihalcea and Tarau 2004), where it stands,
//! how rare its words are (TF-IDF) and how far it is from what the text is about. No model is asked. The weights
//! are those of vLLM Semantic Router (arXiv 2603.12646). What was left out lowers the coverage of the answer.

mod score;
mod sentence;

use std::ops::Range;

use sentence::tokens;

/// More sentences than these are thinned out evenly before they are compared with each other.
const COMPARED: usize = 500;
/// The first and the last sentences are kept whatever they say: tasks stand at the start, and questions at the end.
const KEPT: (usize, usize) = (3, 2);

/// The parts of a text, in order, that hold about `budget` tokens. A text that fits is one part.
pub(crate) fn compress(text: &str, budget: usize) -> Vec<Range<usize>> {
    let budget = budget as f32;
    if tokens(text) <= budget {
        return vec![Range { start: 0, end: text.len() }];
    }
    let sentences = thin_out(sentence::split(text));
    let costs: Vec<f32> = sentences.iter().map(|range| tokens(&text[range.clone()])).collect();
    let scores = score::all(&sentences.iter().map(|range| &text[range.clone()]).collect::<Vec<_>>());
    let mut order: Vec<usize> = (0..sentences.len()).collect();
    order.sort_by(|&one, &other| scores[other].total_cmp(&scores[one]).then(one.cmp(&other)));
    let (first, last) = (KEPT.0.min(sentences.len()), sentences.len().saturating_sub(KEPT.1));
    let in_order = (0..first).chain((last..sentences.len()).rev()).chain(order);

    let mut kept = vec![false; sentences.len()];
    let mut left = budget;
    for at in in_order {
        if !kept[at] && costs[at] <= left {
            kept[at] = true;
            left -= costs[at];
        }
    }
    if !kept.contains(&true) {
        // One sentence is longer than a window: its head is all that can be read.
        return sentences.into_iter().take(1).collect();
    }
    sentences.into_iter().zip(kept).filter_map(|(range, kept)| kept.then_some(range)).collect()
}

fn thin_out(sentences: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let count = sentences.len();
    if count <= COMPARED {
        return sentences;
    }
    let at = |place: usize| place * (count - 1) / (COMPARED - 1);
    (0..COMPARED).map(|place| sentences[at(place)].clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(text: &str, budget: usize) -> String {
        let parts = compress(text, budget);
        assert!(parts.windows(2).all(|pair| pair[0].end <= pair[1].start), "{parts:?}");
        parts.iter().map(|part| &text[part.clone()]).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn a_text_that_fits_is_left_alone() {
        assert_eq!(kept("One. Two.", 100), "One. Two.");
        assert_eq!(kept("", 0), "");
    }

    #[test]
    fn first_and_last_sentences_stay_and_the_telling_ones_between() {
        let filler = "It was a day like any other day. ".repeat(20);
        let text = format!(
            "Read this. It is long. Be patient. {filler}The reactor pressure valve must be inspected weekly. {filler}\
             What must be inspected? Answer briefly."
        );
        let found = kept(&text, 40);
        assert!(found.starts_with("Read this.|It is long.|Be patient.|"), "{found}");
        assert!(found.contains("reactor pressure valve"), "{found}");
        assert!(found.ends_with("What must be inspected?|Answer briefly."), "{found}");
        assert!(tokens(&found.replace('|', " ")) <= 41.0, "{found}");
    }

    #[test]
    fn any_text_is_cut_within_bounds() {
        for text in
            ["x".repeat(100_000), "a. ".repeat(50_000), "。".repeat(9_000), "\u{301}\0 ".repeat(3_000)]
        {
            let parts = compress(&text, 50);
            assert!(!parts.is_empty() && parts.len() <= COMPARED);
        }
    }
}
