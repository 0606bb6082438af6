//! ONNX on the CPU by rten: 8 and 4 bits as they are shipped, weights packed once.

use std::cell::OnceCell;
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, ValueOrView};
use rten_tensor::NdTensor;

use super::{Backend, Input, Tensor};
use crate::tokens::Row;

#[derive(Debug)]
pub(super) struct Rten {
    model: Model,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
}

impl Rten {
    pub(super) fn open(weights: Vec<u8>) -> Result<Rten, String> {
        let mut options = ModelOptions::with_all_ops();
        options.prepack_weights(true);
        let model = options.load(weights).map_err(|error| format!("rten cannot load it: {error}"))?;
        let inputs = model.input_ids().iter().map(|&id| {
            let name =
                model.node_info(id).and_then(|node| node.name().map(str::to_owned)).unwrap_or_default();
            Ok((id, Input::named(&name)?))
        });
        let inputs = inputs.collect::<Result<Vec<_>, String>>()?;
        let output = *model.output_ids().first().ok_or("it has no output")?;
        Ok(Rten { model, inputs, output })
    }

    fn run_one(&self, row: &Row) -> Result<Tensor, String> {
        let shape = [1, row.ids.len()];
        let inputs = self.inputs.iter().map(|&(id, input)| {
            let numbers = match input {
                Input::Ids => row.ids.iter().map(|&id| id as i32).collect(),
                Input::Mask => vec![1; row.ids.len()],
                Input::Types => row.types.iter().map(|&kind| kind as i32).collect(),
            };
            (id, ValueOrView::from(NdTensor::from_data(shape, numbers)))
        });
        let options = RunOptions::default().with_thread_pool(Some(own_pool()));
        let outputs = self.model.run(inputs.collect(), &[self.output], Some(options));
        let output = outputs.map_err(|error| format!("rten failed: {error}"))?.into_iter().next();
        let tensor = output
            .and_then(|output| output.into_tensor::<f32>())
            .ok_or("the model's first output is not a tensor of floats")?;
        use rten_tensor::prelude::*;
        let shape = tensor.shape().to_vec();
        match shape.split_first() {
            Some((1, rest)) => Ok(Tensor { shape: rest.to_vec(), values: tensor.into_data() }),
            _ => Err(format!("the model's output has shape {shape:?} for one row")),
        }
    }
}

impl Backend for Rten {
    /// Row by row: sums in 8 bits are scaled by the largest number in the batch, so that a text's answer would depend
    /// on its neighbours. What that forgoes on one core is up to a half at 16 tokens, and a tenth from 128 on.
    fn run(&self, rows: &[Row]) -> Vec<Result<Tensor, String>> {
        rows.iter().map(|row| self.run_one(row)).collect()
    }
}

/// A pool of one thread for each thread that asks: cores are shared out by whoever runs the workers.
fn own_pool() -> Arc<ThreadPool> {
    thread_local! {
        static POOL: OnceCell<Arc<ThreadPool>> = const { OnceCell::new() };
    }
    POOL.with(|pool| pool.get_or_init(|| Arc::new(ThreadPool::with_num_threads(1))).clone())
}
