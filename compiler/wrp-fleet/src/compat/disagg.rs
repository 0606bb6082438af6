//! Prefill and decoding on instances of their own, as the reference sizes them.

use crate::hardware::Profile;
use crate::workload::Cdf;

/// Losses between the two phases, from AIConfigurator (arXiv 2601.06288).
const PREFILL_SHARE: f64 = 0.90;
const DECODE_SHARE: f64 = 0.92;
const TTFT_FACTOR: f64 = 1.80;

#[derive(Clone, Debug)]
pub struct Disagg<'p> {
    pub prefill: &'p Profile,
    pub decode: &'p Profile,
    /// Mean tokens of prompts and of answers.
    pub prompt: u32,
    pub answer: u32,
    pub ttft_bound_ms: f64,
    pub tpot_bound_ms: f64,
    pub context: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DisaggPoint {
    pub prefill: u32,
    pub decode: u32,
    pub gpus: u32,
    pub rate: f64,
    pub rate_per_gpu: f64,
    pub ttft_ms: f64,
    pub tpot_ms: f64,
    pub price_per_hour: f64,
    pub meets: bool,
}

/// Means that the reference's command line takes from a distribution: knots by their mass, a quarter of it answers.
pub fn means(cdf: &Cdf) -> (u32, u32) {
    let mut before = 0.0;
    let mut mean = 0.0;
    for knot in cdf.knots() {
        mean += f64::from(knot.tokens) * (knot.share - before);
        before = knot.share;
    }
    ((mean * 0.75) as u32, (mean * 0.25) as u32)
}

impl Disagg<'_> {
    /// Every number of prefill instances up to `most_prefill` with every number of decoding ones.
    pub fn points(&self, most_prefill: u32, most_decode: u32) -> Vec<DisaggPoint> {
        let counts =
            (1..=most_prefill).flat_map(|prefill| (1..=most_decode).map(move |decode| (prefill, decode)));
        counts.map(|(prefill, decode)| self.point(prefill, decode)).collect()
    }

    /// The highest rate per GPU within the bounds.
    pub fn best_per_gpu(&self, most_prefill: u32, most_decode: u32) -> Option<DisaggPoint> {
        let mut best: Option<DisaggPoint> = None;
        for point in self.points(most_prefill, most_decode).into_iter().filter(|point| point.meets) {
            if best.is_none_or(|best| point.rate_per_gpu > best.rate_per_gpu) {
                best = Some(point);
            }
        }
        best
    }

    /// What carries `rate` within the bounds and is not beaten in both price and GPUs, by GPUs; and the cheapest.
    pub fn front(
        &self,
        rate: f64,
        most_prefill: u32,
        most_decode: u32,
    ) -> (Vec<DisaggPoint>, Option<DisaggPoint>) {
        let points = self.points(most_prefill, most_decode);
        let able: Vec<DisaggPoint> =
            points.into_iter().filter(|point| point.meets && point.rate >= rate).collect();
        let beats = |one: &DisaggPoint, other: &DisaggPoint| {
            one.price_per_hour <= other.price_per_hour
                && one.gpus <= other.gpus
                && (one.price_per_hour < other.price_per_hour || one.gpus < other.gpus)
        };
        let mut front: Vec<DisaggPoint> =
            able.iter().filter(|point| !able.iter().any(|other| beats(other, point))).copied().collect();
        front.sort_by_key(|point| point.gpus);
        let cheapest = able
            .into_iter()
            .reduce(|best, point| if point.price_per_hour < best.price_per_hour { point } else { best });
        (front, cheapest)
    }

    fn point(&self, prefill: u32, decode: u32) -> DisaggPoint {
        let throughput = |profile: &Profile, prompt: u32, answer: u32| {
            let slots = profile.slots(self.context);
            f64::from(slots) / profile.service_s(prompt, answer, slots)
        };
        let full_step = |profile: &Profile| {
            profile.weights_s + profile.sequence_s * f64::from(profile.slots(self.context))
        };
        let chunks = f64::from(self.prefill.chunks(self.prompt));
        let ttft_ms = chunks * full_step(self.prefill) * 1000.0 * TTFT_FACTOR;
        let tpot_ms = full_step(self.decode) * 1000.0;
        let prefill_rate = throughput(self.prefill, self.prompt, 1) * f64::from(prefill) * PREFILL_SHARE;
        let decode_rate = throughput(self.decode, 1, self.answer) * f64::from(decode) * DECODE_SHARE;
        let rate = prefill_rate.min(decode_rate);
        let gpus = prefill * self.prefill.gpus + decode * self.decode.gpus;
        DisaggPoint {
            prefill,
            decode,
            gpus,
            rate,
            rate_per_gpu: rate / f64::from(gpus),
            ttft_ms,
            tpot_ms,
            price_per_hour: f64::from(prefill) * self.prefill.price_per_hour
                + f64::from(decode) * self.decode.price_per_hour,
            meets: ttft_ms <= self.ttft_bound_ms && tpot_ms <= self.tpot_bound_ms,
        }
    }
}
