//! What is known of an action: its row in the registry, `actions.rs`.

pub use super::action_scope::ActionScope;
pub use super::actions::{Action, REGISTRY};
use super::dialog::RecordingAction;
use super::msg::Effect;
use super::state::ScreenState;

/// How much harm an action can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// Only changes what is shown.
    None,
    /// Records something that can be undone or corrected.
    Records,
    /// Records something that reaches a dealership or cannot be taken back: asks first.
    Asks,
}

/// A page that is only read, over everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    Help,
    Guide,
    Call,
    Columns,
    Insight,
    Letter,
}

impl PageKind {
    pub(super) const ALL: &'static [Self] =
        &[Self::Help, Self::Guide, Self::Call, Self::Columns, Self::Insight, Self::Letter];
}

/// With which of the desk's contents an action has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskPart {
    /// The panes, which the view of all letters takes the place of.
    Panes,
    /// The table: what it does is seen there only.
    Table,
    Any,
}

#[derive(Clone, Copy)]
pub enum Handler {
    Screen(fn(&mut ScreenState)),
    /// Something is asked for besides.
    Effect(fn(&mut ScreenState) -> Vec<Effect>),
    Recording(&'static RecordingAction),
}

/// What is known of an action.
#[derive(Clone, Copy)]
pub struct ActionInfo {
    pub action: Action,
    pub id: &'static str,
    /// Its name for people, short enough for the footer.
    pub title: &'static str,
    pub doc: &'static str,
    /// Where it can be asked for.
    pub scope: ActionScope,
    /// How much harm it can do.
    pub danger: Danger,
    pub handler: Handler,
    /// Why it is not possible now; one that records something says so itself.
    pub possible: fn(&ScreenState) -> Result<(), String>,
    pub part: DeskPart,
    /// The pages on which it holds, besides what moves in them and leaves them.
    pub pages: &'static [PageKind],
    /// It holds in dialogs and inputs too.
    pub everywhere: bool,
    /// Its name where it does something else than elsewhere.
    pub(super) title_here: fn(&ScreenState) -> Option<&'static str>,
}

const fn action(
    (id, title, doc): (&'static str, &'static str, &'static str),
    danger: Danger,
    handler: Handler,
) -> ActionInfo {
    ActionInfo {
        action: Action::Quit,
        id,
        title,
        doc,
        scope: ActionScope::Global,
        danger,
        handler,
        possible: |_| Ok(()),
        part: DeskPart::Panes,
        pages: &[],
        everywhere: false,
        title_here: |_| None,
    }
}

pub(super) const fn screen(
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    handler: fn(&mut ScreenState),
) -> ActionInfo {
    action((id, title, doc), Danger::None, Handler::Screen(handler))
}

pub(super) const fn effect(
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    handler: fn(&mut ScreenState) -> Vec<Effect>,
) -> ActionInfo {
    action((id, title, doc), Danger::None, Handler::Effect(handler))
}

pub(super) const fn recording(recording: &'static RecordingAction) -> ActionInfo {
    action((recording.id, recording.title, recording.doc), recording.danger, Handler::Recording(recording))
}

impl ActionInfo {
    pub(super) const fn anywhere(self) -> Self {
        Self { part: DeskPart::Any, ..self }
    }

    pub(super) const fn in_table(self) -> Self {
        Self { part: DeskPart::Table, ..self }
    }

    pub(super) const fn when(self, possible: fn(&ScreenState) -> Result<(), String>) -> Self {
        Self { possible, ..self }
    }

    pub(super) const fn on(self, pages: &'static [PageKind]) -> Self {
        Self { pages, ..self }
    }

    pub(super) const fn everywhere(self) -> Self {
        Self { everywhere: true, pages: PageKind::ALL, ..self }
    }

    pub(super) const fn records(self) -> Self {
        Self { danger: Danger::Records, ..self }
    }

    pub(super) const fn titled(self, title_here: fn(&ScreenState) -> Option<&'static str>) -> Self {
        Self { title_here, ..self }
    }

    /// Its name for what it does now.
    pub fn title_here(&self, state: &ScreenState) -> &'static str {
        (self.title_here)(state).unwrap_or(self.title)
    }
}

impl Action {
    /// What is known of it.
    pub fn info(self) -> &'static ActionInfo {
        // The registry is written by the same macro as the variants, in the same order.
        &REGISTRY[self as usize]
    }

    /// What it records; `None`: it only changes the screen.
    pub fn recording(self) -> Option<&'static RecordingAction> {
        match self.info().handler {
            Handler::Recording(recording) => Some(recording),
            Handler::Screen(_) | Handler::Effect(_) => None,
        }
    }

    /// Finds an action by its name in `keymap.toml`.
    pub fn by_id(id: &str) -> Option<Self> {
        REGISTRY.iter().find(|info| info.id == id).map(|info| info.action)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_found() {
        for info in REGISTRY {
            assert_eq!(Action::by_id(info.id), Some(info.action));
            assert_eq!(info.action.info().id, info.id);
        }
    }
}
