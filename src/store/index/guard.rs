//! Running what may panic or hang, without either being seen from outside.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;

/// The name of the thread whose panics are expected, and so not printed.
const GUARDED: &str = "store-index-load";

/// The panic hook belongs to the whole process: one at a time may exchange it.
static HOOK: Mutex<()> = Mutex::new(());

type Hook = dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static;

/// Runs `action` on a thread of its own. A panic becomes an error; so does not being ready in time (the thread is then
/// left behind). Panics of other threads are reported as ever, and the hook is back when this returns.
pub(super) fn quietly<T: Send + 'static, E: From<String> + Send + 'static>(
    patience: Duration,
    action: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E> {
    let _one_at_a_time = HOOK.lock();
    let usual: Arc<Hook> = Arc::from(panic::take_hook());
    let others = Arc::clone(&usual);
    panic::set_hook(Box::new(move |info| {
        if !super::panic_is_caught() {
            others(info);
        }
    }));
    let (send, receive) = mpsc::channel();
    let thread = thread::Builder::new().name(GUARDED.to_owned()).spawn(move || {
        let caught = panic::catch_unwind(AssertUnwindSafe(action));
        let _ = send.send(caught.unwrap_or_else(|cause| Err(format!("sled panicked: {}", words(&*cause)).into())));
    });
    let result = match thread {
        Ok(_) => receive.recv_timeout(patience).unwrap_or_else(|_| Err("sled does not get ready".to_owned().into())),
        Err(error) => Err(error.to_string().into()),
    };
    drop(panic::take_hook());
    panic::set_hook(Box::new(move |info| usual(info)));
    result
}

/// What a panic says, in one line.
fn words(cause: &(dyn std::any::Any + Send)) -> String {
    let text = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    let line = text.unwrap_or("without a word").lines().next().unwrap_or_default();
    line.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_and_a_wait_become_errors() {
        let long = Duration::from_secs(60);
        assert_eq!(quietly::<_, String>(long, || Ok(1)), Ok(1));
        assert_eq!(quietly::<(), String>(long, || panic!("a\nb")), Err("sled panicked: a".to_owned()));
        let (release, wait) = mpsc::channel::<()>();
        let hang = move || wait.recv().map_err(|error| error.to_string());
        assert_eq!(quietly(Duration::ZERO, hang), Err("sled does not get ready".to_owned()));
        drop(release);
    }
}
