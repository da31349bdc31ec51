//! Copying to the clipboard of the terminal, also over SSH: the terminal itself does it when asked by OSC 52.

use std::io::{self, Write};

use crossterm::clipboard::CopyToClipboard;
use crossterm::queue;

/// The most bytes that are copied. Some terminals drop a longer sequence, some stop in the middle of it.
pub const MOST_BYTES: usize = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error("{0} bytes are too many for the terminal's clipboard (at most {MOST_BYTES})")]
    TooLong(usize),
    #[error("there is nothing to copy")]
    Nothing,
    #[error("the terminal did not take it: {0}")]
    Io(#[from] io::Error),
}

/// Asks the terminal to put a text into its clipboard. The text goes as Base64, so nothing in it can act on the
/// terminal. Whether the terminal obeys cannot be known; many ask for a setting first.
pub fn copy(out: &mut impl Write, text: &str) -> Result<(), CopyError> {
    match text.len() {
        0 => return Err(CopyError::Nothing),
        length if length > MOST_BYTES => return Err(CopyError::TooLong(length)),
        _ => {}
    }
    queue!(out, CopyToClipboard::to_clipboard_from(text))?;
    out.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_as_base64() {
        let mut out = Vec::new();
        copy(&mut out, "XT-4821\u{1b}").unwrap();
        assert_eq!(out, b"\x1b]52;c;WFQtNDgyMRs=\x1b\\");
    }

    #[test]
    fn nothing_and_too_much_are_refused() {
        let mut out = Vec::new();
        assert!(matches!(copy(&mut out, ""), Err(CopyError::Nothing)));
        let long = "x".repeat(MOST_BYTES + 1);
        assert!(matches!(copy(&mut out, &long), Err(CopyError::TooLong(length)) if length == MOST_BYTES + 1));
        assert!(out.is_empty());
        copy(&mut out, &long[1..]).unwrap();
    }
}
