//! JSON in which everything that could act on a terminal or turn text round is escaped; it reads back the same.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use crate::domain::text::escaped;

/// A layout of JSON with escapes of our own.
struct Escaped<F>(F);

macro_rules! layout {
    ($($name:ident($($argument:ident: $kind:ty)?))*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $argument: $kind)?) -> io::Result<()> {
            self.0.$name(writer $(, $argument)?)
        })*
    };
}

impl<F: Formatter> Formatter for Escaped<F> {
    layout! {
        begin_array() end_array() begin_array_value(first: bool) end_array_value()
        begin_object() end_object() begin_object_key(first: bool) end_object_key()
        begin_object_value() end_object_value()
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        writer.write_all(escaped(fragment).as_bytes())
    }
}

/// Writes a value on several lines.
pub(super) fn pretty<W: Write, T: Serialize>(writer: W, value: &T) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(writer, Escaped(PrettyFormatter::new()));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

/// Writes a value on one line.
pub(super) fn compact<W: Write, T: Serialize>(writer: W, value: &T) -> io::Result<()> {
    let mut serializer = Serializer::with_formatter(writer, Escaped(CompactFormatter));
    value.serialize(&mut serializer).map_err(io::Error::from)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::text::is_invisible;

    proptest! {
        #[test]
        fn it_reads_back_the_same_and_nothing_acts(text in any::<String>(), hostile in "[\u{7f}-\u{9f}\u{202a}-\u{202e}\u{200b}\u{e0001}a\"\\\\]{0,20}") {
            let value = json!({ "a": [text, hostile], "b": {} });
            let (mut lines, mut line) = (Vec::new(), Vec::new());
            pretty(&mut lines, &value).unwrap();
            compact(&mut line, &value).unwrap();
            for bytes in [lines, line] {
                prop_assert!(!std::str::from_utf8(&bytes).unwrap().chars().any(|c| c != '\n' && is_invisible(c)));
                prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value.clone());
            }
        }
    }
}
