//! The models that tests and the quick start ask, fetched once into the user's cache; and what asking them costs.

use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::{bench, project, shell};

/// Set for those who cannot fetch models; the tests that need them then say that they were skipped.
pub(crate) const SKIP: &str = "WRP_SKIP_MODELS";

/// Whether there are models. `programs` is the folder of ours.
pub(crate) fn ensure(programs: &Path) -> anyhow::Result<bool> {
    if std::env::var_os(SKIP).is_some_and(|value| value != "0" && !value.is_empty()) {
        eprintln!("{SKIP} is set: nothing is fetched, and what needs models is skipped");
        return Ok(false);
    }
    shell::run(Command::new(programs.join("wrp-host")).args(["models", "pull"]))
        .with_context(|| format!("cannot fetch models; {SKIP}=1 goes on without what needs them"))?;
    Ok(true)
}

/// Our engines beside onnxruntime, in one run and by processor time.
pub(crate) fn bench() -> anyhow::Result<()> {
    const ENGINES: [&str; 4] = ["--profile", "fast", "--features", "tract,candle"];
    let mut pull = shell::cargo(["run", "--quiet", "-p", "wrp-host"]);
    shell::run(pull.args(ENGINES).args(["--", "models", "pull", "--set", "full"]))?;
    let mut build = shell::cargo(["bench", "--no-run", "--quiet", "-p", "wrp-host", "--bench", "backends"]);
    build.args(ENGINES).args(["--message-format", "json"]);
    let program = bench::module(&shell::output(&mut build)?, "backends")?;
    let home = project::cache_dir()?.join("onnxruntime");
    let python = home.join("bin/python");
    if !python.is_file() {
        shell::run(Command::new("python3").args(["-m", "venv"]).arg(&home))?;
        let mut install = Command::new(&python);
        shell::run(install.args(["-m", "pip", "install", "--quiet", "onnxruntime==1.31.1", "numpy"]))?;
    }
    let file = |model: &str| -> anyhow::Result<String> {
        let mut path = shell::cargo(["run", "--quiet", "-p", "wrp-host"]);
        Ok(shell::output(path.args(ENGINES).args(["--", "models", "path", model]))?.trim().to_owned())
    };
    let script = project::root().join("runtime-host/benches/compare.py");
    let (full, int8) = (file("minilm-l6")?, file("minilm-l6-int8")?);
    shell::run(Command::new(&python).arg(script).arg(program).args([Path::new(&full), Path::new(&int8)]))
}
