//! The real filter, built once, on the host of `wrpc`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use wrp_graph::graph::Graph;
use wrpc::proxy::{Error, Filter, Metering, Vm};

/// The filter as cargo builds it now; `WRP_FILTER_WASM` names one that is built already.
pub fn filter() -> &'static Filter {
    static FILTER: OnceLock<Filter> = OnceLock::new();
    FILTER.get_or_init(|| Filter::load(module(), Metering::Off).expect("the filter's module loads"))
}

/// The same, counting what it executes.
pub fn metered_filter() -> &'static Filter {
    static FILTER: OnceLock<Filter> = OnceLock::new();
    FILTER.get_or_init(|| Filter::load(module(), Metering::Fuel).expect("the filter's module loads"))
}

/// Where the module lies, after cargo has made sure that it is not older than its sources.
pub fn module() -> &'static Path {
    static MODULE: OnceLock<PathBuf> = OnceLock::new();
    MODULE.get_or_init(|| {
        if std::env::var_os("WRP_FILTER_WASM").is_none() {
            let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            cargo.args([
                "build",
                "--quiet",
                "--profile",
                "wasm",
                "-p",
                "wrp-filter",
                "--target",
                "wasm32-wasip1",
            ]);
            let built = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status().expect("cargo runs");
            assert!(built.success(), "the filter does not build");
        }
        Filter::find(None).expect("the filter's module has been built")
    })
}

/// The plugin configuration for a graph, with further members (`"max_body_bytes":10`).
pub fn configuration(graph: &Graph, more: &str) -> String {
    let comma = if more.is_empty() { "" } else { "," };
    format!(r#"{{"graph":"{}"{comma}{more}}}"#, STANDARD.encode(graph.encode()))
}

/// A filter running a graph.
pub fn start(graph: &Graph, more: &str) -> Result<Vm, Error> {
    Vm::start(filter(), configuration(graph, more).as_bytes())
}
