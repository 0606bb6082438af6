//! What the module may ask of its host: the calls of proxy-wasm 0.2.1 that Envoy answers.
//!
//! A call that is not here traps when it is made, so that a test shows it rather than a proxy.

use std::time::Duration;

use wasmtime::{Caller, Linker, Result};

use super::exchange::{Call, Headers, Message, Phase, Reply};
use super::guest::{Answer, Guest, Status, number};
use super::host::{Host, Metric};

pub(super) fn define(linker: &mut Linker<Host>) -> Result<()> {
    macro_rules! calls {
        ($($name:literal => $call:ident($($argument:ident: $type:ty),*);)*) => {$(
            linker.func_wrap("env", $name, |caller: Caller<'_, Host>, $($argument: $type),*| {
                number($call(&mut Guest::new(caller), $($argument),*))
            })?;
        )*};
    }
    calls! {
        "proxy_log" => log(level: i32, data: u32, size: u32);
        "proxy_get_log_level" => log_level(at: u32);
        "proxy_get_current_time_nanoseconds" => time(at: u32);
        "proxy_set_tick_period_milliseconds" => tick(period_ms: u32);
        "proxy_get_buffer_bytes" => get_buffer(kind: i32, start: u32, size: u32, data: u32, length: u32);
        "proxy_set_buffer_bytes" => set_buffer(kind: i32, start: u32, size: u32, data: u32, length: u32);
        "proxy_get_header_map_pairs" => get_pairs(map: i32, data: u32, size: u32);
        "proxy_set_header_map_pairs" => set_pairs(map: i32, data: u32, size: u32);
        "proxy_get_header_map_value" => get_value(map: i32, key: u32, key_size: u32, data: u32, size: u32);
        "proxy_add_header_map_value" => add_value(map: i32, key: u32, key_size: u32, data: u32, size: u32);
        "proxy_replace_header_map_value" => replace_value(map: i32, key: u32, key_size: u32, data: u32, size: u32);
        "proxy_remove_header_map_value" => remove_value(map: i32, key: u32, key_size: u32);
        "proxy_get_property" => get_property(path: u32, path_size: u32, data: u32, size: u32);
        "proxy_set_property" => set_property(path: u32, path_size: u32, data: u32, size: u32);
        "proxy_get_shared_data" => get_shared(key: u32, key_size: u32, data: u32, size: u32, version: u32);
        "proxy_set_shared_data" => set_shared(key: u32, key_size: u32, data: u32, size: u32, version: u32);
        "proxy_define_metric" => define_metric(kind: i32, name: u32, name_size: u32, id: u32);
        "proxy_increment_metric" => increment_metric(id: u32, by: i64);
        "proxy_record_metric" => record_metric(id: u32, value: u64);
        "proxy_get_metric" => get_metric(id: u32, at: u32);
        "proxy_set_effective_context" => set_context(context: u32);
        "proxy_continue_stream" => resume(_stream: i32);
        "proxy_http_call" => http_call(
            cluster: u32, cluster_size: u32, headers: u32, headers_size: u32, body: u32, body_size: u32,
            trailers: u32, trailers_size: u32, timeout_ms: u32, at: u32
        );
        "proxy_call_foreign_function" => foreign(name: u32, name_size: u32, _data: u32, _size: u32, data: u32, size: u32);
        "proxy_send_local_response" => reply(
            status: u32, _details: u32, _details_size: u32, body: u32, body_size: u32, headers: u32,
            headers_size: u32, _grpc: i32
        );
        "proxy_done" => done();
    }
    Ok(())
}

fn log(guest: &mut Guest<'_>, level: i32, data: u32, size: u32) -> Answer {
    let message = String::from_utf8_lossy(guest.bytes(data, size)?).into_owned();
    guest.host().log(level, message);
    Ok(())
}

fn log_level(guest: &mut Guest<'_>, at: u32) -> Answer {
    guest.write_u32(at, 0)
}

