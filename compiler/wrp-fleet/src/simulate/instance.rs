//! One instance, step by step, though not a step at a time.
//!
//! Between two changes (a request admitted, its first token, its last, a cache that is full) every step is like the one before
//! with each decoding sequence a token longer, so the time of any number of steps has a closed form. A change costs the
//! logarithm of the batch; steps cost nothing.
//!
//! A request is admitted at a step's end when a slot is free and its prompt's blocks are, beside a reserve. When a
//! step needs more blocks than are left, the *youngest* sequence goes back to the front of the line and will have to take in
//! again what it had; the oldest is never sent back for another, so some sequence always comes nearer its end.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use crate::hardware::{Prefill, Profile};

/// A request at an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Job {
    pub(super) request: u32,
    /// What must be taken in: the prompt without what is cached, and after a preemption what had been answered.
    pub(super) fresh: u32,
    /// What the cache must hold from the start.
    pub(super) held: u32,
    /// Tokens still to be produced.
    pub(super) answer: u32,
    pub(super) preempted: bool,
}

/// What happened at an instance, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Happened {
    FirstToken { request: u32, at: f64 },
    Finished { request: u32, at: f64 },
    Preempted,
}

#[derive(Clone, Copy, Debug)]
struct Sequence {
    job: Job,
    admitted: u64,
    /// The step that ends with its first token, and that with its last.
    first_step: u64,
    last_step: u64,
    /// Seconds of arithmetic that its prefill takes.
    prefill_s: f64,
    growing: bool,
}

#[derive(Debug)]
pub(super) struct Instance<'p> {
    profile: &'p Profile,
    most: u32,
    pub(super) waiting: VecDeque<Job>,
    sequences: Vec<Option<Sequence>>,
    unused: Vec<u32>,
    pub(super) active: u32,
    growing: u32,
    /// Steps done, and when the last of them ended.
    step: u64,
    clock: f64,
    /// Tokens in the cache, and blocks.
    tokens: u64,
    blocks: u64,
    /// Decoding sequences by (tokens − step) modulo the block size: those of one class need a block at the same step.
    classes: Vec<u32>,
    milestones: BinaryHeap<Reverse<(u64, u32, u64)>>,
    /// Prefills that stand in line, where they do, the one in progress first; and the step that ends the last.
    line: VecDeque<(u32, u64)>,
    prefilled_at: u64,
    admissions: u64,
    /// Seconds with so many active sequences.
    held_s: Vec<f64>,
    metered_at: f64,
    pub(super) events: u64,
    /// Tokens that wait or are still to be produced: what a router sees as load.
    pub(super) pending: u64,
}

