//! Every signal, lint, plugin, algorithm and block of ours has its page, and lint codes are sorted and unique.
//!
//! What must stand on a page, a test checks: it reads them as `wrpc explain` does.

use std::path::Path;

use super::{Fault, File};

/// Folders in which every file but `mod.rs` and `tests.rs` explains itself to the user.
const EXPLAINED: &[&str] = &[
    "plugin/wrp-graph/src/signal",
    "plugin/wrp-graph/src/plugin",
    "compiler/wrp-lang/src/algorithm",
    "compiler/wrp-lang/src/govern",
    LINTS,
];

const LINTS: &str = "compiler/wrp-lang/src/lint";

pub(crate) fn check(files: &[File], faults: &mut Vec<Fault>) {
    for file in files.iter().filter(|file| is_explained(&file.path)) {
        let page = file.path.with_extension("md");
        // A part that serves several siblings has no page, and says so by including none.
        if !file.text.contains("include_str!") {
            if !is_shared(file, files) {
                faults.push(Fault::new(&file.path, 0, "has no page: include the `.md` beside it"));
            }
            continue;
        }
        if !files.iter().any(|other| other.path == page) {
            faults.push(Fault::new(&page, 0, "is missing: `wrpc explain` would print it"));
        }
    }
    if let Some(list) = files.iter().find(|file| file.path == Path::new(LINTS).join("mod.rs")) {
        check_codes(list, files, faults);
    }
}

fn is_explained(path: &Path) -> bool {
    let folder = path.parent().unwrap_or(Path::new(""));
    path.extension().is_some_and(|ending| ending == "rs")
        && !path.ends_with("mod.rs")
        && !path.ends_with("tests.rs")
        && EXPLAINED.iter().any(|explained| folder == Path::new(explained))
}

/// Whether another file of the folder uses this one as `super::name`.
fn is_shared(file: &File, files: &[File]) -> bool {
    let name = file.path.file_stem().unwrap_or_default().to_string_lossy();
    let uses =
        [format!("super::{name}::"), format!("super::{name};"), format!("{name}::{{"), format!("{name}::")];
    files.iter().any(|other| {
        other.path != file.path
            && other.path.parent() == file.path.parent()
            && !other.path.ends_with("mod.rs")
            && uses.iter().any(|phrase| other.text.contains(phrase))
    })
}

/// Reads the list as it is written: constants in the order of `LINTS`, each with the code of its file.
fn check_codes(list: &File, files: &[File], faults: &mut Vec<Fault>) {
    let listed = list.text.split_once("LINTS: &[&Lint] = &[").and_then(|(_, rest)| rest.split_once("];"));
    let Some((listed, _)) = listed else {
        return faults.push(Fault::new(&list.path, 0, "has no list `LINTS: &[&Lint] = &[…];`"));
    };
    let mut last = String::new();
    let names =
        listed.split(',').map(|name| name.trim().trim_start_matches('&')).filter(|name| !name.is_empty());
    for name in names {
        let constant = name.rsplit("::").next().unwrap_or(name);
        let definition = format!("static {constant}: Lint");
        let file = files.iter().find(|file| file.lies_in(LINTS) && file.text.contains(&definition));
        let code = file.and_then(|file| string_after(&file.text, "code: \""));
        match code {
            None => faults.push(Fault::new(&list.path, 0, format!("lists `{name}`, which no file defines"))),
            Some(code) if code <= last.as_str() => {
                faults.push(Fault::new(&list.path, 0, format!("{code} stands behind {last}")));
            }
            Some(code) => last = code.to_owned(),
        }
    }
}

fn string_after<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    text.split_once(prefix)?.1.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lint(name: &str, code: &str) -> [File; 2] {
        let constant = name.to_uppercase();
        let rust = format!(
            "#![doc = include_str!(\"{name}.md\")]\npub static {constant}: Lint = Lint {{ code: \"{code}\", name: \"{name}\" }};"
        );
        let page = format!("# {code} `{name}`\n\n```policy\n```\n");
        [
            File { path: Path::new(LINTS).join(format!("{name}.rs")), text: rust },
            File { path: Path::new(LINTS).join(format!("{name}.md")), text: page },
        ]
    }

    fn check_lints(list: &str, lints: &[(&str, &str)]) -> Vec<String> {
        let mut files: Vec<File> = lints.iter().flat_map(|(name, code)| lint(name, code)).collect();
        let text = format!("pub static LINTS: &[&Lint] = &[{list}];");
        files.push(File { path: Path::new(LINTS).join("mod.rs"), text });
        let mut faults = Vec::new();
        check(&files, &mut faults);
        faults.into_iter().map(|fault| fault.message).collect()
    }

    #[test]
    fn codes_ascend() {
        let lints = [("one", "WRP0001"), ("two", "WRP0002")];
        assert_eq!(check_lints("&ONE, &TWO", &lints), [""; 0]);
        assert_eq!(check_lints("&TWO, &ONE", &lints), ["WRP0001 stands behind WRP0002"]);
        assert_eq!(check_lints("&ONE, &ONE", &lints), ["WRP0001 stands behind WRP0001"]);
        assert_eq!(
            check_lints("&ONE, &THREE", &lints),
            ["lists `&THREE`, which no file defines".replace('&', "")]
        );
    }

    #[test]
    fn a_lint_without_its_page_is_found() {
        let [rust, _] = lint("one", "WRP0001");
        let mut faults = Vec::new();
        check(&[rust], &mut faults);
        assert_eq!(faults[0].message, "is missing: `wrpc explain` would print it");
    }
}
