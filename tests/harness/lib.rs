//! Engines, tables and hosts that the tests share.

pub mod client;
pub mod engine;
pub mod envoy;
pub mod every_request;
pub mod filter;
pub mod fuzz;
pub mod host;
pub mod made_up;
pub mod upstream;

use std::path::{Path, PathBuf};

/// The reference data beside the project, where there is any: `WRP_REFERENCE_DATA`, else `../shared/data` as
/// seen from the workspace. Tests that need it say so and pass when it is missing.
pub fn reference_data() -> Option<PathBuf> {
    let named = std::env::var_os("WRP_REFERENCE_DATA").map(PathBuf::from);
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = named.unwrap_or_else(beside);
    folder.is_dir().then_some(folder)
}
