//! Personal data that has a form which can be checked.

use super::{Found, numbers, words};

/// Everything that has such a form, in the order of the text; where two forms claim the same bytes, the stricter wins.
pub fn patterns(text: &str) -> Vec<Found> {
    let finders: [fn(&str) -> Vec<Found>; 6] = [
        words::addresses,
        numbers::ibans,
        words::internet,
        numbers::cards,
        numbers::social_security,
        numbers::telephones,
    ];
    let mut all: Vec<Found> = Vec::new();
    for found in finders.into_iter().flat_map(|find| find(text)) {
        if !all.iter().any(|other| found.at.start < other.at.end && other.at.start < found.at.end) {
            all.push(found);
        }
    }
    all.sort_by_key(|found| found.at.start);
    all
}

/// Whether one of the words stands shortly before a place.
pub(super) fn announced(text: &str, at: usize, words: &[&str]) -> bool {
    let mut start = at.saturating_sub(40);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let before = text[start..at].to_lowercase();
    words.iter().any(|word| before.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = patterns(text);
        let found: Vec<(&str, &str)> =
            found.iter().map(|found| (found.kind.as_str(), &text[found.at.clone()])).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn what_has_a_form_is_found() {
        check("write to ada.l@example.co.uk, please", &[("EMAIL_ADDRESS", "ada.l@example.co.uk")]);
        check("<bob+x@ex-ample.org>.", &[("EMAIL_ADDRESS", "bob+x@ex-ample.org")]);
        check("pay with 4111 1111 1111 1111 today", &[("CREDIT_CARD", "4111 1111 1111 1111")]);
        check("4111-1111-1111-1111", &[("CREDIT_CARD", "4111-1111-1111-1111")]);
        check("amex 378282246310005", &[("CREDIT_CARD", "378282246310005")]);
        check("my card is 4111 1111 1111 1112", &[("CREDIT_CARD", "4111 1111 1111 1112")]);
        check("SSN 123-45-6789.", &[("US_SSN", "123-45-6789")]);
        check("social security number: 123456789", &[("US_SSN", "123456789")]);
        check("IBAN DE89 3704 0044 0532 0130 00 bitte", &[("IBAN_CODE", "DE89 3704 0044 0532 0130 00")]);
        check("GB82WEST12345698765432", &[("IBAN_CODE", "GB82WEST12345698765432")]);
        check("from 203.0.113.7:", &[("IP_ADDRESS", "203.0.113.7")]);
        check("at 2001:db8::8a2e:370:7334", &[("IP_ADDRESS", "2001:db8::8a2e:370:7334")]);
        check("call +49 30 901820 now", &[("PHONE_NUMBER", "+49 30 901820")]);
        check(
            "(415) 555-0132 or 415.555.0133",
            &[("PHONE_NUMBER", "(415) 555-0132"), ("PHONE_NUMBER", "415.555.0133")],
        );
        check("my phone number is 0176 1234567", &[("PHONE_NUMBER", "0176 1234567")]);
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        for text in [
            "",
            "order 4111 1111 1111 1112",
            "a 16 digit number 1234567812345678",
            "id 123-45-67890",
            "666-12-3456 and 000-12-3456 and 123-00-4567",
            "version 10.2.30.4 and v1.2.3.4",
            "127.0.0.1 and 0.0.0.0, mask 255.255.255.0",
            "300.1.2.3",
            "std::vector and a::b at 12:30:45",
            "on 2026-11-25 and 25.11.2026",
            "user@localhost and @handle",
            "DE00 3704 0044 0532 0130 00",
            "pi is 3.14159265358979",
            "π 🙂 é@é 1",
            "population 8,336,817 in 2020",
            "the 555-0132 building",
        ] {
            check(text, &[]);
        }
    }
}
