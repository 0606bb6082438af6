//! Sets of numbers that are small among many.

/// Numbers in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Set {
    numbers: Vec<usize>,
}

impl Set {
    pub(super) fn insert(&mut self, number: usize) {
        if let Err(at) = self.numbers.binary_search(&number) {
            self.numbers.insert(at, number);
        }
    }

    pub(super) fn has(&self, number: usize) -> bool {
        self.numbers.binary_search(&number).is_ok()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    pub(super) fn join(&mut self, other: &Set) {
        if !other.is_empty() {
            self.extend(other.iter());
        }
    }

    pub(super) fn meet(&mut self, other: &Set) {
        self.numbers.retain(|number| other.has(*number));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.numbers.iter().copied()
    }
}

impl Extend<usize> for Set {
    fn extend<I: IntoIterator<Item = usize>>(&mut self, numbers: I) {
        self.numbers.extend(numbers);
        self.numbers.sort_unstable();
        self.numbers.dedup();
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Set {
        let mut set = Set::default();
        set.extend(numbers);
        set
    }
}
