//! What the host says to the queries of one request, as it travels to the proxy.
//!
//! In the bytes of [`crate::wire`], not in JSON: the proxy's module reads those anyway, to the last bit, and has no code
//! that reads decimal fractions.

use crate::reading::Reading;
use crate::wire;

/// Readings under the keys of one query; keys not named have missed. `None` where the answer could not be had.
pub type Answer = Option<Vec<(String, Reading)>>;

/// One for each query that was asked, in their order.
pub fn to_bytes(answers: &Vec<Answer>) -> Vec<u8> {
    wire::to_bytes(answers)
}

/// `None` where the bytes are no answers.
pub fn from_bytes(bytes: &[u8]) -> Option<Vec<Answer>> {
    wire::from_bytes(bytes)
}
