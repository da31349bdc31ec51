//! Running what may panic or hang, without either being seen from outside.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;

/// The panic hook belongs to the whole process: one at a time may exchange it.
static HOOK: Mutex<()> = Mutex::new(());

type Hook = dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static;

/// A library that has been seen to panic or to hang on damaged files, and how it is run.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// What it is called in errors.
    pub who: &'static str,
    /// The name of its thread.
    pub thread: &'static str,
    /// Whether a panic of a thread of this name is one of its own, too.
    pub owns: fn(&str) -> bool,
    /// How long it may take.
    pub patience: Duration,
}

impl Guard {
    /// Runs `action` on a thread of its own. A panic becomes an error; so does not being ready in time (the thread is then
    /// left behind). Panics of other threads are reported as ever, and the hook is back when this returns.
    pub fn run<T: Send + 'static, E: From<String> + Send + 'static>(
        self,
        action: impl FnOnce() -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let _one_at_a_time = HOOK.lock();
        let usual: Arc<Hook> = Arc::from(panic::take_hook());
        let others = Arc::clone(&usual);
        panic::set_hook(Box::new(move |info| {
            let own = |name: &str| name == self.thread || (self.owns)(name);
            if !thread::current().name().is_some_and(own) {
                others(info);
            }
        }));
        let (send, receive) = mpsc::channel();
        let thread = thread::Builder::new().name(self.thread.to_owned()).spawn(move || {
            let caught = panic::catch_unwind(AssertUnwindSafe(action));
            let failed = |cause: Box<dyn Any + Send>| {
                Err(format!("{} panicked: {}", self.who, first_line(panic_message(&*cause))).into())
            };
            let _ = send.send(caught.unwrap_or_else(failed));
        });
        let slow = || Err(format!("{} does not get ready", self.who).into());
        let result = match thread {
            Ok(_) => receive.recv_timeout(self.patience).unwrap_or_else(|_| slow()),
            Err(error) => Err(error.to_string().into()),
        };
        drop(panic::take_hook());
        panic::set_hook(Box::new(move |info| usual(info)));
        result
    }
}

pub fn panic_message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_and_a_wait_become_errors() {
        let long = Guard { who: "it", thread: "guarded", owns: |_| false, patience: Duration::from_secs(60) };
        assert_eq!(long.run::<_, String>(|| Ok(1)), Ok(1));
        assert_eq!(long.run::<(), String>(|| panic!("a\nb")), Err("it panicked: a".to_owned()));
        let (release, wait) = mpsc::channel::<()>();
        let hang = move || wait.recv().map_err(|error| error.to_string());
        let short = Guard { patience: Duration::ZERO, ..long };
        assert_eq!(short.run(hang), Err("it does not get ready".to_owned()));
        drop(release);
    }
}
