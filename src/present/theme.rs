//! Which colours the screen uses.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// By the terminal: `NO_COLOR`, its background where it tells it, `COLORFGBG` where it is set.
    #[default]
    Auto,
    Dark,
    Light,
    /// No colours: bold, dim, underlined and reversed only.
    Mono,
}
