//! What a decision allocates: nothing. The table's `alloc` columns say so, or what it is.

mod generated;

use std::hint::black_box;

#[global_allocator]
static COUNTED: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench(args = [(23, 50), (1_000, 500), (10_000, 500)])]
fn decide(bencher: divan::Bencher<'_, '_>, (routes, signals): (usize, usize)) {
    let load = generated::load(routes, signals, 256);
    let mut sessions: Vec<_> = load.requests.iter().map(|request| load.session(request)).collect();
    let mut next = 0;
    // The first decision of a session makes room.
    sessions.iter_mut().for_each(|session| drop(black_box(session.step())));
    bencher.bench_local(|| {
        next = (next + 1) % sessions.len();
        black_box(sessions[next].step());
    });
}
