//! Which pool a request goes to, and which instance of it.

use super::fleet::Request;
use super::instance::Instance;
use crate::random::{Random, Xoshiro};

/// The choice of a pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Router {
    /// The first pool whose context takes prompt and answer.
    Length,
    /// The pool that the request names: its model's, or the one that a compiled policy decided on.
    Assigned,
    /// The pool with the fewest pending tokens per instance, of those whose context takes the request.
    LeastLoaded,
    /// As `Length`, but to the next pool that takes it while the first has more requests waiting per instance than this.
    Spill { waiting_per_instance: f64 },
}

/// The choice of an instance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Balance {
    InTurn,
    Random,
    /// Fewest pending tokens, the first of equals.
    LeastLoaded,
    /// The instance that last served the session while it still has its prefix, else the least loaded.
    Session {
        kept_s: f64,
    },
}

pub(super) struct Candidate {
    pub(super) context: u32,
    pub(super) first: usize,
    pub(super) count: usize,
}

impl Router {
    /// The pool, or `None` where none takes the request.
    pub(super) fn pool(
        &self,
        request: &Request,
        pools: &[Candidate],
        instances: &[Instance<'_>],
    ) -> Option<usize> {
        let tokens = request.prompt + request.answer;
        let mut able = (0..pools.len()).filter(|pool| tokens <= pools[*pool].context);
        let members = |pool: usize| &instances[pools[pool].first..pools[pool].first + pools[pool].count];
        let per_instance = |pool: usize, of: fn(&Instance<'_>) -> f64| {
            members(pool).iter().map(of).sum::<f64>() / pools[pool].count as f64
        };
        match *self {
            Router::Length => able.next(),
            Router::Assigned => request.pool.filter(|pool| able.any(|able| able == *pool)),
            Router::LeastLoaded => {
                let load = |pool: &usize| per_instance(*pool, |instance| instance.pending as f64);
                able.min_by(|one, other| load(one).total_cmp(&load(other)))
            }
            Router::Spill { waiting_per_instance } => {
                let waiting = |pool: usize| per_instance(pool, |instance| instance.waiting.len() as f64);
                let first = able.next()?;
                if waiting(first) <= waiting_per_instance { Some(first) } else { able.next().or(Some(first)) }
            }
        }
    }
}

impl Balance {
    pub(super) fn instance(
        &self,
        pool: &Candidate,
        instances: &[Instance<'_>],
        up: &[bool],
        turn: &mut usize,
        random: &mut Xoshiro,
    ) -> Option<usize> {
        let all = pool.first..pool.first + pool.count;
        match self {
            Balance::InTurn => {
                *turn += 1;
                let start = *turn;
                all.clone()
                    .map(|nth| pool.first + (nth - pool.first + start) % pool.count)
                    .find(|nth| up[*nth])
            }
            Balance::Random => {
                let able: Vec<usize> = all.filter(|nth| up[*nth]).collect();
                let last = u32::try_from(able.len()).ok()?.checked_sub(1)?;
                able.get(random.between(0, last) as usize).copied()
            }
            Balance::LeastLoaded | Balance::Session { .. } => {
                all.filter(|nth| up[*nth]).min_by_key(|nth| instances[*nth].pending)
            }
        }
    }
}
