//! How long requests are: the distribution of total tokens (prompt and answer), given by its knots.

use serde::{Deserialize, Serialize};

/// A distribution function, linear between knots and from `(0, 0)` to the first of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<(u32, f64)>", into = "Vec<(u32, f64)>")]
pub struct Cdf {
    knots: Vec<Knot>,
}

/// The share of requests that have at most so many tokens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knot {
    pub tokens: u32,
    pub share: f64,
}

/// The lengths `first..=last`, all equally likely, that `mass` of the requests have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    pub first: u32,
    pub last: u32,
    pub mass: f64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CdfError {
    Empty,
    /// Tokens must grow from knot to knot; this one's do not.
    TokensFall(usize),
    /// Shares must lie in `0..=1` and never fall; this one's do not.
    ShareFalls(usize),
    /// The last share must be 1.
    Open,
}

impl std::fmt::Display for CdfError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CdfError::Empty => write!(formatter, "a distribution needs at least one knot"),
            CdfError::TokensFall(knot) => {
                write!(formatter, "knot {knot}: its tokens do not exceed those before")
            }
            CdfError::ShareFalls(knot) => {
                write!(formatter, "knot {knot}: its share is outside 0..=1 or below the one before")
            }
            CdfError::Open => write!(formatter, "the last knot's share is not 1"),
        }
    }
}

impl std::error::Error for CdfError {}

impl Cdf {
    pub fn new(points: impl IntoIterator<Item = (u32, f64)>) -> Result<Cdf, CdfError> {
        let mut knots: Vec<Knot> = points.into_iter().map(|(tokens, share)| Knot { tokens, share }).collect();
        let mut before = Knot { tokens: 0, share: 0.0 };
        for (nth, knot) in knots.iter().enumerate() {
            if knot.tokens <= before.tokens {
                return Err(CdfError::TokensFall(nth));
            }
            if !(before.share..=1.0 + 1e-9).contains(&knot.share) {
                return Err(CdfError::ShareFalls(nth));
            }
            before = *knot;
        }
        match knots.last_mut() {
            None => Err(CdfError::Empty),
            Some(last) if (last.share - 1.0).abs() > 1e-9 => Err(CdfError::Open),
            Some(last) => {
                last.share = 1.0;
                Ok(Cdf { knots })
            }
        }
    }

    pub fn knots(&self) -> &[Knot] {
        &self.knots
    }

    /// The longest request.
    pub fn max_tokens(&self) -> u32 {
        self.knots.last().map_or(0, |knot| knot.tokens)
    }

    /// The share of requests with at most `tokens` tokens.
    pub fn share(&self, tokens: u32) -> f64 {
        if tokens == 0 {
            return 0.0;
        }
        let mut before = Knot { tokens: 0, share: 0.0 };
        for knot in &self.knots {
            if tokens <= knot.tokens {
                let part = f64::from(tokens - before.tokens) / f64::from(knot.tokens - before.tokens);
                return before.share + (knot.share - before.share) * part;
            }
            before = *knot;
        }
        1.0
    }

    /// The smallest length that at least `share` of the requests do not exceed.
    pub fn quantile(&self, share: f64) -> u32 {
        let mut before = Knot { tokens: 0, share: 0.0 };
        for knot in &self.knots {
            if share <= knot.share {
                let rise = knot.share - before.share;
                if rise <= 0.0 {
                    return knot.tokens;
                }
                let width = f64::from(knot.tokens - before.tokens);
                let within = ((share - before.share).max(0.0) / rise * width).ceil();
                return before.tokens + within as u32;
            }
            before = *knot;
        }
        self.max_tokens()
    }

    pub fn mean(&self) -> f64 {
        self.spans(0, u32::MAX)
            .map(|span| span.mass * (f64::from(span.first) + f64::from(span.last)) / 2.0)
            .sum()
    }

