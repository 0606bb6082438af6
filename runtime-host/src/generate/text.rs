//! Bytes of tokens as text: whole characters only, and nothing from a stop word on.

/// Collects bytes and hands out what is sure.
#[derive(Debug, Default)]
pub struct Writer {
    /// Not handed out yet.
    held: Vec<u8>,
    stops: Vec<String>,
}

impl Writer {
    pub fn new(stops: Vec<String>) -> Writer {
        Writer { held: Vec::new(), stops: stops.into_iter().filter(|stop| !stop.is_empty()).collect() }
    }

    /// Takes a token's bytes. Returns the text that can be shown now, and whether a stop word ended it.
    pub fn push(&mut self, bytes: &[u8]) -> (String, bool) {
        self.held.extend_from_slice(bytes);
        let stop = self.stops.iter().filter_map(|stop| find(&self.held, stop.as_bytes())).min();
        if let Some(stop) = stop {
            let text = String::from_utf8_lossy(&self.held[..stop]).into_owned();
            self.held.clear();
            return (text, true);
        }
        let sure = self.held.len() - self.begun();
        let whole = match std::str::from_utf8(&self.held[..sure]) {
            Ok(_) => sure,
            // A character that is still to be finished waits; what can be none goes out as a replacement.
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => sure,
        };
        let rest = self.held.split_off(whole);
        let text = std::mem::replace(&mut self.held, rest);
        (String::from_utf8_lossy(&text).into_owned(), false)
    }

    /// What is left when no more bytes come.
    pub fn finish(&mut self) -> String {
        String::from_utf8_lossy(&std::mem::take(&mut self.held)).into_owned()
    }

    /// How many of the last bytes may be the start of a stop word.
    fn begun(&self) -> usize {
        let begun = |stop: &String| {
            let longest = (stop.len() - 1).min(self.held.len());
            (1..=longest).rev().find(|&length| self.held.ends_with(&stop.as_bytes()[..length])).unwrap_or(0)
        };
        self.stops.iter().map(begun).max().unwrap_or(0)
    }
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stops: &[&str], pieces: &[&[u8]], expected: &[&str], ended: bool) {
        let mut writer = Writer::new(stops.iter().map(|stop| (*stop).to_owned()).collect());
        let mut shown = Vec::new();
        let mut is_over = false;
        for piece in pieces {
            let (text, stopped) = writer.push(piece);
            shown.push(text);
            is_over |= stopped;
        }
        shown.push(writer.finish());
        assert_eq!(shown, expected, "{pieces:?}");
        assert_eq!(is_over, ended, "{pieces:?}");
    }

    #[test]
    fn characters_are_whole_and_stop_words_never_show() {
        check(&[], &[b"ab", b"c"], &["ab", "c", ""], false);
        check(&[], &["é".as_bytes(), b"\xc3", b"\xa9!"], &["é", "", "é!", ""], false);
        check(&[], &[b"\xff", b"a\xc3"], &["\u{fffd}", "a", "\u{fffd}"], false);
        check(&["END"], &[b"x E", b"N", b"D y"], &["x ", "", "", ""], true);
        check(&["END"], &[b"x EN", b"O"], &["x ", "ENO", ""], false);
        check(&["END", "x"], &[b"a", b"xEND"], &["a", "", ""], true);
        check(&["", "END"], &[b"EN"], &["", "EN"], false);
    }
}
