//! Signals on texts, by the very scanner that a policy's graph carries.

use wrp_graph::facts::Facts;
use wrp_graph::scan::{Builder, Scanner};
use wrp_graph::signal::{Compiled, Declaration, Inline};

use crate::policy::Signal;

/// Compiled signals.
#[derive(Debug)]
pub(super) struct Panel {
    scanner: Scanner,
    /// `None` where the proxy runs nothing: such a signal does not fire.
    signals: Vec<Option<Inline>>,
}

impl Panel {
    pub(super) fn new(signals: &[&Signal]) -> Panel {
        let mut builder = Builder::for_few_texts();
        let compile = |signal: &&Signal| {
            let declaration = Declaration { name: &signal.name, fields: &signal.fields };
            match (signal.kind.compile)(&declaration, &mut builder)? {
                Compiled::Inline { signal, .. } => Some(signal),
                Compiled::Ask(_) => None,
            }
        };
        let signals = signals.iter().map(compile).collect();
        Panel { scanner: builder.finish(), signals }
    }

    /// Which signals fire on a text.
    pub(super) fn fires(&self, text: &str) -> Vec<bool> {
        let facts = Facts::from_text(text);
        let hits = self.scanner.scan(text);
        let fires = |signal: &Inline| signal.sense(&facts, &hits).matched;
        self.signals.iter().map(|signal| signal.as_ref().is_some_and(fires)).collect()
    }
}
