//! The earliest of many times, where one at a time changes.

/// Times by index, and a heap of four children a node over them that knows where each index lies.
#[derive(Clone, Debug)]
pub(super) struct Soonest {
    times: Vec<f64>,
    heap: Vec<u32>,
    places: Vec<u32>,
}

const CHILDREN: usize = 4;

impl Soonest {
    pub(super) fn new(count: usize, time: f64) -> Soonest {
        let indices: Vec<u32> = (0..count as u32).collect();
        Soonest { times: vec![time; count], heap: indices.clone(), places: indices }
    }

    /// The earliest, and when; `None` where there are no times.
    pub(super) fn first(&self) -> Option<(usize, f64)> {
        self.heap.first().map(|index| (*index as usize, self.times[*index as usize]))
    }

    pub(super) fn set(&mut self, index: usize, time: f64) {
        let earlier = time < self.times[index];
        self.times[index] = time;
        let place = self.places[index] as usize;
        if earlier { self.rise(place) } else { self.sink(place) }
    }

    fn time(&self, place: usize) -> f64 {
        self.times[self.heap[place] as usize]
    }

    fn swap(&mut self, one: usize, other: usize) {
        self.heap.swap(one, other);
        self.places[self.heap[one] as usize] = one as u32;
        self.places[self.heap[other] as usize] = other as u32;
    }

    fn rise(&mut self, mut place: usize) {
        while place > 0 {
            let parent = (place - 1) / CHILDREN;
            if self.time(parent) <= self.time(place) {
                return;
            }
            self.swap(parent, place);
            place = parent;
        }
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let children = place * CHILDREN + 1..(place * CHILDREN + 1 + CHILDREN).min(self.heap.len());
            let Some(first) = children.min_by(|one, other| self.time(*one).total_cmp(&self.time(*other)))
            else {
                return;
            };
            if self.time(place) <= self.time(first) {
                return;
            }
            self.swap(place, first);
            place = first;
        }
    }
}

/// Only the earliest of the times is ever taken and replaced: no index, so half the work.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    free_at: Vec<f64>,
}

impl Slots {
    pub(super) fn new(count: usize) -> Slots {
        Slots { free_at: vec![0.0; count.max(1)] }
    }

    pub(super) fn first(&self) -> f64 {
        self.free_at[0]
    }

    /// Takes the slot that is free first until `time`.
    pub(super) fn take_until(&mut self, time: f64) {
        let heap = &mut self.free_at;
        let mut place = 0;
        loop {
            let start = place * CHILDREN + 1;
            let Some(children) = heap.get(start..(start + CHILDREN).min(heap.len())) else { break };
            let mut least = start;
            let Some(mut earliest) = children.first().copied() else { break };
            for (nth, child) in children.iter().enumerate().skip(1) {
                if *child < earliest {
                    (least, earliest) = (start + nth, *child);
                }
            }
            if time <= earliest {
                break;
            }
            heap[place] = earliest;
            place = least;
        }
        heap[place] = time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Random, Xoshiro};

    #[test]
    fn the_earliest_is_found_after_any_changes() {
        let mut random = Xoshiro::new(5);
        let mut times = [1.0; 23];
        let mut soonest = Soonest::new(23, 1.0);
        for _ in 0..2000 {
            let index = random.between(0, 22) as usize;
            times[index] = random.unit();
            soonest.set(index, times[index]);
            let (_, first) = soonest.first().unwrap();
            assert_eq!(first, times.iter().copied().fold(f64::INFINITY, f64::min));
        }
    }

    #[test]
    fn slots_are_taken_in_the_order_in_which_they_come_free() {
        let mut random = Xoshiro::new(6);
        let mut sorted = vec![0.0; 37];
        let mut slots = Slots::new(37);
        for _ in 0..2000 {
            assert_eq!(slots.first(), sorted[0]);
            let until = sorted[0] + random.unit() * 10.0;
            slots.take_until(until);
            sorted[0] = until;
            sorted.sort_by(f64::total_cmp);
        }
    }
}
