//! The pages: what `wrpc explain` prints about a lint, a signal, an algorithm, a plugin or a block of ours.

use wrp_graph::{plugin, signal};

use crate::{algorithm, govern, lint};

/// One page and where it belongs in the index.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    pub section: Section,
    /// What finds it; a lint is also found by its code.
    pub name: &'static str,
    pub text: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    Signals,
    Algorithms,
    Plugins,
    Blocks,
    Lints,
}

/// Every page, section by section.
pub fn pages() -> impl Iterator<Item = Page> {
    let signals = signal::KINDS.iter().map(|it| (Section::Signals, it.name, it.page));
    let algorithms = algorithm::KINDS.iter().map(|it| (Section::Algorithms, it.name, it.page));
    let plugins = plugin::KINDS.iter().map(|it| (Section::Plugins, it.name, it.page));
    let blocks = govern::KINDS.iter().map(|it| (Section::Blocks, it.name, it.page));
    let lints = lint::LINTS.iter().map(|it| (Section::Lints, it.name, it.page));
    let all = signals.chain(algorithms).chain(plugins).chain(blocks).chain(lints);
    all.map(|(section, name, text)| Page { section, name, text })
}

/// The page about a name or a lint's code; hyphens and underscores are the same here.
pub fn find(name: &str) -> Option<Page> {
    let wanted = name.trim().replace('-', "_").to_lowercase();
    let lint = lint::find(name.trim()).map(|lint| lint.name.replace('-', "_"));
    pages().find(|page| {
        let name = page.name.replace('-', "_");
        name.to_lowercase() == wanted || (page.section == Section::Lints && lint.as_ref() == Some(&name))
    })
}

/// Every name that [`find`] knows, for a reader.
pub fn index() -> String {
    let mut text = String::new();
    let mut last = None;
    for page in pages() {
        if last != Some(page.section) {
            let heading = match page.section {
                Section::Signals => "signals",
                Section::Algorithms => "algorithms",
                Section::Plugins => "plugins",
                Section::Blocks => "blocks",
                Section::Lints => "lints",
            };
            text += if last.is_some() { "\n" } else { "" };
            text += heading;
            text += "\n";
            last = Some(page.section);
        }
        let code = lint::LINTS.iter().find(|lint| page.section == Section::Lints && lint.name == page.name);
        match code {
            Some(lint) => text += &format!("  {} {}\n", lint.code, page.name),
            None => text += &format!("  {}\n", page.name),
        }
    }
    text
}

/// The page of exactly this name in one section.
pub fn find_in(section: Section, name: &str) -> Option<Page> {
    pages().find(|page| page.section == section && page.name == name)
}
