//! Changes of the text that settle what was complained of.

use super::{Near, Span};

/// One way out of a finding, ready to be made. Its edits lie in the finding's own text and do not overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative.
    pub title: String,
    pub edits: Vec<Edit>,
    /// Whether it can be made without asking: nothing else can have been meant. It may well change what the policy
    /// decides, since what was wrong had no effect before, and bring to light what is wrong behind it.
    pub safe: bool,
}

/// Text in the place of other text; an empty one removes, an empty span inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

impl Edit {
    pub fn new(span: Span, text: impl Into<String>) -> Edit {
        Edit { span, text: text.into() }
    }
}

impl Fix {
    /// Writes something else in the place of `span`.
    pub fn write(span: Span, text: impl Into<String>) -> Fix {
        let text = text.into();
        Fix { title: format!("write `{text}`"), edits: vec![Edit { span, text }], safe: true }
    }

    /// Writes the name or the word that was probably meant.
    pub fn spell(span: Span, near: Near<'_>, text: impl Into<String>) -> Fix {
        Fix { safe: near.certain, ..Fix::write(span, text) }
    }

    /// Takes something away; the comma and the empty line that it leaves go with it (see [`Fix::settled`]).
    pub fn remove(span: Span, title: impl Into<String>) -> Fix {
        Fix { title: title.into(), edits: vec![Edit::new(span, "")], safe: true }
    }

    /// Puts something on both sides of a place.
    pub fn enclose(span: Span, open: &str, close: &str, title: impl Into<String>) -> Fix {
        let (start, end) = (Span { end: span.start, ..span }, Span { start: span.end, ..span });
        Fix { title: title.into(), edits: vec![Edit::new(start, open), Edit::new(end, close)], safe: true }
    }

    /// Puts something where nothing is.
    pub fn insert(at: u32, text: impl Into<String>, title: impl Into<String>) -> Fix {
        let span = Span { start: at, end: at };
        Fix { title: title.into(), edits: vec![Edit::new(span, text)], safe: true }
    }

    #[must_use]
    pub fn titled(self, title: impl Into<String>) -> Fix {
        Fix { title: title.into(), ..self }
    }

    /// One of several ways out: somebody has to choose.
    #[must_use]
    pub fn to_choose(self) -> Fix {
        Fix { safe: false, ..self }
    }

    /// The same fix once its text is known: removals widened so that what stays is well formed.
    #[must_use]
    pub fn settled(mut self, text: &str) -> Fix {
        for edit in self.edits.iter_mut().filter(|edit| edit.text.is_empty()) {
            edit.span = widened(edit.span, text);
        }
        self.edits.sort_by_key(|edit| edit.span);
        self
    }
}

/// With a comma beside it, and with its line where nothing else is on it.
fn widened(span: Span, text: &str) -> Span {
    let (Some(before), Some(behind)) = (text.get(..span.start as usize), text.get(span.end as usize..))
    else {
        return span;
    };
    let (mut start, mut end) = (before.len(), span.end as usize);
    let blank = |c: char| c == ' ' || c == '\t' || c == '\r';
    let separated = before.trim_end();
    if let Some(rest) = behind.trim_start().strip_prefix(',') {
        end = text.len() - rest.len();
    } else if separated.ends_with(',') {
        start = separated.len() - 1;
    }
    let (before, behind) = (&text[..start], &text[end..]);
    let (indent, gap) = (before.trim_end_matches(blank), behind.trim_start_matches(blank));
    let alone = indent.is_empty() || indent.ends_with('\n');
    match gap.strip_prefix('\n') {
        Some(rest) if alone => Span::new(indent.len(), text.len() - rest.len()),
        // At the end of a line no blanks stay behind.
        _ if gap.is_empty() || gap.starts_with('\n') => Span::new(indent.len(), text.len() - gap.len()),
        // Of the blanks on both sides, one side stays.
        _ if indent.len() < start => Span::new(start, text.len() - gap.len()),
        _ => Span::new(start, end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is left of a text without the part in `«»`.
    fn left(marked: &str) -> String {
        let start = marked.find('«').expect("marked");
        let end = marked.find('»').expect("marked") - '«'.len_utf8();
        let text = marked.replace(['«', '»'], "");
        let fix = Fix::remove(Span::new(start, end), "remove it").settled(&text);
        let Span { start, end } = fix.edits[0].span;
        format!("{}{}", &text[..start as usize], &text[end as usize..])
    }

    #[test]
    fn a_removal_takes_its_comma_and_its_line_along() {
        let table = [
            ("{ «a: 1», b: 2 }", "{ b: 2 }"),
            ("{ a: 1, «b: 2» }", "{ a: 1 }"),
            ("{ a: 1 «b: 2» c: 3 }", "{ a: 1 c: 3 }"),
            ("{\n  a: 1\n  «b: 2»\n}", "{\n  a: 1\n}"),
            ("{\n  «a: 1»,\n  b: 2\n}", "{\n  b: 2\n}"),
            ("{\n  «a: 1»  # why\n  b: 2\n}", "{\n  # why\n  b: 2\n}"),
            ("a «b»  \nc", "a\nc"),
            ("«a»", ""),
        ];
        for (marked, expected) in table {
            assert_eq!(left(marked), expected, "{marked}");
        }
    }
}
