//! Traces and decision logs as arrivals: Azure's and Splitwise's CSV, the Semantic Router's lines of JSON.

use serde_json::Value;

use super::Arrival;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Seen from the first line.
    #[default]
    Guess,
    /// A table whose first line names the columns.
    Csv,
    /// An object a line.
    JsonLines,
}

/// The names of fields, each with those under which it is known as well.
#[derive(Clone, Debug)]
pub struct Columns {
    pub time: Vec<String>,
    pub prompt: Vec<String>,
    pub answer: Vec<String>,
    pub model: Vec<String>,
    pub category: Vec<String>,
    pub route: Vec<String>,
}

impl Default for Columns {
    fn default() -> Columns {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Columns {
            time: names(&["timestamp", "arrived_at", "time", "ts"]),
            prompt: names(&["prompt_tokens", "contexttokens", "num_prefill_tokens", "input_tokens"]),
            answer: names(&[
                "generated_tokens",
                "generatedtokens",
                "num_decode_tokens",
                "completion_tokens",
                "output_tokens",
            ]),
            model: names(&["selected_model", "x_vsr_selected_model", "model", "routed_to"]),
            category: names(&["category", "x_vsr_selected_category", "domain"]),
            route: names(&["decision", "x_vsr_selected_decision", "route"]),
        }
    }
}

/// What a trace held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// In order of time.
    pub arrivals: Vec<Arrival>,
    /// Lines without a count of prompt tokens, or that could not be read.
    pub skipped: usize,
}

/// Reads a trace. Requests without a time come one a second; those without an answer's length have one token.
pub fn read(text: &str, layout: Layout, columns: &Columns) -> Trace {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let objects = match layout {
        Layout::Guess => first.trim_start().starts_with('{'),
        Layout::Csv => false,
        Layout::JsonLines => true,
    };
    let mut trace = Trace::default();
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    if objects {
        for (nth, line) in lines.enumerate() {
            let value: Option<Value> = serde_json::from_str(line).ok();
            let row = |names: &[String]| {
                let object = value.as_ref()?.as_object()?;
                let found = object.iter().find(|(key, _)| named(names, key))?.1;
                match found {
                    Value::String(text) => Some(text.clone()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                }
            };
            trace.take(nth, columns, row);
        }
    } else {
        let separator = if first.contains('\t') { '\t' } else { ',' };
        let header = cells(first, separator);
        for (nth, line) in lines.skip(1).enumerate() {
            let cells = cells(line, separator);
            let row = |names: &[String]| {
                let at = header.iter().position(|name| named(names, name))?;
                cells.get(at).filter(|cell| !cell.is_empty()).cloned()
            };
            trace.take(nth, columns, row);
        }
    }
    trace.arrivals.sort_by(|one, other| one.at_s.total_cmp(&other.at_s));
    trace
}

impl Trace {
    fn take(&mut self, nth: usize, columns: &Columns, row: impl Fn(&[String]) -> Option<String>) {
        let count = |names: &[String]| {
            let count: f64 = row(names)?.trim().parse().ok()?;
            (count.is_finite() && count >= 0.0).then(|| (count.min(f64::from(u32::MAX)) as u32).max(1))
        };
        let Some(prompt) = count(&columns.prompt) else {
            self.skipped += 1;
            return;
        };
        self.arrivals.push(Arrival {
            at_s: row(&columns.time).and_then(|text| seconds(&text)).unwrap_or(nth as f64),
            prompt,
            answer: count(&columns.answer).unwrap_or(1),
            model: row(&columns.model),
            category: row(&columns.category),
            route: row(&columns.route),
        });
    }
}

fn named(names: &[String], key: &str) -> bool {
    let plain = key.trim().to_ascii_lowercase().replace('-', "_");
    names.iter().any(|name| name.eq_ignore_ascii_case(&plain))
}

/// One line of a table; quotes keep separators.
fn cells(line: &str, separator: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for character in line.trim_end().chars() {
        match character {
            '"' => quoted = !quoted,
            it if it == separator && !quoted => cells.push(String::new()),
            it => cells.last_mut().expect("there is always a cell").push(it),
        }
    }
    cells.iter_mut().for_each(|cell| *cell = cell.trim().to_owned());
    cells
}

/// Seconds as a number, or since 1970 of `2023-11-16 18:17:03.97`, with a `T` between and a `Z` behind if they like.
fn seconds(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let (date, time) = text.split_once([' ', 'T'])?;
    let mut date = date.splitn(3, '-').map(str::parse::<i64>);
    let (year, month, day) = (date.next()?.ok()?, date.next()?.ok()?, date.next()?.ok()?);
    let time = time.trim_end_matches('Z').split('+').next()?;
    let mut time = time.splitn(3, ':').map(str::parse::<f64>);
    let (hour, minute, second) = (time.next()?.ok()?, time.next()?.ok()?, time.next()?.ok()?);
    Some(days_since_1970(year, month, day) as f64 * 86_400.0 + hour * 3600.0 + minute * 60.0 + second)
}

/// In the Gregorian calendar; years start in March, so that the leap day is the last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(f64, u32, u32)], skipped: usize) {
        let trace = read(text, Layout::Guess, &Columns::default());
        let seen: Vec<_> = trace.arrivals.iter().map(|it| (it.at_s, it.prompt, it.answer)).collect();
        assert_eq!((&seen[..], trace.skipped), (expected, skipped), "{text}");
    }

    #[test]
    fn every_layout_is_read() {
        check(
            "TIMESTAMP,ContextTokens,GeneratedTokens\n1970-01-01 00:01:05.5,374,44\n1970-01-01T00:00:01Z,396,109\n",
            &[(1.0, 396, 109), (65.5, 374, 44)],
            0,
        );
        check("timestamp,num_prefill_tokens,num_decode_tokens\n0.5,10,2\n", &[(0.5, 10, 2)], 0);
        check(
            "{\"timestamp\":0.4,\"prompt_tokens\":467,\"generated_tokens\":61,\"selected_model\":\"a\"}\nnonsense\n",
            &[(0.4, 467, 61)],
            1,
        );
        check("prompt_tokens\n5\n\n7\n-3\n", &[(0.0, 5, 1), (1.0, 7, 1)], 1);
        check("", &[], 0);
    }

    #[test]
    fn decisions_come_along() {
        let line = "{\"prompt_tokens\":5,\"x-vsr-selected-model\":\"m\",\"x-vsr-selected-decision\":\"d\",\"category\":\"code\"}";
        let arrival = &read(line, Layout::Guess, &Columns::default()).arrivals[0];
        let of = |text: &Option<String>| text.clone().unwrap_or_default();
        assert_eq!([of(&arrival.model), of(&arrival.route), of(&arrival.category)], ["m", "d", "code"]);
    }

    #[test]
    fn dates_are_counted_from_1970() {
        for (text, expected) in [
            ("1970-01-01 00:00:00", 0.0),
            ("2000-03-01 00:00:00", 951_868_800.0),
            ("2024-02-29 12:00:00", 1_709_208_000.0),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }
}
