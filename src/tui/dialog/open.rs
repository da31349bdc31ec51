//! The dialog that an action opens.

use super::letter::{self, address, sends_along};
use super::{
    Dialog, DialogFocus, DialogKind, FieldRole, FormField, Item, LoadState, RecordingAction, RuleForm, TYPED_ABOVE,
    Target, ValidationContext,
};
use crate::present::letters::Fate;
use crate::protocol::{BulkId, Request};
use crate::tui::action::Danger;
use crate::tui::list_cursor::Scroll;
use crate::tui::tail::{EventTail, Group};
use crate::tui::unrecognised::Unrecognised;
use crate::tui::work::WorkId;

/// Opens the dialog of an action.
pub fn open(
    action: &'static RecordingAction,
    targets: &[Target],
    context: &ValidationContext<'_>,
) -> Result<Dialog, String> {
    let (mut items, mut left_out) = (Vec::new(), Vec::new());
    for (onboarding, letter) in targets.iter().filter_map(|target| target.find(context.rows)) {
        match action.allowed(&context.dry_run(onboarding, letter)) {
            Ok(()) => {
                let mut item = Item::of(onboarding, context.now);
                item.letter = sends_along(action, onboarding, context.setup).then(|| address(onboarding));
                item.about = letter.map(|letter| {
                    let (_, word, _) = Fate::of(letter).label();
                    (letter.id, format!("{}, {word}, to {}", letter.kind, letter.to.screen()))
                });
                items.push(item);
            }
            Err(why) => left_out.push((onboarding.profile.name.screen().into_owned(), why)),
        }
    }
    if items.is_empty() {
        let none = if action.is_about_letters() { "no letter is chosen" } else { "no dealership is chosen" };
        return Err(left_out.pop().map_or_else(|| none.to_owned(), |(_, why)| why));
    }
    Ok(with_items(action, items, left_out, context))
}

fn with_items(
    action: &'static RecordingAction,
    items: Vec<Item>,
    left_out: Vec<(String, String)>,
    context: &ValidationContext<'_>,
) -> Dialog {
    let hidden = items.iter().filter(|item| !context.rows.is_shown(item.id)).count();
    let mut fields = (action.fields)(&items, context);
    fields.extend(letter::field(action, &items));
    let harmless = action.danger == Danger::None;
    if items.len() > TYPED_ABOVE && !harmless {
        let label = format!("type {} to go on", items.len());
        fields.push(FormField::line(FieldRole::Count, &label, "", ""));
    }
    let focus = match fields.as_slice() {
        [first, ..] if first.takes_text() => DialogFocus::Field(0),
        [first, next, ..] if matches!(first.role, FieldRole::Option | FieldRole::Mail) && next.takes_text() => {
            DialogFocus::Field(1)
        }
        _ => DialogFocus::Button(usize::from(harmless)),
    };
    let mut dialog = Dialog { items, left_out, hidden, fields, focus, ..Dialog::bare(DialogKind::Ask(action)) };
    (action.prepare)(&mut dialog, context);
    dialog.validate(context);
    dialog
}

impl Dialog {
    /// The dialog that teaches what an answer means.
    pub fn teach(
        action: &'static RecordingAction,
        about: Unrecognised,
        context: &ValidationContext<'_>,
    ) -> Result<Self, String> {
        let row = context.rows.get(about.dealership).ok_or("its dealership is not known")?;
        let mut dialog = with_items(action, vec![Item::of(&row.state, context.now)], Vec::new(), context);
        (dialog.focus, dialog.rule, dialog.hidden) = (DialogFocus::Field(0), Some(RuleForm::new(about)), 0);
        dialog.validate(context);
        Ok(dialog)
    }

    /// The dialog that chooses the groups of the tail.
    pub fn kinds(tail: &EventTail) -> Self {
        let groups = Group::ALL.iter().enumerate();
        let fields =
            groups.map(|(place, group)| FormField::check(FieldRole::Group(place), group.title(), tail.shows(*group)));
        let (fields, focus) = (fields.collect(), DialogFocus::Field(0));
        Self { fields, focus, validation: Ok(None), ..Self::bare(DialogKind::Kinds) }
    }

    /// The dialog that asks to which moment the past goes.
    pub fn to_moment(context: &ValidationContext<'_>) -> Self {
        let hint = format!("2026-03-30 14:05, yesterday 9:00, -2h; in {}", context.setup.zone.name());
        let mut dialog = Self::bare(DialogKind::Moment);
        dialog.fields = vec![FormField::line(FieldRole::Text, "moment", hint, "")];
        dialog.focus = DialogFocus::Field(0);
        dialog.validate(context);
        dialog
    }

    /// What it needs to know when it was just opened.
    pub fn wanted(&self) -> Option<Request> {
        let id = self.items.first()?.id;
        let loads = self.recording()?.loads?;
        (self.suggestions.as_ref()?.known == LoadState::Awaited).then(|| loads(id))
    }

    /// The dialog that shows what came of a bulk job.
    pub fn results(job: WorkId) -> Self {
        Self::bare(DialogKind::Results(job))
    }

    /// The dialog that tells what was cut off; resuming only opens the dialog of the rest.
    pub fn cut_off(id: BulkId) -> Self {
        Self { focus: DialogFocus::Button(1), ..Self::bare(DialogKind::CutOff(id)) }
    }

    fn bare(kind: DialogKind) -> Self {
        Self {
            kind,
            items: Vec::new(),
            left_out: Vec::new(),
            hidden: 0,
            fields: Vec::new(),
            suggestions: None,
            appointment: None,
            rule: None,
            focus: DialogFocus::Button(0),
            scroll: Scroll::default(),
            tried: false,
            leaving: false,
            renewed: false,
            question: None,
            validation: Err(Vec::new()),
        }
    }
}
