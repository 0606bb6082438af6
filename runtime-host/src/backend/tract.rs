//! ONNX in full precision by tract: one plan for each length of row, made when it is first needed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tract_onnx::prelude::*;

use super::{Backend, Input, Tensor as Output};
use crate::onnx;
use crate::tokens::Row;

/// Rows are filled up to one of these lengths: a plan knows its shape, and each plan holds weights of its own.
const LENGTHS: [usize; 6] = [16, 32, 64, 128, 256, 512];

/// tract runs these slower than full precision, and some of them wrong.
const FEW_BITS: &[&str] = &[
    "DequantizeLinear",
    "DynamicQuantizeLinear",
    "MatMulInteger",
    "MatMulNBits",
    "QLinearMatMul",
    "QuantizeLinear",
];

pub(super) struct Tract {
    weights: Vec<u8>,
    inputs: Vec<Input>,
    plans: Mutex<BTreeMap<usize, Slot>>,
}

type Plan = Arc<TypedRunnableModel>;
type Slot = Arc<OnceLock<Result<Plan, String>>>;

impl Tract {
    pub(super) fn open(weights: Vec<u8>) -> Result<Tract, String> {
        let operators = onnx::operators(&weights).ok_or("it is not an ONNX file")?;
        if let Some(few_bits) = FEW_BITS.iter().find(|few_bits| operators.contains(**few_bits)) {
            return Err(format!("it has `{few_bits}`, and tract runs full precision only; let rten run it"));
        }
        let model = read(&weights)?;
        let outlets = model.input_outlets().map_err(|error| error.to_string())?;
        let inputs = outlets.iter().map(|outlet| Input::named(&model.node(outlet.node).name));
        let inputs = inputs.collect::<Result<Vec<_>, String>>()?;
        Ok(Tract { weights, inputs, plans: Mutex::default() })
    }

    fn run_one(&self, row: &Row) -> Result<Output, String> {
        let tokens = row.ids.len();
        let length = LENGTHS.iter().copied().find(|length| *length >= tokens).unwrap_or(tokens);
        let plan = self.plan(length)?;
        let filled = |numbers: &mut dyn Iterator<Item = i64>| -> Result<TValue, String> {
            let numbers: Vec<i64> = numbers.chain(std::iter::repeat(0)).take(length).collect();
            let tensor = Tensor::from_shape(&[1, length], &numbers).map_err(|error| error.to_string())?;
            Ok(tensor.into())
        };
        let inputs = self.inputs.iter().map(|input| match input {
            Input::Ids => filled(&mut row.ids.iter().map(|&id| i64::from(id))),
            Input::Mask => filled(&mut row.ids.iter().map(|_| 1)),
            Input::Types => filled(&mut row.types.iter().map(|&kind| i64::from(kind))),
        });
        let inputs = inputs.collect::<Result<TVec<_>, String>>()?;
        let outputs = plan.run(inputs).map_err(|error| format!("tract failed: {error}"))?;
        let output = outputs.first().ok_or("the model has no output")?;
        let view = output.to_plain_array_view::<f32>().map_err(|error| error.to_string())?;
        let values = view.as_slice().ok_or("the output is not in one piece")?;
        match *output.shape() {
            [1, labels] => Ok(Output { shape: vec![labels], values: values.to_vec() }),
            [1, all, width] if all == length => {
                let values = values.get(..tokens * width).unwrap_or_default().to_vec();
                Ok(Output { shape: vec![tokens, width], values })
            }
            ref shape => Err(format!("the model's output has shape {shape:?} for one row of {length}")),
        }
    }

    /// The plan for rows of a length. Whoever comes second waits for the first.
    fn plan(&self, length: usize) -> Result<Plan, String> {
        let slot = {
            let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
            plans.entry(length).or_default().clone()
        };
        slot.get_or_init(|| self.make(length)).clone()
    }

    fn make(&self, length: usize) -> Result<Plan, String> {
        let why = |error: TractError| format!("tract cannot run it: {error:#}");
        let mut model = read(&self.weights)?;
        for at in 0..self.inputs.len() {
            let fact = InferenceFact::dt_shape(i64::datum_type(), [1, length]);
            model.set_input_fact(at, fact).map_err(why)?;
        }
        model.into_optimized().map_err(why)?.into_runnable().map_err(why)
    }
}

/// What a file says of shapes between its nodes is often of another export, and stops tract.
fn read(weights: &[u8]) -> Result<InferenceModel, String> {
    let onnx = tract_onnx::onnx().with_ignore_output_shapes(true).with_ignore_value_info(true);
    onnx.model_for_read(&mut &*weights).map_err(|error| format!("tract cannot read it: {error:#}"))
}

impl Backend for Tract {
    fn run(&self, rows: &[Row]) -> Vec<Result<Output, String>> {
        rows.iter().map(|row| self.run_one(row)).collect()
    }
}

impl fmt::Debug for Tract {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tract").field("inputs", &self.inputs).finish_non_exhaustive()
    }
}
