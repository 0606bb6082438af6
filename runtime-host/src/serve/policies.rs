//! The policies that were pushed, by the hash of their bytes: nobody can give a name to anything else.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use wrp_graph::graph::Graph;

/// Bounded by bytes. A policy that was dropped is unknown again, and whoever asks by it pushes it again.
#[derive(Debug)]
pub(super) struct Policies(Cache<String, Known, Bytes>);

#[derive(Clone, Debug)]
struct Known {
    graph: Arc<Graph>,
    bytes: u64,
}

impl Policies {
    pub(super) fn new(bytes: u64) -> Policies {
        Policies(Cache::with_weighter(64, bytes, Bytes))
    }

    pub(super) fn get(&self, name: &str) -> Option<Arc<Graph>> {
        self.0.get(name).map(|known| known.graph)
    }

    /// The graph, if it was not known; says why not where the bytes are no graph, or not the one of that name.
    pub(super) fn learn(&self, name: &str, bytes: &[u8]) -> Result<Option<Arc<Graph>>, String> {
        if name_of(bytes) != name {
            return Err("the name of a policy is the SHA-256 of its bytes".to_owned());
        }
        if self.get(name).is_some() {
            return Ok(None);
        }
        let graph = Arc::new(Graph::decode(bytes).map_err(|error| error.to_string())?);
        self.0.insert(name.to_owned(), Known { graph: graph.clone(), bytes: bytes.len() as u64 });
        Ok(Some(graph))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// 64 hexadecimal digits.
fn name_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[derive(Clone, Debug)]
struct Bytes;

impl Weighter<String, Known> for Bytes {
    /// In memory a graph takes about four times its bytes.
    fn weight(&self, _: &String, known: &Known) -> u64 {
        known.bytes.saturating_mul(4).max(1)
    }
}
