//! The shortest text on which some patterns match and others do not, or the certainty that there is none.
//!
//! All patterns walk over one text together; where they have been before, the walk need not be continued. So the
//! search ends, and finding nothing is a proof.

use std::collections::{BTreeMap, HashSet};

use super::machine::{Machine, Next, Place};

/// What a search has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Text(String),
    /// No text is so.
    Nothing,
    /// The work was too much.
    GaveUp,
}

/// Which characters a text is preferably made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taste {
    /// Letters, digits and spaces.
    Readable,
    /// Anything else, for contrast.
    Strange,
}

/// Where a pattern stands; nowhere once it has matched.
type Stand = Option<Place>;

/// One place in the walk: how much of a character is outstanding, and where each pattern stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    character: Character,
    stands: Vec<Stand>,
}

/// Looks for a text that the first `silent` machines do not match and all others do. `work` is what may be done, and
/// becomes what is left: states visited, and places that the walk has come to.
pub(super) fn search(machines: &mut [&mut Machine], silent: usize, taste: Taste, work: &mut usize) -> Found {
    let bytes = representatives(machines, taste);
    let start = Node { character: Character::Whole, stands: vec![Some(Machine::START); machines.len()] };
    let mut known: HashSet<Node> = HashSet::from([start.clone()]);
    let mut nodes = vec![(start, 0, 0u8)];
    let mut at = 0;
    let mut spent = 0;
    while let Some((node, ..)) = nodes.get(at).cloned() {
        let (visited, places) = (visited(machines), nodes.len());
        if node.character == Character::Whole && is_good_end(machines, silent, &node) {
            *work -= spent;
            return Found::Text(text(&nodes, at));
        }
        for byte in &bytes {
            let Some(next) = read(machines, silent, &node, *byte) else { continue };
            if known.insert(next.clone()) {
                nodes.push((next, at, *byte));
            }
        }
        spent += self::visited(machines) - visited + (nodes.len() - places + bytes.len()) * machines.len();
        if spent > *work {
            *work = 0;
            return Found::GaveUp;
        }
        at += 1;
    }
    *work -= spent;
    Found::Nothing
}

fn visited(machines: &[&mut Machine]) -> usize {
    machines.iter().map(|machine| machine.visited).sum()
}

/// The first `silent` machines must not match, all others must.
fn is_good_end(machines: &mut [&mut Machine], silent: usize, node: &Node) -> bool {
    machines.iter_mut().zip(&node.stands).enumerate().all(|(number, (machine, stand))| {
        let matched = stand.is_none_or(|place| machine.ends(place));
        matched != (number < silent)
    })
}

/// `None` where the text cannot go on like that, or a pattern has matched that must not.
fn read(machines: &mut [&mut Machine], silent: usize, node: &Node, byte: u8) -> Option<Node> {
    let character = node.character.read(byte)?;
    let mut stands = Vec::with_capacity(machines.len());
    for (number, (machine, stand)) in machines.iter_mut().zip(&node.stands).enumerate() {
        let next = match stand {
            None => Next::Matched,
            Some(place) => machine.step(*place, byte, character == Character::Whole),
        };
        stands.push(match next {
            Next::Matched if number < silent => return None,
            Next::Matched => None,
            Next::To(place) => Some(place),
        });
    }
    Some(Node { character, stands })
}

fn text(nodes: &[(Node, usize, u8)], mut at: usize) -> String {
    let mut bytes = Vec::new();
    while at != 0 {
        let (_, from, byte) = &nodes[at];
        bytes.push(*byte);
        at = *from;
    }
    bytes.reverse();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One byte of each kind that nothing tells apart, the preferred ones first.
fn representatives(machines: &[&mut Machine], taste: Taste) -> Vec<u8> {
    let mut kinds: BTreeMap<Vec<u8>, u8> = BTreeMap::new();
    let mut bytes: Vec<u8> = (0..=u8::MAX).collect();
    bytes.sort_by_key(|byte| if taste == Taste::Readable { rank(*byte) } else { u8::MAX - rank(*byte) });
    let mut order = Vec::new();
    for byte in bytes {
        let mut kind: Vec<u8> = machines.iter().map(|machine| machine.class(byte)).collect();
        kind.push(Character::kind(byte));
        if kinds.insert(kind, byte).is_none() {
            order.push(byte);
        }
    }
    order
}

fn rank(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b' ' => 1,
        b'0'..=b'9' => 2,
        b'A'..=b'Z' => 3,
        b'!'..=b'~' => 4,
        b'\n' | b'\t' => 5,
        0x80.. => 6,
        _ => 7,
    }
}

