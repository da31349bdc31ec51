//! Who caused an event.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::text;

/// Who caused an event: a person's name, or `system:<task>`.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Actor(Box<str>);

impl Actor {
    /// What the name of a task of the program begins with.
    pub const SYSTEM: &'static str = "system:";

    /// A person at the desk.
    pub fn person(name: &str) -> Self {
        Self(text::clean(name.trim()).into())
    }

    /// A task of the program.
    pub fn system(task: &str) -> Self {
        Self(format!("{}{task}", Self::SYSTEM).into())
    }

    /// One that was written down by [`Self::as_str`].
    pub fn recorded(text: &str) -> Self {
        Self(text.into())
    }

    pub fn is_person(&self) -> bool {
        !self.0.starts_with(Self::SYSTEM)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&text::clean(&self.0))
    }
}

impl fmt::Debug for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
