//! Beginning a signal, a lint or a subcommand: the files and the lines that list them, ready to be changed.
//!
//! What is written compiles, is tidy and passes its tests; then it is edited into what it should be.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

use crate::{Chore, project, shell};

pub(crate) const CHORE: Chore = Chore {
    name: "new",
    arguments: "signal|lint|command NAME [WRP04]",
    summary: "begin one with its page and its lines; a lint takes its group of codes",
    run,
};

const SIGNALS: &str = "plugin/wrp-graph/src/signal";
const LINTS: &str = "compiler/wrp-lang/src/lint";
const COMMANDS: &str = "compiler/wrpc/src/command";

fn run(arguments: &[String]) -> anyhow::Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (kind, name, group) = match arguments[..] {
        [kind, name] => (kind, name, "WRP04"),
        [kind @ "lint", name, group] => (kind, name, group),
        _ => bail!("usage: cargo xtask new {}", CHORE.arguments),
    };
    let name = Name::new(name)?;
    let written = match kind {
        "signal" => signal(&name)?,
        "lint" => lint(&name, group)?,
        "command" => command(&name)?,
        _ => bail!("`{kind}` is neither `signal` nor `lint` nor `command`"),
    };
    for (path, text) in &written {
        std::fs::write(project::root().join(path), text)
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}", path.display());
    }
    // Module lists are sorted by rustfmt.
    shell::run(&mut shell::cargo(["fmt", "--all"]))
}

type Written = Vec<(PathBuf, String)>;

/// One name in the four ways in which it is written.
struct Name {
    /// `long_talk`
    snake: String,
}

impl Name {
    fn new(name: &str) -> anyhow::Result<Name> {
        let snake = name.replace('-', "_");
        let is_word = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        ensure!(snake.split('_').all(is_word), "`{name}` is not of the form `lower-case-words`");
        Ok(Name { snake })
    }

    fn dashed(&self) -> String {
        self.snake.replace('_', "-")
    }

    fn constant(&self) -> String {
        self.snake.to_uppercase()
    }

    fn camel(&self) -> String {
        let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
        self.snake.split('_').map(capital).collect()
    }

    fn fill(&self, template: &str, code: &str) -> String {
        template
            .replace("CONSTANT", &self.constant())
            .replace("DASHED", &self.dashed())
            .replace("NAME", &self.snake)
            .replace("TYPE", &self.camel())
            .replace("CODE", code)
    }
}

fn signal(name: &Name) -> anyhow::Result<Written> {
    let (list, text) = read_list(SIGNALS)?;
    let Name { snake } = name;
    let camel = name.camel();
    let text = put(&text, "pub mod authz;", &format!("pub mod {snake};\n"))?;
    // At the end: graphs that were compiled before know the others by their number.
    let text = put_at_end(&text, "pub enum Inline {", "\n}", &format!("    {camel}({snake}::{camel}),\n"))?;
    let text = put_at_end(
        &text,
        "match self {",
        "\n        }",
        &format!("            Inline::{camel}(it) => it.sense(facts),\n"),
    )?;
    let text = put(
        &text,
        "            | Inline::Ngram(_) => true,",
        &format!("            | Inline::{camel}(_)\n"),
    )?;
    let text = put_sorted(&text, "pub static KINDS: &[&Kind] = &[", &format!("    &{snake}::KIND,"))?;
    Ok(vec![
        new_file(SIGNALS, snake, "rs", name.fill(include_str!("../templates/signal.rs.txt"), ""))?,
        new_file(SIGNALS, snake, "md", name.fill(include_str!("../templates/signal.md.txt"), ""))?,
        (list, text),
    ])
}

fn lint(name: &Name, group: &str) -> anyhow::Result<Written> {
    let (list, text) = read_list(LINTS)?;
    let Name { snake } = name;
    let constant = name.constant();
    let (last, code) = next_code(&text, group)?;
    let text = put(&text, "pub(crate) mod syntax_error;", &format!("pub(crate) mod {snake};\n"))?;
    let text = put(&text, "pub use syntax_error::SYNTAX_ERROR;", &format!("pub use {snake}::{constant};\n"))?;
    let after = format!("    &{last},\n");
    let text = text.replacen(&after, &format!("{after}    &{constant},\n"), 1);
    let text = put(
        &text,
        "        unused_signal::check(recipe, findings);",
        &format!("        {snake}::check(recipe, findings);\n"),
    )?;
    Ok(vec![
        new_file(LINTS, snake, "rs", name.fill(include_str!("../templates/lint.rs.txt"), &code))?,
        new_file(LINTS, snake, "md", name.fill(include_str!("../templates/lint.md.txt"), &code))?,
        (list, text),
    ])
}

