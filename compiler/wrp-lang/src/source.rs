//! Texts, and places in them as people count: lines and columns.

use wrp_graph::schema::Span;

/// One file of policy text.
#[derive(Clone, Debug)]
pub struct Source {
    pub name: String,
    pub text: String,
    line_starts: Vec<u32>,
}

/// Line and column, both from 1; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: u32,
    pub column: u32,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        let text = text.into();
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect();
        Source { name: name.into(), text, line_starts }
    }

    pub fn place(&self, at: u32) -> Place {
        let at = at.min(self.text.len() as u32);
        let line = self.line_starts.partition_point(|start| *start <= at) - 1;
        let start = self.line_starts[line] as usize;
        let column = self.text[start..at as usize].chars().count() as u32 + 1;
        Place { line: line as u32 + 1, column }
    }

    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }
}

/// The files of one policy as one space of places: each stands behind the one before it.
#[derive(Clone, Debug, Default)]
pub struct Files {
    starts: Vec<u32>,
}

impl Files {
    pub fn new(sources: &[Source]) -> Files {
        let mut next = 0_u32;
        let starts = sources.iter().map(|source| {
            let start = next;
            // One more than the text is long, so that the end of a file is not the start of the next.
            next = next.saturating_add(source.text.len() as u32).saturating_add(1);
            start
        });
        Files { starts: starts.collect() }
    }

    /// Where a file's text begins in the common space.
    pub fn start(&self, file: usize) -> u32 {
        self.starts.get(file).copied().unwrap_or_default()
    }

    /// Which file a place in the common space is in, and where in that file.
    pub fn locate(&self, span: Span) -> (usize, Span) {
        let file = self.starts.partition_point(|start| *start <= span.start).saturating_sub(1);
        let start = self.start(file);
        (file, Span { start: span.start - start, end: span.end.saturating_sub(start) })
    }
}