fn time(guest: &mut Guest<'_>, at: u32) -> Answer {
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    guest.write(at, &(now.as_nanos() as u64).to_le_bytes())
}

fn tick(guest: &mut Guest<'_>, period_ms: u32) -> Answer {
    guest.host().tick = Duration::from_millis(period_ms.into());
    Ok(())
}

/// The call is only noted: whoever holds the virtual machine makes it, and brings the answer.
#[expect(clippy::too_many_arguments, reason = "the call has that many")]
fn http_call(
    guest: &mut Guest<'_>,
    cluster: u32,
    cluster_size: u32,
    headers: u32,
    headers_size: u32,
    body: u32,
    body_size: u32,
    trailers: u32,
    trailers_size: u32,
    timeout_ms: u32,
    at: u32,
) -> Answer {
    let cluster = guest.text(cluster, cluster_size)?;
    let headers = unpack(guest.bytes(headers, headers_size)?).ok_or(Status::BadArgument)?;
    let trailers = unpack(guest.bytes(trailers, trailers_size)?).ok_or(Status::BadArgument)?;
    if [":method", ":path", ":authority"].iter().any(|name| headers.bytes(name).is_none()) {
        return Err(Status::BadArgument);
    }
    let body = guest.bytes(body, body_size)?.to_vec();
    let host = guest.host();
    host.tokens += 1;
    let (context, token) = (host.current, host.tokens);
    let timeout = Duration::from_millis(timeout_ms.into());
    host.calls.push_back(Call {
        context,
        token,
        cluster,
        message: Message { headers, body, trailers },
        timeout,
    });
    guest.write_u32(at, token)
}

fn done(_: &mut Guest<'_>) -> Answer {
    Ok(())
}

/// The buffer that is in the filter's hands in this phase.
fn buffer(host: &mut Host, kind: i32) -> std::result::Result<&mut Vec<u8>, Status> {
    let (call_answer, configuration) = (kind == 4, kind == 7);
    if configuration {
        return Ok(&mut host.configuration);
    }
    if call_answer {
        return host.answer.as_mut().map(|answer| &mut answer.body).ok_or(Status::NotFound);
    }
    let exchange = host.exchange().ok_or(Status::NotFound)?;
    match (kind, exchange.phase) {
        (0, Phase::RequestBody | Phase::RequestTrailers | Phase::Answer) => Ok(&mut exchange.request.body),
        (1, Phase::ResponseBody | Phase::ResponseTrailers) => Ok(&mut exchange.response.body),
        _ => Err(Status::NotFound),
    }
}

fn get_buffer(guest: &mut Guest<'_>, kind: i32, start: u32, size: u32, data: u32, length: u32) -> Answer {
    let buffer = buffer(guest.host(), kind)?;
    let start = (start as usize).min(buffer.len());
    let end = start.saturating_add(size as usize).min(buffer.len());
    let bytes = buffer[start..end].to_vec();
    guest.hand_over(&bytes, data, length)
}

/// Envoy takes a replacement of the front or of everything, and an addition at the end; nothing in the middle.
fn set_buffer(guest: &mut Guest<'_>, kind: i32, start: u32, size: u32, data: u32, length: u32) -> Answer {
    let bytes = guest.bytes(data, length)?.to_vec();
    let buffer = buffer(guest.host(), kind)?;
    let (start, size) = (start as usize, (size as usize).min(buffer.len()));
    if start == 0 {
        buffer.splice(0..size, bytes);
        Ok(())
    } else if start >= buffer.len() {
        buffer.extend(bytes);
        Ok(())
    } else {
        Err(Status::BadArgument)
    }
}

