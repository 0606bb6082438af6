//! One workload over many kinds of instances: which lengths go where, and how many of each kind, for the least money.
//!
//! The integer program of Mélange (arXiv 2404.14527): lengths are cut into slices, each slice is divided over the kinds
//! that can serve it within the bound, and each kind's load must fit its instances. Weights of a slice may be fractions,
//! since routers split by weight; instances are whole.

use microlp::{ComparisonOp, OptimizationDirection, Problem, Variable};

use super::{Bounds, Demand, Population, Sized, size};
use crate::hardware::Profile;

/// A kind of instance that the workload may use.
#[derive(Clone, Debug)]
pub struct Kind<'p> {
    pub profile: &'p Profile,
    /// The longest request that it takes.
    pub context: u32,
    /// Instances that there are.
    pub most: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Allocation {
    /// For each slice, in order, its share to each kind.
    pub shares: Vec<Vec<f64>>,
    /// For each kind, its pool; absent where nothing goes to it.
    pub pools: Vec<Option<Sized>>,
    pub price_per_hour: f64,
    /// What the program proved no allocation can go below, before waiting is counted.
    pub lower_bound_per_hour: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllocateError {
    /// No kind serves this slice within the bound.
    Unservable(usize),
    /// There are not enough instances.
    TooFew,
}

impl std::fmt::Display for AllocateError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            AllocateError::Unservable(slice) => write!(formatter, "slice {slice}: no kind serves it in time"),
            AllocateError::TooFew => write!(formatter, "there are not enough instances"),
        }
    }
}

impl std::error::Error for AllocateError {}

