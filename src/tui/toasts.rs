//! Short messages that go away by themselves; the same one twice is counted, not repeated.

use std::time::Duration;

use super::theme::Tone;

/// How long a message stays.
const STAY: Duration = Duration::from_secs(6);
/// How long a bad one stays.
const STAY_BAD: Duration = Duration::from_secs(15);
/// The most that are kept.
const MOST: usize = 6;

/// What a message is about that grows as long as it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Codes of the person in front of the screen expired.
    MineExpired,
    OthersExpired,
    /// A key that does nothing here.
    Key,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    pub tone: Tone,
    pub text: String,
    pub count: u32,
    topic: Option<Topic>,
    until: Duration,
}

#[derive(Debug, Default)]
pub struct Toasts(Vec<Toast>);

impl Toasts {
    pub fn push(&mut self, tone: Tone, text: impl Into<String>, face: Duration) {
        self.put(None, tone, text.into(), face);
    }

    /// Tells more about something, in the place of what was told of it before.
    pub fn replace(&mut self, topic: Topic, tone: Tone, text: impl Into<String>, face: Duration) {
        self.0.retain(|toast| toast.topic != Some(topic));
        self.put(Some(topic), tone, text.into(), face);
    }

    /// Whether something is told about a topic now.
    pub fn has(&self, topic: Topic) -> bool {
        self.0.iter().any(|toast| toast.topic == Some(topic))
    }

    fn put(&mut self, topic: Option<Topic>, tone: Tone, text: String, face: Duration) {
        let until = face + if tone == Tone::Bad { STAY_BAD } else { STAY };
        if let Some(place) = self.0.iter().position(|toast| toast.text == text && toast.tone == tone) {
            let mut toast = self.0.remove(place);
            toast.count += 1;
            toast.until = until;
            self.0.push(toast);
            return;
        }
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push(Toast { tone, text, count: 1, topic, until });
    }

    /// Lets time pass. Only the newest is seen: the others wait for their turn.
    pub fn pass(&mut self, face: Duration) {
        if let Some((_, waiting)) = self.0.split_last_mut() {
            for toast in waiting {
                toast.until = toast.until.max(face + STAY);
            }
        }
        self.0.retain(|toast| toast.until > face);
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Toast> {
        self.0.iter()
    }

    /// When the next one goes.
    pub fn next_change(&self) -> Option<Duration> {
        self.0.iter().map(|toast| toast.until).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_message_is_counted_and_goes_away() {
        let mut toasts = Toasts::default();
        toasts.push(Tone::Good, "issued", Duration::ZERO);
        toasts.push(Tone::Bad, "failed", Duration::ZERO);
        toasts.push(Tone::Good, "issued", Duration::from_secs(5));
        assert_eq!(
            toasts.iter().map(|toast| (toast.text.as_str(), toast.count)).collect::<Vec<_>>(),
            [("failed", 1), ("issued", 2)]
        );
        // What was not seen yet stays for its time.
        toasts.pass(Duration::from_secs(11));
        assert_eq!(toasts.iter().map(|toast| toast.text.as_str()).collect::<Vec<_>>(), ["failed"]);
        toasts.pass(Duration::from_secs(16));
        assert_eq!(toasts.iter().count(), 1);
        toasts.pass(Duration::from_secs(17));
        assert!(toasts.is_empty());
    }
}
