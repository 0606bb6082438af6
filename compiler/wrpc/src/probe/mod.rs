//! Tables of requests beside a policy: each row a request and what must become of it.
//!
//! [`table`] is the file's form, [`run`] holds a row against the policy. A row says what the host would answer;
//! what it does not mention the host has looked for and not found.

mod reference;
mod run;
mod table;

pub use run::{Failure, check};
pub use table::{Answer, Expect, Probe, Table};

use std::path::{Path, PathBuf};

/// The ending of tables.
pub const ENDING: &str = ".probes.yaml";

/// The table that belongs to a policy: `x.probes.yaml` beside `x.wrp`.
pub fn beside(policy: &Path) -> PathBuf {
    let mut table = policy.with_extension("").into_os_string();
    table.push(ENDING);
    PathBuf::from(table)
}

pub fn is_table(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(ENDING))
}
