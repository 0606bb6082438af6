//! Figures as SVG: distributions with their boundary, cost over boundaries and γ, fronts, latency over load.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use plotters::coord::Shift;
use plotters::prelude::*;
use wrp_fleet::sizing::{Cell, Front};
use wrp_fleet::workload::Cdf;

const SIZE: (u32, u32) = (800, 500);
const FONT: &str = "sans-serif";
const BLUE_LINE: RGBColor = RGBColor(31, 90, 160);
const RED_LINE: RGBColor = RGBColor(190, 50, 40);
const GREY: RGBColor = RGBColor(120, 120, 120);

type Sheet<'s> = DrawingArea<SVGBackend<'s>, Shift>;

/// Writes one figure into the folder, which is made if it is not there.
fn figure(
    folder: &Path,
    name: &str,
    draw: impl FnOnce(&Sheet<'_>) -> Result<(), Box<dyn std::error::Error>>,
) -> anyhow::Result<PathBuf> {
    let mut text = String::new();
    {
        let sheet = SVGBackend::with_string(&mut text, SIZE).into_drawing_area();
        let drawn = sheet.fill(&WHITE).map_err(Into::into).and_then(|()| draw(&sheet));
        drawn
            .and_then(|()| sheet.present().map_err(Into::into))
            .map_err(|error| anyhow::anyhow!("{error}"))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot make `{}`", folder.display()))?;
    let path = folder.join(format!("{name}.svg"));
    fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}

/// The distribution of lengths with the boundary, and what compression adds.
pub(crate) fn cdf(folder: &Path, cdf: &Cdf, boundary: u32, gamma: f64) -> anyhow::Result<PathBuf> {
    figure(folder, "cdf", |sheet| {
        let last = f64::from(cdf.max_tokens());
        let first = f64::from(cdf.knots()[0].tokens).min(64.0);
        let mut chart = ChartBuilder::on(sheet)
            .caption("Requests by length", (FONT, 22))
            .margin(15)
            .x_label_area_size(45)
            .y_label_area_size(60)
            .build_cartesian_2d((first..last).log_scale(), 0.0..1.02)?;
        chart
            .configure_mesh()
            .x_desc("total tokens")
            .y_desc("share of requests")
            .x_label_formatter(&|tokens| format!("{tokens:.0}"))
            .light_line_style(WHITE)
            .draw()?;
        let compressed_to = (f64::from(boundary) * gamma).min(last);
        let band = [(f64::from(boundary), 0.0), (compressed_to, 1.02)];
        chart.draw_series([Rectangle::new(band, RED_LINE.mix(0.15).filled())])?;
        let points = (0..=400).map(|nth| first * (last / first).powf(f64::from(nth) / 400.0));
        chart.draw_series(LineSeries::new(
            points.map(|tokens| (tokens, cdf.share(tokens as u32))),
            BLUE_LINE.stroke_width(2),
        ))?;
        let mark = [(f64::from(boundary), 0.0), (f64::from(boundary), 1.02)];
        chart.draw_series(LineSeries::new(mark, RED_LINE.stroke_width(2)))?;
        let share = cdf.share(boundary);
        let label = format!("B = {boundary}: {:.1} % below, γ = {gamma}", share * 100.0);
        chart.draw_series([Text::new(
            label,
            (first * 1.15, 0.97),
            (FONT, 16).into_font().color(&RED_LINE),
        )])?;
        Ok(())
    })
}

/// The price of every boundary with every γ; what breaks the bounds is crossed out, the best is framed.
pub(crate) fn heat(
    folder: &Path,
    cells: &[Cell],
    boundaries: &[u32],
    gammas: &[f64],
) -> anyhow::Result<PathBuf> {
    figure(folder, "cost", |sheet| {
        let prices: Vec<f64> = cells.iter().map(|cell| cell.price_per_hour * 8.76).collect();
        let finite = || prices.iter().copied().filter(|price| price.is_finite());
        let (least, most) = (finite().fold(f64::MAX, f64::min), finite().fold(0.0, f64::max));
        let (columns, rows) = (boundaries.len() as i32, gammas.len() as i32);
        let mut chart = ChartBuilder::on(sheet)
            .caption("Thousands of dollars a year by boundary and γ", (FONT, 22))
            .margin(15)
            .x_label_area_size(45)
            .y_label_area_size(60)
            .build_cartesian_2d(0..columns, 0..rows)?;
        chart.configure_mesh().disable_mesh().disable_axes().draw()?;
        let best = wrp_fleet::sizing::TwoPool::best(cells);
        let small = (FONT, 12).into_font();
        for (column, boundary) in boundaries.iter().enumerate() {
            for (row, gamma) in gammas.iter().enumerate() {
                let at = (column as i32, row as i32);
                let cell = &cells[column * gammas.len() + row];
                let price = prices[column * gammas.len() + row];
                let heat = if most > least { (price - least) / (most - least) } else { 0.0 };
                let area = [at, (at.0 + 1, at.1 + 1)];
                chart.draw_series([Rectangle::new(area, scale(heat).filled())])?;
                let is_best = best.is_some_and(|best| (best.boundary, best.gamma) == (*boundary, *gamma));
                if is_best {
                    chart.draw_series([Rectangle::new(area, BLACK.stroke_width(3))])?;
                }
                if columns <= 24 && rows <= 24 && price.is_finite() {
                    let text = if cell.meets { format!("{price:.0}") } else { format!("({price:.0})") };
                    let place = chart.backend_coord(&at);
                    let (width, height) = cell_size(&chart.backend_coord(&(at.0 + 1, at.1 + 1)), &place);
                    let middle =
                        (place.0 + width / 2 - 4 * text.len() as i32 / 2 - 3, place.1 - height / 2 - 6);
                    let colour = if heat > 0.6 { WHITE } else { BLACK };
                    sheet.draw(&Text::new(text, middle, small.clone().color(&colour)))?;
                }
            }
            let below = chart.backend_coord(&(column as i32, 0));
            let label = Text::new(thousands(f64::from(*boundary)), (below.0 + 4, below.1 + 6), small.clone());
            sheet.draw(&label)?;
        }
        for (row, gamma) in gammas.iter().enumerate() {
            let left = chart.backend_coord(&(0, row as i32));
            sheet.draw(&Text::new(format!("{gamma:.2}"), (left.0 - 34, left.1 - 18), small.clone()))?;
        }
        let corner = chart.backend_coord(&(0, 0));
        sheet.draw(&Text::new(
            "boundary B (tokens); rows are γ; brackets break a bound",
            (corner.0, corner.1 + 26),
            (FONT, 14),
        ))?;
        Ok(())
    })
}

/// Price against the slower pool's P99, the front joined.
pub(crate) fn front(folder: &Path, front: &Front, bound_ms: f64) -> anyhow::Result<PathBuf> {
    figure(folder, "front", |sheet| {
        let point = |cell: &Cell| (cell.price_per_hour * 8.76, cell.worst_p99_s() * 1e3);
        let all = || front.cells.iter().map(|(cell, _)| cell).chain([&front.whole]).map(point);
        let finite = || all().filter(|(price, p99)| price.is_finite() && p99.is_finite());
        let most_p99 = finite().map(|(_, p99)| p99).fold(bound_ms, f64::max) * 1.1;
        let (least, most) = finite()
            .fold((f64::MAX, 0.0_f64), |(least, most), (price, _)| (least.min(price), most.max(price)));
        let room = ((most - least) * 0.08).max(1.0);
        let mut chart = ChartBuilder::on(sheet)
            .caption("Boundaries by price and time to the first token", (FONT, 22))
            .margin(15)
            .x_label_area_size(45)
            .y_label_area_size(65)
            .build_cartesian_2d(least - room..most + room * 2.0, 0.0..most_p99)?;
        chart
            .configure_mesh()
            .x_desc("thousands of dollars a year")
            .y_desc("P99 time to first token, ms")
            .light_line_style(WHITE)
            .draw()?;
        let line = [(least - room, bound_ms), (most + room * 2.0, bound_ms)];
        chart.draw_series(LineSeries::new(line, GREY.stroke_width(1)))?;
        let mut joined: Vec<(f64, f64)> =
            front.cells.iter().filter(|(_, on)| *on).map(|(cell, _)| point(cell)).collect();
        joined.sort_by(|one, other| one.0.total_cmp(&other.0));
        chart.draw_series(LineSeries::new(joined, BLUE_LINE.stroke_width(2)))?;
        for (cell, on_front) in &front.cells {
            let (price, p99) = point(cell);
            if !p99.is_finite() {
                continue;
            }
            let colour = if *on_front { BLUE_LINE } else { GREY };
            chart.draw_series([Circle::new((price, p99), 4, colour.filled())])?;
            let label = thousands(f64::from(cell.boundary));
            let place = (price - room * 0.12, p99 + most_p99 * 0.04);
            chart.draw_series([Text::new(label, place, (FONT, 12).into_font().color(&colour))])?;
        }
        let whole = point(&front.whole);
        if whole.1.is_finite() {
            chart.draw_series([TriangleMarker::new(whole, 6, RED_LINE.filled())])?;
            let place = (whole.0 - room * 0.3, whole.1 + most_p99 * 0.07);
            chart.draw_series([Text::new("one pool", place, (FONT, 12).into_font().color(&RED_LINE))])?;
        }
        Ok(())
    })
}

/// P99 as the rate grows and the fleet stays, by formula and by simulation with its interval.
pub(crate) fn latency(
    folder: &Path,
    formula: &[(f64, f64)],
    simulated: &[(f64, f64, f64)],
    bound_ms: f64,
) -> anyhow::Result<PathBuf> {
    figure(folder, "latency", |sheet| {
        let most_rate = formula.last().map_or(1.0, |(rate, _)| *rate);
        let first_rate = formula.first().map_or(0.0, |(rate, _)| *rate);
        let most_ms = bound_ms * 2.0;
        let mut chart = ChartBuilder::on(sheet)
            .caption("Time to the first token as the load grows", (FONT, 22))
            .margin(15)
            .x_label_area_size(45)
            .y_label_area_size(65)
            .build_cartesian_2d(first_rate..most_rate * 1.02, 0.0..most_ms)?;
        chart
            .configure_mesh()
            .x_desc("requests a second")
            .y_desc("P99 time to first token, ms")
            .light_line_style(WHITE)
            .draw()?;
        chart.draw_series(LineSeries::new([(first_rate, bound_ms), (most_rate * 1.02, bound_ms)], GREY))?;
        let line = formula.iter().map(|(rate, p99)| (*rate, p99.min(most_ms)));
        chart
            .draw_series(LineSeries::new(line, BLUE_LINE.stroke_width(2)))?
            .label("formula")
            .legend(|(x, y)| PathElement::new([(x, y), (x + 18, y)], BLUE_LINE.stroke_width(2)));
        for (rate, mean, half) in simulated {
            let bar = [(*rate, (mean - half).clamp(0.0, most_ms)), (*rate, (mean + half).min(most_ms))];
            chart.draw_series([PathElement::new(bar, RED_LINE.stroke_width(2))])?;
        }
        let points = simulated.iter().filter(|(_, mean, _)| *mean <= most_ms);
        chart
            .draw_series(points.map(|(rate, mean, _)| Circle::new((*rate, *mean), 4, RED_LINE.filled())))?
            .label("simulation, 95 % interval")
            .legend(|(x, y)| Circle::new((x + 9, y), 4, RED_LINE.filled()));
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .border_style(GREY)
            .background_style(WHITE)
            .label_font((FONT, 14))
            .draw()?;
        Ok(())
    })
}

fn cell_size(upper_right: &(i32, i32), lower_left: &(i32, i32)) -> (i32, i32) {
    (upper_right.0 - lower_left.0, lower_left.1 - upper_right.1)
}

/// White for cheap to dark blue for dear.
fn scale(heat: f64) -> RGBColor {
    let heat = heat.clamp(0.0, 1.0);
    let blend = |from: f64, to: f64| (from + (to - from) * heat) as u8;
    RGBColor(blend(247.0, 20.0), blend(251.0, 60.0), blend(255.0, 130.0))
}

fn thousands(tokens: f64) -> String {
    if tokens >= 1024.0 { format!("{}K", (tokens / 102.4).round() / 10.0) } else { format!("{tokens:.0}") }
}
