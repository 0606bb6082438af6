//! Feeds libFuzzer's bytes to the target for request bodies.
#![no_main]

#[path = "../../harness/fuzz.rs"]
#[allow(dead_code, reason = "one of four targets is used here")]
mod fuzz;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::body(data));
