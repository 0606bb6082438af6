//! Figures of a report as SVG: what was taken for what, and what claims are worth.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::report::Report;
use super::run::Said;

type Sheet<'s> = DrawingArea<SVGBackend<'s>, Shift>;

const FONT: &str = "sans-serif";
const BLUE_LINE: RGBColor = RGBColor(31, 90, 160);
const GREY: RGBColor = RGBColor(120, 120, 120);

fn figure(
    size: (u32, u32),
    draw: impl FnOnce(&Sheet<'_>) -> Result<(), Box<dyn Error>>,
) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    {
        let sheet = SVGBackend::with_string(&mut text, size).into_drawing_area();
        sheet.fill(&WHITE)?;
        draw(&sheet)?;
        sheet.present()?;
    }
    Ok(text)
}

/// A square a pair of labels, the darker the more of a row fell there.
pub fn confusion(report: &Report) -> Result<String, Box<dyn Error>> {
    let names = &report.confusion.names;
    let (cell, left, top) = (34, 170, 150);
    let side = names.len() as i32 * cell;
    let size = ((left + side + 20) as u32, (top + side + 20) as u32);
    figure(size, |sheet| {
        let text = |size: i32| (FONT, size).into_font().color(&BLACK);
        sheet.draw(&Text::new(report.set.clone(), (10, 10), text(18)))?;
        for (at, name) in names.iter().enumerate() {
            let place = at as i32 * cell;
            sheet.draw(&Text::new(name.clone(), (10, top + place + 10), text(13)))?;
            let turned = (FONT, 13).into_font().transform(FontTransform::Rotate270).color(&BLACK);
            sheet.draw(&Text::new(name.clone(), (left + place + 10, top - 8), turned))?;
            let row = &report.confusion.rows[at];
            let whole = row.iter().sum::<usize>().max(1);
            for (other, count) in row.iter().enumerate() {
                let across = left + other as i32 * cell;
                let share = *count as f64 / whole as f64;
                let square = [(across, top + place), (across + cell - 1, top + place + cell - 1)];
                sheet.draw(&Rectangle::new(square, BLUE_LINE.mix(0.05 + 0.95 * share).filled()))?;
                if *count > 0 {
                    let ink = if share > 0.5 { WHITE } else { BLACK };
                    let ink = (FONT, 13).into_font().color(&ink);
                    sheet.draw(&Text::new(count.to_string(), (across + 9, top + place + 10), ink))?;
                }
            }
        }
        Ok(())
    })
}

/// Of every label's scores: the share of cases with the label that a bound finds, over the share of others that it
/// finds with them.
pub fn curves(report: &Report, said: &[Said]) -> Result<String, Box<dyn Error>> {
    figure((560, 520), |sheet| {
        let mut chart = ChartBuilder::on(sheet)
            .caption(&report.set, (FONT, 20))
            .margin(15)
            .x_label_area_size(40)
            .y_label_area_size(50)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        chart.configure_mesh().x_desc("false alarms").y_desc("found").light_line_style(WHITE).draw()?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], GREY))?;
        for (number, of) in report.labels.iter().enumerate() {
            let scored: Vec<(f64, bool)> = said
                .iter()
                .map(|said| (super::report::score(said, &of.label).unwrap_or(0.0), said.label == of.label))
                .collect();
            let colour = Palette99::pick(number).to_rgba();
            if said.iter().any(|said| super::report::score(said, &of.label).is_some()) {
                chart
                    .draw_series(LineSeries::new(points(scored), colour.stroke_width(2)))?
                    .label(&of.label)
                    .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
            }
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.8))
            .draw()?;
        Ok(())
    })
}

fn points(mut scored: Vec<(f64, bool)>) -> Vec<(f64, f64)> {
    scored.sort_by(|one, other| other.0.total_cmp(&one.0));
    let positives = scored.iter().filter(|(_, positive)| *positive).count().max(1) as f64;
    let negatives = scored.iter().filter(|(_, positive)| !*positive).count().max(1) as f64;
    let (mut found, mut alarms) = (0.0, 0.0);
    let mut points = vec![(0.0, 0.0)];
    for equals in scored.chunk_by(|one, other| one.0 == other.0) {
        let of_equals = equals.iter().filter(|(_, positive)| *positive).count() as f64;
        found += of_equals;
        alarms += equals.len() as f64 - of_equals;
        points.push((alarms / negatives, found / positives));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_rises_with_what_is_found_and_runs_with_false_alarms() {
        let scored = vec![(0.9, true), (0.6, false), (0.6, true), (0.1, false)];
        assert_eq!(points(scored), [(0.0, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 1.0)]);
    }
}
