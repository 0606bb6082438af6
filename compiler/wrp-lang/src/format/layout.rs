//! Text with places where a line may be broken, and the choice of which to use.
//!
//! A group is printed flat if it fits on the rest of the line, else all its own breaks are used; groups inside it
//! choose for themselves. Widths are summed once, so printing is linear.

use std::borrow::Cow;

/// Columns of a line.
const WIDTH: usize = 100;

#[derive(Clone, Debug)]
pub(super) enum Op<'a> {
    Text(Cow<'a, str>),
    /// A line break, or this text where the group is flat.
    Break(&'static str),
    /// Only where the group is broken.
    Broken(&'static str),
    /// A line break always.
    Line,
    /// An empty line.
    Blank,
    /// An empty line, unless what was written last stands on one line and the group that follows will.
    Apart,
    /// A comment that shares the line of what stands before it.
    Aside(&'a str),
    /// A comment on lines of its own.
    Alone(&'a str),
    Open {
        broken: bool,
    },
    Close,
    Indent(usize),
    Dedent(usize),
}

pub(super) fn render(ops: &[Op<'_>]) -> String {
    let measures = measure(ops);
    let mut sheet = Sheet::default();
    // The groups around this place: whether each is broken, and the line it begins on.
    let mut groups: Vec<(bool, usize)> = Vec::new();
    let mut last_began_on = None;
    for (at, op) in ops.iter().enumerate() {
        let broken = groups.last().is_none_or(|(broken, _)| *broken);
        match op {
            Op::Text(text) => sheet.write(text),
            Op::Break(_) if broken => sheet.break_lines(1),
            Op::Break(flat) => sheet.write(flat),
            Op::Broken(text) if broken => sheet.write(text),
            Op::Broken(_) => {}
            Op::Line => sheet.break_lines(1),
            Op::Blank => sheet.break_lines(if sheet.is_behind_bracket() { 1 } else { 2 }),
            Op::Apart => {
                let mut ahead = ops.iter().zip(&measures).skip(at);
                let next = ahead.find(|(op, _)| matches!(op, Op::Open { .. }));
                let next_fits = next.is_some_and(|(_, measure)| measure.fits(sheet.indent));
                let together = next_fits && last_began_on == Some(sheet.line);
                sheet.break_lines(if together { 1 } else { 2 });
            }
            Op::Aside(comment) => sheet.write_aside(comment),
            Op::Alone(comment) => sheet.write_alone(comment),
            Op::Open { .. } => {
                let (line, column) = sheet.next_place();
                groups.push((!measures[at].fits(column), line));
            }
            Op::Close => last_began_on = groups.pop().map(|(_, began_on)| began_on),
            Op::Indent(by) => sheet.indent += by,
            Op::Dedent(by) => sheet.indent = sheet.indent.saturating_sub(*by),
        }
    }
    sheet.finish()
}

/// What was printed so far, and where the next text goes. Line breaks are written with the text behind them.
#[derive(Default)]
struct Sheet {
    text: String,
    indent: usize,
    line: usize,
    column: usize,
    /// Line breaks that are due before the next text.
    breaks: usize,
    /// The line ends with a comment, behind which nothing fits.
    has_comment: bool,
}

impl Sheet {
    /// Line and column of what is written next.
    fn next_place(&self) -> (usize, usize) {
        match self.breaks {
            0 => (self.line, self.column),
            _ if self.text.is_empty() => (0, self.indent),
            breaks => (self.line + breaks, self.indent),
        }
    }

    fn write(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut text = text;
        if self.breaks > 0 {
            text = text.trim_start_matches(' ');
            (self.line, self.column) = self.next_place();
            if !self.text.is_empty() {
                self.trim();
                self.text.extend(std::iter::repeat_n('\n', self.breaks));
            }
            self.text.extend(std::iter::repeat_n(' ', self.indent));
            self.breaks = 0;
            self.has_comment = false;
        }
        self.text.push_str(text);
        self.line += text.matches('\n').count();
        self.column = match text.rsplit_once('\n') {
            Some((_, last)) => width(last),
            None => self.column + width(text),
        };
    }

    /// Whether nothing was written yet in the brackets around this place.
    fn is_behind_bracket(&self) -> bool {
        self.text.is_empty() || (!self.has_comment && self.text.trim_end().ends_with(['{', '[', '(']))
    }

    fn break_lines(&mut self, count: usize) {
        self.breaks = self.breaks.max(count);
    }

    /// A comment behind what was written last, whatever breaks are due.
    fn write_aside(&mut self, comment: &str) {
        if self.has_comment || self.text.is_empty() {
            return self.write_alone(comment);
        }
        self.trim();
        self.text.push(' ');
        self.text.push_str(comment);
        self.end_with_comment();
    }

    fn write_alone(&mut self, comment: &str) {
        self.break_lines(1);
        self.write(comment);
        self.end_with_comment();
    }

    fn end_with_comment(&mut self) {
        self.has_comment = true;
        self.break_lines(1);
    }

    fn trim(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
    }

    fn finish(mut self) -> String {
        self.trim();
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// How much room a group takes on one line, with what follows it up to the next break; `None` if it cannot stand
/// on one.
#[derive(Clone, Copy, Default)]
struct Measure(Option<usize>);

impl Measure {
    fn fits(self, column: usize) -> bool {
        self.0.is_some_and(|width| column + width <= WIDTH)
    }
}

/// The measure of every group, at the place of its `Open`.
fn measure(ops: &[Op<'_>]) -> Vec<Measure> {
    let mut measures = vec![Measure::default(); ops.len()];
    // Backwards: the sum of widths behind each place, and the same at the next place where a line may end.
    let (mut behind, mut next_break) = (0, 0);
    let mut closed: Vec<(usize, bool)> = Vec::new();
    for (at, op) in ops.iter().enumerate().rev() {
        let mut unbreakable = true;
        match op {
            Op::Text(text) => {
                behind += width(text);
                unbreakable = !text.contains('\n');
            }
            Op::Break(flat) => {
                next_break = behind;
                behind += width(flat);
            }
            Op::Line | Op::Blank | Op::Apart | Op::Aside(_) | Op::Alone(_) => {
                next_break = behind;
                unbreakable = false;
            }
            Op::Close => closed.push((next_break, true)),
            Op::Open { broken } => {
                let (end, flat) = closed.pop().unwrap_or_default();
                measures[at] = Measure((flat && !broken).then(|| behind - end));
                unbreakable = flat && !broken;
            }
            Op::Broken(_) | Op::Indent(_) | Op::Dedent(_) => {}
        }
        if !unbreakable && let Some((_, flat)) = closed.last_mut() {
            *flat = false;
        }
    }
    measures
}
