//! Embeddings as caps on a sphere: whether a text can be near enough to one exemplar of each of several signals.
//!
//! A unit vector x with C x ≥ h exists only if the shortest y with C y ≥ h is no longer than 1. That is a convex program,
//! and any λ ≥ 0 with h·λ − ½ ‖Cᵀλ‖² > ½ shows that it is longer: for a unit x that passes, h·λ ≤ λ·C x = x·Cᵀλ ≤ ‖Cᵀλ‖,
//! and r − ½ r² is never more than ½. So [`search`] may be as careless as it likes; what counts is [`is_proof`].

/// A signal: it fires where the greatest product with an exemplar reaches the threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Cap {
    pub exemplars: Vec<Vec<f64>>,
    pub threshold: f64,
}

/// Weights that show that no unit vector reaches these exemplars, one a signal, all at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    pub exemplars: Vec<usize>,
    pub lambda: Vec<f64>,
}

/// How many choices of exemplars are looked at.
const MOST_CHOICES: usize = 4_096;
const MOST_ROUNDS: usize = 2_000;

/// A certificate for every choice of exemplars, or nothing where some choice may be reached.
pub fn exclude(caps: &[&Cap]) -> Option<Vec<Certificate>> {
    let choices = caps.iter().map(|cap| cap.exemplars.len()).try_fold(1_usize, usize::checked_mul)?;
    let dimensions = caps.first()?.exemplars.first()?.len();
    let fits = |cap: &&Cap| cap.exemplars.iter().all(|exemplar| exemplar.len() == dimensions);
    if choices > MOST_CHOICES || !caps.iter().all(fits) {
        return None;
    }
    let mut certificates = Vec::with_capacity(choices);
    for choice in 0..choices {
        let mut rest = choice;
        let exemplars: Vec<usize> = caps
            .iter()
            .map(|cap| {
                let number = rest % cap.exemplars.len();
                rest /= cap.exemplars.len();
                number
            })
            .collect();
        let rows: Vec<&[f64]> =
            caps.iter().zip(&exemplars).map(|(cap, number)| cap.exemplars[*number].as_slice()).collect();
        let bounds: Vec<f64> = caps.iter().map(|cap| cap.threshold).collect();
        let lambda = search(&rows, &bounds);
        if !is_proof(&rows, &bounds, &lambda) {
            return None;
        }
        certificates.push(Certificate { exemplars, lambda });
    }
    Some(certificates)
}

/// Weights that make h·λ − ½ λ·G λ large, by one coordinate after the other; G is the table of products.
pub fn search(rows: &[&[f64]], bounds: &[f64]) -> Vec<f64> {
    let table: Vec<Vec<f64>> =
        rows.iter().map(|one| rows.iter().map(|other| dot(one, other)).collect()).collect();
    let mut lambda = vec![0.0; rows.len()];
    for _ in 0..MOST_ROUNDS {
        let mut moved = 0.0_f64;
        for at in 0..rows.len() {
            let slope = bounds[at] - dot(&table[at], &lambda);
            let curve = table[at][at];
            let next = if curve > 0.0 { (lambda[at] + slope / curve).max(0.0) } else { 0.0 };
            moved = moved.max((next - lambda[at]).abs());
            lambda[at] = next;
        }
        let gain: f64 = dot(bounds, &lambda)
            - 0.5 * lambda.iter().zip(&table).map(|(it, row)| it * dot(row, &lambda)).sum::<f64>();
        if moved < 1e-12 || gain > 1.0 {
            break;
        }
    }
    lambda
}

