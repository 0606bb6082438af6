//! What the fleet commands share: reading workloads, asking policies, drawing tables and figures.

pub(crate) mod blocks;
pub(crate) mod boundary;
pub(crate) mod constants;
pub(crate) mod export;
pub(crate) mod findings;
pub(crate) mod input;
pub(crate) mod plot;
pub(crate) mod question;
pub(crate) mod reference;
pub(crate) mod routes;
pub(crate) mod split;
pub(crate) mod table;
