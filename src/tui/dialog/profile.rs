//! Correcting the profile of one dealership: its fields as they stand, and what would change.

use super::{Dialog, FieldRole, FormField};
use crate::domain::text::{clean, or_nothing};
use crate::domain::{ProfileEdit, ProfileField, Timestamp};

/// The name of a field on the screen.
pub const fn profile_label(field: ProfileField) -> &'static str {
    match field {
        ProfileField::Name => "name",
        ProfileField::DealerCode => "dealerCode",
        ProfileField::Group => "group",
        ProfileField::Brand => "brand",
        ProfileField::City => "city",
        ProfileField::State => "state",
        ProfileField::Timezone => "time zone",
        ProfileField::Contact => "contact",
        ProfileField::Email => "e-mail",
        ProfileField::Phone => "phone",
        ProfileField::Owner => "owner",
    }
}

impl Dialog {
    /// The fields that were corrected.
    pub fn edits(&self) -> Vec<ProfileEdit> {
        let [item] = self.items.as_slice() else { return Vec::new() };
        let Some(profile) = item.profile.as_deref() else { return Vec::new() };
        let edit = |field: &FormField| {
            let FieldRole::Profile(which) = field.role else { return None };
            let text = field.text().trim();
            // What cannot be shown exactly stays as it is, unless somebody writes something else.
            (text != clean(profile.text_of(which)).trim()).then(|| ProfileEdit { field: which, text: text.to_owned() })
        };
        self.fields.iter().filter_map(edit).collect()
    }

    /// What would change, in lines: the field, what it reads, what it will read.
    pub fn corrections(&self) -> Vec<(&'static str, String, String)> {
        let [item] = self.items.as_slice() else { return Vec::new() };
        let Some(profile) = item.profile.as_deref() else { return Vec::new() };
        let edits = self.edits();
        let place: Vec<ProfileEdit> =
            edits.iter().filter(|edit| ProfileField::PLACE.contains(&edit.field)).cloned().collect();
        // A zone is read as people call it there: what it will be is shown.
        let read = |edit: &ProfileEdit| match profile.corrected(&place) {
            Ok(after) if edit.field == ProfileField::Timezone => after.text_of(edit.field).to_owned(),
            _ => edit.text.clone(),
        };
        let words = |text: &str| or_nothing(text).into_owned();
        edits
            .iter()
            .map(|edit| (profile_label(edit.field), words(profile.text_of(edit.field)), words(&read(edit))))
            .collect()
    }

    /// Why the corrected zone would be none of the place, in words.
    pub fn zone_contradiction(&self, now: Timestamp) -> Option<String> {
        let [item] = self.items.as_slice() else { return None };
        let before = item.profile.as_deref()?;
        before.corrected(&self.edits()).ok()?.new_zone_contradiction(before, now)
    }
}
