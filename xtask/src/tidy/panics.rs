//! Nothing that runs in the proxy may panic: a trap takes the whole worker's filter down.

use std::path::Path;

use super::{Fault, File};

const PANICS: &[&str] = &[
    ".unwrap()",
    ".expect(",
    "panic!(",
    "unreachable!(",
    "unimplemented!(",
    "todo!(",
    "assert!(",
    "assert_eq!(",
];

pub(crate) fn check(files: &[File], faults: &mut Vec<Fault>) {
    let in_proxy = |file: &&File| file.is_rust() && file.lies_in("plugin") && !is_left_out(&file.path, files);
    for file in files.iter().filter(in_proxy) {
        for (line, text) in shipped(file) {
            if let Some(panic) = PANICS.iter().find(|panic| text.contains(**panic)) {
                faults.push(Fault::new(&file.path, line, format!("`{panic}` can stop the proxy's filter")));
            }
        }
    }
}

/// Whether a module is declared for tests or for the compiler only, by itself or with its parents.
fn is_left_out(path: &Path, files: &[File]) -> bool {
    let module = if path.ends_with("mod.rs") { path.parent() } else { Some(path) };
    let (Some(module), Some(folder)) = (module, module.and_then(Path::parent)) else { return false };
    if path.components().any(|part| part.as_os_str() == "benches") {
        return true;
    }
    let declaration = format!("mod {};", module.file_stem().unwrap_or_default().to_string_lossy());
    let owners = [folder.join("mod.rs"), folder.join("lib.rs"), folder.with_extension("rs")];
    let Some(owner) = files.iter().find(|file| owners.contains(&file.path) && file.path != path) else {
        return false;
    };
    let is_declared = |line: &str| line.trim().ends_with(&declaration);
    let is_shipped = shipped(owner).iter().any(|(_, line)| is_declared(line));
    let is_known = owner.text.lines().any(is_declared);
    (is_known && !is_shipped) || is_left_out(&owner.path, files)
}

/// The lines that are neither comments nor part of an item for tests or for the compiler only.
///
/// Relies on rustfmt: an item ends where its closing brace, or its semicolon, stands at its own depth.
fn shipped(file: &File) -> Vec<(usize, &str)> {
    let mut lines = file.lines();
    let mut shipped = Vec::new();
    while let Some((number, line)) = lines.next() {
        let content = line.trim_start();
        let depth = line.len() - content.len();
        if content.starts_with("#[cfg(") && is_switch(content) {
            let ends = |line: &str| {
                let rest = line.trim_start();
                let at_depth = line.len() - rest.len() == depth;
                at_depth
                    && !rest.starts_with("#[")
                    && (rest.starts_with('}') || rest.ends_with([';', ',', '}']))
            };
            lines.by_ref().find(|(_, line)| ends(line));
        } else if !content.starts_with("//") && !content.contains("debug_assert") {
            shipped.push((number, line));
        }
    }
    shipped
}

fn is_switch(attribute: &str) -> bool {
    !attribute.contains("not(") && (attribute.contains("test") || attribute.contains("feature = \"build\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(files: &[(&str, &str)]) -> Vec<(String, usize)> {
        let files: Vec<File> =
            files.iter().map(|(path, text)| File { path: path.into(), text: (*text).into() }).collect();
        let mut faults = Vec::new();
        check(&files, &mut faults);
        faults.into_iter().map(|fault| (fault.file.display().to_string(), fault.line)).collect()
    }

    #[test]
    fn a_panic_is_found_outside_tests_and_comments() {
        let text = "//! x.unwrap()\nfn f() {\n    x.unwrap()\n}\n#[cfg(test)]\nmod tests {\n    fn g() { x.unwrap() }\n}\n";
        assert_eq!(faults(&[("plugin/a/src/lib.rs", text)]), [("plugin/a/src/lib.rs".to_owned(), 3)]);
    }

    #[test]
    fn what_only_the_compiler_gets_may_panic() {
        let text =
            "//! A.\n#[cfg(feature = \"build\")]\nfn f() {\n    x.unwrap()\n}\nfn g() {\n    y.unwrap()\n}\n";
        assert_eq!(faults(&[("plugin/a/src/lib.rs", text)]), [("plugin/a/src/lib.rs".to_owned(), 7)]);
    }

    #[test]
    fn modules_for_tests_are_left_out_with_everything_below() {
        let lib = "//! A.\n#[cfg(test)]\nmod laws;\nmod shipped;\n";
        let found = faults(&[
            ("plugin/a/src/lib.rs", lib),
            ("plugin/a/src/laws/mod.rs", "//! L.\nmod leaf;\nfn f() { x.unwrap() }\n"),
            ("plugin/a/src/laws/leaf.rs", "//! L.\nfn f() { x.unwrap() }\n"),
            ("plugin/a/src/shipped.rs", "//! S.\nfn f() { x.unwrap() }\n"),
        ]);
        assert_eq!(found, [("plugin/a/src/shipped.rs".to_owned(), 2)]);
    }
}
