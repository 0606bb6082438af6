//! What a virtual machine remembers between calls of the module.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use wasmtime::{Memory, TypedFunc};

use super::exchange::{Call, Exchange, Message};

/// How many log lines are kept; older ones go.
const LOGS: usize = 1000;

#[derive(Default)]
pub(super) struct Host {
    pub(super) configuration: Vec<u8>,
    pub(super) exchanges: BTreeMap<u32, Exchange>,
    /// The context on whose behalf the module runs.
    pub(super) current: u32,
    /// Value and version of each key.
    pub(super) shared: BTreeMap<Vec<u8>, (Vec<u8>, u32)>,
    pub(super) metrics: Vec<Metric>,
    /// Calls that the filter has made and nobody has taken up yet.
    pub(super) calls: VecDeque<Call>,
    pub(super) tokens: u32,
    /// The answer that the filter is being shown; `None` where none came.
    pub(super) answer: Option<Message>,
    /// How often the filter wants to be woken; zero is never.
    pub(super) tick: Duration,
    pub(super) logs: VecDeque<Log>,
    pub(super) properties: BTreeMap<Vec<u8>, Vec<u8>>,
    /// The module's own doors; known once it is instantiated.
    pub(super) doors: Option<Doors>,
}

#[derive(Clone)]
pub(super) struct Doors {
    pub(super) memory: Memory,
    pub(super) allocate: TypedFunc<u32, u32>,
}

#[derive(Debug)]
pub(super) struct Metric {
    pub(super) kind: i32,
    pub(super) name: String,
    pub(super) value: u64,
}

/// One line the filter logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    pub level: LogLevel,
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Critical,
}

impl Host {
    pub(super) fn exchange(&mut self) -> Option<&mut Exchange> {
        self.exchanges.get_mut(&self.current)
    }

    pub(super) fn log(&mut self, level: i32, message: String) {
        let level = match level {
            0 => LogLevel::Trace,
            1 => LogLevel::Debug,
            2 => LogLevel::Info,
            3 => LogLevel::Warn,
            4 => LogLevel::Error,
            _ => LogLevel::Critical,
        };
        if self.logs.len() == LOGS {
            self.logs.pop_front();
        }
        self.logs.push_back(Log { level, message });
    }
}
