//! The graph as bytes: a magic word, a version, a checksum, the policy's hash, and the graph.
//!
//! Reading verifies everything once, so that running a graph afterwards can neither fail nor loop.

mod base64;
mod plain;
#[cfg(test)]
mod tests;
mod value;

use std::fmt;

pub use base64::from_base64;
pub use value::{Source, Wire, from_bytes, to_bytes};
pub(crate) use value::{wire, write_bytes};

#[cfg(feature = "build")]
use crate::graph::Checked;
use crate::graph::Graph;
use crate::verify::{self, Fault};

const MAGIC: [u8; 4] = *b"WRPG";
/// Raised with every change of the layout: bytes of another version are refused.
pub const VERSION: u16 = 1;
/// Magic, version, checksum.
const HEADER: usize = 4 + 2 + 8;

/// Why bytes are not a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAGraph {
    /// They do not begin like one.
    Foreign,
    /// They were written by another version of the compiler.
    OtherVersion { theirs: u16 },
    /// They were cut off or changed on the way.
    Damaged,
    /// They say something that makes no sense.
    Unsound(Fault),
}

impl fmt::Display for NotAGraph {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotAGraph::Foreign => write!(to, "these bytes are not a decision graph"),
            NotAGraph::OtherVersion { theirs } => {
                write!(
                    to,
                    "this graph has format {theirs}, and format {VERSION} is wanted: compile the policy again"
                )
            }
            NotAGraph::Damaged => write!(to, "the graph is damaged: its checksum does not fit"),
            NotAGraph::Unsound(fault) => write!(to, "the graph is unsound: {fault}"),
        }
    }
}

impl std::error::Error for NotAGraph {}

impl Graph {
    /// Reads and verifies a graph.
    pub fn decode(bytes: &[u8]) -> Result<Graph, NotAGraph> {
        let (header, body) = bytes.split_at_checked(HEADER).ok_or(NotAGraph::Foreign)?;
        let (magic, rest) = header.split_at(4);
        let (version, checksum) = rest.split_at(2);
        if magic != MAGIC {
            return Err(NotAGraph::Foreign);
        }
        let theirs = version.iter().rev().fold(0, |number, byte| number << 8 | u16::from(*byte));
        if theirs != VERSION {
            return Err(NotAGraph::OtherVersion { theirs });
        }
        if checksum != hash(body).to_le_bytes() {
            return Err(NotAGraph::Damaged);
        }
        let graph = from_bytes(body).ok_or(NotAGraph::Damaged)?;
        verify::seal(graph).map_err(NotAGraph::Unsound)
    }

    /// Verifies a graph that was put together, and readies it for sessions.
    #[cfg(feature = "build")]
    pub fn seal(self) -> Result<Graph, Fault> {
        verify::seal(self)
    }

    /// What identifies a graph: a hash of all of it but the identification itself and how it was
    /// checked.
    #[cfg(feature = "build")]
    pub fn fingerprint(&self) -> [u8; 8] {
        let anonymous = Graph { policy: [0; 8], checked: Checked::default(), ..self.clone() };
        hash(&to_bytes(&anonymous)).to_be_bytes()
    }

    /// Writes a graph.
    #[cfg(feature = "build")]
    pub fn encode(&self) -> Vec<u8> {
        let body = to_bytes(self);
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(hash(&body).to_le_bytes());
        bytes.extend(body);
        bytes
    }
}

/// FNV-1a: against accidents, not against malice; whoever can change the configuration can change the policy.
pub fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
