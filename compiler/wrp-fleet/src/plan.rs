//! A fleet for a policy: every pool sized for what the policy's routes send it.

use crate::energy::joules_per_token;
use crate::hardware::Profile;
use crate::sizing::{Bounds, Demand, Population, Sized, size, with_spares};

/// A pool that may get requests.
#[derive(Clone, Debug)]
pub struct Place {
    pub name: String,
    pub profile: Profile,
    pub context: u32,
}

/// What one route sends to one pool; masses are shares of all requests.
#[derive(Clone, Debug)]
pub struct Load {
    pub route: String,
    pub pool: usize,
    pub population: Population,
}

#[derive(Clone, Debug, PartialEq)]
pub struct PoolPlan {
    pub name: String,
    /// The share of requests that come here.
    pub share: f64,
    /// Absent where nobody comes.
    pub sized: Option<Sized>,
    pub price_per_hour: f64,
    pub power_w: f64,
    pub tokens_per_watt: f64,
    /// What one more output token costs here: the number to route by when energy is the objective.
    pub joules_per_token: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub pools: Vec<PoolPlan>,
    pub price_per_hour: f64,
    pub power_w: f64,
    pub tokens_per_watt: f64,
    pub meets: bool,
}

impl Plan {
    pub fn price_per_year(&self) -> f64 {
        self.price_per_hour * 8760.0
    }

    pub fn instances(&self) -> u32 {
        self.pools.iter().filter_map(|pool| pool.sized).map(|sized| sized.instances).sum()
    }
}

/// Sizes every place for what is sent to it out of `rate` requests a second.
pub fn plan(places: &[Place], loads: &[Load], rate: f64, bounds: &Bounds, availability: f64) -> Plan {
    let mut tokens = 0.0;
    let pools: Vec<PoolPlan> = places
        .iter()
        .enumerate()
        .map(|(nth, place)| {
            let here = loads.iter().filter(|load| load.pool == nth).map(|load| load.population.clone());
            let population = here.fold(Population::default(), Population::and);
            let (pool, answered) = pool(place, &population, rate, bounds, availability);
            tokens += answered;
            pool
        })
        .collect();
    let power_w: f64 = pools.iter().map(|pool| pool.power_w).sum();
    Plan {
        price_per_hour: pools.iter().map(|pool| pool.price_per_hour).sum(),
        power_w,
        tokens_per_watt: if power_w > 0.0 { tokens / power_w } else { 0.0 },
        meets: pools.iter().all(|pool| match pool.sized {
            Some(sized) => sized.meets,
            None => pool.share <= 0.0,
        }),
        pools,
    }
}

/// The plan of one place, and the output tokens a second that it gives.
fn pool(
    place: &Place,
    population: &Population,
    rate: f64,
    bounds: &Bounds,
    availability: f64,
) -> (PoolPlan, f64) {
    let profile = &place.profile;
    let empty = PoolPlan {
        name: place.name.clone(),
        share: population.mass(),
        sized: None,
        price_per_hour: 0.0,
        power_w: 0.0,
        tokens_per_watt: 0.0,
        joules_per_token: 0.0,
    };
    let Some(demand) = Demand::new(population, profile, place.context) else { return (empty, 0.0) };
    let mut sized = size(rate * demand.mass, &demand, profile, bounds);
    sized.instances = with_spares(sized.instances, availability);
    let active = (sized.active as u32).max(1);
    let power_w = f64::from(sized.instances) * profile.power.watts(active, Some(demand.tokens));
    let answered = rate * demand.mass * demand.answer_tokens;
    let plan = PoolPlan {
        sized: Some(sized),
        price_per_hour: f64::from(sized.instances) * profile.price_per_hour,
        power_w,
        tokens_per_watt: answered / power_w,
        joules_per_token: joules_per_token(profile, active, demand.tokens),
        ..empty
    };
    (plan, answered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::manual;
    use crate::workload::Cdf;

    #[test]
    fn pools_get_what_their_routes_send_and_no_more() {
        let place = |name: &str, context| Place { name: name.to_owned(), profile: manual::a100(), context };
        let places = [place("short", 2048), place("long", 8192), place("idle", 8192)];
        let cdf = Cdf::new([(512, 0.3), (2048, 0.8), (8192, 1.0)]).unwrap();
        let load = |route: &str, pool, low, high| Load {
            route: route.to_owned(),
            pool,
            population: Population::between(&cdf, low, high, 0.8),
        };
        let loads = [load("a", 0, 0, 512), load("b", 0, 512, 2048), load("c", 1, 2048, 8192)];
        let plan = plan(&places, &loads, 100.0, &Bounds::default(), 0.95);
        let shares: Vec<f64> = plan.pools.iter().map(|pool| pool.share).collect();
        assert!((shares[0] - 0.8).abs() < 1e-12 && (shares[1] - 0.2).abs() < 1e-12 && shares[2] == 0.0);
        assert!(plan.meets);
        assert!(plan.pools[2].sized.is_none() && plan.pools[2].price_per_hour == 0.0);
        let total: f64 = plan.pools.iter().map(|pool| pool.price_per_hour).sum();
        assert_eq!(plan.price_per_hour, total);
        assert!(plan.tokens_per_watt > plan.pools[1].tokens_per_watt, "{plan:?}");
    }
}
