//! The one registry of actions: dispatch, footer, `?`, the palette, `keymap check` and the README table read it.
//! Which keys they have stands in `keymap.toml`.

/// Where an action can be asked for. A key is looked up in the focused context first, then in [`Scope::Global`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionScope {
    /// Everywhere but in text inputs and dialogs.
    Global,
    Table,
    Detail,
    Tail,
    /// The view of all letters that are on their way or went wrong.
    Queue,
    Dialog,
    /// A dialog that sends a letter: before its own keys.
    Letter,
    /// Any dialog: before the keys of its fields and buttons.
    Form,
    /// A line of text: filter, palette, a dialog's field.
    Input,
}

impl ActionScope {
    pub const ALL: [Self; 9] = [
        Self::Global,
        Self::Table,
        Self::Detail,
        Self::Tail,
        Self::Queue,
        Self::Dialog,
        Self::Letter,
        Self::Form,
        Self::Input,
    ];

    /// Whether its actions belong to what is open: the palette does not offer them.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Dialog | Self::Letter | Self::Form | Self::Input)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Table => "table",
            Self::Detail => "detail",
            Self::Tail => "tail",
            Self::Queue => "queue",
            Self::Dialog => "dialog",
            Self::Letter => "letter",
            Self::Form => "form",
            Self::Input => "input",
        }
    }
}

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

macro_rules! actions {
    ($($scope:ident { $($name:ident $id:literal $title:literal $danger:ident $doc:literal),* $(,)? })*) => {
        /// Something that a key, the palette or a script of a test can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($(#[doc = $doc] $name,)*)*
        }

        /// Every action, in the order in which help shows them.
        pub const REGISTRY: &[ActionInfo] = &[
            $($(ActionInfo {
                action: Action::$name, id: $id, title: $title, doc: $doc, scope: ActionScope::$scope, danger: Danger::$danger,
            },)*)*
        ];
    };
}

/// What is known of an action.
#[derive(Debug, Clone, Copy)]
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
}

impl Action {
    /// What is known of it.
    pub fn info(self) -> &'static ActionInfo {
        // The registry is written by the same macro as the variants, in the same order.
        &REGISTRY[self as usize]
    }

    /// Finds an action by its name in `keymap.toml`.
    pub fn by_id(id: &str) -> Option<Self> {
        REGISTRY.iter().find(|info| info.id == id).map(|info| info.action)
    }
}

