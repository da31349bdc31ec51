//! Where rows of the classification are kept that a person teaches.

use std::path::PathBuf;

use crate::config::{Config, teach};
use crate::domain::classification::ClassificationRule;
use crate::domain::text::shown_path;
use crate::engine::RuleStore;

pub(super) struct SettingsFile {
    read: Option<PathBuf>,
}

impl SettingsFile {
    pub(super) fn of(config: &Config) -> Self {
        Self { read: config.file.clone() }
    }
}

impl RuleStore for SettingsFile {
    fn printed(&self, rule: &ClassificationRule) -> String {
        teach::printed(rule)
    }

    fn place(&self) -> Result<String, String> {
        let path = teach::file(self.read.as_deref()).map_err(|why| why.to_string())?;
        Ok(format!("It is written into {}.", shown_path(&path)))
    }

    fn keep(&self, rule: &ClassificationRule, event: u64) -> Result<(), String> {
        let kept = teach::file(self.read.as_deref())
            .and_then(|path| teach::add_row(&path, rule, &format!("taught from event {event}")));
        kept.map(drop).map_err(|why| why.to_string())
    }
}

/// Nowhere: for an engine without settings of its own.
pub struct KeptNowhere;

impl RuleStore for KeptNowhere {
    fn printed(&self, rule: &ClassificationRule) -> String {
        teach::printed(rule)
    }

    fn place(&self) -> Result<String, String> {
        Ok("It is written nowhere: a demo keeps no settings.".to_owned())
    }

    fn keep(&self, _: &ClassificationRule, _: u64) -> Result<(), String> {
        Ok(())
    }
}
