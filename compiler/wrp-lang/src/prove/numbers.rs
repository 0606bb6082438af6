//! Numbers cut into cells: between two neighbouring bounds every number passes the same tests.

use crate::oracle;
use crate::policy::Bounds;

/// What numbers a feature can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Line {
    /// Whole numbers from 0 to a greatest one.
    Whole(f64),
    /// Any number between two.
    Real(f64, f64),
}

/// A stretch of numbers that no bound tells apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cell {
    /// A number of it, the simplest at hand.
    pub(crate) number: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

/// The cells of a line, from below. There is always one.
pub(crate) fn cells(line: Line, bounds: &[Bounds]) -> Vec<Cell> {
    let mut numbers = candidates(line, bounds);
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    let passes = |number: f64| -> Vec<bool> { bounds.iter().map(|it| oracle::holds(it, number)).collect() };
    let mut cells: Vec<Cell> = Vec::new();
    for same in numbers.chunk_by(|one, other| passes(*one) == passes(*other)) {
        cells.push(Cell { number: same[0], least: same[0], most: same[same.len() - 1] });
    }
    // A real cell reaches to the numbers beside it, which the next one may own: that is near enough for a sum.
    for at in 1..cells.len() {
        if matches!(line, Line::Real(..)) {
            (cells[at - 1].most, cells[at].least) = (cells[at].least, cells[at - 1].most);
        }
    }
    let (bottom, top) = extent(line);
    if let Some(first) = cells.first_mut() {
        first.least = bottom;
    }
    if let Some(last) = cells.last_mut() {
        last.most = top;
    }
    cells
}

fn extent(line: Line) -> (f64, f64) {
    match line {
        Line::Whole(most) => (0.0, most),
        Line::Real(least, most) => (least, most),
    }
}

/// At least one number of every cell, and the ends of each.
fn candidates(line: Line, bounds: &[Bounds]) -> Vec<f64> {
    let mut cuts: Vec<f64> = bounds
        .iter()
        .flat_map(|it| [it.gt, it.gte, it.lt, it.lte])
        .flatten()
        .filter(|it| it.is_finite())
        .collect();
    cuts.sort_by(f64::total_cmp);
    cuts.dedup();
    let (least, most) = extent(line);
    let mut numbers = match line {
        Line::Whole(_) => {
            let beside = |cut: &f64| [cut.floor() - 1.0, cut.floor(), cut.ceil(), cut.ceil() + 1.0];
            let mut numbers: Vec<f64> = cuts.iter().flat_map(beside).collect();
            numbers.push(0.0);
            numbers
        }
        Line::Real(..) => {
            let between = cuts.windows(2).map(|pair| f64::midpoint(pair[0], pair[1]));
            let mut numbers: Vec<f64> = between.chain(cuts.iter().copied()).collect();
            numbers.extend([least, most].into_iter().filter(|end| end.is_finite()));
            numbers.extend(
                cuts.first()
                    .map(|cut| if least.is_finite() { f64::midpoint(least, *cut) } else { cut - 1.0 }),
            );
            numbers.extend(
                cuts.last().map(|cut| if most.is_finite() { f64::midpoint(most, *cut) } else { cut + 1.0 }),
            );
            numbers
        }
    };
    numbers.retain(|number| least <= *number && *number <= most);
    if numbers.is_empty() {
        numbers.push(if least.is_finite() { least } else { 0.0 });
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_least(number: f64) -> Bounds {
        Bounds { gte: Some(number), ..Bounds::default() }
    }

    fn below(number: f64) -> Bounds {
        Bounds { lt: Some(number), ..Bounds::default() }
    }

    fn check(line: Line, bounds: &[Bounds], expected: &[f64]) {
        let numbers: Vec<f64> = cells(line, bounds).iter().map(|cell| cell.number).collect();
        assert_eq!(numbers, expected, "{line:?} {bounds:?}");
    }

    #[test]
    fn bounds_cut_a_line_into_cells() {
        check(Line::Whole(f64::INFINITY), &[], &[0.0]);
        check(Line::Whole(f64::INFINITY), &[at_least(3.0)], &[0.0, 3.0]);
        check(Line::Whole(f64::INFINITY), &[at_least(3.0), below(4.0)], &[0.0, 3.0, 4.0]);
        // No whole number lies between them.
        check(Line::Whole(f64::INFINITY), &[at_least(3.5), below(4.0)], &[0.0, 4.0]);
        check(Line::Whole(1.0), &[at_least(2.0)], &[0.0]);
        check(Line::Real(0.0, 1.0), &[at_least(0.5)], &[0.0, 0.5]);
        check(Line::Real(0.0, 1.0), &[at_least(0.4), at_least(0.7)], &[0.0, 0.4, 0.7]);
        check(Line::Real(f64::NEG_INFINITY, f64::INFINITY), &[at_least(0.0)], &[-1.0, 0.0]);
    }

    #[test]
    fn the_last_cell_reaches_to_the_end() {
        let cells = cells(Line::Whole(f64::INFINITY), &[at_least(3.0)]);
        assert_eq!(cells[1], Cell { number: 3.0, least: 3.0, most: f64::INFINITY });
        assert_eq!(cells[0].most, 2.0);
    }
}
