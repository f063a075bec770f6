//! A fingerprint of a run that is the same on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::Micros;

/// A running 64-bit FNV-1a hash (Fowler, Noll, Vo) over the values written to it.
///
/// Not `std::hash`: derived hashes write lengths and discriminants as `usize`, which differ between 32
/// and 64 bits. Here every value is written field by field, in fixed width, little-endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceHash(u64);

impl Default for TraceHash {
    fn default() -> TraceHash {
        TraceHash(0xcbf2_9ce4_8422_2325)
    }
}

impl TraceHash {
    /// Adds raw bytes, without a length.
    pub fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(PRIME);
        }
    }

    /// Adds an integer of so many bytes, at most 8, little-endian. Most are small: all the zero bytes at the end are one
    /// multiplication.
    fn write_integer(&mut self, mut value: u64, bytes: usize) {
        let mut left = bytes;
        while value != 0 {
            self.0 = (self.0 ^ (value & 0xff)).wrapping_mul(PRIME);
            value >>= 8;
            left -= 1;
        }
        self.0 = self.0.wrapping_mul(PRIME_POWERS[left]);
    }
}

/// What the hash is multiplied with for each byte.
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// Its powers from 0 to 8.
const PRIME_POWERS: [u64; 9] = {
    let mut powers = [1; 9];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = PRIME.wrapping_mul(powers[exponent - 1]);
        exponent += 1;
    }
    powers
};

impl fmt::Display for TraceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A value with a hash that is the same on every platform and in every build.
pub trait StableHash {
    /// Adds this value to `hash`: integers in fixed width, little-endian; a length before a sequence.
    fn hash_into(&self, hash: &mut TraceHash);
}

macro_rules! hash_as_bytes {
    ($($integer:ty),*) => {$(
        impl StableHash for $integer {
            fn hash_into(&self, hash: &mut TraceHash) {
                hash.write_integer(u64::from(*self), size_of::<$integer>());
            }
        }
    )*};
}
hash_as_bytes!(u8, u16, u32, u64);

impl StableHash for bool {
    fn hash_into(&self, hash: &mut TraceHash) {
        u8::from(*self).hash_into(hash);
    }
}

impl StableHash for Micros {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.0.hash_into(hash);
    }
}

impl StableHash for str {
    fn hash_into(&self, hash: &mut TraceHash) {
        (self.len() as u64).hash_into(hash);
        hash.write(self.as_bytes());
    }
}

impl StableHash for String {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.as_str().hash_into(hash);
    }
}

impl<T: StableHash> StableHash for Option<T> {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.is_some().hash_into(hash);
        if let Some(value) = self {
            value.hash_into(hash);
        }
    }
}

impl<T: StableHash> StableHash for [T] {
    fn hash_into(&self, hash: &mut TraceHash) {
        (self.len() as u64).hash_into(hash);
        self.iter().for_each(|value| value.hash_into(hash));
    }
}

impl<T: StableHash> StableHash for Vec<T> {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.as_slice().hash_into(hash);
    }
}

impl<T: StableHash> StableHash for BTreeSet<T> {
    fn hash_into(&self, hash: &mut TraceHash) {
        (self.len() as u64).hash_into(hash);
        self.iter().for_each(|value| value.hash_into(hash));
    }
}

impl<K: StableHash, V: StableHash> StableHash for BTreeMap<K, V> {
    fn hash_into(&self, hash: &mut TraceHash) {
        (self.len() as u64).hash_into(hash);
        for (key, value) in self {
            key.hash_into(hash);
            value.hash_into(hash);
        }
    }
}

impl<A: StableHash, B: StableHash> StableHash for (A, B) {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.0.hash_into(hash);
        self.1.hash_into(hash);
    }
}

impl<T: StableHash + ?Sized> StableHash for Rc<T> {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.as_ref().hash_into(hash);
    }
}

impl<T: StableHash + ?Sized> StableHash for Arc<T> {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.as_ref().hash_into(hash);
    }
}

impl<T: StableHash + ?Sized> StableHash for Box<T> {
    fn hash_into(&self, hash: &mut TraceHash) {
        self.as_ref().hash_into(hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fnv_1a() {
        let mut hash = TraceHash::default();
        hash.write(b"foobar");
        assert_eq!(hash.to_string(), "85944171f73967e8");
    }

    #[test]
    fn an_integer_is_its_bytes() {
        for value in [0, 1, 255, 256, 0x0100_0000_0000_0000, 0x00ff_0000_ff00_0000, u64::MAX] {
            let (mut hash, mut expected) = (TraceHash::default(), TraceHash::default());
            value.hash_into(&mut hash);
            expected.write(&value.to_le_bytes());
            assert_eq!(hash, expected, "{value:x}");
        }
    }

    #[test]
    fn neighbours_do_not_run_into_each_other() {
        let of = |value: &[&str]| {
            let mut hash = TraceHash::default();
            value.iter().for_each(|text| text.hash_into(&mut hash));
            hash
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    }
}
