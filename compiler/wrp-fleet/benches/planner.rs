//! How long planning and simulating take; `docs/fleet.md` has the figures, and the reference's beside them.

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use wrp_fleet::compat::{self, Setting};
use wrp_fleet::hardware::{Profile, manual};
use wrp_fleet::queueing::erlang_c;
use wrp_fleet::simulate::{Balance, Draw, Fleet, Pool, Router, Station, poisson};
use wrp_fleet::sizing::{Bounds, Population, TwoPool};
use wrp_fleet::workload::Cdf;

fn main() {
    divan::main();
}

/// Eighteen knots, as many as the distributions that the reference ships.
fn cdf() -> Cdf {
    let tokens = [
        64, 128, 256, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192, 12_288, 16_384, 24_576, 32_768,
        49_152, 65_536,
    ];
    let shares = [
        0.01, 0.03, 0.07, 0.29, 0.36, 0.4, 0.66, 0.78, 0.87, 0.9, 0.975, 0.99, 0.994, 0.997, 0.998, 0.999,
        0.9995, 1.0,
    ];
    Cdf::new(tokens.into_iter().zip(shares)).expect("the knots ascend")
}

fn pools(profile: &Profile) -> TwoPool<'_> {
    TwoPool {
        short: profile,
        long: profile,
        long_context: 65_536,
        compressible: 0.75,
        prompt_share: 0.8,
        bounds: Bounds::default(),
        availability: 1.0,
    }
}

#[divan::bench(args = [(500, 480.0), (3072, 3000.0), (3072, 200.0)])]
fn erlang(bencher: Bencher, (servers, load): (u32, f64)) {
    bencher.bench(|| erlang_c(black_box(servers), black_box(load)));
}

/// The reference: 7 to 36 ms.
#[divan::bench]
fn one_boundary_and_gamma(bencher: Bencher) {
    let (cdf, a100) = (cdf(), manual::a100());
    let pools = pools(&a100);
    bencher.bench(|| pools.cell(black_box(&cdf), 200.0, black_box(4096), black_box(1.5)));
}

/// The reference: 3 to 15 s.
#[divan::bench]
fn grid_of_20_by_20(bencher: Bencher) {
    let (cdf, a100) = (cdf(), manual::a100());
    let pools = pools(&a100);
    let boundaries: Vec<u32> = (1..=20).map(|nth| nth * 1024).collect();
    let gammas: Vec<f64> = (0..20).map(|nth| 1.0 + f64::from(nth) / 19.0).collect();
    bencher.bench(|| pools.grid(black_box(&cdf), 200.0, &boundaries, &gammas));
}

/// The reference, the same numbers: 70 to 110 ms.
#[divan::bench]
fn compat_sweep_of_11_gammas(bencher: Bencher) {
    let (cdf, a100) = (cdf(), manual::a100());
    let setting = Setting {
        short: &a100,
        long: &a100,
        boundary: 6144,
        bound_ms: 500.0,
        long_context: 65_536,
        compressible: 0.75,
        availability: 1.0,
    };
    let gammas = compat::gammas();
    bencher.bench(|| compat::sweep(black_box(&cdf), 200.0, &setting, &gammas));
}

/// Requests through a line of 3,230 slots; the reference: 96,000 in 0.28 s.
#[divan::bench]
fn station_requests(bencher: Bencher) {
    const REQUESTS: u32 = 40_000;
    let (cdf, a100) = (cdf(), manual::a100());
    let population = Population::between(&cdf, 0, 6144, 0.8);
    let rate = 200.0 * population.mass();
    let station = Station { profile: &a100, context: 6144, instances: 19, population: &population, rate };
    bencher.counter(ItemsCount::new(REQUESTS * 6 / 5)).bench(|| station.run(REQUESTS, black_box(1), 0));
}

/// Requests through 30 instances, step by step; the reference, which counts neither slots nor blocks rightly: 30,000
/// in 1.9 s.
#[divan::bench]
fn fleet_requests(bencher: Bencher) {
    const REQUESTS: u32 = 30_000;
    let (cdf, a100) = (cdf(), manual::a100());
    let pool = |name: &str, context, instances| Pool {
        name: name.to_owned(),
        profile: a100.clone(),
        context,
        instances,
    };
    let fleet = Fleet {
        pools: vec![pool("short", 6144, 20), pool("long", 65_536, 10)],
        router: Router::Length,
        balance: Balance::LeastLoaded,
        failures: None,
        ttft_bound_s: 0.5,
    };
    let requests = poisson(&Draw::new(&Population::whole(&cdf, 0.8)), 200.0, REQUESTS, 1, 0);
    bencher.counter(ItemsCount::new(REQUESTS)).bench(|| fleet.run(black_box(&requests), 5000, 1));
}
