//! What is written is read back, and what nobody writes is refused.

use proptest::prelude::*;

use super::{Wire, from_bytes, to_bytes, wire};

#[derive(Clone, Debug, Default, PartialEq)]
struct Record {
    small: u16,
    large: u64,
    letter: char,
    text: Option<String>,
    list: Vec<(u8, f64)>,
    /// Made anew.
    made: u8,
}

#[derive(Clone, Debug, PartialEq)]
enum Choice {
    Nothing,
    Number(u32),
    Pair { record: Box<Record>, flag: bool },
}

wire!(Record { small, large, letter, text, list; made });
wire!(enum Choice { 0 => Nothing, 1 => Number(it), 2 => Pair { record, flag } });

#[track_caller]
fn check(value: &(impl Wire + PartialEq + std::fmt::Debug), bytes: &[u8]) {
    assert_eq!(to_bytes(value), bytes);
    assert_eq!(from_bytes(bytes).as_ref(), Some(value));
}

#[test]
fn values_are_the_bytes_that_they_were() {
    check(&0_u16, &[0]);
    check(&127_u32, &[127]);
    check(&128_u32, &[128, 1]);
    check(&u64::MAX, &[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]);
    check(&1.5_f64, &[0, 0, 0, 0, 0, 0, 248, 63]);
    check(&'é', &[233, 1]);
    check(&"é".to_owned(), &[2, 195, 169]);
    check(&vec![Some(true), None], &[2, 1, 1, 0]);
    check(&[7_u8, 8], &[7, 8]);
    check(&Choice::Nothing, &[0]);
    check(&Choice::Number(300), &[1, 172, 2]);
    let record = Record { small: 1, large: 2, text: Some(String::new()), ..Record::default() };
    check(&Choice::Pair { record: Box::new(record), flag: true }, &[2, 1, 2, 0, 1, 0, 0, 1]);
}

#[test]
fn what_nobody_writes_is_refused() {
    let refused = |bytes: &[u8]| {
        [
            from_bytes::<u16>(bytes).is_none(),
            from_bytes::<bool>(bytes).is_none(),
            from_bytes::<String>(bytes).is_none(),
            from_bytes::<Vec<u16>>(bytes).is_none(),
            from_bytes::<Choice>(bytes).is_none(),
        ]
    };
    // Nothing; too much; beyond the type; a number without an end; no variant.
    assert_eq!(refused(&[]), [true; 5]);
    assert_eq!(refused(&[0, 0]), [true; 5]);
    assert_eq!(refused(&[128, 128, 4]), [true; 5]);
    assert_eq!(refused(&[255; 12]), [true; 5]);
    assert_eq!(refused(&[9, 9]), [true; 5]);
    // A number with a bit that falls off its end, or in more bytes than it takes.
    assert_eq!(from_bytes::<u64>(&[128, 128, 128, 128, 128, 128, 128, 128, 128, 3]), None);
    assert_eq!(from_bytes::<u64>(&[129, 0]), None);
    // A list, or a text, longer than all that follows.
    assert_eq!(from_bytes::<Vec<u16>>(&[255, 255, 255, 255, 15, 1]), None);
    assert_eq!(from_bytes::<String>(&[3, b'a', b'b']), None);
    assert_eq!(from_bytes::<String>(&[1, 255]), None);
    assert_eq!(from_bytes::<char>(&[128, 176, 3]), None);
}

fn choice() -> impl Strategy<Value = Choice> {
    let list = prop::collection::vec((any::<u8>(), -1e9..1e9), 0..4);
    let record = (any::<u16>(), any::<u64>(), any::<char>(), any::<Option<String>>(), list)
        .prop_map(|(small, large, letter, text, list)| Record { small, large, letter, text, list, made: 0 });
    prop_oneof![
        any::<u32>().prop_map(Choice::Number),
        (record, any::<bool>()).prop_map(|(record, flag)| Choice::Pair { record: Box::new(record), flag }),
    ]
}

proptest! {
    #[test]
    fn a_cut_or_bent_value_is_refused_or_another_value(
        choice in choice(), at in any::<prop::sample::Index>(), by in 1_u8..,
    ) {
        let bytes = to_bytes(&choice);
        prop_assert_eq!(from_bytes::<Choice>(&bytes), Some(choice.clone()));
        prop_assert_eq!(from_bytes::<Choice>(&bytes[..at.index(bytes.len())]), None);
        let mut bent = bytes.clone();
        *at.get_mut(&mut bent) ^= by;
        prop_assert_ne!(from_bytes::<Choice>(&bent), Some(choice));
    }
}
