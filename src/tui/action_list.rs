//! The one list of actions: dispatch, footer, `?`, the palette, `keymap check` and the README come of it. Which keys they
//! have stands in `keymap.toml`. A line names an action of the screen with its handler in `update/`, or the file in
//! `actions/` that holds the rest of one that records something.

/// Gives the list to a macro: one makes the names of it, below everything, another the registry, above their handlers.
macro_rules! each_action {
    ($read:ident) => {
        $read! {
            Global {
                Quit => effect("quit", "quit", "Leave the desk, everything acknowledged is safe; from a pane or the letters, go back.", desk::quit).anywhere().on(PageKind::ALL),
                Help => screen("help", "help", "Show every key and action of where you are.", desk::help).anywhere().on(PageKind::ALL),
                Palette => screen("palette", "palette", "Find an action by name.", desk::palette).anywhere(),
                Suspend => effect("suspend", "suspend", "Go to the shell; `fg` comes back.", |_| vec![Effect::Suspend]).anywhere().everywhere(),
                Redraw => effect("redraw", "redraw", "Draw the whole screen anew.", |_| vec![Effect::Redraw]).anywhere().everywhere(),
                Filter => screen("filter", "filter", "Filter the table with the query language; in the events and in the help, search.", desk::filter).on(&[PageKind::Help]).titled(page::filter_title),
                ClearFilter => screen("clear-filter", "back", "Take one thing away: message, pane, letters, filter, tab.", desk::back).anywhere().titled(desk::back_title),
                NextTab => screen("next-tab", "next tab", "Go to the next stage tab.", |state| desk::step_tab(state, 1)),
                PreviousTab => screen("previous-tab", "previous tab", "Go to the previous stage tab.", |state| desk::step_tab(state, -1)),
                TabAll => screen("tab-all", "tab All", "Show every dealership that is not archived.", |state| desk::show_tab(state, Tab::All)),
                TabAttention => screen("tab-attention", "tab Attention", "Show what needs somebody.", |state| desk::show_tab(state, Tab::Attention)),
                TabLost => screen("tab-lost", "tab Lost", "Show what worked and then stopped.", |state| desk::show_tab(state, Tab::Lost)),
                TabOverdue => screen("tab-overdue", "tab Overdue", "Show where Xtime is overdue.", |state| desk::show_tab(state, Tab::Overdue)),
                TabExpired => screen("tab-expired", "tab Expired", "Show the codes that died unused.", |state| desk::show_tab(state, Tab::Expired)),
                TabOpcode => screen("tab-opcode", "tab Opcode", "Show where the opcode or the slots are missing.", |state| desk::show_tab(state, Tab::Opcode)),
                TabAwaiting => screen("tab-awaiting", "tab Awaiting", "Show where Xtime has yet to show the integration.", |state| desk::show_tab(state, Tab::Awaiting)),
                TabInvited => screen("tab-invited", "tab Invited", "Show the living codes.", |state| desk::show_tab(state, Tab::Invited)),
                TabNew => screen("tab-new", "tab New", "Show who was never invited.", |state| desk::show_tab(state, Tab::New)),
                FocusNext => screen("focus-next", "next pane", "Move the focus to the next pane.", |state| desk::focus(state, 1)),
                FocusPrevious => screen("focus-previous", "previous pane", "Move the focus to the previous pane.", |state| desk::focus(state, -1)),
                ToggleDetail => screen("toggle-detail", "detail", "Show or hide the detail pane.", desk::toggle_detail),
                ToggleTail => screen("toggle-tail", "tail", "Show or hide the event tail.", desk::toggle_tail),
                Zoom => screen("zoom", "zoom", "Give the focused pane the whole screen, and back.", desk::zoom),
                Call => screen("call", "call", "Show what a call with the dealership needs, and record what came of it.", calls::toggle).when(calls::can_open).anywhere().on(&[PageKind::Call]),
                Queue => screen("queue", "letters", "Show all letters that are on their way or went wrong.", letter_queue::toggle).anywhere(),
                Insight => effect("insight", "insight", "Show what the log says: codes that end, where it sticks, how long things take, calls.", insight::toggle).anywhere().when(insight::can_open).on(&[PageKind::Insight]),
                Past => effect("past", "past", "Show the whole board as of an earlier moment, and return; actions are off there.", past::toggle).when(past::can_open),
                ShowExpired => screen("show-expired", "expired codes", "Show the dealerships whose code expired unused.", desk::show_expired).anywhere(),
                Views => screen("views", "views", "Show a saved view: filter, columns and order under a name.", views::open).anywhere(),
                Results => screen("results", "results", "Show what came of what was last asked for many; while it is under way, stop it.", jobs::show).anywhere().when(jobs::any),
                Unfinished => screen("unfinished", "cut off", "Show what was begun for many and cut off: resume it, or put it away.", cut_off::show).records().when(cut_off::any),
                Practice => screen("practice", "practice", "Begin ten small tasks, put them away, or go on with them (demo only).", practice::toggle).anywhere().when(practice::can).on(PageKind::ALL),
                PracticeNext => screen("practice-next", "next task", "Go on to the next task of the practice, or skip this one (demo only).", practice::next).anywhere().everywhere().when(practice::can_go_on),
            }
            List {
                Down => screen("down", "down", "Move to the next one, or scroll down.", |state| motion::go(state, Motion::Down)).anywhere().titled(motion::down_title),
                Up => screen("up", "up", "Move to the previous one, or scroll up.", |state| motion::go(state, Motion::Up)).anywhere().titled(motion::up_title),
                PageDown => screen("page-down", "page down", "Move a page down.", |state| motion::go(state, Motion::PageDown)).anywhere(),
                PageUp => screen("page-up", "page up", "Move a page up.", |state| motion::go(state, Motion::PageUp)).anywhere(),
                Top => screen("top", "top", "Move to the first one.", |state| motion::go(state, Motion::Top)).anywhere(),
                Bottom => screen("bottom", "bottom", "Move to the last one; in the events, follow the newest.", |state| motion::go(state, Motion::Bottom)).anywhere().titled(motion::bottom_title),
            }
            Table {
                Open => screen("open", "open", "Open the detail of the dealership under the cursor.", table::open).when(table::can_open),
                Mark => screen("mark", "mark", "Mark or unmark the dealership under the cursor.", table::mark).when(table::any).in_table(),
                MarkAll => screen("mark-all", "mark all", "Mark every dealership that is shown.", table::mark_all).in_table(),
                InvertMarks => screen("invert-marks", "invert marks", "Mark what is not marked, and the other way round.", table::invert_marks).in_table(),
                ClearMarks => screen("clear-marks", "clear marks", "Unmark everything.", |state| state.marks.clear()).when(table::any_marked).in_table(),
                SortNext => screen("sort-next", "sort by next", "Sort by the next column.", |state| table::sort_step(state, 1)).in_table(),
                SortPrevious => screen("sort-previous", "sort by previous", "Sort by the previous column.", |state| table::sort_step(state, -1)).in_table(),
                SortReverse => screen("sort-reverse", "reverse sort", "Reverse the order.", table::sort_reverse).in_table(),
                SortAttention => screen("sort-attention", "attention first", "Sort by what needs attention first.", table::sort_attention).in_table(),
                SortBy => screen("sort-by", "sort by name", "Sort by one or two columns by their names, like `clock, name:desc`.", columns::sort_by).in_table(),
                Columns => screen("columns", "columns", "Choose, order and widen the columns of the table.", columns::open).in_table(),
                Invite => recording(&invite::ACTION),
                Reissue => recording(&reissue::ACTION).on(&[PageKind::Call]),
                Revoke => recording(&revoke::ACTION),
                ConfirmWord => recording(&dealer_done::ACTION),
                Check => recording(&check::ACTION).on(&[PageKind::Guide]),
                TeachNewest => recording(&teach::NEWEST),
                Note => recording(&note::ACTION).on(&[PageKind::Call]),
                EditProfile => recording(&edit_profile::ACTION),
                Assign => recording(&assign::ACTION),
                Snooze => recording(&snooze::ACTION),
                Archive => recording(&archive::ACTION),
                Undo => recording(&undo::ACTION),
                ChooseOpcode => recording(&opcode::ACTION).on(&[PageKind::Guide]),
                Guide => screen("guide", "opcode guide", "Show the steps to a visible opcode, what is seen of each, and the letter for the dealer.", page::toggle_guide).when(table::any).on(&[PageKind::Guide]),
                Appointment => recording(&appointment::ACTION),
                Resend => recording(&letters::RESEND),
                SendGuide => recording(&letters::SEND_GUIDE),
                SendWordReceived => recording(&letters::SEND_WORD_RECEIVED),
                SendLive => recording(&letters::SEND_LIVE),
                Reminders => recording(&reminders::ACTION),
                ReadLetter => effect("read-letter", "read letter", "Read the dealership's newest letter as it is written from what holds now, the code masked.", reading::newest).when(reading::can_read_newest),
                Mailbox => effect("mailbox", "mailbox", "Read the simulated dealer's mailbox (demo only).", reading::open_mailbox).when(reading::can_open_mailbox),
                Reveal => screen("reveal", "reveal code", "Show the code for 15 seconds.", reading::reveal).when(table::has_code).on(&[PageKind::Letter, PageKind::Call]),
                CopyCode => effect("copy-code", "copy code", "Copy the code to the clipboard of the terminal.", copy::code).when(copy::can_copy_code).on(&[PageKind::Call]),
                CopyDealerCode => effect("copy-dealer-code", "copy dealerCode", "Copy the dealerCode to the clipboard of the terminal.", copy::dealer_code).when(table::any),
                CopyLetter => effect("copy-letter", "copy letter", "Copy the opcode letter for the dealer to the clipboard of the terminal.", copy::letter).when(table::any).on(&[PageKind::Guide]),
            }
            Tail {
                TailPause => screen("tail-pause", "pause", "Stop the tail where it is; it goes on receiving.", tail::pause),
                TailKinds => screen("tail-kinds", "kinds", "Choose which groups of events are shown.", tail::kinds),
                TailOnlySelected => screen("tail-only-selected", "only selected", "Only events of the dealership under the cursor, or of all.", |state| state.tail.only_selected = !state.tail.only_selected),
                TailSpan => screen("tail-span", "since", "How far back events are shown: 1h, today, 24h, 7d, all.", tail::next_span),
                TailNext => effect("tail-next", "next hit", "Go to the next event below with what was searched for.", |state| tail::next_hit(state, true)).when(tail::has_search),
                TailPrevious => effect("tail-previous", "previous hit", "Go to the event above with what was searched for.", |state| tail::next_hit(state, false)).when(tail::has_search),
                TailSelect => screen("tail-select", "select", "Begin a selection of events, or end it.", tail::select).when(tail::any),
                TailCopy => effect("tail-copy", "copy", "Copy the event, or those selected, to the clipboard of the terminal.", tail::copy).when(tail::any),
                TailSave => screen("tail-save", "save", "Save the events that are shown to a new file.", tail::save).when(tail::can_save),
                TeachMeaning => recording(&teach::OF_EVENT),
                TailJump => screen("tail-jump", "go to dealership", "Move the table's cursor to the dealership of the event.", jump::to_event).when(tail::any),
            }
            Past {
                PastBack => effect("past-back", "event back", "Go back by one event.", |state| past::step_event(state, false)).when(past::is_open),
                PastForward => effect("past-forward", "event on", "Go on by one event.", |state| past::step_event(state, true)).when(past::is_open),
                PastHourBack => effect("past-hour-back", "hour back", "Go back by an hour.", |state| past::step_time(state, TimeDelta::hours(-1))).when(past::is_open),
                PastHourForward => effect("past-hour-forward", "hour on", "Go on by an hour.", |state| past::step_time(state, TimeDelta::hours(1))).when(past::is_open),
                PastDayBack => effect("past-day-back", "day back", "Go back by a day.", |state| past::step_time(state, TimeDelta::days(-1))).when(past::is_open),
                PastDayForward => effect("past-day-forward", "day on", "Go on by a day.", |state| past::step_time(state, TimeDelta::days(1))).when(past::is_open),
                PastGo => screen("past-go", "to a moment", "Go to a moment, in your zone.", past::ask).when(past::is_open),
            }
            Queue {
                QueueJump => screen("queue-jump", "go to dealership", "Go to the dealership of the letter.", jump::to_letter).when(letter_queue::any),
                QueueRetry => recording(&queue::RETRY),
                QueueRetryFailed => recording(&queue::RETRY_FAILED),
                QueueSuppress => recording(&queue::SUPPRESS),
                QueueTrouble => screen("queue-trouble", "only trouble", "Show only what went wrong, or everything.", letter_queue::toggle_trouble),
                QueueRead => effect("queue-read", "read letter", "Read the letter exactly as it goes out, the code masked.", letter_queue::read).when(letter_queue::can_read),
                QueueMark => screen("queue-mark", "mark", "Mark or unmark the letter.", letter_queue::mark).when(letter_queue::any),
                QueueMarkAll => screen("queue-mark-all", "mark all", "Mark every letter that is shown.", letter_queue::mark_all),
                QueueClearMarks => screen("queue-clear-marks", "clear marks", "Unmark every letter.", letter_queue::clear_marks).when(letter_queue::any_marked),
                QueueClose => screen("queue-close", "back", "Go back to the table.", letter_queue::close),
            }
            Call {
                CallDone => recording(&call::DONE),
                CallWillDo => recording(&call::WILL_DO),
                CallNoAnswer => recording(&call::NO_ANSWER),
                CallCodeRefused => recording(&call::CODE_REFUSED),
                CallWantsCode => recording(&call::WANTS_CODE),
                CallPageNotFound => recording(&call::PAGE_NOT_FOUND),
                CallOpcodeTold => recording(&call::OPCODE_TOLD),
                CallWrongPerson => recording(&call::WRONG_PERSON),
                CallCodeTold => recording(&call::TOLD),
                CallTick => screen("call-tick", "tick", "Tick the next step off that the dealer takes.", calls::tick),
            }
            Columns {
                ColumnSwitch => screen("column-switch", "show or hide", "Show or hide the column.", columns::switch).titled(columns::switch_title),
                ColumnDown => screen("column-down", "move right", "Move the column to the right.", |state| columns::shift(state, true)),
                ColumnUp => screen("column-up", "move left", "Move the column to the left.", |state| columns::shift(state, false)),
                ColumnWider => screen("column-wider", "wider", "Make the column wider.", |state| columns::widen(state, 1)),
                ColumnNarrower => screen("column-narrower", "narrower", "Make the column narrower.", |state| columns::widen(state, -1)),
                ColumnReset => screen("column-reset", "as at first", "Show the columns as they were at first.", columns::reset),
                ColumnOrder => screen("column-order", "sort by name", "Type by which columns the table is sorted.", columns::sort_by),
            }
            Help {
                HelpNext => screen("help-next", "next hit", "Go to the next line of the help with what is searched for.", |state| page::step_hit(state, true)),
                HelpPrevious => screen("help-previous", "previous hit", "Go to the previous line of the help with what is searched for.", |state| page::step_hit(state, false)),
            }
            Dialog {
                DialogNext => effect("dialog-next", "next field", "Move to the next field or choice.", |state| page::turn(state, true)).titled(page::turn_title),
                DialogPrevious => effect("dialog-previous", "previous field", "Move to the previous field or choice.", |state| page::turn(state, false)),
                DialogAccept => effect("dialog-accept", "accept", "Press the chosen button; in a field, go on to the next.", page::accept),
                DialogSwitch => screen("dialog-switch", "switch", "Switch the check box, or take the next choice.", dialog::toggle),
                DialogCancel => screen("dialog-cancel", "cancel", "Leave without doing anything.", page::cancel).titled(page::cancel_title),
            }
            Letter {
                LetterSwitch => screen("letter-switch", "letter off/on", "Send the letter with it, or do not.", dialog::switch_letter),
                LetterPreview => effect("letter-preview", "preview", "Read exactly what would be sent.", |state| reading::preview(state, 0)),
            }
            Form {
                DialogSubmit => effect("dialog-submit", "submit", "Do what the dialog asks for, from any of its fields.", dialog::submit),
                DialogLookAgain => effect("dialog-look-again", "look again", "Show what changed meanwhile as it is now; what was typed stays.", dialog::look_again),
            }
            Input {
                InputAccept => effect("input-accept", "accept", "Take what is written.", input::accept),
                InputCancel => screen("input-cancel", "cancel", "Leave the input.", input::cancel),
                InputNext => screen("input-next", "next", "Next field, or suggestion where there is one field.", |state| input::step(state, true)),
                InputPrevious => screen("input-previous", "previous", "Previous field, or suggestion where there is one field.", |state| input::step(state, false)),
                InputDown => screen("input-down", "suggestion", "Next suggestion, or field where nothing is suggested.", |state| input::pick(state, true)),
                InputUp => screen("input-up", "suggestion back", "Previous suggestion, or field where nothing is suggested.", |state| input::pick(state, false)),
                InputLeft => screen("input-left", "left", "Move left.", |state| input::edit(state, LineMotion::Left)),
                InputRight => screen("input-right", "right", "Move right.", |state| input::edit(state, LineMotion::Right)),
                InputWordLeft => screen("input-word-left", "word left", "Move a word left.", |state| input::edit(state, LineMotion::WordLeft)),
                InputWordRight => screen("input-word-right", "word right", "Move a word right.", |state| input::edit(state, LineMotion::WordRight)),
                InputHome => screen("input-home", "start", "Move to the start.", |state| input::edit(state, LineMotion::Home)),
                InputEnd => screen("input-end", "end", "Move to the end.", |state| input::edit(state, LineMotion::End)),
                InputBackspace => screen("input-backspace", "delete left", "Delete to the left.", |state| input::edit(state, LineMotion::Backspace)),
                InputDelete => screen("input-delete", "delete", "Delete to the right.", |state| input::edit(state, LineMotion::Delete)),
                InputDeleteWord => screen("input-delete-word", "delete word", "Delete the word to the left.", |state| input::edit(state, LineMotion::DeleteWord)),
                InputClear => screen("input-clear", "clear", "Delete everything to the left.", |state| input::edit(state, LineMotion::Clear)),
            }
        }
    };
}

pub(super) use each_action;
