//! How many instances one pool needs for P99 of the *sum* of wait and prefill.

use super::Demand;
use crate::hardware::Profile;
use crate::queueing::Queue;

/// What a pool must keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// P99 of the time to the first token.
    pub ttft_s: f64,
    /// The share of its capacity that a pool may be asked for.
    pub busiest: f64,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { ttft_s: 0.5, busiest: 0.85 }
    }
}

/// A pool of so many instances under its load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sized {
    pub instances: u32,
    pub utilisation: f64,
    /// P99 of wait and prefill together; `∞` where the queue grows without end.
    pub ttft_p99_s: f64,
    /// A decoding step at the mean number of active sequences.
    pub tpot_s: f64,
    /// Mean sequences in one instance.
    pub active: f64,
    pub meets: bool,
}

const TAIL: f64 = 0.01;

/// The fewest instances: within the bound, one to spare, no busier than allowed. More instances cannot help where the
/// prefill alone breaks the bound; then the pool is sized for the wait alone, and does not meet it.
pub fn size(rate: f64, demand: &Demand, profile: &Profile, bounds: &Bounds) -> Sized {
    const MOST: u32 = 1 << 24;
    let capacity = demand.instance_rate();
    let spare = (rate / capacity).ceil() as u32 + 1;
    let fewest = spare.max((rate / (capacity * bounds.busiest)).ceil() as u32);
    let late: f64 =
        demand.prefill.iter().filter(|(value, _)| *value > bounds.ttft_s).map(|(_, mass)| mass).sum();
    let keeps = |instances: u32| {
        let lines = Lines::of(rate, instances, demand);
        match late > TAIL {
            true => lines.slots.p99_s() <= bounds.ttft_s,
            false => lines.exceeds(bounds.ttft_s, demand) <= TAIL,
        }
    };
    if keeps(fewest) {
        return at(rate, fewest, demand, profile, bounds);
    }
    let (mut low, mut high) = (fewest, fewest.saturating_mul(2));
    while !keeps(high) && high < MOST {
        (low, high) = (high, high.saturating_mul(2));
    }
    while high - low > 1 {
        let middle = u32::midpoint(low, high);
        if keeps(middle) { high = middle } else { low = middle }
    }
    at(rate, high, demand, profile, bounds)
}

impl Sized {
    /// A pool of a given size.
    pub fn of(rate: f64, instances: u32, demand: &Demand, profile: &Profile, bounds: &Bounds) -> Sized {
        at(rate, instances, demand, profile, bounds)
    }
}

fn at(rate: f64, instances: u32, demand: &Demand, profile: &Profile, bounds: &Bounds) -> Sized {
    let utilisation = rate / (f64::from(instances) * demand.instance_rate());
    let active = utilisation.min(1.0) * f64::from(demand.slots);
    let ttft_p99_s = Lines::of(rate, instances, demand).p99_s(demand);
    Sized {
        instances,
        utilisation,
        ttft_p99_s,
        tpot_s: profile.step_s(active, demand.tokens),
        active,
        meets: ttft_p99_s <= bounds.ttft_s && utilisation <= bounds.busiest + 1e-12,
    }
}

/// Where requests stand in line: for the slots of all instances as one station, and where prefills of an instance stand
/// in line, there.
struct Lines {
    slots: Queue,
    prefills: Option<Queue>,
}

impl Lines {
    fn of(rate: f64, instances: u32, demand: &Demand) -> Lines {
        let slots = instances.saturating_mul(demand.slots);
        let prefills = demand.shared_prefill.then(|| {
            let rate = rate / f64::from(instances);
            Queue::new(1, rate, 1.0 / demand.mean_prefill_s(), demand.prefill_scv())
        });
        Lines { slots: Queue::new(slots, rate, 1.0 / demand.service_s, demand.scv), prefills }
    }

    /// `P(TTFT > bound)`. Where prefills stand in line as well, the bound is first lowered by P99 of the wait for a slot.
    fn exceeds(&self, bound_s: f64, demand: &Demand) -> f64 {
        let prefill = demand.prefill.iter().copied();
        match &self.prefills {
            _ if !self.slots.is_stable() => 1.0,
            None => self.slots.exceeds(bound_s, prefill),
            Some(line) if !line.is_stable() => 1.0,
            Some(line) => line.exceeds(bound_s - self.slots.p99_s(), prefill),
        }
    }

    fn p99_s(&self, demand: &Demand) -> f64 {
        const ROUNDS: u32 = 40;
        if self.exceeds(f64::MAX, demand) > TAIL {
            return f64::INFINITY;
        }
        // Where next to nobody waits, it is the prefill's own.
        if self.prefills.is_none() && self.slots.waits < 1e-9 {
            let mut late = 1.0;
            let own = demand.prefill.iter().find(|(_, mass)| {
                late -= mass;
                late <= TAIL
            });
            return own.map_or(0.0, |(value, _)| *value);
        }
        let longest = demand.prefill.last().map_or(1.0, |(longest, _)| *longest);
        let (mut low, mut high) = (0.0, longest.max(1e-6));
        while self.exceeds(high, demand) > TAIL {
            (low, high) = (high, high * 2.0);
        }
        for _ in 0..ROUNDS {
            let middle = f64::midpoint(low, high);
            if self.exceeds(middle, demand) > TAIL { low = middle } else { high = middle }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::manual;
    use crate::sizing::Population;
    use crate::workload::Cdf;

    fn demand() -> Demand {
        let cdf = Cdf::new([(512, 0.3), (2048, 0.8), (8192, 1.0)]).unwrap();
        Demand::new(&Population::whole(&cdf, 0.8), &manual::a100(), 8192).unwrap()
    }

    #[test]
    fn one_fewer_would_not_do() {
        for rate in [1.0, 10.0, 55.0, 200.0, 1000.0] {
            let bounds = Bounds { ttft_s: 0.15, ..Bounds::default() };
            let sized = size(rate, &demand(), &manual::a100(), &bounds);
            assert!(sized.meets, "{rate}: {sized:?}");
            let capacity = demand().instance_rate();
            let spare = (rate / capacity).ceil() as u32 + 1;
            if sized.instances > spare {
                let fewer = Sized::of(rate, sized.instances - 1, &demand(), &manual::a100(), &bounds);
                assert!(!fewer.meets, "{rate}: {fewer:?}");
            }
        }
    }

    #[test]
    fn more_load_takes_no_fewer_instances_and_more_instances_are_no_slower() {
        let mut before = 0;
        for rate in 1..80 {
            let sized = size(f64::from(rate) * 5.0, &demand(), &manual::a100(), &Bounds::default());
            assert!(sized.instances >= before, "{rate}");
            before = sized.instances;
        }
        let p99 =
            |instances| Sized::of(55.0, instances, &demand(), &manual::a100(), &Bounds::default()).ttft_p99_s;
        for instances in 2..40 {
            assert!(p99(instances + 1) <= p99(instances) + 1e-9, "{instances}");
        }
    }

    #[test]
    fn a_prefill_that_breaks_the_bound_is_said_and_not_chased() {
        let sized = size(10.0, &demand(), &manual::a100(), &Bounds { ttft_s: 0.01, busiest: 0.85 });
        assert!(!sized.meets);
        assert!(sized.instances < 10);
    }
}
