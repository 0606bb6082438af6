//! Who may import whom among our own crates.

use super::{Fault, File};
use crate::project;

/// Each crate with all that it may use; a crate that is not named may use none of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("wrp-graph", &[]),
    ("wrp-filter", &["wrp-graph"]),
    ("wrp-lang", &["wrp-graph"]),
    ("wrp-profiles", &["wrp-graph"]),
    ("wrp-fleet", &[]),
    ("wrp-host", &["wrp-graph"]),
    ("wrpc", &["wrp-graph", "wrp-lang", "wrp-fleet"]),
    ("wrp-tests", &["wrp-graph", "wrp-lang", "wrp-fleet", "wrp-host", "wrpc"]),
    ("xtask", &[]),
];

pub(crate) fn check(_: &[File], faults: &mut Vec<Fault>) {
    let packages = match project::metadata() {
        Ok(metadata) => metadata["packages"].as_array().cloned().unwrap_or_default(),
        Err(error) => return faults.push(Fault::new("Cargo.toml", 0, format!("{error:#}"))),
    };
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        let dependencies = package["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
        let ours = dependencies.iter().filter(|dependency| dependency["path"].is_string());
        for dependency in ours.filter_map(|dependency| dependency["name"].as_str()) {
            if !may_import(name, dependency) {
                let manifest = package["manifest_path"].as_str().unwrap_or_default();
                let manifest = manifest.strip_prefix(&*project::root().to_string_lossy()).unwrap_or(manifest);
                let message = format!("`{name}` may not import `{dependency}`");
                faults.push(Fault::new(manifest.trim_start_matches('/'), 0, message));
            }
        }
    }
}

fn may_import(name: &str, dependency: &str) -> bool {
    ALLOWED.iter().any(|(crate_name, allowed)| *crate_name == name && allowed.contains(&dependency))
}

#[cfg(test)]
mod tests {
    use super::may_import;

    #[test]
    fn layers_point_down_only() {
        for (name, dependency, expected) in [
            ("wrp-lang", "wrp-graph", true),
            ("wrpc", "wrp-lang", true),
            ("wrp-graph", "wrp-lang", false),
            ("wrp-filter", "wrp-lang", false),
            ("somebody-new", "wrp-graph", false),
        ] {
            assert_eq!(may_import(name, dependency), expected, "{name} → {dependency}");
        }
    }
}
