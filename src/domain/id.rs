//! Identifiers: short, random, safe to type and to print.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Crockford's base 32: no i, l, o, u, so that an id read over the phone survives.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Text that is not an identifier of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct IdError;

fn encode(value: u64, digits: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut text = [0u8; 13];
    for (place, slot) in text.iter_mut().take(digits as usize).enumerate() {
        let shift = 5 * (digits - 1 - place as u32);
        *slot = ALPHABET[(value >> shift & 31) as usize];
    }
    f.pad(std::str::from_utf8(&text[..digits as usize]).map_err(|_| fmt::Error)?)
}

fn decode(text: &str, digits: usize) -> Result<u64, IdError> {
    if text.len() != digits {
        return Err(IdError);
    }
    text.bytes().try_fold(0u64, |value, byte| {
        let digit = ALPHABET.iter().position(|&known| known == byte).ok_or(IdError)?;
        Ok(value << 5 | digit as u64)
    })
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $digits:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// Makes an identifier from random bits; those that do not fit are dropped.
            pub const fn from_bits(bits: u64) -> Self {
                Self(bits & ((1 << (5 * $digits)) - 1))
            }

            /// The bits of the identifier.
            pub const fn bits(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                encode(self.0, $digits, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                decode(text.strip_prefix($prefix).ok_or(IdError)?, $digits).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // A binary format (the store's index) has the bits: text costs time there.
                if serializer.is_human_readable() { serializer.collect_str(self) } else { self.0.serialize(serializer) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if !deserializer.is_human_readable() {
                    return u64::deserialize(deserializer).map(Self::from_bits);
                }
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

identifier! {
    /// A dealership of ours (`d` and ten base-32 digits). Never the platform's `dealerCode`.
    DealershipId, "d", 10
}

identifier! {
    /// One intent to obtain a code; the idempotency key of the call to the code source.
    IntentId, "n", 12
}

identifier! {
    /// One letter to a dealership (`m` and twelve base-32 digits): the local part of its Message-ID, the same for every try.
    LetterId, "m", 12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        for bits in [0, 1, 31, 32, 0x2_5555_5555_5555, u64::MAX] {
            let id = DealershipId::from_bits(bits);
            assert_eq!(id.to_string().parse(), Ok(id));
            assert_eq!(id.to_string().len(), 11);
            let intent = IntentId::from_bits(bits);
            assert_eq!(intent.to_string().parse(), Ok(intent));
        }
        for bad in ["", "d", "d000000000", "d00000000000", "x0000000000", "d000000000i", "dééééé"] {
            assert_eq!(bad.parse::<DealershipId>(), Err(IdError), "{bad}");
        }
    }
}
