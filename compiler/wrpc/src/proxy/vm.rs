//! One instance of the filter with one configuration, as Envoy keeps one for each worker.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use wasmtime::{Instance, Store, WasmParams, WasmResults};

use super::exchange::{Call, Message};
use super::filter::{Filter, Metering};
use super::host::{Doors, Host, Log};
use super::stream::Stream;

/// The root context's number; streams count on from it.
const ROOT: u32 = 1;

/// Why the filter does not run.
#[derive(Debug)]
pub enum Error {
    /// Nobody has built the module, or it lies elsewhere.
    NotFound,
    Read(PathBuf, std::io::Error),
    /// The bytes are not a module that this host can run.
    Module(wasmtime::Error),
    /// The filter refused its configuration; what it said.
    Refused(Vec<Log>),
    /// The filter broke off in the middle: in Envoy, every later request of the worker would fail.
    Trapped(wasmtime::Error),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::NotFound => f.write_str(
                "the filter's module `wrp_filter.wasm` is nowhere: build it with `cargo xtask wasm`, or set WRP_FILTER_WASM",
            ),
            Error::Read(path, error) => write!(f, "cannot read {}: {error}", path.display()),
            Error::Module(error) => write!(f, "the filter's module does not load: {error:#}"),
            Error::Refused(logs) => {
                f.write_str("the filter refused its configuration")?;
                logs.last().map_or(Ok(()), |log| write!(f, ": {}", log.message))
            }
            Error::Trapped(error) => write!(f, "the filter broke off: {error:#}"),
        }
    }
}

impl std::error::Error for Error {}

/// A running filter. Clones share it; calls take turns, so keep one for each worker thread.
#[derive(Clone)]
pub struct Vm(Arc<Mutex<Machine>>);

impl std::fmt::Debug for Vm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vm").finish_non_exhaustive()
    }
}

impl Vm {
    /// Starts the filter with its plugin configuration.
    pub fn start(filter: &Filter, configuration: &[u8]) -> Result<Vm, Error> {
        let host = Host { configuration: configuration.to_vec(), ..Host::default() };
        let mut store = Store::new(&filter.engine, host);
        if filter.metering == Metering::Fuel {
            store.set_fuel(u64::MAX).map_err(Error::Module)?;
        }
        let instance = filter.instance.instantiate(&mut store).map_err(Error::Module)?;
        let memory = instance
            .get_memory(&mut store, "memory")
            .ok_or_else(|| Error::Module(wasmtime::format_err!("it exports no memory")))?;
        let allocate =
            instance.get_typed_func(&mut store, "proxy_on_memory_allocate").map_err(Error::Module)?;
        store.data_mut().doors = Some(Doors { memory, allocate });

        let mut machine = Machine { store, instance, metering: filter.metering, next: ROOT + 1 };
        machine.optional("_initialize", ())?;
        machine.call::<_, ()>("proxy_on_context_create", (ROOT, 0u32))?;
        let size = configuration.len() as u32;
        let started: u32 = machine.enter(ROOT, "proxy_on_vm_start", (ROOT, 0u32))?;
        let configured: u32 = machine.enter(ROOT, "proxy_on_configure", (ROOT, size))?;
        if started == 0 || configured == 0 {
            return Err(Error::Refused(machine.store.data_mut().logs.drain(..).collect()));
        }
        Ok(Vm(Arc::new(Mutex::new(machine))))
    }

    /// Opens a stream. It closes when dropped.
    pub fn open(&self) -> Result<Stream, Error> {
        Stream::open(self.clone())
    }

    /// What the filter logged since the last time; at most the latest thousand lines.
    pub fn take_logs(&self) -> Vec<Log> {
        self.lock().store.data_mut().logs.drain(..).collect()
    }

    /// A metric's value by its name, `None` if the filter has not defined it.
    pub fn metric(&self, name: &str) -> Option<u64> {
        let machine = self.lock();
        machine.store.data().metrics.iter().find(|metric| metric.name == name).map(|metric| metric.value)
    }

    /// Every metric the filter has defined, with its value, in the order of definition.
    pub fn metrics(&self) -> Vec<(String, u64)> {
        let machine = self.lock();
        machine.store.data().metrics.iter().map(|metric| (metric.name.clone(), metric.value)).collect()
    }