/// The checker: whether weights show that no unit vector passes. Knows nothing of how they were found; what rounding
/// can have done is taken off.
pub fn is_proof(rows: &[&[f64]], bounds: &[f64], lambda: &[f64]) -> bool {
    let dimensions = rows.first().map_or(0, |row| row.len());
    let well_formed = rows.len() == bounds.len()
        && rows.len() == lambda.len()
        && rows.iter().all(|row| row.len() == dimensions)
        && lambda.iter().all(|it| it.is_finite() && *it >= 0.0)
        && bounds.iter().chain(rows.iter().copied().flatten()).all(|it| it.is_finite());
    if !well_formed {
        return false;
    }
    let gain = dot(bounds, lambda);
    let (mut square, mut greatest) = (0.0, 0.0);
    for at in 0..dimensions {
        let sum: f64 = rows.iter().zip(lambda).map(|(row, it)| row[at] * it).sum();
        let size: f64 = rows.iter().zip(lambda).map(|(row, it)| (row[at] * it).abs()).sum();
        square += sum * sum;
        greatest += size * size;
    }
    let sizes = bounds.iter().zip(lambda).map(|(bound, it)| (bound * it).abs()).sum::<f64>() + greatest;
    // Every sum and product is off by at most a part in 2⁵³ a step, of the sizes that went into it.
    let steps = (2 * rows.len() + dimensions + 8) as f64;
    let slack = 4.0 * steps * f64::EPSILON * sizes;
    gain - 0.5 * square - slack > 0.5
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look random, in −1..1.
    fn random(seed: &mut u64) -> f64 {
        *seed ^= *seed >> 12;
        *seed ^= *seed << 25;
        *seed ^= *seed >> 27;
        (seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    fn unit(seed: &mut u64, dimensions: usize) -> Vec<f64> {
        let vector: Vec<f64> = (0..dimensions).map(|_| random(seed)).collect();
        let length = dot(&vector, &vector).sqrt();
        vector.into_iter().map(|it| it / length).collect()
    }

    fn cap(exemplar: Vec<f64>, threshold: f64) -> Cap {
        Cap { exemplars: vec![exemplar], threshold }
    }

    /// Two caps meet if and only if a·b ≥ θᵢθⱼ − √(1−θᵢ²) √(1−θⱼ²).
    #[test]
    fn pairs_have_a_closed_form() {
        let mut seed = 7;
        let (mut apart, mut meeting) = (0, 0);
        for _ in 0..2_000 {
            let (one, other) = (unit(&mut seed, 8), unit(&mut seed, 8));
            let (first, second) = (random(&mut seed).abs(), random(&mut seed).abs());
            let least = first * second - (1.0 - first * first).sqrt() * (1.0 - second * second).sqrt();
            let distance = dot(&one, &other) - least;
            if distance.abs() < 1e-6 {
                continue;
            }
            let found = exclude(&[&cap(one, first), &cap(other, second)]);
            assert_eq!(found.is_some(), distance < 0.0, "{first} {second} {distance}");
            *(if distance < 0.0 { &mut apart } else { &mut meeting }) += 1;
        }
        assert!(apart > 100 && meeting > 100, "{apart} apart, {meeting} meeting");
    }

    /// Three at right angles: any two can be reached at 0.7, since 2 · 0.49 < 1; three cannot, since 3 · 0.49 > 1.
    #[test]
    fn three_may_exclude_each_other_where_no_two_do() {
        let axis = |at: usize| (0..4).map(|it| f64::from(u8::from(it == at))).collect::<Vec<f64>>();
        let caps: Vec<Cap> = (0..3).map(|at| cap(axis(at), 0.7)).collect();
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            assert_eq!(exclude(&[&caps[one], &caps[other]]), None);
        }
        let found = exclude(&[&caps[0], &caps[1], &caps[2]]).expect("a certificate");
        assert_eq!(found.len(), 1);
        assert!(found[0].lambda.iter().all(|it| (it - 0.7).abs() < 1e-9), "{found:?}");
    }

    #[test]
    fn one_near_exemplar_of_several_is_enough() {
        let (x, y) = (vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0]);
        let both = Cap { exemplars: vec![x.clone(), y.clone()], threshold: 0.9 };
        assert_eq!(exclude(&[&both, &cap(y.clone(), 0.9)]), None);
        assert!(exclude(&[&cap(x, 0.9), &cap(y, 0.9)]).is_some());
    }

    #[test]
    fn a_wrong_certificate_is_refused() {
        let (one, other) = (vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0]);
        let rows = [one.as_slice(), other.as_slice()];
        let bounds = [0.9, 0.9];
        let lambda = search(&rows, &bounds);
        assert!(is_proof(&rows, &bounds, &lambda));
        for wrong in
            [vec![0.0, 0.0], vec![0.1, 0.1], vec![-1.0, 3.0], vec![f64::NAN, 1.0], vec![1.0], vec![9.0, 9.0]]
        {
            assert!(!is_proof(&rows, &bounds, &wrong), "{wrong:?}");
        }
        // Exactly reachable: 0.6² + 0.8² = 1 proves nothing.
        let edge = [0.6, 0.8];
        assert!(!is_proof(&rows, &edge, &search(&rows, &edge)));
    }
}
