//! Places as the protocol counts them: lines from 0, columns in UTF-16 units or in bytes.

use lsp_types::{Position, Range};
use wrp_graph::schema::Span;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    #[default]
    Utf16,
}

/// A text and where its lines begin. A line ends at `\n`, `\r\n` or `\r`.
#[derive(Debug)]
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    pub(super) fn of(text: &'t str, encoding: Encoding) -> Lines<'t> {
        let bytes = text.as_bytes();
        let ends_line = |at: usize| match bytes.get(at) {
            Some(b'\n') => true,
            Some(b'\r') => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        let starts = (0..bytes.len()).filter(|at| ends_line(*at)).map(|at| at + 1);
        Lines { text, starts: std::iter::once(0).chain(starts).collect(), encoding }
    }

    pub(super) fn position(&self, at: u32) -> Position {
        let at = self.text.floor_char_boundary(at as usize);
        let line = self.starts.partition_point(|start| *start <= at).saturating_sub(1);
        let before = &self.text[self.starts[line]..at];
        let character = match self.encoding {
            Encoding::Utf8 => before.len(),
            Encoding::Utf16 => before.encode_utf16().count(),
        };
        Position { line: line as u32, character: character as u32 }
    }

    pub(super) fn range(&self, span: Span) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The byte at a position. Behind a line's end is the end of the line, behind the last line the end of the text,
    /// and within a character its beginning.
    pub(super) fn offset(&self, position: Position) -> u32 {
        let Some(start) = self.starts.get(position.line as usize) else { return self.text.len() as u32 };
        let end = self.starts.get(position.line as usize + 1).copied().unwrap_or(self.text.len());
        let line = self.text[*start..end].trim_end_matches(['\r', '\n']);
        let wanted = position.character as usize;
        let within = match self.encoding {
            Encoding::Utf8 => line.floor_char_boundary(wanted),
            Encoding::Utf16 => {
                let mut units = 0;
                let behind = line.char_indices().find(|(_, character)| {
                    units += character.len_utf16();
                    units > wanted
                });
                behind.map_or(line.len(), |(at, _)| at)
            }
        };
        (start + within) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\u{1f600}中b\r\nc\rd\n";

    #[test]
    fn places_go_there_and_back() {
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::of(TEXT, encoding);
            let places = TEXT.char_indices().map(|(at, _)| at).chain([TEXT.len()]);
            // A line's end is before its ending, so what lies within `\r\n` has no position of its own.
            for at in places.filter(|at| !TEXT[..*at].ends_with('\r') || TEXT[*at..].starts_with('d')) {
                assert_eq!(lines.offset(lines.position(at as u32)), at as u32, "{encoding:?} {at}");
            }
        }
    }

    #[test]
    fn columns_count_as_agreed() {
        let table = [
            (Encoding::Utf16, 0, 3, 5),
            (Encoding::Utf16, 0, 2, 1),
            (Encoding::Utf16, 0, 4, 8),
            (Encoding::Utf16, 0, 99, 9),
            (Encoding::Utf16, 1, 0, 11),
            (Encoding::Utf16, 2, 0, 13),
            (Encoding::Utf16, 9, 0, 15),
            (Encoding::Utf8, 0, 5, 5),
            (Encoding::Utf8, 0, 3, 1),
            (Encoding::Utf8, 0, 99, 9),
        ];
        for (encoding, line, character, expected) in table {
            let found = Lines::of(TEXT, encoding).offset(Position { line, character });
            assert_eq!(found, expected, "{encoding:?} {line}:{character}");
        }
    }
}
