//! `[import.NAME]`: how the lists of somebody else's system are read, kept by a name.

use std::collections::BTreeMap;

use crate::domain::list::{ListField, Mapping, fixed_value};
use crate::domain::suggest::did_you_mean;
use crate::domain::text::clean;

use super::model::Config;
use super::reader::Section;

/// How a list is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListSettings {
    /// Which column holds what.
    pub map: Mapping,
    /// What fields read where a row says nothing.
    pub set: Vec<(ListField, String)>,
}

impl Config {
    /// The settings of a name.
    ///
    /// # Errors
    /// When there are none of that name, with those that there are.
    pub fn list_settings(&self, name: &str) -> Result<ListSettings, String> {
        let known = || self.lists.keys().map(String::as_str);
        self.lists.get(name).cloned().ok_or_else(|| {
            let list: Vec<&str> = known().collect();
            let there =
                if list.is_empty() { "there are none".to_owned() } else { format!("there are: {}", list.join(", ")) };
            format!("the settings have no [import.{}]{} ({there})", clean(name), did_you_mean(name, known()))
        })
    }
}

/// Reads every list.
pub(super) fn lists(section: &Section<'_, '_>) -> BTreeMap<String, ListSettings> {
    let all = section.sections().into_iter().map(|(name, section)| {
        let pairs = section.pairs("map").unwrap_or_default();
        let pairs: Vec<String> = pairs.iter().map(|(column, field)| format!("{column}={field}")).collect();
        let map = Mapping::parse(&pairs).unwrap_or_else(|error| {
            section.complain("map", error.to_string());
            Mapping::default()
        });
        let mut set = Vec::new();
        for (field, value) in section.pairs("set").unwrap_or_default() {
            match fixed_value(&field, &value) {
                Ok(fixed) => set.push(fixed),
                Err(why) => section.complain("set", format!("{}: {why}", clean(&field))),
            }
        }
        section.end();
        (name, ListSettings { map, set })
    });
    let all = all.collect();
    section.end();
    all
}
