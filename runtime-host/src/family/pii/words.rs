//! Addresses of the internet: e-mail, IPv4, IPv6.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::Found;
use super::patterns::announced;

fn sure(at: Range<usize>, kind: &str) -> Found {
    Found { at, kind: kind.to_owned(), score: 1.0 }
}

pub(super) fn addresses(text: &str) -> Vec<Found> {
    text.match_indices('@').filter_map(|(at, _)| address(text, at)).collect()
}

/// A local part, the `@` and a domain of two labels at least, the last of them letters.
fn address(text: &str, at: usize) -> Option<Found> {
    let is_local = |it: char| it.is_ascii_alphanumeric() || "._%+-".contains(it);
    let is_domain = |it: char| it.is_ascii_alphanumeric() || ".-".contains(it);
    let before = text[..at].trim_end_matches(is_local).len();
    let start = before + text[before..at].len() - text[before..at].trim_start_matches('.').len();
    let rest = &text[at + 1..];
    let length = rest.len() - rest.trim_start_matches(is_domain).len();
    let domain = rest[..length].trim_end_matches(['.', '-']);
    let (labels, last) = domain.rsplit_once('.')?;
    let whole = !labels.is_empty() && labels.split('.').all(|label| !label.is_empty());
    let known = last.len() >= 2 && last.chars().all(|it| it.is_ascii_alphabetic());
    (start < at && whole && known).then(|| sure(start..at + 1 + domain.len(), "EMAIL_ADDRESS"))
}

/// IP addresses that say where somebody is: not one's own machine, no mask, no version number.
pub(super) fn internet(text: &str) -> Vec<Found> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || ".:".contains(it);
    let mut found = Vec::new();
    let mut end = 0;
    for (start, _) in text.char_indices() {
        if start < end || !text[start..].starts_with(is_part) {
            continue;
        }
        end = start + text[start..].len() - text[start..].trim_start_matches(is_part).len();
        let word = text[start..end].trim_end_matches(['.', ':']);
        // A port is no part of the address.
        let host =
            word.split_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()).map_or(word, |it| it.0);
        if let Ok(address) = host.parse::<Ipv4Addr>() {
            let says = !address.is_loopback() && !address.is_unspecified() && address.octets()[0] != 255;
            if says && !announced(text, start, &["version"]) {
                found.push(sure(start..start + host.len(), "IP_ADDRESS"));
            }
        } else if let Ok(address) = word.parse::<Ipv6Addr>() {
            let groups = word.split(':').filter(|group| !group.is_empty()).count();
            if groups >= 3 && word.contains(|it: char| it.is_ascii_digit()) && !address.is_loopback() {
                found.push(sure(start..start + word.len(), "IP_ADDRESS"));
            }
        }
    }
    found
}
