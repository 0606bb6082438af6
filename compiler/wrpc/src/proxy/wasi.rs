//! The little the module needs of an operating system: nowhere to read from, and a log to write to.

use wasmtime::{Caller, Linker, Result};

use super::guest::{Answer, Guest, number};
use super::host::Host;

const MODULE: &str = "wasi_snapshot_preview1";
/// `errno` of WASI.
const BAD_DESCRIPTOR: i32 = 8;

pub(super) fn define(linker: &mut Linker<Host>) -> Result<()> {
    linker.func_wrap(MODULE, "fd_write", write)?;
    linker.func_wrap(MODULE, "environ_sizes_get", |caller: Caller<'_, Host>, count: u32, size: u32| {
        let mut guest = Guest::new(caller);
        number(guest.write_u32(count, 0).and_then(|()| guest.write_u32(size, 0)))
    })?;
    linker.func_wrap(MODULE, "environ_get", |_: u32, _: u32| 0i32)?;
    // Not random on purpose: nothing in the filter may depend on chance, and tests repeat.
    linker.func_wrap(MODULE, "random_get", |caller: Caller<'_, Host>, at: u32, size: u32| {
        let mut guest = Guest::new(caller);
        number(guest.write(at, &vec![0x5a; size as usize]))
    })?;
    linker.func_wrap(MODULE, "clock_time_get", |caller: Caller<'_, Host>, _: i32, _: i64, at: u32| {
        number(Guest::new(caller).write(at, &0u64.to_le_bytes()))
    })?;
    linker.func_wrap(MODULE, "fd_close", |_: i32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_seek", |_: i32, _: i64, _: i32, _: u32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_fdstat_get", |_: i32, _: u32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "proc_exit", |code: i32| -> Result<()> {
        Err(wasmtime::format_err!("the module exited with {code}"))
    })?;
    Ok(())
}

/// Standard output and error go to the log.
fn write(caller: Caller<'_, Host>, descriptor: i32, pieces: u32, count: u32, written: u32) -> i32 {
    if descriptor != 1 && descriptor != 2 {
        return BAD_DESCRIPTOR;
    }
    let mut guest = Guest::new(caller);
    let mut line = || -> Answer {
        let mut line = Vec::new();
        for piece in 0..count {
            let at = pieces.saturating_add(piece.saturating_mul(8));
            let word = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            let data = word(guest.bytes(at, 4)?);
            let size = word(guest.bytes(at.saturating_add(4), 4)?);
            line.extend_from_slice(guest.bytes(data, size)?);
        }
        guest.write_u32(written, line.len() as u32)?;
        let level = if descriptor == 2 { 4 } else { 2 };
        guest.host().log(level, String::from_utf8_lossy(&line).trim_end().to_owned());
        Ok(())
    };
    number(line())
}
