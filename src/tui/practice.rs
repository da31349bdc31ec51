//! The practice of a demo: ten small tasks on its invented dealerships, each checked by what was recorded since it began.
//! How far somebody is (`progress`) is a part of the state; the tasks look at the whole of it.

mod attempt;
mod progress;
mod tasks;
mod written;

pub use progress::{Practice, PracticePhase, TaskResult, WayStep};
pub use tasks::{TASKS, Task, TaskAttempt};