fn command(name: &Name) -> anyhow::Result<Written> {
    let (list, text) = read_list(COMMANDS)?;
    let Name { snake } = name;
    let text = put(&text, "mod explain;", &format!("mod {snake};\n"))?;
    let line = format!("    /// Say here what it is for\n    {}({snake}),\n", name.camel());
    let text = put_at_end(&text, "commands! {", "\n}", &line)?;
    Ok(vec![
        new_file(COMMANDS, snake, "rs", name.fill(include_str!("../templates/command.rs.txt"), ""))?,
        (list, text),
    ])
}

fn read_list(folder: &str) -> anyhow::Result<(PathBuf, String)> {
    let list = Path::new(folder).join("mod.rs");
    let text = std::fs::read_to_string(project::root().join(&list))
        .with_context(|| format!("cannot read {}", list.display()))?;
    Ok((list, text))
}

fn new_file(folder: &str, name: &str, ending: &str, text: String) -> anyhow::Result<(PathBuf, String)> {
    let path = Path::new(folder).join(format!("{name}.{ending}"));
    ensure!(!project::root().join(&path).exists(), "{} is there already", path.display());
    Ok((path, text))
}

/// The last lint of a group in the list, and the code behind its own.
fn next_code(list: &str, group: &str) -> anyhow::Result<(String, String)> {
    let listed = list.split_once("LINTS: &[&Lint] = &[").and_then(|(_, rest)| rest.split_once("];"));
    let (listed, _) = listed.context("there is no list of lints")?;
    let mut last = None;
    for constant in
        listed.split(',').map(|name| name.trim().trim_start_matches('&')).filter(|name| !name.is_empty())
    {
        let file = project::root().join(LINTS).join(format!("{}.rs", constant.to_lowercase()));
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let code =
            text.split_once("code: \"WRP").and_then(|(_, rest)| rest.split('"').next()?.parse::<u32>().ok());
        if let Some(code) = code.filter(|code| format!("WRP{code:04}").starts_with(group)) {
            last = Some((constant.to_owned(), format!("WRP{:04}", code + 1)));
        }
    }
    last.with_context(|| format!("no lint has a code that begins with `{group}`"))
}

/// Puts a text before a line that is known to be there.
fn put(text: &str, line: &str, new: &str) -> anyhow::Result<String> {
    ensure!(text.contains(line), "there is no line `{line}` to put `{}` before", new.trim());
    Ok(text.replacen(line, &format!("{new}{line}"), 1))
}

/// Puts a text before the end of the block that opens with `opening`.
fn put_at_end(text: &str, opening: &str, closing: &str, new: &str) -> anyhow::Result<String> {
    let (before, rest) = text.split_once(opening).with_context(|| format!("there is no `{opening}`"))?;
    let (block, after) = rest.split_once(closing).with_context(|| format!("`{opening}` has no end"))?;
    Ok(format!("{before}{opening}{block}\n{}{closing}{after}", new.trim_end()))
}

/// Puts a line into a list of sorted lines.
fn put_sorted(text: &str, opening: &str, new: &str) -> anyhow::Result<String> {
    let (before, rest) = text.split_once(opening).with_context(|| format!("there is no `{opening}`"))?;
    let (block, after) = rest.split_once("\n];").with_context(|| format!("`{opening}` has no end"))?;
    let mut lines: Vec<&str> = block.lines().filter(|line| !line.is_empty()).chain([new]).collect();
    lines.sort_unstable();
    Ok(format!("{before}{opening}\n{}\n];{after}", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_in_each_way() {
        let name = Name::new("long-talk").unwrap();
        assert_eq!(
            name.fill("NAME DASHED CONSTANT TYPE CODE", "C1"),
            "long_talk long-talk LONG_TALK LongTalk C1"
        );
        for wrong in ["", "Talk", "long talk", "long--talk", "1st", "é"] {
            assert!(Name::new(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lines_find_their_place() {
        assert_eq!(put("a\n  z\n", "  z", "  y\n").unwrap(), "a\n  y\n  z\n");
        assert_eq!(put_at_end("x {\n  a,\n}\n", "x {", "\n}", "  b,\n").unwrap(), "x {\n  a,\n  b,\n}\n");
        assert_eq!(put_sorted("= [\n  a\n  c\n];\n", "= [", "  b").unwrap(), "= [\n  a\n  b\n  c\n];\n");
        assert!(put("a", "z", "y").is_err());
    }

    #[test]
    fn everything_that_can_be_begun_finds_its_lists() {
        let name = Name::new("made-up-name").unwrap();
        for (what, written) in [("signal", signal(&name)), ("lint", lint(&name, "WRP04"))] {
            let written = written.unwrap_or_else(|error| panic!("{what}: {error:#}"));
            for (path, text) in &written {
                assert!(text.contains("made_up_name") || text.contains("made-up-name"), "{}", path.display());
            }
        }
    }
}
