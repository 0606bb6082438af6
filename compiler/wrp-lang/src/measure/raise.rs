//! The smallest raise of a threshold that keeps two signals apart often enough, and what it costs.

use super::rate::high;

/// What a threshold would have to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Raise {
    pub signal: String,
    pub from: f64,
    pub to: f64,
    /// On how many of the prompts the signal would no longer fire.
    pub lost: usize,
    /// How many co-firings would be left.
    pub left: usize,
}

/// The most co-firings whose upper bound stays within the budget; `None` where the corpus is too small for any.
pub(super) fn allowed(prompts: usize, epsilon: f64, tail: f64) -> Option<usize> {
    let fits = |hits: usize| high(hits, prompts, tail) <= epsilon;
    if prompts == 0 || !fits(0) {
        return None;
    }
    let (mut fitting, mut beyond) = (0, prompts);
    while beyond - fitting > 1 {
        let middle = usize::midpoint(fitting, beyond);
        *(if fits(middle) { &mut fitting } else { &mut beyond }) = middle;
    }
    Some(fitting)
}

/// Thresholds are proposed in steps of a ten-thousandth.
const STEPS: f64 = 1e4;

/// `together` are the scores of a signal where both fire, `alone` all scores with which it fires.
pub(super) fn raise(
    signal: &str,
    from: f64,
    mut together: Vec<f64>,
    alone: &[f64],
    allowed: usize,
) -> Option<Raise> {
    together.sort_by(|one, other| other.total_cmp(one));
    // The surest that must go, and everything below it.
    let last = together.get(allowed)?;
    let mut to = ((last * STEPS).floor() + 1.0) / STEPS;
    if to <= *last {
        to += 1.0 / STEPS;
    }
    let lost = alone.iter().filter(|score| **score < to).count();
    let left = together.iter().filter(|score| **score >= to).count();
    (to <= 1.0).then(|| Raise { signal: signal.to_owned(), from, to, lost, left })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_allows_as_many_as_its_bound() {
        // About ln(1/0.025)/ε prompts without a hit: 3,689 for a thousandth.
        for (prompts, epsilon, expected) in [
            (3_600, 0.001, None),
            (3_700, 0.001, Some(0)),
            (15_044, 0.0051, Some(59)),
            (100, 1.0, Some(99)),
            (0, 0.5, None),
        ] {
            assert_eq!(allowed(prompts, epsilon, 0.025), expected, "{prompts} {epsilon}");
        }
    }

    #[test]
    fn the_smallest_raise_is_found() {
        let together = vec![0.71, 0.8, 0.755];
        let alone = [0.71, 0.72, 0.755, 0.8, 0.9];
        let of =
            |allowed| raise("e", 0.7, together.clone(), &alone, allowed).map(|it| (it.to, it.lost, it.left));
        assert_eq!(of(0), Some((0.8001, 4, 0)));
        assert_eq!(of(1), Some((0.7551, 3, 1)));
        assert_eq!(of(2), Some((0.7101, 1, 2)));
        assert_eq!(of(3), None);
        assert_eq!(raise("e", 0.7, vec![1.0], &[1.0], 0), None);
    }
}
