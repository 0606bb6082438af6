//! Building the filter for the proxy, and refusing it when it has grown too large.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::{Chore, project, shell};

pub(crate) const CHORE: Chore =
    Chore { name: "wasm", arguments: "", summary: "build the filter and report its size", run };

pub(crate) const TARGET: &str = "wasm32-wasip1";

/// What the module may weigh, in bytes. What takes the space is in docs/benchmarks.md.
const BUDGET: usize = 256 * 1024;

fn run(_: &[String]) -> anyhow::Result<()> {
    build().map(drop)
}

/// Builds the module, prints what it weighs, and returns where it lies.
pub(crate) fn build() -> anyhow::Result<PathBuf> {
    add_target()?;
    // A command of its own: built together with the compiler, the filter would get the compiler's features.
    shell::run(&mut shell::cargo(["build", "--profile", "wasm", "-p", "wrp-filter", "--target", TARGET]))?;
    let module = project::target_dir()?.join(TARGET).join("wasm/wrp_filter.wasm");
    weigh(&module)?;
    Ok(module)
}

/// rustup adds nothing by itself where automatic installation is off.
pub(crate) fn add_target() -> anyhow::Result<()> {
    let sysroot = shell::output(std::process::Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).is_dir() {
        return Ok(());
    }
    shell::run(std::process::Command::new("rustup").args(["target", "add", TARGET]))
        .context("the compiler cannot build for wasm and rustup cannot teach it")
}

fn weigh(module: &Path) -> anyhow::Result<()> {
    let bytes = std::fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let sections = sections(&bytes).with_context(|| format!("{} is no wasm module", module.display()))?;
    eprintln!("{}: {} bytes of at most {BUDGET}", module.display(), bytes.len());
    for section in &sections {
        eprintln!("  {:<24} {:>8}", section.name, section.size);
    }
    if let Some(ballast) = sections.iter().find(|section| section.is_ballast()) {
        bail!("the module still carries `{}`; profile `wasm` should strip it", ballast.name);
    }
    if bytes.len() > BUDGET {
        bail!("the module weighs {} bytes, {} more than it may", bytes.len(), bytes.len() - BUDGET);
    }
    Ok(())
}

/// One section of a module: name or kind, and size in bytes.
#[derive(Debug, PartialEq)]
struct Section {
    name: String,
    size: usize,
}

impl Section {
    /// Names and debug information, which the proxy has no use for.
    fn is_ballast(&self) -> bool {
        self.name == "custom name" || self.name.starts_with("custom .debug")
    }
}

fn sections(module: &[u8]) -> Option<Vec<Section>> {
    const KINDS: [&str; 13] = [
        "custom",
        "type",
        "import",
        "function",
        "table",
        "memory",
        "global",
        "export",
        "start",
        "element",
        "code",
        "data",
        "data count",
    ];
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0")?;
    let mut sections = Vec::new();
    while let Some((&kind, after)) = rest.split_first() {
        let (size, after) = leb128(after)?;
        let (content, after) = after.split_at_checked(size)?;
        let mut name = (*KINDS.get(usize::from(kind))?).to_owned();
        if kind == 0 {
            let (length, content) = leb128(content)?;
            name = format!("{name} {}", std::str::from_utf8(content.get(..length)?).ok()?);
        }
        sections.push(Section { name, size });
        rest = after;
    }
    Some(sections)
}

/// An unsigned number as wasm writes lengths.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    for (place, byte) in bytes.iter().enumerate().take(5) {
        number |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[place + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_named_and_measured() {
        let module = b"\0asm\x01\0\0\0\x0a\x02ab\x00\x05\x04name";
        let found = sections(module).unwrap();
        assert_eq!(
            found,
            [
                Section { name: "code".to_owned(), size: 2 },
                Section { name: "custom name".to_owned(), size: 5 }
            ]
        );
        assert!(found[1].is_ballast());
    }

    #[test]
    fn a_cut_module_is_refused() {
        assert_eq!(sections(b"\0asm\x01\0\0\0\x0a\x09ab"), None);
        assert_eq!(sections(b"\x7fELF"), None);
    }

    #[test]
    fn long_lengths_take_several_bytes() {
        assert_eq!(leb128(&[0xe5, 0x8e, 0x26, 7]), Some((624_485, &[7][..])));
    }
}
