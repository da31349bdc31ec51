//! A value that several watch. Each is told in the order in which they began: tokio's own channel wakes them in an order of
//! chance, and a simulation could not be replayed.

use parking_lot::Mutex;
use tokio::sync::watch;

#[derive(Default)]
pub struct Watched<T> {
    watchers: Mutex<(T, Vec<watch::Sender<T>>)>,
}

impl<T: Clone + PartialEq> Watched<T> {
    pub fn subscribe(&self) -> watch::Receiver<T> {
        let mut watchers = self.watchers.lock();
        let (value, told) = &mut *watchers;
        let (sender, receiver) = watch::channel(value.clone());
        told.retain(|other| !other.is_closed());
        told.push(sender);
        receiver
    }

    /// Tells of a value, if it is another one.
    pub fn set(&self, value: T) {
        self.change(|known| *known = value);
    }

    pub fn change(&self, change: impl FnOnce(&mut T)) {
        let mut watchers = self.watchers.lock();
        let (value, told) = &mut *watchers;
        let before = value.clone();
        change(value);
        if *value != before {
            told.iter().for_each(|sender| drop(sender.send_replace(value.clone())));
        }
    }
}
