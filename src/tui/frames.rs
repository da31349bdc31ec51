//! When to draw: input at once, data a little later and together, time when the next text changes, else never.

use std::time::Duration;

/// Data that arrives within this time is drawn together.
pub const COALESCE: Duration = Duration::from_millis(33);

/// The least time between two frames: never above 60 in a second.
pub const FASTEST: Duration = Duration::from_nanos(16_666_667);

/// The least time between two frames that are drawn only because time passes. Without it an accelerated clock, whose
/// seconds are milliseconds, would draw without a pause.
pub const FASTEST_TICK: Duration = Duration::from_millis(100);

/// Decides when the next frame is due. All moments are times since some fixed moment, real ones, also where the clock
/// of the desk runs faster.
#[derive(Debug, Clone, Default)]
pub struct FrameScheduler {
    /// When what is waiting to be shown wants to be drawn; none: nothing waits.
    dirty: Option<Duration>,
    /// When the text on the screen changes by itself.
    tick: Option<Duration>,
    /// When the last frame was drawn.
    last: Option<Duration>,
}

impl FrameScheduler {
    /// One whose first frame is due at once.
    pub fn new() -> Self {
        Self { dirty: Some(Duration::ZERO), ..Self::default() }
    }

    /// Somebody pressed a key, pasted or resized the window: what that changed is drawn at once.
    pub fn input(&mut self, now: Duration) {
        self.want(now);
    }

    /// Data arrived that changes what is shown: it is drawn together with what arrives in the next moments.
    pub fn data(&mut self, now: Duration) {
        self.want(now.saturating_add(COALESCE));
    }

    /// The moment when the text on the screen next changes by itself; none: never. Said anew after each frame.
    pub fn next_change_at(&mut self, at: Option<Duration>) {
        self.tick = at;
    }

    fn want(&mut self, at: Duration) {
        self.dirty = Some(self.dirty.map_or(at, |there| there.min(at)));
    }

    /// When the next frame is due; none while nothing changes.
    pub fn due(&self) -> Option<Duration> {
        let not_before = |pause: Duration| self.last.map_or(Duration::ZERO, |last| last.saturating_add(pause));
        let dirty = self.dirty.map(|at| at.max(not_before(FASTEST)));
        let tick = self.tick.map(|at| at.max(not_before(FASTEST_TICK)));
        match (dirty, tick) {
            (Some(dirty), Some(tick)) => Some(dirty.min(tick)),
            (one, other) => one.or(other),
        }
    }

    /// How long to wait for the next frame; zero: draw now; none: wait for something to happen.
    pub fn wait(&self, now: Duration) -> Option<Duration> {
        self.due().map(|due| due.saturating_sub(now))
    }

    /// A frame was drawn: nothing waits any more, and nothing is known of the next change until it is said.
    pub fn drawn(&mut self, now: Duration) {
        *self = Self { dirty: None, tick: None, last: Some(now) };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::tui::terminal::input::LONE_ESCAPE;

    const fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    fn drawn_at(n: u64) -> FrameScheduler {
        let mut frames = FrameScheduler::new();
        frames.drawn(ms(n));
        frames
    }

    #[test]
    fn the_first_frame_is_due_and_then_none() {
        let mut frames = FrameScheduler::new();
        assert_eq!(frames.wait(Duration::ZERO), Some(Duration::ZERO));
        frames.drawn(ms(5));
        assert_eq!(frames.due(), None);
        assert_eq!(frames.wait(ms(1_000_000)), None);
    }

    #[test]
    fn input_is_drawn_at_once() {
        let mut frames = drawn_at(0);
        frames.input(ms(500));
        assert_eq!(frames.due(), Some(ms(500)));
    }

    #[test]
    fn a_burst_of_input_stays_below_sixty_a_second() {
        let mut frames = drawn_at(500);
        frames.input(ms(501));
        assert_eq!(frames.due(), Some(ms(500) + FASTEST));
        assert_eq!(frames.wait(ms(501)), Some(Duration::from_nanos(15_666_667)));
    }

    #[test]
    fn a_lone_escape_answers_before_anybody_waits_for_it() {
        assert!(LONE_ESCAPE + FASTEST < ms(60));
    }

    #[test]
    fn data_is_drawn_together() {
        let mut frames = drawn_at(0);
        for n in 100..133 {
            frames.data(ms(n));
            // The first one's window counts: a stream without end does not put the frame off.
            assert_eq!(frames.due(), Some(ms(133)));
        }
    }

    #[test]
    fn input_does_not_wait_for_data_and_takes_it_along() {
        let mut frames = drawn_at(0);
        frames.data(ms(100));
        frames.input(ms(110));
        assert_eq!(frames.due(), Some(ms(110)));
        frames.drawn(ms(110));
        assert_eq!(frames.due(), None);
    }

    #[test]
    fn time_draws_when_the_text_changes() {
        let mut frames = drawn_at(0);
        frames.next_change_at(Some(ms(60_000)));
        assert_eq!(frames.due(), Some(ms(60_000)));
        frames.data(ms(10));
        assert_eq!(frames.due(), Some(ms(43)));
        frames.drawn(ms(43));
        assert_eq!(frames.due(), None);
        frames.next_change_at(Some(ms(1_000)));
        frames.next_change_at(None);
        assert_eq!(frames.due(), None);
    }

    #[test]
    fn an_accelerated_clock_does_not_draw_without_a_pause() {
        let mut frames = drawn_at(1_000);
        frames.next_change_at(Some(ms(1_001)));
        assert_eq!(frames.due(), Some(ms(1_100)));
        frames.input(ms(1_050));
        assert_eq!(frames.due(), Some(ms(1_050)));
    }

    #[test]
    fn moments_at_the_end_of_time_do_not_overflow() {
        let mut frames = FrameScheduler::new();
        frames.drawn(Duration::MAX);
        frames.data(Duration::MAX);
        frames.next_change_at(Some(Duration::MAX));
        assert_eq!(frames.due(), Some(Duration::MAX));
    }

    proptest! {
        /// However things come, every frame has a reason, input waits at most one frame, data at most its window,
        /// and frames keep their distance.
        #[test]
        fn every_frame_has_a_reason(steps in prop::collection::vec((0_u64..50, 0_u8..4), 1..200)) {
            let mut frames = FrameScheduler::new();
            let (mut now, mut last) = (Duration::ZERO, None::<Duration>);
            let (mut input, mut data) = (None::<Duration>, None::<Duration>);
            frames.drawn(now);
            last.replace(now);
            for (wait, what) in steps {
                let until = now + ms(wait);
                // A loop that sleeps exactly until the frame is due.
                while let Some(due) = frames.due().filter(|due| *due <= until) {
                    let at = due.max(now);
                    prop_assert!(input.is_some() || data.is_some());
                    prop_assert!(at >= last.unwrap() + FASTEST);
                    if let Some(input) = input {
                        prop_assert!(at <= input.max(last.unwrap() + FASTEST));
                    }
                    if let Some(data) = data {
                        prop_assert!(at <= (data + COALESCE).max(last.unwrap() + FASTEST));
                    }
                    frames.drawn(at);
                    now = at;
                    last = Some(at);
                    input = None;
                    data = None;
                }
                now = until;
                match what {
                    0 => { frames.input(now); input = input.or(Some(now)); }
                    1 | 2 => { frames.data(now); data = data.or(Some(now)); }
                    _ => {}
                }
                prop_assert_eq!(frames.due().is_some(), input.is_some() || data.is_some());
            }
        }
    }
}
