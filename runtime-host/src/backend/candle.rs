//! BERT from safetensors by candle: on the CPU, and on a GPU with the feature `cuda`.

use std::fmt;

use candle_core::{DType, Device, IndexOp, Module, Tensor};
use candle_nn::{Linear, VarBuilder};
use candle_transformers::models::bert::{BertModel, Config};
use serde::Deserialize;

use super::{Backend, Tensor as Output};
use crate::tokens::Row;

pub(super) struct Candle {
    network: BertModel,
    top: Top,
}

/// What stands on the hidden states.
enum Top {
    Nothing,
    /// One logit a label for each token.
    Tokens(Linear),
    /// The first token's state, pooled, and then one logit a label.
    First {
        pooler: Linear,
        classifier: Linear,
    },
}

/// What we read of `config.json` beside candle's own.
#[derive(Deserialize)]
struct Architecture {
    model_type: Option<String>,
    #[serde(default)]
    architectures: Vec<String>,
    #[serde(default)]
    id2label: std::collections::BTreeMap<String, serde_json::Value>,
}

impl Candle {
    pub(super) fn open(weights: Vec<u8>, config: Option<Vec<u8>>) -> Result<Candle, String> {
        let json = config.ok_or("candle wants the model's `config.json` as `files.config`")?;
        let bad_config = |error: serde_json::Error| format!("its `config.json` cannot be read: {error}");
        let what: Architecture = serde_json::from_slice(&json).map_err(bad_config)?;
        if let Some(kind) = what.model_type.as_deref().filter(|kind| *kind != "bert") {
            return Err(format!("it is of the type `{kind}`; candle runs `bert` here, and rten runs ONNX"));
        }
        let config: Config = serde_json::from_slice(&json).map_err(bad_config)?;
        load(weights, &config, &what).map_err(|error| format!("candle cannot load it: {error}"))
    }

    /// Rows of any lengths at once: the short ones are filled up, and the mask leaves the filling out.
    fn run_together(&self, rows: &[Row]) -> candle_core::Result<Vec<Output>> {
        let length = rows.iter().map(|row| row.ids.len()).max().unwrap_or(0);
        let filled = |of: &dyn Fn(&Row) -> Vec<u32>| -> candle_core::Result<Tensor> {
            let numbers: Vec<u32> = rows
                .iter()
                .flat_map(|row| {
                    of(row).into_iter().chain(std::iter::repeat(0)).take(length).collect::<Vec<_>>()
                })
                .collect();
            Tensor::from_vec(numbers, (rows.len(), length), &self.network.device)
        };
        let ids = filled(&|row| row.ids.clone())?;
        let types = filled(&|row| row.types.clone())?;
        let mask = filled(&|row| vec![1; row.ids.len()])?;
        let hidden = self.network.forward(&ids, &types, Some(&mask))?;
        let out = match &self.top {
            Top::Nothing => hidden,
            Top::Tokens(classifier) => classifier.forward(&hidden)?,
            Top::First { pooler, classifier } => {
                classifier.forward(&pooler.forward(&hidden.i((.., 0))?)?.tanh()?)?
            }
        };
        let each = rows.iter().enumerate().map(|(at, row)| match out.rank() {
            2 => {
                let values = out.i(at)?.to_vec1::<f32>()?;
                Ok(Output { shape: vec![values.len()], values })
            }
            _ => {
                let own = out.i((at, ..row.ids.len()))?;
                let shape = own.dims().to_vec();
                Ok(Output { shape, values: own.flatten_all()?.to_vec1()? })
            }
        });
        each.collect()
    }
}

fn load(weights: Vec<u8>, config: &Config, what: &Architecture) -> candle_core::Result<Candle> {
    let device = device()?;
    let tensors = VarBuilder::from_buffered_safetensors(weights, DType::F32, &device)?;
    let network = BertModel::load(tensors.clone(), config)?;
    let (hidden, labels) = (config.hidden_size, what.id2label.len());
    let is_a = |kind: &str| what.architectures.iter().any(|name| name.ends_with(kind));
    let classifier = || candle_nn::linear(hidden, labels, tensors.pp("classifier"));
    let top = if is_a("ForTokenClassification") {
        Top::Tokens(classifier()?)
    } else if is_a("ForSequenceClassification") {
        let pooler = candle_nn::linear(hidden, hidden, tensors.pp("bert.pooler.dense"))?;
        Top::First { pooler, classifier: classifier()? }
    } else {
        Top::Nothing
    };
    Ok(Candle { network, top })
}

#[cfg(feature = "cuda")]
fn device() -> candle_core::Result<Device> {
    Device::cuda_if_available(0)
}

#[cfg(not(feature = "cuda"))]
fn device() -> candle_core::Result<Device> {
    Ok(Device::Cpu)
}

impl Backend for Candle {
    /// Together on a GPU; one by one on a CPU, where filled-up rows only cost.
    fn run(&self, rows: &[Row]) -> Vec<Result<Output, String>> {
        let together = if self.gains_by_batches() { rows.len().max(1) } else { 1 };
        let runs = rows.chunks(together).map(|rows| (rows.len(), self.run_together(rows)));
        let results = runs.flat_map(|(count, run)| match run {
            Ok(outputs) => outputs.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(format!("candle failed: {error}")); count],
        });
        results.collect()
    }

    fn gains_by_batches(&self) -> bool {
        !self.network.device.is_cpu()
    }
}

impl fmt::Debug for Candle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Candle").field("device", &self.network.device).finish_non_exhaustive()
    }
}
