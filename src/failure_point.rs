//! Moments between two effects at which a test can have the program die. A release passes them by.

macro_rules! failure_points {
    ($($(#[$what:meta])* $name:ident,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum FailurePoint {
            $($(#[$what])* $name,)*
        }

        impl FailurePoint {
            pub const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

// What was done last, each before whatever comes next.
failure_points! {
    /// A segment of the journal has been made; its name is not durable.
    SegmentMade,
    /// The lines of a group are written, not synced.
    LinesWritten,
    /// They are durable, and nobody has been told.
    LinesSynced,
    /// The index is written, its mark is not.
    IndexWritten,
    /// A small file is written beside the one that it replaces.
    ReplacementWritten,
    /// The torn end of the journal is kept, and not cut off.
    TornEndKept,
    /// A restore has removed the empty journal, and not put the new one there.
    JournalRemoved,
    /// A transaction of a team's store is written, not committed.
    TransactionWritten,
    /// It is committed, and nobody has been told.
    TransactionCommitted,
    /// A code was asked for on record, and not of its source.
    CodeRequested,
    /// The source gave the code; that is not recorded.
    CodeObtained,
    /// The code is recorded, its letter queued; whoever asked has no answer.
    CodeIssued,
    /// A letter is begun on record, and its text not handed over.
    LetterBegun,
    /// A letter is in a file that has no name yet.
    LetterWritten,
    /// What became of a letter is known, and not recorded.
    LetterHandedOver,
    /// It is recorded, and the outbox does not know.
    LetterEnded,
    /// An appointment was asked for on record, and not of the platform.
    BookingRequested,
    /// The platform has answered; that is not recorded.
    BookingAnswered,
    /// That it stands is recorded, and not read back.
    BookingEnded,
    /// It was found where it should be; that is not recorded.
    BookingSeen,
    /// A probe was answered; that is not recorded.
    ProbeAnswered,
    /// Something for many is noted, and not begun.
    BulkNoted,
    /// It is done, and the note is there.
    BulkDone,
    /// A delivery of a hook is noted, and not begun.
    HookNoted,
    /// The hook has taken it; that is not kept.
    HookCalled,
    /// A request of an attached desk is done; its answer is not sent.
    AttachedAnswered,
    /// A request that the team left to its leader is done; its answer is not written.
    RelayedAnswered,
}

impl FailurePoint {
    /// Ends the program as SIGKILL does where `TEST_FAILURE_POINT` says so: the name of a point, or `any`, and after how
    /// many passes.
    #[cfg(debug_assertions)]
    pub fn pass(self) {
        use std::sync::LazyLock;
        use std::sync::atomic::{AtomicU64, Ordering};
        static WANTED: LazyLock<Option<(String, AtomicU64)>> = LazyLock::new(|| {
            let wanted = std::env::var("TEST_FAILURE_POINT").ok()?;
            let (name, passes) = wanted.split_once(':')?;
            Some((name.to_owned(), AtomicU64::new(passes.parse().ok()?)))
        });
        if let Some((name, left)) = &*WANTED
            && (name == "any" || *name == format!("{self:?}"))
            && left.fetch_sub(1, Ordering::SeqCst) == 1
        {
            std::process::abort();
        }
    }

    #[cfg(not(debug_assertions))]
    #[inline]
    pub fn pass(self) {}
}
