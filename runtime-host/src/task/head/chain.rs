//! The dense layers of a small ONNX file, without an engine: scaler, products, sums and cuts at zero.

use super::dense::{Activated, Dense, Layer};
use crate::onnx::read_graph;

/// Walks a graph that is one chain from its input to a softmax.
pub(super) fn read_dense(bytes: &[u8]) -> Result<Dense, String> {
    let (nodes, tensors) = read_graph(bytes).ok_or("not an ONNX file")?;
    let mut dense = Dense { scaling: None, layers: Vec::new() };
    for node in &nodes {
        let weights = node.inputs.get(1).and_then(|name| tensors.get(name.as_str()));
        match (node.operator.as_str(), weights, dense.layers.last_mut()) {
            ("Scaler", ..) => {
                let part = |name: &str| node.floats.get(name).cloned().unwrap_or_default();
                dense.scaling = Some((part("offset"), part("scale")));
            }
            ("MatMul", Some(weights), _) => dense.layers.push(Layer {
                weights: weights.columns().ok_or("a factor is not a matrix")?,
                biases: Vec::new(),
                then: Activated::Plain,
            }),
            ("Add", Some(biases), Some(layer)) if layer.biases.is_empty() => {
                layer.biases = biases.numbers.clone()
            }
            ("Relu", _, Some(layer)) => layer.then = Activated::Relu,
            ("Cast" | "Identity", ..) => {}
            ("Softmax" | "Sigmoid", ..) => break,
            (other, ..) => return Err(format!("`{other}` is not part of a chain of dense layers")),
        }
    }
    Ok(dense)
}
