//! The dialog that an action opens.

use crate::domain::{DealershipId, Letter, LetterId, Onboarding};
use crate::present::letters::Fate;
use crate::protocol::BulkId;
use crate::tui::action::Danger;
use crate::tui::actions::{DryRun, RecordingAction};
use crate::tui::list_cursor::Scroll;
use crate::tui::queue::LetterRef;
use crate::tui::rows::DealershipRows;
use crate::tui::state::ScreenState;
use crate::tui::tail::Group;
use crate::tui::teach::Unrecognised;
use crate::tui::work::WorkId;

use super::letter::{self, address, sends_along};
use super::{Dialog, DialogFocus, DialogKind, FieldRole, FormField, Item, RuleForm, TYPED_ABOVE, ValidationContext};

/// A dealership that an action is about, or one letter of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    pub dealership: DealershipId,
    pub letter: Option<LetterId>,
}

impl From<DealershipId> for Target {
    fn from(dealership: DealershipId) -> Self {
        Self { dealership, letter: None }
    }
}

impl From<LetterRef> for Target {
    fn from(LetterRef { dealership, letter }: LetterRef) -> Self {
        Self { dealership, letter: Some(letter) }
    }
}

impl Target {
    /// Both as they are now.
    pub fn find(self, rows: &DealershipRows) -> Option<(&Onboarding, Option<&Letter>)> {
        let state = &*rows.get(self.dealership)?.state;
        match self.letter {
            None => Some((state, None)),
            Some(id) => Some((state, Some(state.letters().iter().find(|letter| letter.id == id)?))),
        }
    }
}

/// Opens the dialog of an action.
pub fn open(action: &'static RecordingAction, targets: &[Target], state: &ScreenState) -> Result<Dialog, String> {
    let now = state.now.at;
    let (mut items, mut left_out) = (Vec::new(), Vec::new());
    for (onboarding, letter) in targets.iter().filter_map(|target| target.find(&state.rows)) {
        match action.allowed(&DryRun { state: onboarding, letter, setup: &state.setup, now }) {
            Ok(()) => {
                let mut item = Item::of(onboarding, now);
                item.letter = sends_along(action, onboarding, &state.setup).then(|| address(onboarding));
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
    Ok(with_items(action, items, left_out, state))
}

fn with_items(
    action: &'static RecordingAction,
    items: Vec<Item>,
    left_out: Vec<(String, String)>,
    state: &ScreenState,
) -> Dialog {
    let hidden = items.iter().filter(|item| !state.rows.is_shown(item.id)).count();
    let mut fields = (action.fields)(&items, state);
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
    (action.prepare)(&mut dialog, state);
    dialog.validate(&ValidationContext::of(state));
    dialog
}

impl Dialog {
    /// The dialog that teaches what an answer means.
    pub fn teach(action: &'static RecordingAction, about: Unrecognised, state: &ScreenState) -> Result<Self, String> {
        let row = state.rows.get(about.dealership).ok_or("its dealership is not known")?;
        let mut dialog = with_items(action, vec![Item::of(&row.state, state.now.at)], Vec::new(), state);
        (dialog.focus, dialog.rule, dialog.hidden) = (DialogFocus::Field(0), Some(RuleForm::new(about)), 0);
        dialog.validate(&ValidationContext::of(state));
        Ok(dialog)
    }

    /// The dialog that chooses the groups of the tail.
    pub fn kinds(state: &ScreenState) -> Self {
        let groups = Group::ALL.iter().enumerate();
        let fields = groups
            .map(|(place, group)| FormField::check(FieldRole::Group(place), group.title(), state.tail.shows(*group)));
        let mut dialog = Self::bare(DialogKind::Kinds);
        dialog.fields = fields.collect();
        dialog.focus = DialogFocus::Field(0);
        dialog.validate(&ValidationContext::of(state));
        dialog
    }

    /// The dialog that asks to which moment the past goes.
    pub fn to_moment(state: &ScreenState) -> Self {
        let hint = format!("2026-03-30 14:05, yesterday 9:00, -2h; in {}", state.setup.zone.name());
        let mut dialog = Self::bare(DialogKind::Moment);
        dialog.fields = vec![FormField::line(FieldRole::Text, "moment", hint, "")];
        dialog.focus = DialogFocus::Field(0);
        dialog.validate(&ValidationContext::of(state));
        dialog
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
