//! A fingerprint of a run that is the same on every machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use super::Micros;

/// A running 64-bit FNV-1a hash (Fowler, Noll, Vo) over the values fed to it.
///
/// Not `std::hash`: derived hashes feed lengths and discriminants as `usize`, which differ between 32
/// and 64 bits. Here every value is fed field by field, in fixed width, least significant byte first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceHash(u64);

impl Default for TraceHash {
    fn default() -> TraceHash {
        TraceHash(0xcbf2_9ce4_8422_2325)
    }
}

impl TraceHash {
    /// Feeds bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl fmt::Display for TraceHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A value that can be fed to a [`TraceHash`] in a fixed form.
pub trait Feed {
    /// Feeds this value.
    fn feed(&self, hash: &mut TraceHash);
}

macro_rules! feed_as_bytes {
    ($($integer:ty),*) => {$(
        impl Feed for $integer {
            fn feed(&self, hash: &mut TraceHash) {
                hash.bytes(&self.to_le_bytes());
            }
        }
    )*};
}
feed_as_bytes!(u8, u16, u32, u64);

impl Feed for bool {
    fn feed(&self, hash: &mut TraceHash) {
        u8::from(*self).feed(hash);
    }
}

impl Feed for Micros {
    fn feed(&self, hash: &mut TraceHash) {
        self.0.feed(hash);
    }
}

impl Feed for str {
    fn feed(&self, hash: &mut TraceHash) {
        (self.len() as u64).feed(hash);
        hash.bytes(self.as_bytes());
    }
}

impl Feed for String {
    fn feed(&self, hash: &mut TraceHash) {
        self.as_str().feed(hash);
    }
}

impl<T: Feed> Feed for Option<T> {
    fn feed(&self, hash: &mut TraceHash) {
        self.is_some().feed(hash);
        if let Some(value) = self {
            value.feed(hash);
        }
    }
}

impl<T: Feed> Feed for [T] {
    fn feed(&self, hash: &mut TraceHash) {
        (self.len() as u64).feed(hash);
        self.iter().for_each(|value| value.feed(hash));
    }
}

impl<T: Feed> Feed for Vec<T> {
    fn feed(&self, hash: &mut TraceHash) {
        self.as_slice().feed(hash);
    }
}

impl<T: Feed> Feed for BTreeSet<T> {
    fn feed(&self, hash: &mut TraceHash) {
        (self.len() as u64).feed(hash);
        self.iter().for_each(|value| value.feed(hash));
    }
}

impl<K: Feed, V: Feed> Feed for BTreeMap<K, V> {
    fn feed(&self, hash: &mut TraceHash) {
        (self.len() as u64).feed(hash);
        for (key, value) in self {
            key.feed(hash);
            value.feed(hash);
        }
    }
}

impl<A: Feed, B: Feed> Feed for (A, B) {
    fn feed(&self, hash: &mut TraceHash) {
        self.0.feed(hash);
        self.1.feed(hash);
    }
}

impl<T: Feed + ?Sized> Feed for Rc<T> {
    fn feed(&self, hash: &mut TraceHash) {
        self.as_ref().feed(hash);
    }
}

impl<T: Feed + ?Sized> Feed for Arc<T> {
    fn feed(&self, hash: &mut TraceHash) {
        self.as_ref().feed(hash);
    }
}

impl<T: Feed + ?Sized> Feed for Box<T> {
    fn feed(&self, hash: &mut TraceHash) {
        self.as_ref().feed(hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fnv_1a() {
        let mut hash = TraceHash::default();
        hash.bytes(b"foobar");
        assert_eq!(hash.to_string(), "85944171f73967e8");
    }

    #[test]
    fn neighbours_do_not_run_into_each_other() {
        let of = |value: &[&str]| {
            let mut hash = TraceHash::default();
            value.iter().for_each(|text| text.feed(&mut hash));
            hash
        };
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    }
}
