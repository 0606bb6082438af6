//! Orders in a row before the one thread that owns the network.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::course::{self, End, Order, Step};
use super::{Network, Vocabulary};

/// What happens to an order.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Step(Step),
    /// With the text that was still held.
    End(End, String),
    Failed(String),
}

/// Where orders are handed in. Cheap to clone; the thread ends with the last of them.
#[derive(Clone)]
pub struct Queue {
    orders: SyncSender<(Order, UnboundedSender<Event>)>,
    vocabulary: Arc<dyn Vocabulary>,
    context: usize,
}

/// The queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Queue {
    /// Starts the thread. At most `most` orders wait.
    pub fn start(mut network: impl Network + 'static, vocabulary: Arc<dyn Vocabulary>, most: usize) -> Queue {
        let (orders, taken) = sync_channel::<(Order, UnboundedSender<Event>)>(most);
        let context = network.context();
        let own = vocabulary.clone();
        std::thread::spawn(move || {
            for (order, events) in taken {
                // An order whose client has gone is not begun.
                if events.is_closed() {
                    continue;
                }
                let step = |step| events.send(Event::Step(step)).is_ok();
                let end = match course::run(&mut network, &*own, &order, step) {
                    Ok((end, text)) => Event::End(end, text),
                    Err(why) => Event::Failed(why),
                };
                // Nobody may listen any more, and then nobody is told.
                let _ = events.send(end);
            }
        });
        Queue { orders, vocabulary, context }
    }

    pub fn vocabulary(&self) -> &dyn Vocabulary {
        &*self.vocabulary
    }

    /// How many tokens prompt and answer may have together.
    pub fn context(&self) -> usize {
        self.context
    }

    /// Hands an order in. Its events are as many as its tokens and one more; to stop it, drop them.
    pub fn order(&self, order: Order) -> Result<UnboundedReceiver<Event>, Full> {
        let (events, listened) = unbounded_channel();
        match self.orders.try_send((order, events)) {
            Ok(()) => Ok(listened),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(Full),
        }
    }
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Queue").field("context", &self.context).finish_non_exhaustive()
    }
}
