//! Deciding on given signals in the real filter: what `wrpc eval --engine wasm` does.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wrp_graph::eval::{Case, Given, Verdict};
use wrp_graph::graph::Graph;
use wrp_graph::wire;

use super::{Error, Filter, Vm};

/// Where the filter puts its verdicts.
const VERDICTS: &str = "wrp.eval";

/// One verdict for each case, by the module instead of by this program.
pub fn evaluate(filter: &Filter, graph: &Graph, cases: &[Case]) -> Result<Vec<Verdict>, Error> {
    let cases: Vec<Given> = cases.iter().map(Case::given).collect();
    let cases = STANDARD.encode(wire::to_bytes(&cases));
    let configuration = format!(r#"{{"graph":"{}","eval":"{cases}"}}"#, STANDARD.encode(graph.encode()));
    let vm = Vm::start(filter, configuration.as_bytes())?;
    let verdicts = vm.shared_data(VERDICTS).unwrap_or_default();
    wire::from_bytes(&verdicts)
        .ok_or_else(|| Error::Module(wasmtime::format_err!("what it left in `{VERDICTS}` is no verdicts")))
}
