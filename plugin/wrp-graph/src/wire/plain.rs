//! How numbers, texts and lists travel.

use super::value::{Source, Wire, write_bytes, write_number};

/// Most bytes that a list gets before its items have come: a count may lie.
const TRUSTED: usize = 1 << 20;

macro_rules! numbers {
    ($($kind:ty),+) => {$(
        impl Wire for $kind {
            fn write(&self, to: &mut Vec<u8>) {
                write_number(u64::from(*self), to);
            }
            fn read(from: &mut Source<'_>) -> $kind {
                from.no_more_than(u64::from(<$kind>::MAX)) as $kind
            }
        }
    )+};
}

numbers!(u16, u32, u64);

macro_rules! as_they_lie {
    ($($kind:ty),+) => {$(
        impl Wire for $kind {
            fn write(&self, to: &mut Vec<u8>) {
                to.extend_from_slice(&self.to_le_bytes());
            }
            fn read(from: &mut Source<'_>) -> $kind {
                <$kind>::from_le_bytes(Wire::read(from))
            }
        }
    )+};
}

as_they_lie!(u8, f32, f64);

impl<const N: usize> Wire for [u8; N] {
    fn write(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self);
    }

    fn read(from: &mut Source<'_>) -> [u8; N] {
        from.take(N).try_into().unwrap_or([0; N])
    }
}

impl Wire for bool {
    fn write(&self, to: &mut Vec<u8>) {
        to.push(u8::from(*self));
    }

    fn read(from: &mut Source<'_>) -> bool {
        from.no_more_than(1) == 1
    }
}

impl Wire for char {
    fn write(&self, to: &mut Vec<u8>) {
        u32::from(*self).write(to);
    }

    fn read(from: &mut Source<'_>) -> char {
        char::from_u32(u32::read(from)).unwrap_or_else(|| {
            from.spoil();
            '\0'
        })
    }
}

impl Wire for String {
    fn write(&self, to: &mut Vec<u8>) {
        write_bytes(self.as_bytes(), to);
    }

    fn read(from: &mut Source<'_>) -> String {
        match std::str::from_utf8(from.bytes()) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                from.spoil();
                String::new()
            }
        }
    }
}

impl<T: Wire> Wire for Option<T> {
    fn write(&self, to: &mut Vec<u8>) {
        self.is_some().write(to);
        self.iter().for_each(|it| it.write(to));
    }

    fn read(from: &mut Source<'_>) -> Option<T> {
        bool::read(from).then(|| T::read(from))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn write(&self, to: &mut Vec<u8>) {
        write_number(self.len() as u64, to);
        self.iter().for_each(|it| it.write(to));
    }

    fn read(from: &mut Source<'_>) -> Vec<T> {
        let count = from.count();
        let mut all = Vec::with_capacity(count.min(TRUSTED / size_of::<T>().max(1)));
        while all.len() < count && !from.is_spoiled() {
            all.push(T::read(from));
        }
        all
    }
}

impl<T: Wire> Wire for Box<T> {
    fn write(&self, to: &mut Vec<u8>) {
        (**self).write(to);
    }

    fn read(from: &mut Source<'_>) -> Box<T> {
        Box::new(T::read(from))
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
    }

    fn read(from: &mut Source<'_>) -> (A, B) {
        (A::read(from), B::read(from))
    }
}

impl<A: Wire, B: Wire, C: Wire> Wire for (A, B, C) {
    fn write(&self, to: &mut Vec<u8>) {
        self.0.write(to);
        self.1.write(to);
        self.2.write(to);
    }

    fn read(from: &mut Source<'_>) -> (A, B, C) {
        (A::read(from), B::read(from), C::read(from))
    }
}
