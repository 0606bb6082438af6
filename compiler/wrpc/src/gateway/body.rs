//! Bodies as the gateway passes them on: whole, or as they come.

use bytes::Bytes;
use http_body_util::channel::Sender;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Channel, Full};

/// Why a body broke off on its way.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// Any body, whole or in parts.
pub type Body = UnsyncBoxBody<Bytes, BodyError>;

pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body that is still being written. One part may wait unread: whoever writes feels who reads.
pub fn written() -> (Sender<Bytes, BodyError>, Body) {
    let (sender, body) = Channel::new(1);
    (sender, body.boxed_unsync())
}
