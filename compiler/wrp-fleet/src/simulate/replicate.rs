//! Many runs at once, each with its own seed, in an order that does not depend on who finished first.

/// `run(0)`, `run(1)`, … `run(runs - 1)`, on so many threads.
pub fn replicate<T: Send>(runs: u32, threads: usize, run: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = threads.clamp(1, (runs as usize).max(1));
    let run = &run;
    let mut results: Vec<(u64, T)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads as u64)
            .map(|first| {
                let mine = (first..u64::from(runs)).step_by(threads);
                scope.spawn(move || mine.map(|nth| (nth, run(nth))).collect::<Vec<_>>())
            })
            .collect();
        // A worker that panicked has already said why; its panic goes on here.
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    results.sort_by_key(|(nth, _)| *nth);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_do_not_depend_on_the_number_of_threads() {
        for threads in [1, 2, 7, 100] {
            assert_eq!(replicate(9, threads, |nth| nth * nth), [0, 1, 4, 9, 16, 25, 36, 49, 64]);
        }
    }
}
