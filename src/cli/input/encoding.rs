//! From bytes to text. What is not sure is told; what cannot be is refused as a whole, before a row is read.

use encoding_rs::{Encoding, MACINTOSH, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many characters of a file without a mark are looked at.
const LOOKED_AT: usize = 4_096;

/// A text and the encoding in which it came.
#[derive(Debug, PartialEq, Eq)]
pub struct DecodedText {
    text: String,
    encoding: Option<&'static str>,
}

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoText {
    #[error("it is no text file (a NUL byte on line {0}); if it is a workbook, save it as CSV UTF-8 (comma delimited)")]
    Binary(usize),
    /// UTF-16 that is cut or damaged.
    #[error("it looks like UTF-16 and is damaged; save it as CSV UTF-8 (comma delimited)")]
    Damaged,
    /// UTF-8 on some lines and something else on others.
    #[error(
        "line {line} is not UTF-8, while line {utf8} is: two encodings in one file; write line {line} again, and save as UTF-8"
    )]
    Mixed {
        /// The first line that is not.
        line: usize,
        /// The first line that is, and not by chance.
        utf8: usize,
    },
}

impl DecodedText {
    /// Reads bytes as UTF-8; as UTF-16 when they have its mark or its zeros; and otherwise as what spreadsheets write: the
    /// alphabet of Windows for Western languages, or that of old Macs where lines end as theirs did.
    pub fn decode(bytes: Vec<u8>) -> Result<Self, NoText> {
        let utf16 = match bytes.as_slice() {
            [0xff, 0xfe, ..] => Some(UTF_16LE),
            [0xfe, 0xff, ..] => Some(UTF_16BE),
            _ => utf16_without_mark(&bytes),
        };
        let read = match utf16 {
            Some(encoding) => {
                let (text, damaged) = encoding.decode_with_bom_removal(&bytes);
                if damaged {
                    return Err(NoText::Damaged);
                }
                Self { text: text.into_owned(), encoding: Some("UTF-16") }
            }
            None => match String::from_utf8(bytes) {
                Ok(text) => Self { text, encoding: None },
                Err(error) => Self::in_bytes(error.as_bytes())?,
            },
        };
        match memchr::memchr(0, read.text.as_bytes()) {
            Some(at) => Err(NoText::Binary(line_of(read.text.as_bytes(), at))),
            None => Ok(read),
        }
    }

    fn in_bytes(bytes: &[u8]) -> Result<Self, NoText> {
        let mut at = 0;
        let (mut utf8, mut other) = (None, None);
        for chunk in bytes.utf8_chunks() {
            let valid = chunk.valid();
            utf8 = utf8.or_else(|| Some(at + valid.find(|c: char| !c.is_ascii())?));
            at += valid.len();
            other = other.or_else(|| Some(at).filter(|_| !chunk.invalid().is_empty()));
            at += chunk.invalid().len();
        }
        // A letter in two bytes is hardly ever two letters of another alphabet by chance.
        if let (Some(utf8), Some(other)) = (utf8, other) {
            return Err(NoText::Mixed { line: line_of(bytes, other), utf8: line_of(bytes, utf8) });
        }
        let old_mac = bytes.contains(&b'\r') && !bytes.contains(&b'\n');
        let (encoding, name): (&'static Encoding, _) =
            if old_mac { (MACINTOSH, "Mac OS Roman") } else { (WINDOWS_1252, "Windows-1252") };
        let (text, _) = encoding.decode_without_bom_handling(bytes);
        Ok(Self { text: text.into_owned(), encoding: Some(name) })
    }

    /// The text, without the mark at its start.
    pub fn as_str(&self) -> &str {
        self.text.strip_prefix('\u{feff}').unwrap_or(&self.text)
    }

    /// What is to be said of the encoding, with a word by which it can be checked.
    pub fn remark(&self) -> Option<String> {
        let name = self.encoding?;
        let mut words = self.text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '|'));
        let word = words.find(|word| !word.is_ascii());
        let word = word.filter(|_| name != "UTF-16").map(|word| {
            let word: String = word.chars().take(40).collect();
            format!("; a word of it: `{}`", crate::domain::text::clean(&word))
        });
        Some(format!("the file is not UTF-8: it was read as {name}{}", word.unwrap_or_default()))
    }
}

/// Plain letters in UTF-16 have a zero in every other byte.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = bytes.get(..bytes.len().min(2 * LOOKED_AT)).unwrap_or_default().as_chunks::<2>();
    let few = pairs.len() < 2;
    let most =
        |zero: fn(&[u8; 2]) -> bool| !few && pairs.iter().filter(|pair| zero(pair)).count() * 4 > pairs.len() * 3;
    if most(|[low, high]| *high == 0 && *low != 0) {
        Some(UTF_16LE)
    } else if most(|[high, low]| *high == 0 && *low != 0) {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    let feeds = memchr::memchr_iter(b'\n', before).count();
    1 + if feeds == 0 { memchr::memchr_iter(b'\r', before).count() } else { feeds }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn utf16(text: &str, little: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
    }

    fn read(bytes: &[u8]) -> (String, Option<&'static str>) {
        let text = DecodedText::decode(bytes.to_vec()).unwrap_or_else(|error| panic!("{error}"));
        (text.text, text.encoding)
    }

    #[test]
    fn every_encoding_that_spreadsheets_write_is_read_and_told() {
        let words = "name,dealer_code\r\nNúñez Ford,xts1\r\n";
        assert_eq!(read(words.as_bytes()), (words.to_owned(), None));
        for little in [true, false] {
            let with_mark = utf16(&format!("\u{feff}{words}"), little);
            assert_eq!(read(&with_mark), (words.to_owned(), Some("UTF-16")));
            assert_eq!(read(&utf16(words, little)), (words.to_owned(), Some("UTF-16")), "without a mark");
        }
        assert_eq!(read(b"Pe\xf1a \x93Big\x94\n"), ("Peña “Big”\n".to_owned(), Some("Windows-1252")));
        assert_eq!(read(b"Pe\x96a\rx\r"), ("Peña\rx\r".to_owned(), Some("Mac OS Roman")));
        let remark = DecodedText::decode(b"name\nPe\xf1a Ford\n".to_vec()).unwrap().remark().unwrap();
        assert_eq!(remark, "the file is not UTF-8: it was read as Windows-1252; a word of it: `Peña`");
    }

    #[test]
    fn what_is_no_text_is_refused_as_a_whole_with_the_line() {
        let refused = |bytes: &[u8]| DecodedText::decode(bytes.to_vec()).unwrap_err();
        assert_eq!(refused("Peña\nPe\u{0}a".as_bytes()), NoText::Binary(2));
        assert_eq!(refused(b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00"), NoText::Binary(1));
        assert_eq!(refused(b"a\nb\nPe\xc3\xb1a\nPe\xf1a"), NoText::Mixed { line: 4, utf8: 3 });
        assert_eq!(refused(b"\xff\xfea\0\x00\xd8b\0"), NoText::Damaged);
        assert_eq!(read(b""), (String::new(), None));
        assert_eq!(read(b"\xff\xfe"), (String::new(), Some("UTF-16")));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = DecodedText::decode(bytes).map(|text| text.remark());
        }

        #[test]
        fn utf8_is_what_it_is(text in "[^\u{0}]{2,40}") {
            prop_assert_eq!(read(text.as_bytes()), (text.clone(), None));
        }
    }
}
