//! What is known of each action: its words, where and when it is possible, and what handles it.

use chrono::TimeDelta;

use super::action::{Action, ActionScope, Danger, DeskPart, PageKind};
use super::action_list::each_action;
use super::actions::{
    appointment, archive, assign, call, check, dealer_done, edit_profile, invite, letters, note, opcode, queue,
    reissue, reminders, revoke, snooze, teach, undo,
};
use super::dialog::RecordingAction;
use super::line_edit::LineMotion;
use super::list_cursor::Motion;
use super::msg::Effect;
use super::rows::Tab;
use super::state::ScreenState;
use super::update::{
    call as calls, columns, copy, cut_off, desk, dialog, input, insight, jobs, jump, motion, page, past, practice,
    queue as letter_queue, reading, table, tail, views,
};

macro_rules! registry {
    ($($scope:ident { $($name:ident => $info:expr),* $(,)? })*) => {
        /// Every action, in the order in which help shows them.
        pub const REGISTRY: &[ActionInfo] = &[
            $($(ActionInfo { action: Action::$name, scope: ActionScope::$scope, ..$info },)*)*
        ];
    };
}

each_action!(registry);

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
    title_here: fn(&ScreenState) -> Option<&'static str>,
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

const fn screen(id: &'static str, title: &'static str, doc: &'static str, handler: fn(&mut ScreenState)) -> ActionInfo {
    action((id, title, doc), Danger::None, Handler::Screen(handler))
}

const fn effect(
    id: &'static str,
    title: &'static str,
    doc: &'static str,
    handler: fn(&mut ScreenState) -> Vec<Effect>,
) -> ActionInfo {
    action((id, title, doc), Danger::None, Handler::Effect(handler))
}

const fn recording(recording: &'static RecordingAction) -> ActionInfo {
    action((recording.id, recording.title, recording.doc), recording.danger, Handler::Recording(recording))
}

impl ActionInfo {
    const fn anywhere(self) -> Self {
        Self { part: DeskPart::Any, ..self }
    }

    const fn in_table(self) -> Self {
        Self { part: DeskPart::Table, ..self }
    }

    const fn when(self, possible: fn(&ScreenState) -> Result<(), String>) -> Self {
        Self { possible, ..self }
    }

    const fn on(self, pages: &'static [PageKind]) -> Self {
        Self { pages, ..self }
    }

    const fn everywhere(self) -> Self {
        Self { everywhere: true, pages: PageKind::ALL, ..self }
    }

    const fn records(self) -> Self {
        Self { danger: Danger::Records, ..self }
    }

    const fn titled(self, title_here: fn(&ScreenState) -> Option<&'static str>) -> Self {
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
        // The registry is made of the same list as the variants, in the same order.
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
