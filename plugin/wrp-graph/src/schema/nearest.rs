//! The word that was probably meant.

/// Nobody misspells a longer word, and the distance costs its square.
const LONGEST: usize = 64;

/// The candidate closest to `word`, if one is close enough to be a slip: a third of the letters at most, case
/// apart. Of equally close ones the first.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > LONGEST {
        return None;
    }
    let word = letters(word);
    let limit = (word.len() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= 2 * LONGEST)
        .filter_map(|candidate| Some((distance(&word, &letters(candidate), limit)?, candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn letters(word: &str) -> Vec<char> {
    word.chars().flat_map(char::to_lowercase).collect()
}

/// Letters to insert, drop, change or swap with a neighbour: optimal string alignment, three rows at a time. Ends as
/// soon as more than `limit` are certain, since whoever asks may have thousands of candidates.
fn distance(word: &[char], other: &[char], limit: usize) -> Option<usize> {
    if word.len().abs_diff(other.len()) > limit {
        return None;
    }
    let mut before_last = vec![0; other.len() + 1];
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, here) in word.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, there) in other.iter().enumerate() {
            let changed = last[j] + usize::from(here != there);
            let mut best = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *here == other[j - 1] && word[i - 1] == *there {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
        // A swap reaches back two rows, so both must be beyond the limit.
        if before_last.iter().chain(&last).all(|distance| *distance > limit) {
            return None;
        }
    }
    last.last().copied().filter(|distance| *distance <= limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_forgiven_and_a_stranger_is_not() {
        let names = ["threshold", "candidates", "mode"];
        let long = "x".repeat(10_000);
        let table = [
            ("treshold", Some("threshold")),
            ("Threshold", Some("threshold")),
            ("candidate", Some("candidates")),
            ("mod", Some("mode")),
            ("mdoe", Some("mode")),
            ("temperature", None),
            ("", None),
            (&long, None),
        ];
        for (word, expected) in table {
            assert_eq!(nearest(word, names), expected, "{word}");
        }
    }
}
