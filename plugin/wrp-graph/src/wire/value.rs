//! Values as bytes: each type says once, with `wire!`, in which order its parts are written and read.
//!
//! Reading does not fail half-way. A [`Source`] that runs out, or that meets what nobody writes, is spoiled: from then
//! on it yields zeros, and whoever began to read asks once whether it held. So the code that reads a graph has no
//! branch for every field, which in the proxy's module is most of what reading would weigh.

/// What travels. Every value takes at least one byte.
pub trait Wire: Sized {
    fn write(&self, to: &mut Vec<u8>);
    fn read(from: &mut Source<'_>) -> Self;
}

/// Bytes that are being read.
#[derive(Debug)]
pub struct Source<'b> {
    rest: &'b [u8],
    spoiled: bool,
}

/// Reads a value that takes all the bytes.
pub fn from_bytes<T: Wire>(bytes: &[u8]) -> Option<T> {
    let mut source = Source { rest: bytes, spoiled: false };
    let value = T::read(&mut source);
    (!source.spoiled && source.rest.is_empty()).then_some(value)
}

pub fn to_bytes<T: Wire>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    bytes
}

impl<'b> Source<'b> {
    pub(super) fn is_spoiled(&self) -> bool {
        self.spoiled
    }

    /// There is no sense in what was read.
    pub(crate) fn spoil(&mut self) {
        self.spoiled = true;
        self.rest = &[];
    }

    /// So many bytes, or none.
    pub(super) fn take(&mut self, count: usize) -> &'b [u8] {
        match self.rest.split_at_checked(count) {
            Some((taken, rest)) => {
                self.rest = rest;
                taken
            }
            None => {
                self.spoil();
                &[]
            }
        }
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or(0)
    }

    /// Seven bits a byte, the lowest first; all but the last have the high bit set. A number is written in one way
    /// only: no bit is lost, and the last byte is not zero unless it is the only one.
    fn number(&mut self) -> u64 {
        let mut number = 0;
        let mut shift = 0;
        while shift < u64::BITS {
            let byte = self.byte();
            let bits = u64::from(byte & 0x7f);
            if bits << shift >> shift != bits || (byte == 0 && shift > 0) {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return number;
            }
            shift += 7;
        }
        self.spoil();
        0
    }

    /// A number, which is spoiled if it is greater.
    pub(super) fn no_more_than(&mut self, most: u64) -> u64 {
        let number = self.number();
        if number > most {
            self.spoil();
            return 0;
        }
        number
    }

    /// How many follow, of which each takes a byte at least.
    pub(super) fn count(&mut self) -> usize {
        let count = self.number();
        if count > self.rest.len() as u64 {
            self.spoil();
            return 0;
        }
        count as usize
    }

    /// Bytes behind their count.
    pub(crate) fn bytes(&mut self) -> &'b [u8] {
        let count = self.count();
        self.take(count)
    }
}

pub(super) fn write_number(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

pub(crate) fn write_bytes(bytes: &[u8], to: &mut Vec<u8>) {
    write_number(bytes.len() as u64, to);
    to.extend_from_slice(bytes);
}

/// How a type travels: its fields in the order given, those behind the semicolon made anew; of an enum, the number
/// of the variant and then its fields. Every enum has a variant 0: it is what a spoiled source yields.
macro_rules! wire {
    ($name:ident { $($field:ident),+ $(; $made:ident)? }) => {
        impl $crate::wire::Wire for $name {
            fn write(&self, to: &mut Vec<u8>) {
                let $name { $($field),+ $(, $made: _)? } = self;
                $($crate::wire::Wire::write($field, to);)+
            }

            fn read(from: &mut $crate::wire::Source<'_>) -> $name {
                $name {
                    $($field: $crate::wire::Wire::read(from),)+
                    $($made: Default::default(),)?
                }
            }
        }
    };
    ($name:ident($it:ident)) => {
        impl $crate::wire::Wire for $name {
            fn write(&self, to: &mut Vec<u8>) {
                self.0.write(to);
            }

            fn read(from: &mut $crate::wire::Source<'_>) -> $name {
                $name($crate::wire::Wire::read(from))
            }
        }
    };
    (enum $name:ident {
        $($number:literal => $variant:ident $(($($it:ident),+))? $({ $($field:ident),+ })?),+ $(,)?
    }) => {
        impl $crate::wire::Wire for $name {
            fn write(&self, to: &mut Vec<u8>) {
                match self {$(
                    $name::$variant $(($($it),+))? $({ $($field),+ })? => {
                        to.push($number);
                        $($($crate::wire::Wire::write($it, to);)+)?
                        $($($crate::wire::Wire::write($field, to);)+)?
                    }
                )+}
            }

            fn read(from: &mut $crate::wire::Source<'_>) -> $name {
                match from.byte() {
                    $($number => {
                        $($(let $it = $crate::wire::Wire::read(from);)+)?
                        $($(let $field = $crate::wire::Wire::read(from);)+)?
                        $name::$variant $(($($it),+))? $({ $($field),+ })?
                    })+
                    _ => {
                        from.spoil();
                        $crate::wire::Wire::read(from)
                    }
                }
            }
        }
    };
}

pub(crate) use wire;
