//! Arrivals split by whatever decided on them: a route, a model, a category.

use std::collections::BTreeMap;

use super::{Arrival, Cdf, Window};

/// The requests of one class.
#[derive(Clone, Debug, PartialEq)]
pub struct Class {
    pub count: usize,
    /// Of all requests.
    pub share: f64,
    pub cdf: Cdf,
    /// The prompt's part of all tokens.
    pub prompt_share: f64,
    pub answer_mean: f64,
    /// What to expect of an answer when a pool must be chosen before it is known: three of four are no longer.
    pub answer_p75: u32,
}

/// By the class that `of` names; arrivals of no class are left out of all but the shares.
pub fn classes<'a>(
    arrivals: &'a [Arrival],
    of: impl Fn(&'a Arrival) -> Option<&'a str>,
) -> BTreeMap<String, Class> {
    let mut by_class: BTreeMap<&str, Vec<&Arrival>> = BTreeMap::new();
    for arrival in arrivals {
        if let Some(class) = of(arrival) {
            by_class.entry(class).or_default().push(arrival);
        }
    }
    let summed = |members: &[&Arrival], of: fn(&Arrival) -> u32| -> f64 {
        members.iter().map(|arrival| f64::from(of(arrival))).sum()
    };
    by_class
        .into_iter()
        .filter_map(|(name, members)| {
            let mut window = Window::new(f64::INFINITY);
            members.iter().for_each(|arrival| window.push(0.0, arrival.tokens()));
            let mut answers: Vec<u32> = members.iter().map(|arrival| arrival.answer).collect();
            answers.sort_unstable();
            let class = Class {
                count: members.len(),
                share: members.len() as f64 / arrivals.len() as f64,
                cdf: window.cdf()?,
                prompt_share: summed(&members, |it| it.prompt) / summed(&members, Arrival::tokens).max(1.0),
                answer_mean: summed(&members, |it| it.answer) / members.len() as f64,
                answer_p75: answers[((answers.len() * 3).div_ceil(4)).max(1) - 1],
            };
            Some((name.to_owned(), class))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_have_their_own_lengths() {
        let arrival = |model: &str, prompt, answer| Arrival {
            prompt,
            answer,
            model: Some(model.to_owned()),
            ..Arrival::default()
        };
        let arrivals: Vec<Arrival> = (1..=4)
            .map(|nth| arrival("small", 90, 10 * nth))
            .chain((0..6).map(|_| arrival("large", 3000, 1000)))
            .collect();
        let classes = classes(&arrivals, |arrival| arrival.model.as_deref());
        let small = &classes["small"];
        assert_eq!((small.count, small.share, small.answer_p75), (4, 0.4, 30));
        assert!((classes["large"].prompt_share - 0.75).abs() < 1e-12);
        assert_eq!((small.cdf.share(256), classes["large"].cdf.share(1024)), (1.0, 0.0));
    }
}
