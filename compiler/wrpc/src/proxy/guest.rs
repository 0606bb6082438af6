//! Reading and writing the module's memory, every access checked.

use wasmtime::Caller;

use super::host::{Doors, Host};

/// What a host call answers; the numbers are those of proxy-wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Ok = 0,
    NotFound = 1,
    BadArgument = 2,
    InvalidMemoryAccess = 6,
    CasMismatch = 8,
    InternalFailure = 10,
}

pub(super) type Answer = Result<(), Status>;

/// As the module reads it.
pub(super) fn number(answer: Answer) -> i32 {
    match answer {
        Ok(()) => Status::Ok as i32,
        Err(status) => status as i32,
    }
}

/// The module from inside a host call.
pub(super) struct Guest<'c> {
    pub(super) caller: Caller<'c, Host>,
}

impl<'c> Guest<'c> {
    pub(super) fn new(caller: Caller<'c, Host>) -> Guest<'c> {
        Guest { caller }
    }

    pub(super) fn host(&mut self) -> &mut Host {
        self.caller.data_mut()
    }

    fn doors(&self) -> Result<Doors, Status> {
        self.caller.data().doors.clone().ok_or(Status::InternalFailure)
    }

    pub(super) fn bytes(&self, at: u32, size: u32) -> Result<&[u8], Status> {
        let memory = self.doors()?.memory;
        let start = at as usize;
        memory
            .data(&self.caller)
            .get(start..start.saturating_add(size as usize))
            .ok_or(Status::InvalidMemoryAccess)
    }

    pub(super) fn text(&self, at: u32, size: u32) -> Result<String, Status> {
        String::from_utf8(self.bytes(at, size)?.to_vec()).map_err(|_| Status::BadArgument)
    }

    pub(super) fn write(&mut self, at: u32, bytes: &[u8]) -> Answer {
        let memory = self.doors()?.memory;
        memory.write(&mut self.caller, at as usize, bytes).map_err(|_| Status::InvalidMemoryAccess)
    }

    pub(super) fn write_u32(&mut self, at: u32, value: u32) -> Answer {
        self.write(at, &value.to_le_bytes())
    }

    /// Copies bytes into memory that the module allocates, and tells it where they are. Nothing is a null pointer.
    pub(super) fn hand_over(&mut self, bytes: &[u8], return_data: u32, return_size: u32) -> Answer {
        let size = u32::try_from(bytes.len()).map_err(|_| Status::InternalFailure)?;
        let data = if bytes.is_empty() {
            0
        } else {
            let allocate = self.doors()?.allocate;
            let data = allocate.call(&mut self.caller, size).map_err(|_| Status::InternalFailure)?;
            self.write(data, bytes)?;
            data
        };
        self.write_u32(return_data, data)?;
        self.write_u32(return_size, size)
    }
}
