//! The project speaks of itself alone: no path of anybody's machine, no host that packages came from.

use super::{Fault, File};

/// Each in two halves, so that this file does not accuse itself.
const FORBIDDEN: &[(&str, &str)] = &[
    ("/ro", "ot/"),
    ("/wo", "rk/"),
    ("/ho", "me/"),
    ("/Use", "rs/"),
    ("pypi", ".org"),
    ("pythonhosted", ".org"),
    ("index.crates", ".io"),
    ("static.crates", ".io"),
    ("registry.npmjs", ".org"),
    ("clau", "de"),
    ("chatg", "pt"),
    ("copil", "ot"),
    ("sub", "agent"),
    ("language ", "model wrote"),
    ("generated ", "by an ai"),
];

/// A header and a family of models, as the field calls them.
const KNOWN: &[&str] = &["x-claude-code-session-id", r#""claude""#];

pub(crate) fn check(files: &[File], faults: &mut Vec<Fault>) {
    let words: Vec<String> = FORBIDDEN.iter().map(|(head, tail)| format!("{head}{tail}")).collect();
    for file in files.iter().filter(|file| file.path.as_os_str() != "Cargo.lock") {
        for (line, text) in file.lines() {
            let mut text = text.to_lowercase();
            for known in KNOWN {
                text = text.replace(known, "");
            }
            for word in words.iter().filter(|word| text.contains(&word.to_lowercase())) {
                faults.push(Fault::new(&file.path, line, format!("says `{word}`")));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> usize {
        let mut faults = Vec::new();
        check(&[File { path: "a.md".into(), text: text.into() }], &mut faults);
        faults.len()
    }

    #[test]
    fn machine_paths_are_found() {
        assert_eq!(said(concat!("see /ro", "ot/x and /wo", "rk/y")), 2);
    }

    #[test]
    fn a_header_of_the_field_is_no_slip() {
        assert_eq!(said("reads `x-session-id` and the client's own"), 0);
        assert_eq!(said(KNOWN[0]), 0);
    }
}
