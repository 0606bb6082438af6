//! Erlang's formulas, for thousands of servers in microseconds.

/// The probability that an arrival waits: `servers` servers, `load` erlangs, unlimited patience. 1 where the servers
/// cannot carry the load, 0 where there is none.
pub fn erlang_c(servers: u32, load: f64) -> f64 {
    if servers == 0 || load <= 0.0 {
        return 0.0;
    }
    let utilisation = load / f64::from(servers);
    if utilisation >= 1.0 {
        return 1.0;
    }
    let blocked = erlang_b(servers, load);
    blocked / (1.0 - utilisation * (1.0 - blocked))
}

/// The probability that all servers are busy, when those who find them so go away.
///
/// Sums `1/B = Σₖ c(c−1)…(c−k+1)/aᵏ` from the largest states down. All terms are positive, so nothing cancels, and the
/// sum is cut where the rest is below what a double can show: some `c − a + 10√a` terms instead of `c`, and no
/// logarithms. Where the sum leaves the range of doubles, B is below 10⁻³⁰⁰, and 0.
pub fn erlang_b(servers: u32, load: f64) -> f64 {
    if load <= 0.0 {
        return if servers == 0 { 1.0 } else { 0.0 };
    }
    let inverse = 1.0 / load;
    let mut term = 1.0;
    let mut sum = 1.0;
    for left in (1..=servers).rev() {
        let ratio = f64::from(left) * inverse;
        term *= ratio;
        sum += term;
        if sum > 1e300 {
            return 0.0;
        }
        // Ratios fall from here on, so the rest is below a geometric series.
        if ratio < 1.0 && term < sum * 1e-17 * (1.0 - ratio) {
            break;
        }
    }
    1.0 / sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(is: f64, textbook: f64) {
        assert!((is - textbook).abs() <= 1e-9 * textbook.abs(), "{is} ≠ {textbook}");
    }

    #[test]
    fn one_server_is_busy_with_the_probability_of_its_load() {
        for load in [0.1, 0.5, 0.9, 0.999] {
            check(erlang_c(1, load), load);
        }
    }

    /// M/M/2: C = ρ²·2/(1 + ρ).
    #[test]
    fn two_servers_follow_their_closed_form() {
        for load in [0.2, 1.0, 1.9] {
            let rho: f64 = load / 2.0;
            check(erlang_c(2, load), 2.0 * rho * rho / (1.0 + rho));
        }
    }

    #[test]
    fn the_recursion_over_servers_agrees() {
        for (servers, load) in [(5, 4.0), (128, 120.0), (500, 480.0), (3072, 2800.0), (3072, 3000.0)] {
            let by_recursion = (1..=servers).fold(1.0, |b, n| load * b / (f64::from(n) + load * b));
            check(erlang_b(servers, load), by_recursion);
        }
    }

    #[test]
    fn values_of_the_reference() {
        for (servers, load, expected) in [
            (10, 8.0, 0.409_180_150_796_443_9),
            (128, 120.0, 0.364_952_023_428_374_7),
            (500, 480.0, 0.266_512_519_962_350_5),
            (3072, 3000.0, 0.126_024_869_714_951_4),
        ] {
            check(erlang_c(servers, load), expected);
        }
    }

    #[test]
    fn extremes_are_values() {
        assert_eq!(erlang_c(0, 1.0), 0.0);
        assert_eq!(erlang_c(10, 0.0), 0.0);
        assert_eq!(erlang_c(10, 10.0), 1.0);
        assert_eq!(erlang_c(100_000, 100.0), 0.0);
    }
}
