//! What is done to many alike, shared among threads.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

/// From so many on several threads are worth their start.
const WORTH_THREADS: usize = 500;
const MOST_THREADS: usize = 8;

/// What is made of all, in their order: of each share by a thread of its own.
pub fn in_threads<'a, T: Sync, U: Send>(all: &'a [T], make: impl Fn(&'a [T]) -> Vec<U> + Sync) -> Vec<U> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    if all.len() < WORTH_THREADS || threads == 1 {
        return make(all);
    }
    let make = &make;
    thread::scope(|scope| {
        let shares = all.chunks(all.len().div_ceil(threads));
        let shares: Vec<_> = shares.map(|share| scope.spawn(move || make(share))).collect();
        shares.into_iter().flat_map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_threads_make_is_in_the_order_of_what_it_is_made_of() {
        for count in [0, 1, WORTH_THREADS - 1, WORTH_THREADS, 4 * WORTH_THREADS + 3] {
            let all: Vec<usize> = (0..count).collect();
            let made = in_threads(&all, |share| share.iter().map(|number| number * 2).collect());
            assert_eq!(made, all.iter().map(|number| number * 2).collect::<Vec<_>>());
        }
    }
}
