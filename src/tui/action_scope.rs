//! Where keys and actions hold.

/// Where an action can be asked for. A key is looked up in the focused context first, then in [`ActionScope::Global`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ActionScope {
    /// Everywhere but in text inputs and dialogs.
    Global,
    /// Whatever has the keyboard and can be moved in: table, detail, events, letters, dialogs, pages.
    List,
    Table,
    Detail,
    Tail,
    /// The board of a moment that is past: before the keys of its panes.
    Past,
    /// The view of all letters that are on their way or went wrong.
    Queue,
    /// The view of a call with a dealership.
    Call,
    /// The page of the table's columns.
    Columns,
    Help,
    Dialog,
    /// A dialog that sends a letter: before its own keys.
    Letter,
    /// Any dialog: before the keys of its fields and buttons.
    Form,
    /// A line of text: filter, palette, a dialog's field.
    Input,
}

impl ActionScope {
    pub const ALL: [Self; 14] = [
        Self::Global,
        Self::List,
        Self::Table,
        Self::Detail,
        Self::Tail,
        Self::Past,
        Self::Queue,
        Self::Call,
        Self::Columns,
        Self::Help,
        Self::Dialog,
        Self::Letter,
        Self::Form,
        Self::Input,
    ];

    /// Whether its actions belong to what is open: the palette does not offer them.
    pub const fn is_closed(self) -> bool {
        matches!(
            self,
            Self::Past
                | Self::Call
                | Self::Columns
                | Self::Help
                | Self::Dialog
                | Self::Letter
                | Self::Form
                | Self::Input
        )
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::List => "list",
            Self::Table => "table",
            Self::Detail => "detail",
            Self::Tail => "tail",
            Self::Past => "past",
            Self::Queue => "queue",
            Self::Call => "call",
            Self::Columns => "columns",
            Self::Help => "help",
            Self::Dialog => "dialog",
            Self::Letter => "letter",
            Self::Form => "form",
            Self::Input => "input",
        }
    }
}
