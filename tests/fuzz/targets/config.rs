//! Feeds libFuzzer's bytes to the target for the filter's configuration.
#![no_main]

#[path = "../../harness/fuzz.rs"]
#[allow(dead_code, reason = "one of four targets is used here")]
mod fuzz;

libfuzzer_sys::fuzz_target!(|data: &[u8]| fuzz::config(data));
