//! When to draw: input at once, data coalesced, clocks when their text changes, and otherwise never.

use std::time::Duration;

/// Data that arrives within this time is drawn together.
pub const COALESCE: Duration = Duration::from_millis(33);
/// Two frames are never closer than this: 60 a second.
pub const SHORTEST: Duration = Duration::from_micros(16_667);

/// Decides when the next frame is due. All moments are monotonic time since some start.
#[derive(Debug, Clone, Default)]
pub struct FrameScheduler {
    due: Option<Duration>,
    change_at: Option<Duration>,
    drawn: Option<Duration>,
}

impl FrameScheduler {
    /// Somebody pressed a key, pasted or resized: draw as soon as the frame rate allows.
    pub fn input(&mut self, now: Duration) {
        self.want(now);
    }

    /// Something visible changed by itself: draw soon, together with what else comes.
    pub fn data(&mut self, now: Duration) {
        self.want(now + COALESCE);
    }

    /// The next moment at which a visible clock changes its text; `None`: none is visible.
    pub fn change_at(&mut self, at: Option<Duration>) {
        self.change_at = at;
    }

    /// When the next frame is due; `None`: not before something happens.
    pub fn next(&self) -> Option<Duration> {
        let wanted = [self.due, self.change_at].into_iter().flatten().min()?;
        Some(self.drawn.map_or(wanted, |drawn| wanted.max(drawn + SHORTEST)))
    }

    /// Whether a frame is due.
    pub fn is_due(&self, now: Duration) -> bool {
        self.next().is_some_and(|next| next <= now)
    }

    /// A frame was drawn: everything that was wanted until now is on the screen.
    pub fn drawn(&mut self, now: Duration) {
        *self = Self { due: None, change_at: None, drawn: Some(now) };
    }

    fn want(&mut self, at: Duration) {
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn nothing_changed_nothing_drawn() {
        let mut frames = FrameScheduler::default();
        assert_eq!(frames.next(), None);
        frames.input(ms(5));
        assert!(frames.is_due(ms(5)));
        frames.drawn(ms(5));
        assert_eq!(frames.next(), None);
        assert!(!frames.is_due(ms(1_000_000)));
    }

    #[test]
    fn data_is_drawn_together_and_input_does_not_wait_for_it() {
        let mut frames = FrameScheduler::default();
        frames.data(ms(100));
        frames.data(ms(120));
        assert_eq!(frames.next(), Some(ms(133)));
        frames.input(ms(121));
        assert_eq!(frames.next(), Some(ms(121)));
    }

    #[test]
    fn never_more_than_sixty_a_second() {
        let mut frames = FrameScheduler::default();
        let mut drawn = 0;
        for now in 0..1_000 {
            frames.input(ms(now));
            if frames.is_due(ms(now)) {
                frames.drawn(ms(now));
                drawn += 1;
            }
        }
        assert!((50..=60).contains(&drawn), "{drawn}");
    }

    #[test]
    fn a_clock_is_drawn_when_its_text_changes() {
        let mut frames = FrameScheduler::default();
        frames.drawn(ms(0));
        frames.change_at(Some(ms(60_000)));
        assert_eq!(frames.next(), Some(ms(60_000)));
        frames.data(ms(1_000));
        assert_eq!(frames.next(), Some(ms(1_033)));
    }
}
