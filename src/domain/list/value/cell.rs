//! A cell, read for the field that it is meant for.

use std::borrow::Cow;

use super::encoded::{self, ReadTwice};
use super::{Mended, is_nobody, is_placeholder, phone};
use crate::domain::phone::numbers;
use crate::domain::table::{damage, fraction, plain_key};
use crate::domain::text::{clean, is_line_break, tidy};
use crate::domain::{ProfileField, address};

/// Reads a cell for a field: the text, empty when there is none, and what was done to that of the cell, each once.
pub fn read_value(field: ProfileField, cell: &str) -> Result<(String, Vec<Mended>), String> {
    let mut reading = Reading { text: Cow::Borrowed(cell), mended: Vec::new() };
    if field == ProfileField::DealerCode {
        reading.read_key()?;
    } else {
        reading.read_text(field);
    }
    if is_placeholder(&reading.text) || field == ProfileField::Owner && is_nobody(&reading.text) {
        if field.is_needed() {
            return Err(format!("`{}` stands for no value, and one is needed", clean(&reading.text)));
        }
        reading.none(Mended::Placeholder);
    }
    let Reading { text, mended } = reading;
    Ok((text.into_owned(), mended))
}

/// A text on its way, and what was done to it.
struct Reading<'a> {
    text: Cow<'a, str>,
    mended: Vec<Mended>,
}

impl Reading<'_> {
    /// A key is compared character by character, so nothing is repaired in it but what protects it from spreadsheets.
    fn read_key(&mut self) -> Result<(), String> {
        self.trim();
        let plain = plain_key(&self.text).into_owned();
        if let Some(why) = damage(&plain, true).or_else(|| fraction(&plain)).filter(|_| !is_placeholder(&plain)) {
            return Err(format!("`{}`: {why}", clean(&plain)));
        }
        if plain != self.text {
            self.replace(Mended::Formula, plain);
        }
        let meant = encoded::without_entities(&self.text).map(|meant| (meant, "HTML entities in it")).or_else(|| {
            match encoded::read_twice(&self.text) {
                Some(ReadTwice::Certain(meant)) => Some((meant, "characters that were UTF-8 read as Windows-1252")),
                _ => None,
            }
        });
        match meant {
            Some((meant, what)) => {
                Err(format!("`{}` has {what}; if it is `{}`, write that", clean(&self.text), clean(&meant)))
            }
            None => Ok(()),
        }
    }

    fn read_text(&mut self, field: ProfileField) {
        if let Some(decoded) = encoded::without_entities(&self.text) {
            self.replace(Mended::Entity, decoded);
        }
        match encoded::read_twice(&self.text) {
            Some(ReadTwice::Certain(text)) => self.replace(Mended::ReadTwice, text),
            Some(ReadTwice::Likely) => self.mended.push(Mended::LooksReadTwice),
            None => {}
        }
        self.trim();
        match field {
            ProfileField::Email => self.read_address(),
            ProfileField::Phone => {
                self.join_lines(phone::joined);
                self.take_out_unseen();
                self.read_phone();
            }
            _ => {
                self.join_lines(|lines| lines.join(" "));
                self.take_out_unseen();
            }
        }
    }

    fn trim(&mut self) {
        let plain = self.text.trim();
        if plain.len() != self.text.len() {
            self.text = Cow::Owned(plain.to_owned());
        }
    }

    fn replace(&mut self, mended: Mended, text: String) {
        self.text = Cow::Owned(text);
        self.mended.push(mended);
    }

    /// There is no value, whatever else was done to the text.
    fn none(&mut self, why: Mended) {
        self.text = Cow::Borrowed("");
        self.mended = vec![why];
    }

    /// Makes one line of several, and spaces of tabs.
    fn join_lines(&mut self, join: impl Fn(&[String]) -> String) {
        let breaks = |c: char| c == '\t' || is_line_break(c);
        if !self.text.contains(breaks) {
            return;
        }
        let words =
            |line: &str| line.split('\t').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let lines: Vec<String> = self.text.split(is_line_break).map(words).filter(|line| !line.is_empty()).collect();
        self.replace(Mended::LineBreak, join(&lines));
    }

    fn take_out_unseen(&mut self) {
        let Cow::Owned(tidied) = tidy(&self.text) else { return };
        if tidied != self.text {
            self.replace(Mended::Invisible, tidied);
        }
    }

    fn read_phone(&mut self) {
        if self.text.is_empty() || is_placeholder(&self.text) {
            return;
        }
        let found = numbers(&self.text);
        if phone::is_none(&self.text, &found) {
            return self.none(Mended::NoPhone);
        }
        if found.len() > 1 {
            let separated = phone::separated(&self.text, &found).unwrap_or_else(|| self.text.to_string());
            self.replace(Mended::SeveralNumbers, separated);
        }
        if let Some(written) = phone::extensions_apart(&self.text) {
            self.replace(Mended::Extension, written);
        }
    }

    /// One address without what stands around it; several stay as they are, and are refused when they are checked.
    fn read_address(&mut self) {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '_' | '-' | '+');
        if self.text.chars().all(plain) && !self.text.ends_with('.') {
            return;
        }
        match address::addresses(&self.text).as_deref() {
            Ok([one]) if one.address != self.text => {
                let address = one.address.clone();
                self.replace(Mended::AroundAddress, address);
            }
            _ => {}
        }
    }
}
