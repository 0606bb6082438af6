//! Deciding on given signals in the real filter: what `wrpc eval --engine wasm` does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wrp_graph::eval::{Case, Verdict};
use wrp_graph::graph::Graph;

use super::{Error, Filter, Vm};

/// Where the filter puts its verdicts.
const VERDICTS: &str = "wrp.eval";

/// One verdict for each case, by the module instead of by this program.
pub fn evaluate(filter: &Filter, graph: &Graph, cases: &[Case]) -> Result<Vec<Verdict>, Error> {
    let broken = |error: postcard::Error| Error::Module(wasmtime::format_err!("verdicts: {error}"));
    let cases = postcard::to_allocvec(cases).map_err(broken)?;
    let configuration =
        format!(r#"{{"graph":"{}","eval":"{}"}}"#, STANDARD.encode(graph.encode()), STANDARD.encode(cases));
    let vm = Vm::start(filter, configuration.as_bytes())?;
    let verdicts = vm.shared_data(VERDICTS).unwrap_or_default();
    postcard::from_bytes(&verdicts).map_err(broken)
}
