//! How a day's requests are spread over its hours.

use super::Arrival;

/// For each hour (UTC where times are), its rate over the mean rate; `None` of no arrivals. Hours that the trace does
/// not reach count as the mean.
pub fn hours(arrivals: &[Arrival]) -> Option<[f64; 24]> {
    const HOUR_S: f64 = 3600.0;
    let (first, last) = arrivals.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(first, last), it| {
        (first.min(it.at_s), last.max(it.at_s))
    });
    if first.is_infinite() {
        return None;
    }
    let (mut counts, mut covered) = ([0.0; 24], [0.0; 24]);
    for arrival in arrivals {
        counts[hour(arrival.at_s)] += 1.0;
    }
    let mut at = first;
    while at < last {
        let end = ((at / HOUR_S).floor() * HOUR_S + HOUR_S).min(last);
        covered[hour(at)] += end - at;
        at = end.max(at + 1e-6);
    }
    let mean = arrivals.len() as f64 / (last - first).max(1.0);
    Some(std::array::from_fn(|hour| {
        // Less than a minute of an hour says nothing about it.
        if covered[hour] < 60.0 { 1.0 } else { counts[hour] / covered[hour] / mean }
    }))
}

fn hour(at_s: f64) -> usize {
    ((at_s / 3600.0).rem_euclid(24.0) as usize).min(23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_hours_are_seen() {
        let mut arrivals = Vec::new();
        for minute in 0..48 * 60 {
            let many = if (minute / 60) % 24 < 6 { 3 } else { 1 };
            for nth in 0..many {
                let at_s = f64::from(minute * 60 + nth);
                arrivals.push(Arrival { at_s, ..Arrival::default() });
            }
        }
        let hours = hours(&arrivals).unwrap();
        assert!((hours[3] / hours[12] - 3.0).abs() < 0.05, "{hours:?}");
        assert!((hours.iter().sum::<f64>() / 24.0 - 1.0).abs() < 0.01);
    }
}
