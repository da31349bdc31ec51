//! What would come of a dialog as it is filled in, or everything that is wrong or missing.

use super::{Dialog, DialogKind, FieldRole, FormField, FormProblem, Problems, ValidationContext, missing, wrong};
use crate::domain::Timestamp;
use crate::protocol::Request;
use crate::tui::tail::Group;

impl Dialog {
    /// What would be asked for, if nothing is wrong or missing.
    pub fn request(&self) -> Option<&Request> {
        self.validation.as_ref().ok()?.as_ref()
    }

    /// What is wrong or missing in a field.
    pub fn problem(&self, role: FieldRole) -> Option<&FormProblem> {
        self.validation.as_ref().err()?.iter().find(|problem| problem.role == Some(role))
    }

    /// Which groups of events the tail is to show.
    pub fn groups(&self) -> impl Iterator<Item = (Group, bool)> {
        let shown = |place| self.field(FieldRole::Group(place)).is_none_or(FormField::is_on);
        Group::ALL.into_iter().enumerate().map(move |(place, group)| (group, shown(place)))
    }

    /// The moment that is typed, by the clock and in the operator's zone.
    pub fn moment(&self, context: &ValidationContext<'_>) -> Result<Timestamp, Problems> {
        if self.typed().is_empty() {
            return Err(missing(FieldRole::Text, "type a moment"));
        }
        context.setup.zone.read(self.typed(), context.now).map_err(|error| wrong(FieldRole::Text, error.to_string()))
    }

    pub fn validate(&mut self, context: &ValidationContext<'_>) {
        self.validation = self.validated(context);
    }

    fn validated(&self, context: &ValidationContext<'_>) -> Result<Option<Request>, Problems> {
        let action = match self.kind {
            DialogKind::Ask(action) => action,
            DialogKind::Moment => return self.moment(context).map(|_| None),
            DialogKind::Kinds | DialogKind::Results(_) | DialogKind::CutOff(_) => return Ok(None),
        };
        let changed = self.items.iter().filter_map(|item| Some((item, item.changed.as_ref()?)));
        let changed: Problems = changed
            .map(|(item, what)| FormProblem {
                role: None,
                id: Some(item.id),
                text: format!("{}: {what}", item.name),
                missing: false,
            })
            .collect();
        if !changed.is_empty() {
            return Err(changed);
        }
        let mut problems = Problems::new();
        let request = (action.request)(self, context).map_err(|more| problems.extend(more)).ok();
        if let Some(count) = self.field(FieldRole::Count).map(FormField::text)
            && count.trim() != self.items.len().to_string()
        {
            let text = format!("type {} to go on", self.items.len());
            problems.push(FormProblem { role: Some(FieldRole::Count), id: None, text, missing: count.is_empty() });
        }
        request.filter(|_| problems.is_empty()).map(Some).ok_or(problems)
    }
}
