//! The compiled module: made once, shared by all virtual machines.

use std::path::{Path, PathBuf};

use wasmtime::{Config, Engine, InstancePre, Linker, Module};

use super::host::Host;
use super::vm::Error;
use super::{calls, wasi};

/// Whether the module counts the instructions it executes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Metering {
    #[default]
    Off,
    /// Counted in wasmtime's fuel: about one for each instruction, the same on every machine.
    Fuel,
}

/// A filter module, compiled for this machine.
#[derive(Clone)]
pub struct Filter {
    pub(super) engine: Engine,
    pub(super) instance: InstancePre<Host>,
    pub(super) metering: Metering,
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").field("metering", &self.metering).finish_non_exhaustive()
    }
}

impl Filter {
    /// Compiles a module's bytes.
    pub fn compile(wasm: &[u8], metering: Metering) -> Result<Filter, Error> {
        let mut config = Config::new();
        config.consume_fuel(metering == Metering::Fuel);
        let engine = Engine::new(&config).map_err(Error::Module)?;
        let module = Module::new(&engine, wasm).map_err(Error::Module)?;
        let mut linker = Linker::new(&engine);
        calls::define(&mut linker).map_err(Error::Module)?;
        wasi::define(&mut linker).map_err(Error::Module)?;
        linker.define_unknown_imports_as_traps(&module).map_err(Error::Module)?;
        let instance = linker.instantiate_pre(&module).map_err(Error::Module)?;
        Ok(Filter { engine, instance, metering })
    }

    /// Compiles the module in a file.
    pub fn load(path: &Path, metering: Metering) -> Result<Filter, Error> {
        let wasm = std::fs::read(path).map_err(|error| Error::Read(path.to_owned(), error))?;
        Filter::compile(&wasm, metering)
    }

    /// Where the filter's module lies: the path given, else `WRP_FILTER_WASM`, else beside this executable, else
    /// in cargo's target directory above it.
    pub fn find(given: Option<&Path>) -> Result<PathBuf, Error> {
        if let Some(path) = given {
            return Ok(path.to_owned());
        }
        if let Some(path) = std::env::var_os("WRP_FILTER_WASM") {
            return Ok(path.into());
        }
        let executable =
            std::env::current_exe().map_err(|error| Error::Read("this executable".into(), error))?;
        candidates(&executable).into_iter().find(|path| path.is_file()).ok_or(Error::NotFound)
    }
}

fn candidates(executable: &Path) -> Vec<PathBuf> {
    let beside = executable.parent().map(|folder| folder.join("wrp_filter.wasm"));
    let built =
        executable.ancestors().skip(1).map(|folder| folder.join("wasm32-wasip1/wasm/wrp_filter.wasm"));
    beside.into_iter().chain(built).collect()
}