actions! {
    Global {
        Quit "quit" "quit" None "Leave the desk, everything acknowledged is safe; from a pane or the letters, go back.",
        Help "help" "help" None "Show every key and action of where you are.",
        Palette "palette" "palette" None "Find an action by name.",
        Suspend "suspend" "suspend" None "Go to the shell; `fg` comes back.",
        Redraw "redraw" "redraw" None "Draw the whole screen anew.",
        Filter "filter" "filter" None "Filter the table with the query language.",
        ClearFilter "clear-filter" "back" None "Take one thing away: message, pane, letters, filter, tab.",
        NextTab "next-tab" "next tab" None "Go to the next stage tab.",
        PreviousTab "previous-tab" "previous tab" None "Go to the previous stage tab.",
        TabAll "tab-all" "tab All" None "Show every dealership that is not archived.",
        TabAttention "tab-attention" "tab Attention" None "Show what needs somebody.",
        TabLost "tab-lost" "tab Lost" None "Show what worked and then stopped.",
        TabOverdue "tab-overdue" "tab Overdue" None "Show where Xtime is overdue.",
        TabExpired "tab-expired" "tab Expired" None "Show the codes that died unused.",
        TabOpcode "tab-opcode" "tab Opcode" None "Show where the opcode or the slots are missing.",
        TabAwaiting "tab-awaiting" "tab Awaiting" None "Show where Xtime has its 24 hours.",
        TabInvited "tab-invited" "tab Invited" None "Show the living codes.",
        TabNew "tab-new" "tab New" None "Show who was never invited.",
        FocusNext "focus-next" "next pane" None "Move the focus to the next pane.",
        FocusPrevious "focus-previous" "previous pane" None "Move the focus to the previous pane.",
        ToggleDetail "toggle-detail" "detail" None "Show or hide the detail pane.",
        ToggleTail "toggle-tail" "tail" None "Show or hide the event tail.",
        Zoom "zoom" "zoom" None "Give the focused pane the whole screen, and back.",
        Queue "queue" "letters" None "Show all letters that are on their way or went wrong.",
        ShowExpired "show-expired" "expired codes" None "Show the dealerships whose code expired unused.",
        Results "results" "results" None "Show what came of what was last asked for many; while it is under way, stop it.",
        Unfinished "unfinished" "cut off" Records "Show what was begun for many and cut off: resume it, or put it away.",
    }
    Table {
        Down "down" "down" None "Move to the next dealership.",
        Up "up" "up" None "Move to the previous dealership.",
        PageDown "page-down" "page down" None "Move a page down.",
        PageUp "page-up" "page up" None "Move a page up.",
        Top "top" "top" None "Move to the first dealership.",
        Bottom "bottom" "bottom" None "Move to the last dealership.",
        Open "open" "open" None "Open the detail of the dealership under the cursor.",
        Mark "mark" "mark" None "Mark or unmark the dealership under the cursor.",
        MarkAll "mark-all" "mark all" None "Mark every dealership that is shown.",
        InvertMarks "invert-marks" "invert marks" None "Mark what is not marked, and the other way round.",
        ClearMarks "clear-marks" "clear marks" None "Unmark everything.",
        SortNext "sort-next" "sort by next" None "Sort by the next column.",
        SortPrevious "sort-previous" "sort by previous" None "Sort by the previous column.",
        SortReverse "sort-reverse" "reverse sort" None "Reverse the order.",
        SortAttention "sort-attention" "attention first" None "Sort by what needs attention first.",
        Invite "invite" "invite" Asks "Invite the dealership, or those marked, for the first time.",
        Reissue "reissue" "reissue" Asks "Give the dealership, or those marked, a new code; the old one is superseded.",
        Revoke "revoke" "revoke" Asks "Take the living code back.",
        ConfirmWord "dealer-done" "dealer is done" Records "Record that the dealer says it is done; the 24 hours start.",
        Check "check" "check now" None "Look at the platform now.",
        TeachNewest "teach-newest" "teach meaning" Records "Say what Xtime's newest answer means, which no row of the meanings knew.",
        Note "note" "note" Records "Write a note.",
        EditProfile "edit-profile" "edit profile" Records "Correct name, contact, address, phone, zone, group, city or owner.",
        Assign "assign" "assign" Records "Give the dealership to somebody.",
        Snooze "snooze" "snooze" Records "Out of sight for a while.",
        Archive "archive" "archive" Asks "Put aside, not probed any more; or take back from the archive (unarchive).",
        ChooseOpcode "opcode" "opcode" Records "Record the dealership's opcode choice.",
        Guide "guide" "opcode guide" None "Show the steps to a visible opcode, what is seen of each, and the letter for the dealer.",
        Appointment "appointment" "test appointment" Asks "Book, move or read back the test appointment of one dealership; there is no cancel.",
        Resend "resend" "resend letter" Asks "Send the letter with the present code again, only while that code lives.",
        SendGuide "send-guide" "send opcode guide" Asks "Send the steps to a visible opcode.",
        SendWordReceived "send-word-received" "send word received" Asks "Send that we have the dealer's word and wait for Xtime.",
        SendLive "send-live" "send live notice" Asks "Send that customers can book.",
        Reminders "reminders" "reminders" Records "Switch the reminders of the code's end off, or on again.",
        ReadLetter "read-letter" "read letter" None "Read the dealership's newest letter as it is written from what holds now, the code masked.",
        Mailbox "mailbox" "mailbox" None "Read the simulated dealer's mailbox (demo only).",
        Reveal "reveal" "reveal code" None "Show the code for 15 seconds.",
        CopyCode "copy-code" "copy code" None "Copy the code to the clipboard of the terminal.",
        CopyDealerCode "copy-dealer-code" "copy dealerCode" None "Copy the dealerCode to the clipboard of the terminal.",
        CopyLetter "copy-letter" "copy letter" None "Copy the opcode letter for the dealer to the clipboard of the terminal.",
    }
    Detail {
        DetailDown "detail-down" "scroll down" None "Scroll the detail down.",
        DetailUp "detail-up" "scroll up" None "Scroll the detail up.",
        DetailPageDown "detail-page-down" "page down" None "Scroll the detail a page down.",
        DetailPageUp "detail-page-up" "page up" None "Scroll the detail a page up.",
    }
    Tail {
        TailDown "tail-down" "down" None "Move to the next event.",
        TailUp "tail-up" "up" None "Move to the previous event.",
        TailPageDown "tail-page-down" "page down" None "Move a page of events down.",
        TailPageUp "tail-page-up" "page up" None "Move a page of events up.",
        TailFollow "tail-follow" "follow" None "Jump to the newest event and follow.",
        TailPause "tail-pause" "pause" None "Stop the tail where it is; it goes on receiving.",
        TailKinds "tail-kinds" "kinds" None "Choose which groups of events are shown.",
        TailOnlySelected "tail-only-selected" "only selected" None "Only events of the dealership under the cursor, or of all.",
        TeachMeaning "teach-meaning" "teach meaning" Records "Say what the answer of the event means, which no row of the meanings knew.",
        TailJump "tail-jump" "go to dealership" None "Move the table's cursor to the dealership of the event.",
    }
    Queue {
        QueueDown "queue-down" "down" None "Move to the next letter.",
        QueueUp "queue-up" "up" None "Move to the previous letter.",
        QueuePageDown "queue-page-down" "page down" None "Move a page of letters down.",
        QueuePageUp "queue-page-up" "page up" None "Move a page of letters up.",
        QueueTop "queue-top" "top" None "Move to the first letter.",
        QueueBottom "queue-bottom" "bottom" None "Move to the last letter.",
        QueueJump "queue-jump" "go to dealership" None "Go to the dealership of the letter.",
        QueueRetry "queue-retry" "try now" Records "Try the letter now, or those marked.",
        QueueRetryFailed "queue-retry-failed" "try all failed" Records "Try every letter now that went wrong.",
        QueueSuppress "queue-suppress" "suppress" Asks "Do not send the letter after all, or those marked.",
        QueueTrouble "queue-trouble" "only trouble" None "Show only what went wrong, or everything.",
        QueueRead "queue-read" "read letter" None "Read the letter exactly as it goes out, the code masked.",
        QueueMark "queue-mark" "mark" None "Mark or unmark the letter.",
        QueueMarkAll "queue-mark-all" "mark all" None "Mark every letter that is shown.",
        QueueClearMarks "queue-clear-marks" "clear marks" None "Unmark every letter.",
        QueueClose "queue-close" "back" None "Go back to the table.",
    }
    Dialog {
        DialogNext "dialog-next" "next field" None "Move to the next field or choice.",
        DialogPrevious "dialog-previous" "previous field" None "Move to the previous field or choice.",
        DialogAccept "dialog-accept" "accept" None "Press the chosen button; in a field, go on to the next.",
        DialogSwitch "dialog-switch" "switch" None "Switch the check box, or take the next choice.",
        DialogCancel "dialog-cancel" "cancel" None "Leave without doing anything.",
        DialogDown "dialog-down" "scroll down" None "Scroll the list down.",
        DialogUp "dialog-up" "scroll up" None "Scroll the list up.",
    }
    Letter {
        LetterSwitch "letter-switch" "letter off/on" None "Send the letter with it, or do not.",
        LetterPreview "letter-preview" "preview" None "Read exactly what would be sent.",
    }
    Form {
        DialogSubmit "dialog-submit" "submit" None "Do what the dialog asks for, from any of its fields.",
    }
    Input {
        InputAccept "input-accept" "accept" None "Take what is written.",
        InputCancel "input-cancel" "cancel" None "Leave the input.",
        InputNext "input-next" "next" None "Next field, or suggestion where there is one field.",
        InputPrevious "input-previous" "previous" None "Previous field, or suggestion where there is one field.",
        InputDown "input-down" "suggestion" None "Next suggestion, or field where nothing is suggested.",
        InputUp "input-up" "suggestion back" None "Previous suggestion, or field where nothing is suggested.",
        InputLeft "input-left" "left" None "Move left.",
        InputRight "input-right" "right" None "Move right.",
        InputWordLeft "input-word-left" "word left" None "Move a word left.",
        InputWordRight "input-word-right" "word right" None "Move a word right.",
        InputHome "input-home" "start" None "Move to the start.",
        InputEnd "input-end" "end" None "Move to the end.",
        InputBackspace "input-backspace" "delete left" None "Delete to the left.",
        InputDelete "input-delete" "delete" None "Delete to the right.",
        InputDeleteWord "input-delete-word" "delete word" None "Delete the word to the left.",
        InputClear "input-clear" "clear" None "Delete everything to the left.",
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
