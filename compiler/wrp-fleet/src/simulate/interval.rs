//! How far the mean of a few runs can be trusted.

/// A mean with the half width of its 95 % confidence interval, by Student's distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    pub mean: f64,
    /// `∞` for fewer than two runs.
    pub half_width: f64,
}

/// 97.5 % quantiles of Student's distribution for 1, 2, … degrees of freedom, then the normal one.
const STUDENT: &[f64] = &[
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];
const NORMAL: f64 = 1.960;

impl Interval {
    pub fn of(values: &[f64]) -> Interval {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        if values.len() < 2 {
            return Interval { mean, half_width: f64::INFINITY };
        }
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let quantile = STUDENT.get(values.len() - 2).copied().unwrap_or(NORMAL);
        Interval { mean, half_width: quantile * (variance / n).sqrt() }
    }

    pub fn low(&self) -> f64 {
        self.mean - self.half_width
    }

    pub fn high(&self) -> f64 {
        self.mean + self.half_width
    }

    pub fn contains(&self, value: f64) -> bool {
        (self.low()..=self.high()).contains(&value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_the_textbooks() {
        let interval = Interval::of(&[1.0, 2.0, 3.0]);
        assert_eq!(interval.mean, 2.0);
        assert!((interval.half_width - 4.303 / 3.0_f64.sqrt()).abs() < 1e-9);
        assert!(Interval::of(&[1.0]).half_width.is_infinite());
        assert!(interval.contains(4.0) && !interval.contains(5.0));
    }
}
