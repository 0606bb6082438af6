//! Who asks a pool for what: lengths with their shares, and what compression does to them.

use crate::workload::{Cdf, Span};

/// The requests of one pool. Masses are shares of some whole, which need not be this population.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Population {
    pub parts: Vec<Part>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    pub span: Span,
    pub form: Form,
    /// The prompt's part of all tokens.
    pub prompt_share: f64,
}

/// What becomes of a request before it is served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Whole,
    /// The prompt is cut so that prompt and answer together are this long; the answer stays as it was.
    CompressedTo(u32),
}

impl Population {
    /// All requests that are longer than `above` and at most `up_to`.
    pub fn between(cdf: &Cdf, above: u32, up_to: u32, prompt_share: f64) -> Population {
        let parts = cdf.spans(above, up_to).map(|span| Part { span, form: Form::Whole, prompt_share });
        Population { parts: parts.collect() }
    }

    pub fn whole(cdf: &Cdf, prompt_share: f64) -> Population {
        Population::between(cdf, 0, u32::MAX, prompt_share)
    }

    /// A `share` of these, compressed to `tokens`.
    #[must_use]
    pub fn compressed(mut self, share: f64, tokens: u32) -> Population {
        for part in &mut self.parts {
            part.form = Form::CompressedTo(tokens);
        }
        self.scaled(share)
    }

    /// A `share` of these.
    #[must_use]
    pub fn scaled(mut self, share: f64) -> Population {
        for part in &mut self.parts {
            part.span.mass *= share;
        }
        self.parts.retain(|part| part.span.mass > 0.0);
        self
    }

    #[must_use]
    pub fn and(mut self, other: Population) -> Population {
        self.parts.extend(other.parts);
        self
    }

    pub fn mass(&self) -> f64 {
        self.parts.iter().map(|part| part.span.mass).sum()
    }

    /// The longest request as it is served.
    pub fn longest(&self) -> u32 {
        self.parts.iter().map(|part| part.served(part.span.last)).map(|(p, a)| p + a).max().unwrap_or(0)
    }

    pub fn mean_answer(&self) -> f64 {
        let answers = self.points().map(|(part, tokens, mass)| mass * f64::from(part.served(tokens).1));
        answers.sum::<f64>() / self.mass()
    }

    /// Representative lengths with their masses: all of a part where it is short, evenly spread ones where it is not.
    pub(crate) fn points(&self) -> impl Iterator<Item = (&Part, u32, f64)> {
        const MOST: u32 = 64;
        self.parts.iter().flat_map(|part| {
            let width = part.span.last - part.span.first + 1;
            let points = width.min(MOST);
            let mass = part.span.mass / f64::from(points);
            let place = f64::from(width) / f64::from(points);
            (0..points).map(move |nth| {
                let within = (f64::from(nth) + 0.5) * place;
                (part, part.span.first + within as u32, mass)
            })
        })
    }
}

impl Part {
    /// Prompt and answer of a request of so many tokens, as they are served.
    pub fn served(&self, tokens: u32) -> (u32, u32) {
        let prompt = ((f64::from(tokens) * self.prompt_share) as u32).max(1);
        let answer = tokens.saturating_sub(prompt).max(1);
        match self.form {
            Form::Whole => (prompt, answer),
            Form::CompressedTo(most) => (most.saturating_sub(answer).clamp(1, prompt), answer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cdf() -> Cdf {
        Cdf::new([(1000, 0.6), (4000, 0.9), (16_000, 1.0)]).unwrap()
    }

    #[test]
    fn no_request_is_lost_or_counted_twice() {
        for boundary in [500, 1000, 2500, 16_000] {
            for gamma in [1.0, 1.5, 3.0] {
                let to = (gamma * f64::from(boundary)) as u32;
                let between = Population::between(&cdf(), boundary, to, 0.8);
                let short = Population::between(&cdf(), 0, boundary, 0.8)
                    .and(between.clone().compressed(0.7, boundary));
                let long = Population::between(&cdf(), to, u32::MAX, 0.8).and(between.scaled(0.3));
                assert!((short.mass() + long.mass() - 1.0).abs() < 1e-12, "{boundary} {gamma}");
                assert!(short.longest() <= boundary, "{boundary} {gamma}");
            }
        }
    }

    #[test]
    fn compression_keeps_the_answer() {
        let whole = Population::between(&cdf(), 1000, 1500, 0.8);
        let compressed = whole.clone().compressed(1.0, 1000);
        assert!((whole.mean_answer() - compressed.mean_answer()).abs() < 1e-9);
        assert_eq!(compressed.longest(), 1000);
    }

    #[test]
    fn points_stand_for_every_length() {
        let population = Population::whole(&cdf(), 0.8);
        let mean: f64 = population.points().map(|(_, tokens, mass)| mass * f64::from(tokens)).sum();
        assert!((mean / cdf().mean() - 1.0).abs() < 1e-3, "{mean}");
    }
}
