//! Sorting in little code: each use of the standard library's sorts weighs kilobytes in the proxy's module.

/// Heap sort: no room taken, `n log n` at worst, equals in any order.
pub(crate) fn sort_by<T>(items: &mut [T], less: impl Fn(&T, &T) -> bool) {
    for root in (0..items.len() / 2).rev() {
        sift(items, root, &less);
    }
    let mut heap = items;
    while let [first, .., last] = heap {
        std::mem::swap(first, last);
        let Some((_, rest)) = heap.split_last_mut() else { return };
        heap = rest;
        sift(heap, 0, &less);
    }
}

/// Ascending, each once.
pub(crate) fn sort_and_dedup(numbers: &mut Vec<u16>) {
    sort_by(numbers, |one, other| one < other);
    numbers.dedup();
}

/// Lets an item sink below all that are greater.
fn sift<T>(items: &mut [T], mut root: usize, less: &impl Fn(&T, &T) -> bool) {
    loop {
        let mut child = 2 * root + 1;
        if let [one, other, ..] = items.get(child..).unwrap_or_default()
            && less(one, other)
        {
            child += 1;
        }
        match (items.get(root), items.get(child)) {
            (Some(parent), Some(greatest)) if less(parent, greatest) => items.swap(root, child),
            _ => return,
        }
        root = child;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_sorted_is_what_the_standard_library_sorts(numbers in prop::collection::vec(0_u16..40, 0..60)) {
            let mut expected = numbers.clone();
            expected.sort_unstable();
            let mut sorted = numbers.clone();
            sort_by(&mut sorted, |one, other| one < other);
            prop_assert_eq!(&sorted, &expected);
            expected.dedup();
            sort_and_dedup(&mut sorted);
            prop_assert_eq!(sorted, expected);
        }
    }
}
