//! Routes that two policies share, in an order that they share: requests that only such routes take fare alike.
//!
//! Twins take the same requests and do the same with them. A chain of twins that stand in one order in both policies
//! decides alike, so a difference needs a route outside of the chain. Where confidence decides among the routes of a
//! group, it does so alike for twins of one tree, unless somebody else of the group fires too.

use std::collections::BTreeMap;

use super::side::Side;

/// For each route of the old policy its twin in the new one, and the other way round.
#[derive(Debug)]
pub(super) struct Twins {
    pub(super) new_of: Vec<Option<usize>>,
    pub(super) old_of: Vec<Option<usize>>,
}

impl Twins {
    pub(super) fn of(old: &Side<'_>, new: &Side<'_>) -> Twins {
        let mut waiting = BTreeMap::<&str, Vec<usize>>::new();
        for (place, route) in new.ranked.iter().enumerate().rev() {
            waiting.entry(&new.marks[*route]).or_default().push(place);
        }
        // The n-th of a mark here is the n-th of it there.
        let pairs: Vec<(usize, usize)> = old
            .ranked
            .iter()
            .filter_map(|route| Some((*route, waiting.get_mut(old.marks[*route].as_str())?.pop()?)))
            .collect();
        let mut twins = Twins { new_of: vec![None; old.marks.len()], old_of: vec![None; new.marks.len()] };
        for at in longest_rise(&pairs.iter().map(|(_, place)| *place).collect::<Vec<_>>()) {
            let (one, other) = (pairs[at].0, new.ranked[pairs[at].1]);
            twins.new_of[one] = Some(other);
            twins.old_of[other] = Some(one);
        }
        twins.agree(old, new);
        twins
    }

    /// Parts twins whose relation to others of their group is not the same in both.
    fn agree(&mut self, old: &Side<'_>, new: &Side<'_>) {
        let mut parted = Vec::new();
        let pairs: Vec<(usize, usize)> =
            self.new_of.iter().enumerate().filter_map(|(one, other)| Some((one, (*other)?))).collect();
        let mut by_group = BTreeMap::<(bool, usize), Vec<(usize, usize)>>::new();
        for pair in &pairs {
            by_group.entry((false, old.group[pair.0])).or_default().push(*pair);
            by_group.entry((true, new.group[pair.1])).or_default().push(*pair);
        }
        for members in by_group.values() {
            for (at, one) in members.iter().enumerate() {
                for other in &members[at + 1..] {
                    let there = old.group[one.0] == old.group[other.0];
                    let here = new.group[one.1] == new.group[other.1];
                    let beats = |side: &Side<'_>, one: usize, other: usize| {
                        (side.order.beats(side.recipe, one, other), side.order.beats(side.recipe, other, one))
                    };
                    if there != here || (there && beats(old, one.0, other.0) != beats(new, one.1, other.1)) {
                        parted.extend([*one, *other]);
                    }
                }
            }
        }
        for (one, other) in parted {
            self.new_of[one] = None;
            self.old_of[other] = None;
        }
    }
}

/// The places of a longest rising part of a list.
fn longest_rise(list: &[usize]) -> Vec<usize> {
    // The place of the least last number of a rise of each length, and who comes before each.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::new();
    for (place, number) in list.iter().enumerate() {
        let length = ends.partition_point(|end| list[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut rise: Vec<usize> = std::iter::successors(ends.last().copied(), |place| before[*place]).collect();
    rise.reverse();
    rise
}

#[cfg(test)]
mod tests {
    use super::longest_rise;

    #[test]
    fn the_longest_rise_is_found() {
        for (list, length) in
            [(&[][..], 0), (&[3], 1), (&[3, 1, 2], 2), (&[0, 4, 1, 2, 3], 4), (&[5, 4, 3], 1)]
        {
            let rise = longest_rise(list);
            assert_eq!(rise.len(), length, "{list:?}");
            assert!(rise.windows(2).all(|pair| list[pair[0]] < list[pair[1]]), "{list:?}: {rise:?}");
        }
    }
}
