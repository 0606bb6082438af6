//! Bytes inside a text, as the proxy's configuration carries them [RFC 4648, section 4].

/// `None` where the text is not exactly what an encoder writes, padding included.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let padding = text.bytes().rev().take_while(|digit| *digit == b'=').count();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut rest, mut bits) = (0_u32, 0);
    for digit in text.bytes().take(text.len() - padding) {
        let six = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        rest = rest << 6 | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((rest >> bits) as u8);
            rest &= (1 << bits) - 1;
        }
    }
    (rest == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) -> Result<(), TestCaseError> {
        prop_assert_eq!(from_base64(text), STANDARD.decode(text).ok(), "{}", text);
        Ok(())
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_the_crate_reads(
            bytes in prop::collection::vec(any::<u8>(), 0..20), text in "[A-Ca+/=é-]{0,9}={0,3}",
        ) {
            check(&STANDARD.encode(bytes))?;
            check(&text)?;
        }
    }
}