    pub fn shared_data(&self, key: &str) -> Option<Vec<u8>> {
        self.lock().store.data().shared.get(key.as_bytes()).map(|(value, _)| value.clone())
    }

    /// How often the filter wants to be woken; `None` where it does not.
    pub fn tick_period(&self) -> Option<Duration> {
        Some(self.lock().store.data().tick).filter(|period| !period.is_zero())
    }

    /// Wakes the filter, and returns the calls that it makes on its own behalf.
    pub fn tick(&self) -> Result<Vec<Call>, Error> {
        let mut machine = self.lock();
        machine.enter::<_, ()>(ROOT, "proxy_on_tick", ROOT)?;
        Ok(std::iter::from_fn(|| machine.take_call(ROOT)).collect())
    }

    /// Brings the answer to a call that [`Vm::tick`] returned; `None` where none came.
    pub fn answer(&self, call: &Call, answer: Option<Message>) -> Result<(), Error> {
        self.lock().answer(call, answer)
    }

    /// Fuel burnt so far; zero without [`Metering::Fuel`].
    pub fn fuel(&self) -> u64 {
        let machine = self.lock();
        match machine.metering {
            Metering::Off => 0,
            Metering::Fuel => machine.store.get_fuel().map_or(0, |left| u64::MAX - left),
        }
    }

    /// Size of the module's memory in bytes.
    pub fn memory_bytes(&self) -> usize {
        let machine = self.lock();
        machine.store.data().doors.as_ref().map_or(0, |doors| doors.memory.data_size(&machine.store))
    }

    /// How many streams are open.
    pub fn open_streams(&self) -> usize {
        self.lock().store.data().exchanges.len()
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Machine> {
        // A panic while the lock was held left at worst one exchange half done.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

pub(super) struct Machine {
    pub(super) store: Store<Host>,
    instance: Instance,
    metering: Metering,
    next: u32,
}

impl Machine {
    pub(super) fn new_context(&mut self) -> Result<u32, Error> {
        let context = self.next;
        self.next += 1;
        self.store.data_mut().exchanges.insert(context, Default::default());
        self.call::<_, ()>("proxy_on_context_create", (context, ROOT))?;
        Ok(context)
    }

    pub(super) fn take_call(&mut self, context: u32) -> Option<Call> {
        let calls = &mut self.store.data_mut().calls;
        let at = calls.iter().position(|call| call.context == context)?;
        calls.remove(at)
    }

    pub(super) fn answer(&mut self, call: &Call, answer: Option<Message>) -> Result<(), Error> {
        let sizes = answer.as_ref().map_or((0, 0, 0), |answer| {
            let Message { headers, body, trailers } = answer;
            (headers.0.len() as u32, body.len() as u32, trailers.0.len() as u32)
        });
        self.store.data_mut().answer = answer;
        let arguments = (call.context, call.token, sizes.0, sizes.1, sizes.2);
        let done = self.enter(call.context, "proxy_on_http_call_response", arguments);
        self.store.data_mut().answer = None;
        done
    }

    /// Runs the module's last callbacks for a stream and forgets it.
    pub(super) fn delete_context(&mut self, context: u32) -> Result<(), Error> {
        let done = self
            .enter::<_, u32>(context, "proxy_on_done", context)
            .and_then(|_| self.enter::<_, ()>(context, "proxy_on_log", context))
            .and_then(|()| self.enter::<_, ()>(context, "proxy_on_delete", context));
        let host = self.store.data_mut();
        host.exchanges.remove(&context);
        // As Envoy does: an answer that nobody waits for any more is not brought.
        host.calls.retain(|call| call.context != context);
        done
    }

    /// Calls the module on behalf of a context.
    pub(super) fn enter<P: WasmParams, R: WasmResults>(
        &mut self,
        context: u32,
        name: &str,
        arguments: P,
    ) -> Result<R, Error> {
        self.store.data_mut().current = context;
        self.call(name, arguments)
    }

    fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, arguments: P) -> Result<R, Error> {
        let function = self.instance.get_typed_func::<P, R>(&mut self.store, name).map_err(Error::Module)?;
        function.call(&mut self.store, arguments).map_err(Error::Trapped)
    }

    fn optional(&mut self, name: &str, arguments: impl WasmParams) -> Result<(), Error> {
        match self.instance.get_func(&mut self.store, name) {
            Some(_) => self.call(name, arguments),
            None => Ok(()),
        }
    }
}
