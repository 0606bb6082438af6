#![doc = include_str!("router_replay.md")]
#![cfg(feature = "build")]

use super::{AT_LEAST_ONE, COUNT, ENABLED, Kind, elsewhere, nothing_more, optional};
use crate::schema::Shape;

pub(super) static KIND: Kind = Kind {
    name: "router_replay",
    page: include_str!("router_replay.md"),
    fields: &[
        ENABLED,
        optional("max_records", AT_LEAST_ONE, "Most records kept."),
        optional("capture_request_body", Shape::Flag, "Keep the request's body. Default `false`."),
        optional("capture_response_body", Shape::Flag, "Keep the response's body. Default `false`."),
        optional("max_body_bytes", COUNT, "Most bytes kept of a body. Default 4096."),
        optional("max_tool_trace_bytes", COUNT, "Most bytes kept of each part of a tool trace; 0 keeps all."),
        optional("max_tool_trace_steps", COUNT, "Most steps kept of a tool trace; 0 keeps all."),
    ],
    inline: false,
    check: nothing_more,
    compile: |fields| elsewhere("router_replay", fields),
};