/// How far a character of UTF-8 has come, as the standard's table of well-formed sequences has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Character {
    Whole,
    /// So many bytes are missing, of which the next one lies in the range.
    Missing(u8, u8, u8),
}

impl Character {
    fn read(self, byte: u8) -> Option<Character> {
        match (self, byte) {
            (Character::Whole, 0..=0x7f) => Some(Character::Whole),
            (Character::Whole, 0xc2..=0xdf) => Some(Character::Missing(1, 0x80, 0xbf)),
            (Character::Whole, 0xe0) => Some(Character::Missing(2, 0xa0, 0xbf)),
            (Character::Whole, 0xed) => Some(Character::Missing(2, 0x80, 0x9f)),
            (Character::Whole, 0xe1..=0xef) => Some(Character::Missing(2, 0x80, 0xbf)),
            (Character::Whole, 0xf0) => Some(Character::Missing(3, 0x90, 0xbf)),
            (Character::Whole, 0xf1..=0xf3) => Some(Character::Missing(3, 0x80, 0xbf)),
            (Character::Whole, 0xf4) => Some(Character::Missing(3, 0x80, 0x8f)),
            (Character::Missing(1, low, high), byte) if (low..=high).contains(&byte) => {
                Some(Character::Whole)
            }
            (Character::Missing(more, low, high), byte) if (low..=high).contains(&byte) => {
                Some(Character::Missing(more - 1, 0x80, 0xbf))
            }
            _ => None,
        }
    }

    /// Bytes of one kind are read alike everywhere.
    fn kind(byte: u8) -> u8 {
        const STARTS: [u8; 12] = [0x80, 0x90, 0xa0, 0xc0, 0xc2, 0xe0, 0xe1, 0xed, 0xee, 0xf0, 0xf1, 0xf4];
        STARTS.iter().filter(|start| **start <= byte).count() as u8 + u8::from(byte > 0xf4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::atom::{Atom, Pattern};

    fn machine(pattern: &str) -> Machine {
        let pattern = Pattern { text: pattern.to_owned(), ignore_case: false };
        Machine::new(&Atom::Pattern(pattern)).expect("the pattern is small")
    }

    fn check(fire: &[&str], silent: &[&str], expected: Option<&str>) {
        let mut machines: Vec<Machine> = silent.iter().chain(fire).map(|it| machine(it)).collect();
        let mut machines: Vec<&mut Machine> = machines.iter_mut().collect();
        let found = search(&mut machines, silent.len(), Taste::Readable, &mut 1_000_000);
        let expected = expected.map_or(Found::Nothing, |text| Found::Text(text.to_owned()));
        assert_eq!(found, expected, "{fire:?} without {silent:?}");
    }

    #[test]
    fn the_shortest_text_is_found_or_there_is_none() {
        check(&[], &[], Some(""));
        check(&[r"\bab\b"], &[], Some("ab"));
        check(&[r"ab"], &[r"\bab\b"], Some("aab"));
        check(&[r"\bab\b"], &["a"], None);
        check(&["^a", "^b"], &[], None);
        check(&["^a", "b$"], &["^ab$"], Some("aab"));
        check(&[r"a\bb"], &[], None);
        check(&[r"\+\b"], &[], Some("+a"));
        check(&["é"], &["^é"], Some("aé"));
        check(&["[0-9]{3}"], &["[0-9]{2}"], None);
        check(&[r"\p{Han}"], &["[a-z]"], Some("⺀"));
        check(&["(?m)^b"], &["^b"], Some("\nb"));
        check(&[r"\B"], &["^"], None);
        check(&["^$"], &[], Some(""));
        check(&[], &["^$", "(?s)."], None);
        check(&["x"], &["(?s)x.*x", "^x"], Some("ax"));
    }

    #[test]
    fn too_much_work_is_given_up() {
        let mut machine = machine("(a|b)*a(a|b){14}c");
        assert_eq!(search(&mut [&mut machine], 0, Taste::Readable, &mut 1_000), Found::GaveUp);
    }
}