    /// The lengths above `above` and up to `up_to`, cut at the knots; masses are shares of all requests.
    pub fn spans(&self, above: u32, up_to: u32) -> impl Iterator<Item = Span> + '_ {
        let mut before = Knot { tokens: 0, share: 0.0 };
        self.knots.iter().filter_map(move |knot| {
            let start = std::mem::replace(&mut before, *knot);
            let (low, high) = (start.tokens.max(above), knot.tokens.min(up_to));
            let rise = knot.share - start.share;
            if low >= high || rise <= 0.0 {
                return None;
            }
            let part = f64::from(high - low) / f64::from(knot.tokens - start.tokens);
            Some(Span { first: low + 1, last: high, mass: rise * part })
        })
    }

    /// Several populations as one, each weighted by its rate.
    pub fn mixture(parts: &[(f64, &Cdf)]) -> Option<Cdf> {
        let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
        if total <= 0.0 {
            return None;
        }
        let mut tokens: Vec<u32> =
            parts.iter().flat_map(|(_, cdf)| cdf.knots.iter().map(|knot| knot.tokens)).collect();
        tokens.sort_unstable();
        tokens.dedup();
        let at = |tokens: u32| parts.iter().map(|(weight, cdf)| weight / total * cdf.share(tokens)).sum();
        let knots: Vec<(u32, f64)> = tokens.into_iter().map(|tokens| (tokens, at(tokens))).collect();
        Cdf::new(knots).ok()
    }
}

impl TryFrom<Vec<(u32, f64)>> for Cdf {
    type Error = CdfError;

    fn try_from(points: Vec<(u32, f64)>) -> Result<Cdf, CdfError> {
        Cdf::new(points)
    }
}

impl From<Cdf> for Vec<(u32, f64)> {
    fn from(cdf: Cdf) -> Vec<(u32, f64)> {
        cdf.knots.into_iter().map(|knot| (knot.tokens, knot.share)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Cdf {
        Cdf::new([(100, 0.5), (200, 0.5), (400, 1.0)]).unwrap()
    }

    #[test]
    fn shares_are_linear_between_knots_and_quantiles_invert_them() {
        for (tokens, share) in
            [(0, 0.0), (50, 0.25), (100, 0.5), (150, 0.5), (300, 0.75), (400, 1.0), (999, 1.0)]
        {
            assert!((sample().share(tokens) - share).abs() < 1e-12, "{tokens}");
        }
        for (share, tokens) in [(0.0, 0), (0.25, 50), (0.5, 100), (0.75, 300), (1.0, 400)] {
            assert_eq!(sample().quantile(share), tokens, "{share}");
        }
    }

    #[test]
    fn spans_hold_all_the_mass_wherever_they_are_cut() {
        for cut in [0, 1, 99, 100, 150, 333, 400, 1000] {
            let below: f64 = sample().spans(0, cut).map(|span| span.mass).sum();
            let above: f64 = sample().spans(cut, u32::MAX).map(|span| span.mass).sum();
            assert!((below - sample().share(cut)).abs() < 1e-12, "{cut}");
            assert!((below + above - 1.0).abs() < 1e-12, "{cut}");
        }
    }

    #[test]
    fn what_is_no_distribution_is_refused() {
        for (points, error) in [
            (vec![], CdfError::Empty),
            (vec![(100, 0.5), (100, 1.0)], CdfError::TokensFall(1)),
            (vec![(100, 0.5), (200, 0.4)], CdfError::ShareFalls(1)),
            (vec![(100, f64::NAN)], CdfError::ShareFalls(0)),
            (vec![(100, 0.9)], CdfError::Open),
        ] {
            assert_eq!(Cdf::new(points), Err(error));
        }
    }

    #[test]
    fn a_mixture_lies_between_its_parts() {
        let other = Cdf::new([(1000, 1.0)]).unwrap();
        let mixture = Cdf::mixture(&[(3.0, &sample()), (1.0, &other)]).unwrap();
        assert!((mixture.share(400) - (0.75 + 0.25 * 0.4)).abs() < 1e-12);
        assert!((mixture.mean() - (0.75 * sample().mean() + 0.25 * other.mean())).abs() < 1.0);
    }
}
