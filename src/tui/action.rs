//! The actions by their names, below everything that knows what they do: keys, dialogs and clicks hold them. What is known
//! of each is in `registry.rs`, made of the same list.

use super::action_list::each_action;
pub use super::action_scope::ActionScope;

macro_rules! names {
    ($($scope:ident { $($name:ident => $info:expr),* $(,)? })*) => {
        /// Something that a key, the palette or a script of a test can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($($name,)*)*
        }

        impl Action {
            /// Where it can be asked for.
            pub const fn scope(self) -> ActionScope {
                match self {
                    $($(Self::$name)|* => ActionScope::$scope,)*
                }
            }
        }
    };
}

each_action!(names);

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
