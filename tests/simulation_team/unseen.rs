//! A task that panics is seen by nobody but its runtime: here every panic of a run's thread is counted.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

static HOOK: Once = Once::new();

thread_local! {
    static PANICS: Cell<u32> = const { Cell::new(0) };
}

/// Counts those of this thread from here on.
pub fn count_panics() {
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            PANICS.set(PANICS.get() + 1);
            usual(info);
        }));
    });
    PANICS.set(0);
}

pub fn panics() -> u32 {
    PANICS.get()
}
