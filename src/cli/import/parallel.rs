//! Work on many rows, shared out among the processors.

use std::num::NonZero;

/// How many rows are worth a thread.
const FEWEST: usize = 1_024;

/// Does some work on shares of the items, at the same time; the results are in the order of the items.
pub(super) fn in_shares<T: Send, R: Send>(mut items: Vec<T>, work: impl Fn(Vec<T>) -> R + Sync) -> Vec<R> {
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let share = items.len().div_ceil(processors).max(FEWEST);
    if items.len() <= share {
        return vec![work(items)];
    }
    let mut shares = Vec::with_capacity(processors);
    while items.len() > share {
        let rest = items.split_off(share);
        shares.push(std::mem::replace(&mut items, rest));
    }
    shares.push(items);
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = shares.into_iter().map(|share| scope.spawn(move || work(share))).collect();
        let result = |thread: std::thread::ScopedJoinHandle<'_, R>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(result).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_in_the_order_of_the_items() {
        for count in [0, 1, FEWEST, FEWEST + 1, 10 * FEWEST + 7] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(in_shares(items.clone(), |share| share).concat(), items);
        }
    }
}
