//! Instances against steps counted one by one.

use super::*;
use crate::hardware::{SlotCap, manual};

fn job(request: u32, prompt: u32, answer: u32) -> Job {
    Job { request, fresh: prompt, held: prompt, answer, preempted: false }
}

/// Steps counted one by one, with blocks counted sequence by sequence.
fn plainly(profile: &Profile, prompt: u32, answer: u32) -> (f64, f64) {
    let chunks = profile.chunks(prompt);
    let step = |tokens: u32| {
        profile.weights_s + profile.sequence_s * f64::from(tokens) / f64::from(profile.calibration_tokens)
    };
    let first: f64 = (0..chunks).map(|_| step(prompt)).sum();
    let rest: f64 = (1..answer).map(|produced| step(prompt + produced - 1)).sum();
    (first, first + rest)
}

#[test]
fn a_lone_request_takes_the_time_of_its_steps() {
    let profile = manual::a100();
    for (prompt, answer) in [(1, 1), (512, 1), (513, 40), (3000, 700)] {
        let mut instance = Instance::new(&profile, 128);
        let mut happened = Vec::new();
        instance.arrive(job(0, prompt, answer), 5.0, &mut happened);
        while instance.next().is_finite() {
            instance.advance(&mut happened);
        }
        let (first, last) = plainly(&profile, prompt, answer);
        let [Happened::FirstToken { at: first_at, .. }, Happened::Finished { at: last_at, .. }] =
            happened[..]
        else {
            panic!("{happened:?}");
        };
        assert!((first_at - 5.0 - first).abs() < 1e-9, "{prompt} {answer}");
        assert!((last_at - 5.0 - last).abs() < 1e-9, "{prompt} {answer}");
        assert_eq!((instance.blocks, instance.tokens, instance.pending), (0, 0, 0));
    }
}

/// The case on which the reference never ends: sequences that outgrow the cache together.
#[test]
fn a_cache_that_is_too_small_sends_the_youngest_back_and_ends() {
    let profile = Profile { kv_blocks: 400, cap: SlotCap::Unlimited, ..manual::a100() };
    let mut instance = Instance::new(&profile, 64);
    let mut happened = Vec::new();
    for request in 0..40 {
        instance.arrive(job(request, 500, 1500), 0.0, &mut happened);
    }
    let mut rounds = 0;
    while instance.next().is_finite() {
        instance.advance(&mut happened);
        assert!(instance.blocks <= profile.kv_blocks);
        rounds += 1;
        assert!(rounds < 100_000, "no end");
    }
    let of = |wanted: fn(&Happened) -> bool| happened.iter().filter(|it| wanted(it)).count();
    assert_eq!(of(|it| matches!(it, Happened::Finished { .. })), 40);
    assert_eq!(of(|it| matches!(it, Happened::FirstToken { .. })), 40);
    assert!(of(|it| matches!(it, Happened::Preempted)) > 0);
    assert_eq!((instance.blocks, instance.tokens, instance.growing), (0, 0, 0));
    // In order of arrival: nobody overtakes the oldest.
    let Some(Happened::Finished { request, .. }) =
        happened.iter().find(|it| matches!(it, Happened::Finished { .. }))
    else {
        panic!("nobody finished");
    };
    assert_eq!(*request, 0);
}

#[test]
fn blocks_are_those_of_every_sequence_counted_alone() {
    let profile = manual::h100();
    let mut instance = Instance::new(&profile, 256);
    let mut happened = Vec::new();
    for request in 0..50 {
        instance.arrive(
            job(request, 100 + request * 37, 20 + request * 11),
            f64::from(request) * 0.05,
            &mut happened,
        );
    }
    while instance.next().is_finite() {
        instance.advance(&mut happened);
        let tokens: u64 =
            instance.sequences.iter().flatten().map(|sequence| instance.tokens_of(sequence)).sum();
        let blocks: u64 = instance
            .sequences
            .iter()
            .flatten()
            .map(|sequence| instance.blocks_for(instance.tokens_of(sequence)))
            .sum();
        assert_eq!((instance.tokens, instance.blocks), (tokens, blocks));
    }
}