impl<'p> Instance<'p> {
    pub(super) fn new(profile: &'p Profile, most: u32) -> Instance<'p> {
        Instance {
            profile,
            most,
            waiting: VecDeque::new(),
            sequences: Vec::new(),
            unused: Vec::new(),
            active: 0,
            growing: 0,
            step: 0,
            clock: 0.0,
            tokens: 0,
            blocks: 0,
            classes: vec![0; profile.block_tokens as usize],
            milestones: BinaryHeap::new(),
            line: VecDeque::new(),
            prefilled_at: 0,
            admissions: 0,
            held_s: vec![0.0],
            metered_at: 0.0,
            events: 0,
            pending: 0,
        }
    }

    /// Whether a request of so many tokens could ever be served.
    pub(super) fn fits(&self, tokens: u32) -> bool {
        u64::from(self.profile.blocks(tokens)) + self.reserve() <= self.profile.kv_blocks && self.most > 0
    }

    pub(super) fn arrive(&mut self, job: Job, now: f64, happened: &mut Vec<Happened>) {
        self.pending += u64::from(job.fresh) + u64::from(job.answer);
        self.waiting.push_back(job);
        self.events += 1;
        if self.active == 0 {
            self.meter(now);
            self.clock = self.clock.max(now);
            self.admit();
        } else {
            self.finish_step_at(now, happened);
        }
    }

    /// When something happens here next by itself; `∞` for an idle instance.
    pub(super) fn next(&self) -> f64 {
        if self.active == 0 { f64::INFINITY } else { self.clock + self.time_of(self.steps_to_change()) }
    }

    /// Brings about what [`Instance::next`] announced.
    pub(super) fn advance(&mut self, happened: &mut Vec<Happened>) {
        let steps = self.steps_to_change();
        self.take_steps(steps);
        self.change(happened);
    }

    /// Gives up everything; what it had must start again elsewhere.
    pub(super) fn fail(&mut self, now: f64) -> Vec<Job> {
        self.meter(now);
        let mut lost: Vec<(u64, Job)> =
            self.sequences.iter().flatten().map(|sequence| (sequence.admitted, sequence.job)).collect();
        lost.sort_by_key(|(admitted, _)| *admitted);
        let jobs = lost.into_iter().map(|(_, job)| job).chain(self.waiting.drain(..)).collect();
        let mut fresh = Instance::new(self.profile, self.most);
        (fresh.held_s, fresh.metered_at) = (std::mem::take(&mut self.held_s), now);
        (fresh.clock, fresh.events) = (now, self.events);
        *self = fresh;
        jobs
    }

    /// Counts how long the batch has been what it is.
    pub(super) fn meter(&mut self, now: f64) {
        let active = self.active as usize;
        if active >= self.held_s.len() {
            self.held_s.resize(active + 1, 0.0);
        }
        self.held_s[active] += (now - self.metered_at).max(0.0);
        self.metered_at = self.metered_at.max(now);
    }

    /// Sequences times seconds.
    pub(super) fn occupied(&self) -> f64 {
        self.held_s.iter().enumerate().map(|(active, seconds)| active as f64 * seconds).sum()
    }

    pub(super) fn energy_j(&self) -> f64 {
        let watts = |active: usize| self.profile.power.watts(active as u32, None);
        self.held_s.iter().enumerate().map(|(active, seconds)| watts(active) * seconds).sum()
    }

    /// The first step that ends at or after `now` ends, and who waits may come in.
    fn finish_step_at(&mut self, now: f64, happened: &mut Vec<Happened>) {
        if now <= self.clock {
            return self.admit();
        }
        let (mut low, mut high) = (0, self.steps_to_change());
        // Times grow with steps: halve until the fewest that reach `now` is found.
        while low < high {
            let middle = low + (high - low) / 2;
            if self.clock + self.time_of(middle) < now { low = middle + 1 } else { high = middle }
        }
        self.take_steps(low);
        self.change(happened);
    }

    fn growth_s(&self) -> f64 {
        self.profile.sequence_s / f64::from(self.profile.calibration_tokens)
    }

    /// Seconds that so many steps take from here, if nothing changes on the way.
    fn time_of(&self, steps: u64) -> f64 {
        let n = steps as f64;
        let read = n * self.tokens as f64 + f64::from(self.growing) * n * (n - 1.0).max(0.0) / 2.0;
        let decode = n * self.profile.weights_s + self.growth_s() * read;
        self.chunk_s().map_or(decode, |chunk_s| decode.max(n * chunk_s))
    }

    /// Seconds of arithmetic of a chunk of the prefill in progress, where one holds up all.
    fn chunk_s(&self) -> Option<f64> {
        let (index, admitted) = *self.line.front()?;
        let sequence = self.sequence(index, admitted)?;
        Some(sequence.prefill_s / f64::from(self.profile.chunks(sequence.job.fresh).max(1)))
    }

    fn sequence(&self, index: u32, admitted: u64) -> Option<&Sequence> {
        self.sequences[index as usize].as_ref().filter(|sequence| sequence.admitted == admitted)
    }

    fn steps_to_change(&self) -> u64 {
        let next = self.milestones.peek().map_or(u64::MAX, |Reverse((step, _, _))| *step);
        let left = next.saturating_sub(self.step);
        left.min(self.steps_that_fit())
    }

    /// Steps until one needs more blocks than are left.
    fn steps_that_fit(&self) -> u64 {
        if self.growing == 0 {
            return u64::MAX;
        }
        let size = u64::from(self.profile.block_tokens);
        let free = self.profile.kv_blocks.saturating_sub(self.blocks);
        // In as many steps as a block has tokens, every sequence needs one.
        let rounds = free / u64::from(self.growing);
        let mut left = free - rounds * u64::from(self.growing);
        for more in 0..size {
            let needed = u64::from(self.needing_at(self.step + more));
            if needed > left {
                return rounds * size + more;
            }
            left -= needed;
        }
        (rounds + 1) * size
    }

    /// How many decoding sequences have only full blocks before the given step.
    fn needing_at(&self, step: u64) -> u32 {
        let size = self.classes.len() as u64;
        self.classes[((size - step % size) % size) as usize]
    }

    fn take_steps(&mut self, steps: u64) {
        let seconds = self.time_of(steps);
        self.meter(self.clock + seconds);
        self.clock += seconds;
        let size = self.classes.len() as u64;
        self.blocks += (steps / size) * u64::from(self.growing);
        for more in 0..steps % size {
            self.blocks += u64::from(self.needing_at(self.step + more));
        }
        self.tokens += steps * u64::from(self.growing);
        self.step += steps;
    }

    /// What the end of a step brings: tokens, full caches, admissions.
    fn change(&mut self, happened: &mut Vec<Happened>) {
        while let Some(Reverse((step, index, admitted))) = self.milestones.peek().copied() {
            if step > self.step {
                break;
            }
            self.milestones.pop();
            let Some(sequence) = self.sequence(index, admitted).copied() else { continue };
            self.events += 1;
            if sequence.growing {
                happened.push(Happened::Finished { request: sequence.job.request, at: self.clock });
                self.leave(index);
                continue;
            }
            if self.line.front() == Some(&(index, admitted)) {
                self.line.pop_front();
            }
            // Who was preempted has had its first token before.
            if !sequence.job.preempted {
                happened.push(Happened::FirstToken { request: sequence.job.request, at: self.clock });
            }
            if sequence.last_step <= self.step {
                happened.push(Happened::Finished { request: sequence.job.request, at: self.clock });
                self.leave(index);
            } else {
                self.grow(index);
            }
        }
        while self.growing > 0 && self.steps_that_fit() == 0 {
            self.preempt();
            happened.push(Happened::Preempted);
        }
        self.admit();
    }

    fn class_of(&self, tokens: u64) -> usize {
        let size = self.classes.len() as u64;
        ((tokens % size + size - self.step % size) % size) as usize
    }

    fn tokens_of(&self, sequence: &Sequence) -> u64 {
        let produced = if sequence.growing { self.step - sequence.first_step } else { 0 };
        u64::from(sequence.job.held) + produced
    }

    fn grow(&mut self, index: u32) {
        let Some(mut sequence) = self.sequences[index as usize].take() else { return };
        sequence.growing = true;
        let class = self.class_of(self.tokens_of(&sequence));
        self.classes[class] += 1;
        self.growing += 1;
        self.milestones.push(Reverse((sequence.last_step, index, sequence.admitted)));
        self.sequences[index as usize] = Some(sequence);
    }

    fn leave(&mut self, index: u32) -> Option<Sequence> {
        let sequence = self.sequences[index as usize].take()?;
        let tokens = self.tokens_of(&sequence);
        if sequence.growing {
            let class = self.class_of(tokens);
            self.classes[class] -= 1;
            self.growing -= 1;
        }
        self.tokens -= tokens;
        self.blocks -= self.blocks_for(tokens);
        self.active -= 1;
        self.pending -= u64::from(sequence.job.fresh) + u64::from(sequence.job.answer);
        self.unused.push(index);
        Some(sequence)
    }

    fn blocks_for(&self, tokens: u64) -> u64 {
        tokens.div_ceil(u64::from(self.profile.block_tokens))
    }

    /// Blocks that admissions leave free, so that those inside can grow: one in a hundred.
    fn reserve(&self) -> u64 {
        self.profile.kv_blocks / 100
    }

    /// Sends the youngest back to the front of the line.
    fn preempt(&mut self) {
        let inside = self.sequences.iter().enumerate();
        let youngest =
            inside.filter_map(|(index, sequence)| Some((sequence.as_ref()?.admitted, index))).max();
        let Some((_, index)) = youngest else { return };
        let Some(sequence) = self.leave(index as u32) else { return };
        self.events += 1;
        // The token of the last step is not in the cache yet: taking in again includes it.
        let produced = if sequence.growing { (self.step - sequence.first_step + 1) as u32 } else { 0 };
        let job = Job {
            fresh: sequence.job.held + produced,
            held: sequence.job.held + produced,
            answer: sequence.job.answer - produced,
            preempted: sequence.job.preempted || sequence.growing,
            ..sequence.job
        };
        self.pending += u64::from(job.fresh) + u64::from(job.answer);
        self.waiting.push_front(job);
        // The youngest is the last in line.
        if self.line.back() == Some(&(index as u32, sequence.admitted)) {
            self.line.pop_back();
        }
        let last = self.line.back().and_then(|(index, admitted)| self.sequence(*index, *admitted));
        self.prefilled_at = last.map_or(self.step, |sequence| sequence.first_step);
    }

    fn admit(&mut self) {
        while let Some(job) = self.waiting.front().copied() {
            let needed = self.blocks_for(u64::from(job.held) + 1);
            let room = self.profile.kv_blocks.saturating_sub(self.blocks);
            if self.active >= self.most || needed + self.reserve() > room {
                return;
            }
            self.waiting.pop_front();
            self.enter(job);
        }
    }

    fn enter(&mut self, job: Job) {
        self.meter(self.clock);
        let chunks = u64::from(self.profile.chunks(job.fresh).max(1));
        let (start, prefill_s) = match self.profile.prefill {
            Prefill::AsDecode | Prefill::Alone(_) => (self.step, 0.0),
            Prefill::Shared(flops) => (
                self.step.max(self.prefilled_at),
                flops.seconds(f64::from(job.fresh), f64::from(job.held - job.fresh)),
            ),
        };
        let first_step = start + chunks;
        self.prefilled_at = self.prefilled_at.max(first_step);
        self.admissions += 1;
        let sequence = Sequence {
            job,
            admitted: self.admissions,
            first_step,
            last_step: first_step + u64::from(job.answer.saturating_sub(1)),
            prefill_s,
            growing: false,
        };
        let index = match self.unused.pop() {
            Some(index) => index,
            None => {
                self.sequences.push(None);
                (self.sequences.len() - 1) as u32
            }
        };
        self.tokens += u64::from(job.held);
        self.blocks += self.blocks_for(u64::from(job.held));
        self.active += 1;
        self.milestones.push(Reverse((first_step, index, sequence.admitted)));
        if matches!(self.profile.prefill, Prefill::Shared(_)) {
            self.line.push_back((index, sequence.admitted));
        }
        self.sequences[index as usize] = Some(sequence);
    }
}

#[cfg(test)]
mod tests;
