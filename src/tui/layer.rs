//! What lies over the table of all dealerships, one on the other: what goes away next.

use super::rows::Tab;
use super::state::{Focus, ScreenState};

/// One thing that can be taken away, the uppermost first. Inputs, dialogs and pages have the keyboard and their own keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputLayer {
    /// Messages that would go away by themselves.
    Messages,
    /// The view of all letters.
    Letters,
    /// What is searched for in the tail, or selected there.
    TailSearch,
    /// The focus in another pane than the table, or a pane that has the whole screen.
    Pane,
    /// The past in the place of the present.
    Past,
    /// A saved view, with its filter, columns and order.
    View,
    Filter,
    /// Another tab than that of all dealerships.
    Tab,
}

impl InputLayer {
    /// What goes away next; `None`: there is only the table.
    pub fn uppermost(state: &ScreenState) -> Option<Self> {
        // From the past it is one step back, whatever is said meanwhile.
        let messages = (!state.toasts.is_empty() && state.past.is_none()).then_some(Self::Messages);
        messages.or_else(|| Self::in_place_of_table(state)).or_else(|| {
            let filter = (!state.rows.query().text().trim().is_empty()).then_some(Self::Filter);
            let view = state.view.as_ref().map(|_| Self::View);
            view.or(filter).or((state.rows.tab() != Tab::All).then_some(Self::Tab))
        })
    }

    /// What has the keyboard instead of the table. The key that leaves the desk goes back from here first.
    pub fn in_place_of_table(state: &ScreenState) -> Option<Self> {
        if state.queue.is_some() {
            return Some(Self::Letters);
        }
        if state.focus == Focus::Tail && (!state.tail.search.is_empty() || state.tail.selected_from.is_some()) {
            return Some(Self::TailSearch);
        }
        let pane = (state.focus != Focus::Table || state.panes.zoom).then_some(Self::Pane);
        pane.or(state.past.as_ref().map(|_| Self::Past))
    }

    /// What taking it away does, for the line of keys.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Messages => "dismiss",
            Self::Letters | Self::Pane => "back",
            Self::TailSearch => "clear search",
            Self::Past => "return",
            Self::View => "leave view",
            Self::Filter => "clear filter",
            Self::Tab => "all tabs",
        }
    }
}
