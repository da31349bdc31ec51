//! The cell of a dealership's name: what the filter found in it, and behind the name whatever is needed to know which
//! dealership it is and why it is here.

use ratatui::style::Style;

use super::canvas::{Canvas, width};
use crate::domain::Onboarding;
use crate::domain::query::QueryField;
use crate::domain::text::find_normal;
use crate::tui::rows::{DealershipRow, TableColumn};
use crate::tui::state::ScreenState;
use crate::tui::table_columns::TableSlot;
use crate::tui::theme::Theme;

/// The cells between a name and what stands behind it.
const GAP: u16 = 2;

/// What a name keeps at least.
const LEAST_NAME: u16 = 8;

/// What stands behind a name.
struct Behind {
    text: String,
    style: Style,
    /// Its end says more than its start.
    is_told_by_end: bool,
}

pub(super) struct Dealership<'a> {
    pub(super) row: &'a DealershipRow,
    pub(super) state: &'a ScreenState,
    pub(super) slots: &'a [TableSlot],
    /// Its code may be shown in full.
    pub(super) is_revealed: bool,
}

impl Dealership<'_> {
    /// Writes the name in its room, and what stands behind it; returns the cells that were written.
    pub(super) fn draw(
        &self,
        (x, y, room): (u16, u16, u16),
        (name, style): (&str, Style),
        theme: &Theme,
        canvas: &mut Canvas<'_>,
    ) -> u16 {
        let behind = self.behind(theme);
        let kept = if self.is_revealed { LEAST_NAME } else { LEAST_NAME.max(room / 3) };
        let most = room.saturating_sub(kept.min(width(name) as u16));
        let needed = behind.as_ref().map_or(0, |behind| width(&behind.text) as u16 + GAP);
        let used = canvas.text(x, y, room - needed.min(most), name, style);
        highlight(self.state, TableColumn::Name, (x, y, used), name, theme, canvas);
        let Some(Behind { text, style, is_told_by_end }) = behind.filter(|_| most > GAP) else { return used };
        let before = used + GAP;
        let (x, room) = (x + before, room.saturating_sub(before));
        let text = if is_told_by_end { end_of(&text, room.into()) } else { text };
        let used = canvas.text(x, y, room, &text, style);
        highlight(self.state, TableColumn::Name, (x, y, used), &text, theme, canvas);
        before + used
    }

    fn behind(&self, theme: &Theme) -> Option<Behind> {
        let said = |text, style| Some(Behind { text, style, is_told_by_end: false });
        let onboarding = &*self.row.state;
        if self.is_revealed && !self.has(TableColumn::Code) {
            let code = onboarding.invitation.as_ref()?.code.reveal();
            return said(code.to_owned(), theme.title);
        }
        if let Some(found) = self.found_elsewhere() {
            return said(found, theme.dim);
        }
        let is_told = self.is_seen(QueryField::Dealer);
        let is_ambiguous = !is_told && self.state.rows.has_namesake(onboarding.id);
        let text = onboarding.profile.dealer_code.screen().into_owned();
        is_ambiguous.then_some(Behind { text, style: theme.dim, is_told_by_end: true })
    }

    /// In which field the filter found it, and what stands there, where no column shows that: `contact: Ana Ruiz`.
    fn found_elsewhere(&self) -> Option<String> {
        let query = self.state.rows.query();
        if !query.has_words() {
            return None;
        }
        let text = self.state.rows.text(self.row.state.id)?;
        let fields = query.other_fields(text, |field| self.is_seen(field));
        let found: Vec<String> =
            fields.map(|field| format!("{}: {}", field.as_str(), field_text(&self.row.state, field))).collect();
        (!found.is_empty()).then(|| found.join(", "))
    }

    fn has(&self, column: TableColumn) -> bool {
        self.slots.iter().any(|slot| slot.column == column)
    }

    fn is_seen(&self, field: QueryField) -> bool {
        let place = self.slots.iter().find(|slot| slot.column == TableColumn::Place).map(|slot| slot.width);
        match field {
            QueryField::Name => true,
            QueryField::Dealer => place.is_some() || self.has(TableColumn::DealerCode),
            QueryField::City => {
                place.is_some_and(|room| room >= TableColumn::Place.screen().widths.1) || self.has(TableColumn::City)
            }
            QueryField::Owner => self.has(TableColumn::Owner),
            _ => false,
        }
    }
}

/// As much of the end of a text as there is room for.
fn end_of(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let starts = text.char_indices().map(|(start, _)| start);
    let mut ends = starts.filter_map(|start| text.get(start..));
    ends.find(|end| width(end) < room).map_or_else(String::new, |end| format!("…{end}"))
}

fn field_text(state: &Onboarding, field: QueryField) -> String {
    let profile = &state.profile;
    let text = match field {
        QueryField::Group => &profile.group,
        QueryField::City => &profile.city,
        QueryField::Dealer => &profile.dealer_code,
        QueryField::Contact => &profile.contact.name,
        QueryField::Email => &profile.contact.email,
        QueryField::Phone => &profile.contact.phone,
        QueryField::Owner => {
            return profile.owner.as_ref().map(|owner| owner.screen().into_owned()).unwrap_or_default();
        }
        _ => &profile.name,
    };
    text.screen().into_owned()
}

/// Marks what the words of the filter found in a text that was written, in a column of texts that they search.
pub(super) fn highlight(
    state: &ScreenState,
    column: TableColumn,
    (x, y, cells): (u16, u16, u16),
    text: &str,
    theme: &Theme,
    canvas: &mut Canvas<'_>,
) {
    let is_searched = matches!(
        column,
        TableColumn::Name | TableColumn::Place | TableColumn::City | TableColumn::DealerCode | TableColumn::Owner
    );
    if !is_searched {
        return;
    }
    for word in state.rows.query().words() {
        let Some(found) = find_normal(text, word) else { continue };
        canvas.mark((x, y, cells), text, found, theme.hit);
    }
}
