//! A mistake in a query: where it is and what would be right.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::text::{clean, is_invisible, width};

/// Why a text is not a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct QueryError {
    /// The mistake, in bytes of the text.
    pub span: Range<usize>,
    /// What is wrong, and what would be right. Cleaned: it is printed.
    pub message: String,
}

impl QueryError {
    /// A mistake at a place.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: clean(&message.into()).into_owned() }
    }

    /// The text with a caret under the mistake, on two lines. Cleaned for the terminal.
    pub fn caret(&self, text: &str) -> String {
        let mut shown = String::with_capacity(text.len());
        let (mut before, mut under) = (0, 0);
        for (place, c) in text.char_indices() {
            let c = match c {
                '\n' | '\r' | '\t' => ' ',
                c if is_invisible(c) => '\u{fffd}',
                c => c,
            };
            let width = width(c.encode_utf8(&mut [0; 4]));
            if place < self.span.start {
                before += width;
            } else if place < self.span.end {
                under += width;
            }
            shown.push(c);
        }
        format!("{shown}\n{}{}", " ".repeat(before), "^".repeat(under.max(1)))
    }
}
