//! A setting as one row: its key, what it does, what may be written, and how that is read into a field and shown again.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::domain::Untrusted;

use super::reader::Section;

type ReadInto<T> = Box<dyn Fn(&Section<'_, '_>, &mut T)>;
type ShowOf<T> = Box<dyn Fn(&mut T) -> Option<String>>;

/// One setting of a `T`.
pub struct Setting<T> {
    pub key: &'static str,
    pub summary: &'static str,
    pub form: SettingForm,
    /// The default in words, where it is not the same on every machine.
    pub default: Option<&'static str>,
    read: ReadInto<T>,
    show: ShowOf<T>,
}

#[derive(Debug, Clone)]
pub struct SettingForm {
    pub words: String,
    /// JSON Schema. It may take more than the reader does, never less.
    pub schema: Value,
}

impl SettingForm {
    pub(super) fn new(words: impl Into<String>, schema: Value) -> Self {
        Self { words: words.into(), schema }
    }

    pub(super) fn pattern(words: impl Into<String>, pattern: &str) -> Self {
        Self::new(words, json!({ "type": "string", "pattern": pattern }))
    }
}

/// A field that takes a value of the settings.
pub(super) trait SettingTarget<V> {
    fn put(&mut self, value: V);

    /// `None`: there is nothing to show.
    fn get(&self) -> Option<V>;
}

impl<V: Clone> SettingTarget<V> for V {
    fn put(&mut self, value: V) {
        *self = value;
    }

    fn get(&self) -> Option<V> {
        Some(self.clone())
    }
}

impl<V: Clone> SettingTarget<V> for Option<V> {
    fn put(&mut self, value: V) {
        *self = Some(value);
    }

    fn get(&self) -> Option<V> {
        self.clone()
    }
}

impl SettingTarget<String> for Untrusted {
    fn put(&mut self, value: String) {
        *self = value.into();
    }

    fn get(&self) -> Option<String> {
        Some(self.raw().to_owned())
    }
}

impl SettingTarget<TimeDelta> for Duration {
    fn put(&mut self, value: TimeDelta) {
        *self = value.to_std().unwrap_or_default();
    }

    fn get(&self) -> Option<TimeDelta> {
        Some(TimeDelta::from_std(*self).unwrap_or(TimeDelta::MAX))
    }
}

impl SettingTarget<TimeDelta> for Option<Duration> {
    fn put(&mut self, value: TimeDelta) {
        *self = value.to_std().ok();
    }

    fn get(&self) -> Option<TimeDelta> {
        self.as_ref().and_then(SettingTarget::get)
    }
}

macro_rules! targets_of_numbers {
    ($($number:ty),*) => {$(
        impl SettingTarget<i64> for $number {
            fn put(&mut self, value: i64) {
                // The range of the row is within that of the field.
                *self = value.try_into().unwrap_or(*self);
            }

            fn get(&self) -> Option<i64> {
                (*self).try_into().ok()
            }
        }

        impl SettingTarget<i64> for Option<$number> {
            fn put(&mut self, value: i64) {
                *self = value.try_into().ok();
            }

            fn get(&self) -> Option<i64> {
                self.as_ref().and_then(SettingTarget::get)
            }
        }
    )*};
}

targets_of_numbers!(u8, u16, u32, i32, usize);

impl<T: 'static> Setting<T> {
    pub(super) fn new(
        key: &'static str,
        summary: &'static str,
        form: SettingForm,
        read: impl Fn(&Section<'_, '_>, &mut T) + 'static,
        show: impl Fn(&mut T) -> Option<String> + 'static,
    ) -> Self {
        Self { key, summary, form, default: None, read: Box::new(read), show: Box::new(show) }
    }

    /// Says the default in words.
    pub(super) fn or(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    pub(super) fn read_by(self, read: impl Fn(&Section<'_, '_>, &mut T) + 'static) -> Self {
        Self { read: Box::new(read), ..self }
    }

    pub(super) fn shown_by(self, show: impl Fn(&mut T) -> Option<String> + 'static) -> Self {
        Self { show: Box::new(show), ..self }
    }

    /// The same setting of what holds a `T`.
    pub(super) fn within<O: 'static>(self, at: fn(&mut O) -> &mut T) -> Setting<O> {
        let (read, show) = (self.read, self.show);
        Setting {
            key: self.key,
            summary: self.summary,
            form: self.form,
            default: self.default,
            read: Box::new(move |section, outer| read(section, at(outer))),
            show: Box::new(move |outer| show(at(outer))),
        }
    }

    /// Reads what was written; without it, or with a mistake, the field stays as it is.
    pub(super) fn read(&self, section: &Section<'_, '_>, target: &mut T) {
        (self.read)(section, target);
    }

    /// As TOML; `None`: it is not set.
    pub(super) fn show(&self, target: &mut T) -> Option<String> {
        (self.show)(target)
    }
}