/// The header map that is in the filter's hands. Request headers stay readable for the whole exchange.
fn map(host: &mut Host, map: i32) -> std::result::Result<&mut Headers, Status> {
    if let 6 | 7 = map {
        let answer = host.answer.as_mut().ok_or(Status::BadArgument)?;
        return Ok(if map == 6 { &mut answer.headers } else { &mut answer.trailers });
    }
    let exchange = host.exchange().ok_or(Status::BadArgument)?;
    match map {
        0 => Ok(&mut exchange.request.headers),
        1 => Ok(&mut exchange.request.trailers),
        2 if exchange.phase >= Phase::ResponseHeaders => Ok(&mut exchange.response.headers),
        3 if exchange.phase >= Phase::ResponseTrailers => Ok(&mut exchange.response.trailers),
        _ => Err(Status::BadArgument),
    }
}

fn get_pairs(guest: &mut Guest<'_>, kind: i32, data: u32, size: u32) -> Answer {
    let bytes = pack(map(guest.host(), kind)?);
    guest.hand_over(&bytes, data, size)
}

fn set_pairs(guest: &mut Guest<'_>, kind: i32, data: u32, size: u32) -> Answer {
    let headers = unpack(guest.bytes(data, size)?).ok_or(Status::BadArgument)?;
    *map(guest.host(), kind)? = headers;
    Ok(())
}

fn get_value(guest: &mut Guest<'_>, kind: i32, key: u32, key_size: u32, data: u32, size: u32) -> Answer {
    let key = guest.text(key, key_size)?;
    let value = map(guest.host(), kind)?.bytes(&key).ok_or(Status::NotFound)?.to_vec();
    guest.hand_over(&value, data, size)
}

fn add_value(guest: &mut Guest<'_>, kind: i32, key: u32, key_size: u32, data: u32, size: u32) -> Answer {
    let (key, value) = (guest.text(key, key_size)?, guest.bytes(data, size)?.to_vec());
    map(guest.host(), kind)?.add(&key, &value);
    Ok(())
}

fn replace_value(guest: &mut Guest<'_>, kind: i32, key: u32, key_size: u32, data: u32, size: u32) -> Answer {
    let (key, value) = (guest.text(key, key_size)?, guest.bytes(data, size)?.to_vec());
    map(guest.host(), kind)?.set(&key, &value);
    Ok(())
}

fn remove_value(guest: &mut Guest<'_>, kind: i32, key: u32, key_size: u32) -> Answer {
    let key = guest.text(key, key_size)?;
    map(guest.host(), kind)?.remove(&key);
    Ok(())
}

fn get_property(guest: &mut Guest<'_>, path: u32, path_size: u32, data: u32, size: u32) -> Answer {
    let path = guest.bytes(path, path_size)?.to_vec();
    let value = guest.host().properties.get(&path).cloned().ok_or(Status::NotFound)?;
    guest.hand_over(&value, data, size)
}

fn set_property(guest: &mut Guest<'_>, path: u32, path_size: u32, data: u32, size: u32) -> Answer {
    let (path, value) = (guest.bytes(path, path_size)?.to_vec(), guest.bytes(data, size)?.to_vec());
    guest.host().properties.insert(path, value);
    Ok(())
}

fn get_shared(guest: &mut Guest<'_>, key: u32, key_size: u32, data: u32, size: u32, version: u32) -> Answer {
    let key = guest.bytes(key, key_size)?.to_vec();
    let (value, current) = guest.host().shared.get(&key).cloned().ok_or(Status::NotFound)?;
    guest.write_u32(version, current)?;
    guest.hand_over(&value, data, size)
}

fn set_shared(guest: &mut Guest<'_>, key: u32, key_size: u32, data: u32, size: u32, version: u32) -> Answer {
    let (key, value) = (guest.bytes(key, key_size)?.to_vec(), guest.bytes(data, size)?.to_vec());
    let current = guest.host().shared.get(&key).map_or(0, |(_, version)| *version);
    if version != 0 && version != current {
        return Err(Status::CasMismatch);
    }
    guest.host().shared.insert(key, (value, current + 1));
    Ok(())
}

