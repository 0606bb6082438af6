//! The word that was probably meant.

/// Nobody misspells a longer word, and the distance costs its square.
const LONGEST: usize = 64;

/// A candidate that a misspelt word may have been meant as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Near<'c> {
    pub word: &'c str,
    /// Whether it can hardly have been another: no other candidate is as close, more than three letters vouch for it,
    /// and the digits, which tell names apart on purpose, are the same.
    pub certain: bool,
}

/// The candidate closest to `word`, if one is close enough to be a slip: a third of the letters at most, case
/// apart. Of equally close ones the first.
pub fn near<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<Near<'c>> {
    if word.len() > LONGEST {
        return None;
    }
    let written = letters(word);
    let limit = (written.len() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    let mut rivalled = false;
    for candidate in candidates.into_iter().filter(|candidate| candidate.len() <= 2 * LONGEST) {
        let Some(distance) = distance(&written, &letters(candidate), limit) else { continue };
        match best {
            Some((least, _)) if distance > least => {}
            Some((least, first)) if distance == least => rivalled |= first != candidate,
            _ => (best, rivalled) = (Some((distance, candidate)), false),
        }
    }
    let (distance, meant) = best?;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let long_enough = distance == 0 || written.len() > 3;
    Some(Near { word: meant, certain: !rivalled && long_enough && digits(word) == digits(meant) })
}

/// The word alone, where what is said of it is the same either way.
pub fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    Some(near(word, candidates)?.word)
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

    #[test]
    fn a_slip_is_certain_only_where_nothing_else_can_be_meant() {
        let table: [(&str, &[&str], bool); 6] = [
            ("treshold", &["threshold", "mode"], true),
            ("or", &["AND", "OR", "NOR"], true),
            ("team_c", &["team_a", "team_b"], false),
            ("team_c", &["team_a", "team_a"], true),
            ("model-4", &["model-5"], false),
            ("rwa", &["raw"], false),
        ];
        for (word, candidates, certain) in table {
            let near = near(word, candidates.iter().copied()).expect("one is near");
            assert_eq!(near.certain, certain, "{word}");
        }
    }
}
