//! Every call to the proxy, with a result.
//!
//! The interface library panics on a status it does not expect. What is called here is called only where the
//! proxy cannot answer with one: maps and buffers in their own phases, a buffer from its start, headers as bytes.

use std::time::{Duration, UNIX_EPOCH};

use proxy_wasm::hostcalls;
use proxy_wasm::types::{BufferType, LogLevel, MapType, MetricType, Status};

use crate::respond::Reply;

pub(crate) fn log(level: LogLevel, message: &str) {
    // Nobody could be told that the log does not work.
    let _ = hostcalls::log(level, message);
}

pub(crate) fn configuration(size: usize) -> Result<Vec<u8>, Status> {
    Ok(hostcalls::get_buffer(BufferType::PluginConfiguration, 0, size)?.unwrap_or_default())
}

/// Puts a value where all workers of the proxy can read it.
pub(crate) fn share(key: &str, value: &[u8]) -> Result<(), Status> {
    hostcalls::set_shared_data(key, Some(value), None)
}

/// Names in lower case. The proxy has let only valid header names in; values may be any bytes.
pub(crate) fn request_headers() -> Result<Vec<(String, Vec<u8>)>, Status> {
    hostcalls::get_map_bytes(MapType::HttpRequestHeaders)
}

pub(crate) fn set_request_header(name: &str, value: &str) -> Result<(), Status> {
    hostcalls::set_map_value(MapType::HttpRequestHeaders, name, Some(value))
}

pub(crate) fn add_request_header(name: &str, value: &str) -> Result<(), Status> {
    hostcalls::add_map_value(MapType::HttpRequestHeaders, name, value)
}

pub(crate) fn remove_request_header(name: &str) -> Result<(), Status> {
    hostcalls::remove_map_value(MapType::HttpRequestHeaders, name)
}

/// The whole body gathered so far.
pub(crate) fn request_body(size: usize) -> Result<Vec<u8>, Status> {
    Ok(hostcalls::get_buffer(BufferType::HttpRequestBody, 0, size)?.unwrap_or_default())
}

/// Puts new bytes in the place of the first `until` of the gathered body; at least one must go.
pub(crate) fn replace_front(until: usize, front: &[u8]) -> Result<(), Status> {
    hostcalls::set_buffer(BufferType::HttpRequestBody, 0, until, front)
}

/// Has the proxy choose the route again. A proxy without this function does so by itself when headers change.
pub(crate) fn clear_route_cache() -> Result<(), Status> {
    match hostcalls::call_foreign_function("clear_route_cache", None) {
        Ok(_) | Err(Status::NotFound) => Ok(()),
        Err(status) => Err(status),
    }
}

pub(crate) fn send(reply: &Reply) -> Result<(), Status> {
    let headers = reply.headers.iter().map(|(name, value)| (name.as_ref(), value.as_str())).collect();
    hostcalls::send_http_response(reply.status, headers, Some(reply.body.as_bytes()))
}

/// Sends a request to a cluster; `false` where the proxy does not even try. The answer comes in a callback.
pub(crate) fn call(cluster: &str, headers: Vec<(&str, &str)>, body: &[u8], timeout_ms: usize) -> bool {
    let timeout = Duration::from_millis(timeout_ms as u64);
    hostcalls::dispatch_http_call(cluster, headers, Some(body), Vec::new(), timeout).is_ok()
}

/// The status of a call's answer; `None` where none came, and then the proxy has no headers to show.
pub(crate) fn call_status(headers: usize) -> Option<u16> {
    if headers == 0 { None } else { status(MapType::HttpCallResponseHeaders) }
}

pub(crate) fn call_body(size: usize) -> Option<Vec<u8>> {
    hostcalls::get_buffer(BufferType::HttpCallResponseBody, 0, size).ok()?
}

/// Lets a request go that was held in an earlier callback.
pub(crate) fn resume() {
    let _ = hostcalls::resume_http_request();
}

pub(crate) fn tick_every(period_ms: u64) {
    let _ = hostcalls::set_tick_period(Duration::from_millis(period_ms));
}

pub(crate) fn response_status() -> Option<u16> {
    status(MapType::HttpResponseHeaders)
}

fn status(map: MapType) -> Option<u16> {
    let status = hostcalls::get_map_value_bytes(map, ":status").ok()??;
    std::str::from_utf8(&status).ok()?.parse().ok()
}

pub(crate) fn set_response_header(name: &str, value: &str) -> Result<(), Status> {
    hostcalls::set_map_value(MapType::HttpResponseHeaders, name, Some(value))
}

/// Nanoseconds since 1970; zero if the proxy has no clock.
pub(crate) fn now_ns() -> u64 {
    let now = hostcalls::get_current_time().ok().and_then(|now| now.duration_since(UNIX_EPOCH).ok());
    now.map_or(0, |now| now.as_nanos() as u64)
}

pub(crate) fn define_counter(name: &str) -> Option<u32> {
    hostcalls::define_metric(MetricType::Counter, name).ok()
}

pub(crate) fn increment(id: u32) {
    // A counter that cannot be counted must not fail a request.
    let _ = hostcalls::increment_metric(id, 1);
}