/// Divides the slices, whose masses are shares of `rate`, over the kinds.
pub fn allocate(
    slices: &[Population],
    rate: f64,
    kinds: &[Kind<'_>],
    bounds: &Bounds,
) -> Result<Allocation, AllocateError> {
    let loads: Vec<Vec<Option<f64>>> = slices
        .iter()
        .map(|slice| kinds.iter().map(|kind| load(slice, rate, kind, bounds)).collect())
        .collect();
    if let Some(nth) = loads.iter().position(|loads| loads.iter().all(Option::is_none)) {
        return Err(AllocateError::Unservable(nth));
    }
    let mut problem = Problem::new(OptimizationDirection::Minimize);
    let counts: Vec<Variable> = kinds
        .iter()
        .map(|kind| {
            let most = i32::try_from(kind.most).unwrap_or(i32::MAX);
            problem.add_integer_var(kind.profile.price_per_hour, (0, most))
        })
        .collect();
    let shares: Vec<Vec<Option<Variable>>> = loads
        .iter()
        .map(|loads| loads.iter().map(|load| load.map(|_| problem.add_var(0.0, (0.0, 1.0)))).collect())
        .collect();
    for shares in &shares {
        let all: Vec<(Variable, f64)> = shares.iter().flatten().map(|share| (*share, 1.0)).collect();
        problem.add_constraint(&all, ComparisonOp::Eq, 1.0);
    }
    for (kind, count) in counts.iter().enumerate() {
        let mut carried: Vec<(Variable, f64)> = shares
            .iter()
            .zip(&loads)
            .filter_map(|(shares, loads)| Some((shares[kind]?, loads[kind]?)))
            .collect();
        carried.push((*count, -bounds.busiest));
        problem.add_constraint(&carried, ComparisonOp::Le, 0.0);
    }
    let solved = problem.solve().map_err(|_| AllocateError::TooFew)?;
    let solution = solved.into_solution().map_err(|_| AllocateError::TooFew)?;
    let value =
        |share: &Option<Variable>| share.map_or(0.0, |share| solution.var_value(share).clamp(0.0, 1.0));
    let shares: Vec<Vec<f64>> = shares.iter().map(|shares| shares.iter().map(value).collect()).collect();
    let pools: Vec<Option<Sized>> =
        (0..kinds.len()).map(|kind| pool(slices, &shares, kind, rate, &kinds[kind], bounds)).collect();
    let price = |(pool, kind): (&Option<Sized>, &Kind<'_>)| {
        pool.map_or(0.0, |pool| f64::from(pool.instances) * kind.profile.price_per_hour)
    };
    if pools.iter().zip(kinds).any(|(pool, kind)| pool.is_some_and(|pool| pool.instances > kind.most)) {
        return Err(AllocateError::TooFew);
    }
    Ok(Allocation {
        price_per_hour: pools.iter().zip(kinds).map(price).sum(),
        lower_bound_per_hour: solution.objective(),
        shares,
        pools,
    })
}

/// Instances that the slice keeps busy; `None` where it is too long or its prefill breaks the bound.
fn load(slice: &Population, rate: f64, kind: &Kind<'_>, bounds: &Bounds) -> Option<f64> {
    if slice.longest() > kind.context {
        return None;
    }
    let demand = Demand::new(slice, kind.profile, kind.context)?;
    let late: f64 =
        demand.prefill.iter().filter(|(value, _)| *value > bounds.ttft_s).map(|(_, mass)| mass).sum();
    (late <= 0.01).then(|| rate * demand.mass / demand.instance_rate())
}

/// The pool of one kind under what it was given; it may need an instance more for waiting.
fn pool(
    slices: &[Population],
    shares: &[Vec<f64>],
    kind: usize,
    rate: f64,
    of: &Kind<'_>,
    bounds: &Bounds,
) -> Option<Sized> {
    let given = slices.iter().zip(shares).filter(|(_, shares)| shares[kind] > 1e-9);
    let population = given
        .map(|(slice, shares)| slice.clone().scaled(shares[kind]))
        .fold(Population::default(), Population::and);
    let demand = Demand::new(&population, of.profile, of.context)?;
    Some(size(rate * demand.mass, &demand, of.profile, bounds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hardware::manual;
    use crate::workload::Cdf;

    fn slices() -> Vec<Population> {
        let cdf = Cdf::new([(512, 0.4), (2048, 0.8), (8192, 1.0)]).unwrap();
        [0, 512, 2048, 4096, 8192]
            .windows(2)
            .map(|ends| Population::between(&cdf, ends[0], ends[1], 0.8))
            .collect()
    }

    #[test]
    fn many_kinds_are_no_dearer_than_the_best_one() {
        let (a10g, a100, h100) = (manual::a10g(), manual::a100(), manual::h100());
        let kind = |profile, context| Kind { profile, context, most: 1000 };
        let bounds = Bounds::default();
        let cost =
            |kinds: &[Kind<'_>]| allocate(&slices(), 100.0, kinds, &bounds).map(|it| it.price_per_hour);
        let all =
            [kind(&a10g, 2048), kind(&a10g, 8192), kind(&a100, 2048), kind(&a100, 8192), kind(&h100, 8192)];
        let mixed = allocate(&slices(), 100.0, &all, &bounds).unwrap();
        for alone in &all {
            if let Ok(price) = cost(std::slice::from_ref(alone)) {
                assert!(mixed.lower_bound_per_hour <= price + 1e-6, "{}", alone.profile.name);
            }
        }
        assert!(mixed.lower_bound_per_hour <= mixed.price_per_hour + 1e-6);
        for shares in &mixed.shares {
            assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-6, "{shares:?}");
        }
        assert!(mixed.pools.iter().flatten().all(|pool| pool.meets));
    }

    #[test]
    fn what_cannot_be_served_is_said() {
        let a100 = manual::a100();
        let short = [Kind { profile: &a100, context: 2048, most: 10 }];
        let bounds = Bounds::default();
        assert_eq!(allocate(&slices(), 10.0, &short, &bounds), Err(AllocateError::Unservable(2)));
        let few = [Kind { profile: &a100, context: 8192, most: 1 }];
        assert_eq!(allocate(&slices(), 1000.0, &few, &bounds), Err(AllocateError::TooFew));
    }
}