fn define_metric(guest: &mut Guest<'_>, kind: i32, name: u32, name_size: u32, id: u32) -> Answer {
    let name = guest.text(name, name_size)?;
    let metrics = &mut guest.host().metrics;
    let index = metrics.iter().position(|metric| metric.name == name).unwrap_or_else(|| {
        metrics.push(Metric { kind, name, value: 0 });
        metrics.len() - 1
    });
    guest.write_u32(id, index as u32 + 1)
}

fn metric(host: &mut Host, id: u32) -> std::result::Result<&mut Metric, Status> {
    let index = (id as usize).checked_sub(1).ok_or(Status::NotFound)?;
    host.metrics.get_mut(index).ok_or(Status::NotFound)
}

fn increment_metric(guest: &mut Guest<'_>, id: u32, by: i64) -> Answer {
    let metric = metric(guest.host(), id)?;
    let counter = metric.kind == 0;
    if counter && by < 0 {
        return Err(Status::BadArgument);
    }
    metric.value = metric.value.saturating_add_signed(by);
    Ok(())
}

fn record_metric(guest: &mut Guest<'_>, id: u32, value: u64) -> Answer {
    metric(guest.host(), id)?.value = value;
    Ok(())
}

fn get_metric(guest: &mut Guest<'_>, id: u32, at: u32) -> Answer {
    let value = metric(guest.host(), id)?.value;
    guest.write(at, &value.to_le_bytes())
}

fn set_context(guest: &mut Guest<'_>, context: u32) -> Answer {
    guest.host().current = context;
    Ok(())
}

fn resume(guest: &mut Guest<'_>, _stream: i32) -> Answer {
    guest.host().exchange().ok_or(Status::BadArgument)?.resumed = true;
    Ok(())
}

fn foreign(guest: &mut Guest<'_>, name: u32, name_size: u32, _: u32, _: u32, data: u32, size: u32) -> Answer {
    match guest.text(name, name_size)?.as_str() {
        "clear_route_cache" => {
            guest.host().exchange().ok_or(Status::BadArgument)?.route_cleared = true;
            guest.hand_over(&[], data, size)
        }
        _ => Err(Status::NotFound),
    }
}

#[expect(clippy::too_many_arguments, reason = "the call has that many")]
fn reply(
    guest: &mut Guest<'_>,
    status: u32,
    _details: u32,
    _details_size: u32,
    body: u32,
    body_size: u32,
    headers: u32,
    headers_size: u32,
    _grpc: i32,
) -> Answer {
    let headers = unpack(guest.bytes(headers, headers_size)?).ok_or(Status::BadArgument)?;
    let body = guest.bytes(body, body_size)?.to_vec();
    guest.host().exchange().ok_or(Status::BadArgument)?.reply = Some(Reply { status, headers, body });
    Ok(())
}

/// Count, then the length of each name and value, then each with a zero byte behind it.
fn pack(headers: &Headers) -> Vec<u8> {
    let mut bytes = (headers.0.len() as u32).to_le_bytes().to_vec();
    for (name, value) in &headers.0 {
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend((value.len() as u32).to_le_bytes());
    }
    for (name, value) in &headers.0 {
        bytes.extend(name.as_bytes());
        bytes.push(0);
        bytes.extend(value);
        bytes.push(0);
    }
    bytes
}

fn unpack(bytes: &[u8]) -> Option<Headers> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?) as usize);
    let count = if bytes.is_empty() { 0 } else { word(0)? };
    let mut headers = Headers::default();
    let mut at = 4 + count.checked_mul(8)?;
    for index in 0..count {
        let (name_size, value_size) = (word(4 + index * 8)?, word(8 + index * 8)?);
        let name = std::str::from_utf8(bytes.get(at..at.checked_add(name_size)?)?).ok()?;
        at += name_size + 1;
        let value = bytes.get(at..at.checked_add(value_size)?)?;
        at += value_size + 1;
        headers.add(name, value);
    }
    Some(headers)
}
