//! Dense layers: read from what they are shipped as, run as plain sums.

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::Deserialize;

use super::chain;

/// Layers one after the other, the last of which gives logits.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// What each input is lessened by and then multiplied with.
    pub(super) scaling: Option<(Vec<f32>, Vec<f32>)>,
    pub(super) layers: Vec<Layer>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Layer {
    /// One row an output.
    pub(super) weights: Vec<Vec<f32>>,
    pub(super) biases: Vec<f32>,
    pub(super) then: Activated,
}

/// What happens to a layer's sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activated {
    Relu,
    Plain,
}

impl Dense {
    /// One layer, as `wrp-host train-head` fits it: `weights` has one row a label.
    pub fn linear(weights: Vec<Vec<f32>>, biases: Vec<f32>) -> Result<Dense, String> {
        Dense { scaling: None, layers: vec![Layer { weights, biases, then: Activated::Plain }] }.checked()
    }

    /// Reads a head in any of three forms: ONNX, JSON with `w_h1`, `b_h1`, … `w_out`, `b_out`, or safetensors with
    /// `weight` and `bias`.
    pub fn read(bytes: &[u8]) -> Result<Dense, String> {
        match bytes {
            [b'{', ..] => read_json(bytes)?,
            [_, _, _, _, _, _, _, _, b'{', ..] => read_safetensors(bytes)?,
            _ => chain::read_dense(bytes)?,
        }
        .checked()
    }

    /// A linear head as a safetensors file.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, String> {
        let [Layer { weights, biases, .. }] = &*self.layers else {
            return Err("only a single layer is written".into());
        };
        let bytes = |numbers: &mut dyn Iterator<Item = &f32>| -> Vec<u8> {
            numbers.flat_map(|number| number.to_le_bytes()).collect()
        };
        let (flat, bias) = (bytes(&mut weights.iter().flatten()), bytes(&mut biases.iter()));
        let why = |error: safetensors::SafeTensorError| error.to_string();
        let weight = TensorView::new(Dtype::F32, vec![self.outputs(), self.inputs()], &flat).map_err(why)?;
        let bias = TensorView::new(Dtype::F32, vec![self.outputs()], &bias).map_err(why)?;
        safetensors::serialize([("weight", weight), ("bias", bias)], None).map_err(why)
    }

    pub fn inputs(&self) -> usize {
        self.layers.first().and_then(|layer| layer.weights.first()).map_or(0, Vec::len)
    }

    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, |layer| layer.biases.len())
    }

    /// The logits of one input.
    pub fn run(&self, mut values: Vec<f32>) -> Vec<f32> {
        if let Some((offset, scale)) = &self.scaling {
            for (value, (offset, scale)) in values.iter_mut().zip(offset.iter().zip(scale)) {
                *value = (*value - offset) * scale;
            }
        }
        for layer in &self.layers {
            let sums = layer.weights.iter().zip(&layer.biases).map(|(weights, bias)| {
                let sum =
                    bias + weights.iter().zip(&values).map(|(weight, value)| weight * value).sum::<f32>();
                if layer.then == Activated::Relu { sum.max(0.0) } else { sum }
            });
            values = sums.collect();
        }
        values
    }

    /// That each layer fits the one before.
    fn checked(self) -> Result<Dense, String> {
        let mut width = self.inputs();
        if width == 0 {
            return Err("it has no layers".into());
        }
        if self.scaling.as_ref().is_some_and(|(offset, scale)| offset.len() != width || scale.len() != width)
        {
            return Err("its scaling does not fit its first layer".into());
        }
        for layer in &self.layers {
            if layer.weights.len() != layer.biases.len() || layer.weights.iter().any(|row| row.len() != width)
            {
                return Err("its layers do not fit each other".into());
            }
            width = layer.biases.len();
        }
        Ok(self)
    }
}

fn read_json(bytes: &[u8]) -> Result<Dense, String> {
    #[derive(Deserialize)]
    struct Shipped {
        w_h1: Vec<Vec<f32>>,
        b_h1: Vec<f32>,
        w_h2: Vec<Vec<f32>>,
        b_h2: Vec<f32>,
        w_out: Vec<Vec<f32>>,
        b_out: Vec<f32>,
    }
    let shipped: Shipped = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let layer = |weights, biases, then| Layer { weights, biases, then };
    let layers = vec![
        layer(shipped.w_h1, shipped.b_h1, Activated::Relu),
        layer(shipped.w_h2, shipped.b_h2, Activated::Relu),
        layer(shipped.w_out, shipped.b_out, Activated::Plain),
    ];
    Ok(Dense { scaling: None, layers })
}

fn read_safetensors(bytes: &[u8]) -> Result<Dense, String> {
    let file = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let read = |name: &str| -> Result<(Vec<usize>, Vec<f32>), String> {
        let tensor = file.tensor(name).map_err(|error| error.to_string())?;
        if tensor.dtype() != Dtype::F32 {
            return Err(format!("`{name}` is not of 32-bit floats"));
        }
        let numbers = tensor.data().chunks_exact(4).map(|four| match *four {
            [a, b, c, d] => f32::from_le_bytes([a, b, c, d]),
            _ => f32::NAN,
        });
        Ok((tensor.shape().to_vec(), numbers.collect()))
    };
    let (shape, weights) = read("weight")?;
    let (_, biases) = read("bias")?;
    let inputs = match *shape {
        [_, inputs] if inputs > 0 => inputs,
        _ => return Err("`weight` is not a matrix".into()),
    };
    let weights = weights.chunks_exact(inputs).map(<[f32]>::to_vec).collect();
    Ok(Dense { scaling: None, layers: vec![Layer { weights, biases, then: Activated::Plain }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_head_survives_being_written() {
        let head = Dense::linear(vec![vec![1.0, -2.0, 0.5], vec![0.0, 3.0, 1.0]], vec![0.25, -1.0]).unwrap();
        let read = Dense::read(&head.to_safetensors().unwrap()).unwrap();
        assert_eq!(read, head);
        assert_eq!(read.run(vec![2.0, 1.0, 4.0]), [2.25, 6.0]);
    }

    #[test]
    fn a_head_in_json_is_run_layer_by_layer() {
        let json = r#"{"w_h1": [[1, -1], [-1, 0]], "b_h1": [0, 0], "w_h2": [[2, 5]], "b_h2": [1], "w_out": [[3]],
            "b_out": [-1], "learning_rate": 0.01}"#;
        // 3 - 1 = 2 and -3, which is cut to 0; then 2·2 + 1 = 5; then 3·5 - 1.
        assert_eq!(Dense::read(json.as_bytes()).unwrap().run(vec![3.0, 1.0]), [14.0]);
    }

    #[test]
    fn what_is_no_head_is_refused() {
        for (bytes, expected) in [
            (&b""[..], "it has no layers"),
            (b"{}", "missing field"),
            (b"\xff\xff\xff\xff\xff\xff\xff\xff{", "header"),
            (b"garbage", "not an ONNX file"),
        ] {
            let refused = Dense::read(bytes).unwrap_err().to_lowercase();
            assert!(refused.contains(&expected.to_lowercase()), "{bytes:?}: {refused}");
        }
        let refused = Dense::linear(vec![vec![1.0], vec![1.0, 2.0]], vec![0.0, 0.0]).unwrap_err();
        assert_eq!(refused, "its layers do not fit each other");
    }
}
