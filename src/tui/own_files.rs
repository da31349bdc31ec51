//! The operator's own files, read again while the desk runs: keys, colours, saved views.

use super::keymap::Keymap;
use super::theme::ThemeSet;
use crate::present::view::SavedView;

/// What changed in them. What is wrong stays as it was read last.
#[derive(Debug, Default)]
pub struct OwnFiles {
    pub keymap: Option<Keymap>,
    pub themes: Option<ThemeSet>,
    pub views: Option<Vec<SavedView>>,
    /// What was read again.
    pub read: Vec<String>,
    /// What is wrong, and where.
    pub wrong: Vec<String>,
}

/// Looks whether any of them changed.
pub type ReadAgain = Box<dyn FnMut() -> Option<OwnFiles> + Send>;
