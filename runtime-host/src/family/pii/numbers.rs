//! Numbers of people: cards, accounts, social security, telephones.

use std::ops::Range;

use super::Found;
use super::patterns::announced;

/// Digits in groups, as people write long numbers.
struct Row {
    at: Range<usize>,
    groups: Vec<String>,
    /// What stands between the groups; all the same, or mixed.
    separator: Option<char>,
    plus: bool,
    bracket: bool,
}

impl Row {
    fn digits(&self) -> String {
        self.groups.concat()
    }

    fn shape(&self) -> Vec<usize> {
        self.groups.iter().map(String::len).collect()
    }

    fn found(&self, kind: &str) -> Found {
        Found { at: self.at.clone(), kind: kind.to_owned(), score: 1.0 }
    }
}

/// Rows of digits with single spaces, dots, dashes or brackets between the groups, touching no other letter or digit.
fn rows(text: &str) -> Vec<Row> {
    let bytes = text.as_bytes();
    let at = |place: usize| bytes.get(place).copied().unwrap_or(b' ');
    let touches = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let mut rows = Vec::new();
    let mut place = 0;
    while place < bytes.len() {
        let opens = at(place).is_ascii_digit()
            || (matches!(at(place), b'+' | b'(') && at(place + 1).is_ascii_digit());
        if !opens || (place > 0 && (touches(at(place - 1)) || at(place - 1) == b'.')) {
            place += 1;
            continue;
        }
        let start = place;
        let (plus, bracket) = (at(place) == b'+', at(place) == b'(');
        place += usize::from(plus || bracket);
        let mut groups = vec![String::new()];
        let mut separators = Vec::new();
        let mut end = place;
        loop {
            while at(place).is_ascii_digit() {
                if let Some(group) = groups.last_mut() {
                    group.push(char::from(at(place)));
                }
                place += 1;
            }
            end = end.max(place);
            let gap = match (at(place), at(place + 1), at(place + 2)) {
                (b')', b' ', digit) if digit.is_ascii_digit() => 2,
                (b')' | b' ' | b'-' | b'.' | b'/', digit, _) if digit.is_ascii_digit() => 1,
                (b' ', b'(', digit) if digit.is_ascii_digit() => 2,
                _ => break,
            };
            separators.push(char::from(at(place)));
            groups.push(String::new());
            place += gap;
        }
        if touches(at(end)) {
            continue;
        }
        let uniform = separators.first().copied().filter(|first| separators.iter().all(|it| it == first));
        rows.push(Row { at: start..end, groups, separator: uniform, plus, bracket });
    }
    rows
}

/// Payment cards: the length and first digit of one, and the check digit; a card that is announced as one may have a
/// digit wrong.
pub(super) fn cards(text: &str) -> Vec<Found> {
    let is_card = |row: &Row| {
        let digits = row.digits();
        let grouped = row.groups.len() == 1
            || (matches!(row.separator, Some(' ' | '-'))
                && matches!(row.shape()[..], [4, 4, 4, 4] | [4, 6, 5]));
        let issued = digits.starts_with(['2', '3', '4', '5', '6']) && (13..=19).contains(&digits.len());
        let announced =
            digits.len() == 16 && announced(text, row.at.start, &["card", "visa", "karte", "tarjeta"]);
        grouped && issued && !row.plus && (luhn(&digits) || announced)
    };
    rows(text).iter().filter(|row| is_card(row)).map(|row| row.found("CREDIT_CARD")).collect()
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * if place % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    sum.is_multiple_of(10)
}

pub(super) fn social_security(text: &str) -> Vec<Found> {
    let is_one = |row: &Row| {
        let digits = row.digits();
        let written = row.shape() == [3, 2, 4] && matches!(row.separator, Some('-' | ' '));
        let bare = row.shape() == [9] && announced(text, row.at.start, &["ssn", "social security"]);
        let (area, group, serial) = match (digits.get(..3), digits.get(3..5), digits.get(5..)) {
            (Some(area), Some(group), Some(serial)) => (area, group, serial),
            _ => return false,
        };
        let issued =
            area != "000" && area != "666" && !area.starts_with('9') && group != "00" && serial != "0000";
        (written || bare) && issued && !row.plus
    };
    rows(text).iter().filter(|row| is_one(row)).map(|row| row.found("US_SSN")).collect()
}

/// Telephone numbers: with a country's code, in the American form, or announced as one.
pub(super) fn telephones(text: &str) -> Vec<Found> {
    const ANNOUNCE: &[&str] = &[
        "phone",
        "call ",
        "tel:",
        "tel.",
        "telefon",
        "mobile",
        "cell",
        "whatsapp",
        "text me",
        "fax",
        "handy",
        "reach me",
        "ring me",
        "teléfono",
    ];
    let is_one = |row: &Row| {
        let length = row.digits().len();
        let shape = row.shape();
        let american =
            matches!(shape[..], [3, 3, 4] | [1, 3, 3, 4]) && (row.bracket || row.groups.len() >= 3);
        let date = matches!(shape[..], [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4 | 2]);
        let announced = (7..=13).contains(&length) && announced(text, row.at.start, ANNOUNCE);
        (row.plus && (8..=15).contains(&length)) || (!date && (american || announced))
    };
    rows(text).iter().filter(|row| is_one(row)).map(|row| row.found("PHONE_NUMBER")).collect()
}

/// International account numbers: two letters, two check digits, and the remainder by 97.
pub(super) fn ibans(text: &str) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut free = 0;
    for start in 0..bytes.len().saturating_sub(14) {
        let opens = bytes[start..start + 2].iter().all(u8::is_ascii_uppercase)
            && bytes[start + 2..start + 4].iter().all(u8::is_ascii_digit);
        if start < free || !opens || (start > 0 && bytes[start - 1].is_ascii_alphanumeric()) {
            continue;
        }
        let mut digits = String::new();
        let mut end = None;
        for (at, byte) in bytes.iter().enumerate().skip(start) {
            match byte {
                b' ' if bytes.get(at + 1).is_some_and(u8::is_ascii_alphanumeric) => continue,
                byte if byte.is_ascii_uppercase() || byte.is_ascii_digit() => digits.push(char::from(*byte)),
                _ => break,
            }
            let stops = bytes.get(at + 1).is_none_or(|next| !next.is_ascii_alphanumeric());
            if (15..=34).contains(&digits.len()) && stops && is_divisible(&digits) {
                end = Some(at + 1);
            }
            if digits.len() > 34 {
                break;
            }
        }
        if let Some(end) = end {
            found.push(Found { at: start..end, kind: "IBAN_CODE".to_owned(), score: 1.0 });
            free = end;
        }
    }
    found
}

/// The first four characters go to the end, letters become 10 to 35, and what comes out leaves 1 by 97.
fn is_divisible(number: &str) -> bool {
    let (head, tail) = number.split_at(4);
    let value = |it: char| it.to_digit(36).unwrap_or_default();
    let step = |rest: u32, value: u32| (rest * if value > 9 { 100 } else { 10 } + value) % 97;
    tail.chars().chain(head.chars()).map(value).fold(0, step) == 1
}
