//! A section of the settings: its rows, the sections below it, and what its keys say about each other.

use super::model::Config;
use super::reader::Section;
use super::setting::Setting;

pub struct SettingSection {
    pub key: &'static str,
    pub summary: &'static str,
    pub settings: Vec<Setting<Config>>,
    pub sections: Vec<SettingSection>,
    /// Asked when everything in it was read.
    check: fn(&Section<'_, '_>, &mut Config),
    is_shown: fn(&Config) -> bool,
    /// What is said of it where the settings are printed.
    remark: fn(&Config) -> Option<String>,
}

impl SettingSection {
    pub(super) fn new(key: &'static str, summary: &'static str) -> Self {
        let (settings, sections) = (Vec::new(), Vec::new());
        Self { key, summary, settings, sections, check: |_, _| {}, is_shown: |_| true, remark: |_| None }
    }

    pub(super) fn with<const N: usize>(mut self, settings: [Setting<Config>; N]) -> Self {
        self.settings.extend(settings);
        self
    }

    /// The same of a part of the configuration.
    pub(super) fn with_those_of<T: 'static, const N: usize>(
        mut self,
        at: fn(&mut Config) -> &mut T,
        settings: [Setting<T>; N],
    ) -> Self {
        self.settings.extend(settings.into_iter().map(|setting| setting.within(at)));
        self
    }

    pub(super) fn below(self, sections: Vec<Self>) -> Self {
        Self { sections, ..self }
    }

    pub(super) fn checked(self, check: fn(&Section<'_, '_>, &mut Config)) -> Self {
        Self { check, ..self }
    }

    pub(super) fn shown_if(self, is_shown: fn(&Config) -> bool) -> Self {
        Self { is_shown, ..self }
    }

    pub(super) fn remarked(self, remark: fn(&Config) -> Option<String>) -> Self {
        Self { remark, ..self }
    }

    pub(super) fn read(&self, parent: &Section<'_, '_>, config: &mut Config) {
        let section = parent.section(self.key);
        self.settings.iter().for_each(|setting| setting.read(&section, config));
        self.sections.iter().for_each(|below| below.read(&section, config));
        (self.check)(&section, config);
        section.end();
    }

    pub(super) fn is_shown(&self, config: &Config) -> bool {
        (self.is_shown)(config)
    }

    pub(super) fn remark(&self, config: &Config) -> Option<String> {
        (self.remark)(config)
    }
}
