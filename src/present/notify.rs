//! Whether and how somebody is told who looks elsewhere.

/// How somebody is told who does not look at the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotifyChoice {
    #[default]
    Off,
    /// The bell of the terminal.
    Bell,
    /// A notification of the desktop, which the terminal shows.
    Osc,
}
