//! Work in parallel, results in order: items come from one thread, are worked on in batches by
//! rayon's pool, and go to one writer in the order in which they came. Memory is bounded by a few
//! batches, and what is written does not depend on the number of threads.

use std::sync::mpsc::sync_channel;

use rayon::prelude::*;

/// A batch is full at this many bytes …
const BATCH_BYTES: usize = 4 << 20;
/// … or at this many items.
const BATCH_ITEMS: usize = 256;
/// Batches that may wait before and after the work.
const WAITING: usize = 2;

/// Passes every item through `work` and its result to `write`, in order. `bytes` weighs an item.
///
/// Must be called from outside rayon's pool or with [`rayon::ThreadPool::install`]; the pool it runs
/// in does the work, while reading and writing have a thread each.
///
/// # Errors
/// The first error of `write`; nothing more is read or written then.
pub fn run<T, U, E>(
    items: impl Iterator<Item = T> + Send,
    bytes: impl Fn(&T) -> usize + Send,
    work: impl Fn(T) -> U + Sync + Send,
    mut write: impl FnMut(U) -> Result<(), E> + Send,
) -> Result<(), E>
where
    T: Send,
    U: Send,
    E: Send,
{
    let (items_out, items_in) = sync_channel::<Vec<T>>(WAITING);
    let (results_out, results_in) = sync_channel::<Vec<U>>(WAITING);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut batch = Vec::new();
            let mut size = 0;
            for item in items {
                size += bytes(&item);
                batch.push(item);
                if size >= BATCH_BYTES || batch.len() >= BATCH_ITEMS {
                    size = 0;
                    // The other end is gone only if writing failed.
                    if items_out.send(std::mem::take(&mut batch)).is_err() {
                        return;
                    }
                }
            }
            let _ = items_out.send(batch);
        });
        let writer = scope.spawn(move || {
            for results in results_in {
                results.into_iter().try_for_each(&mut write)?;
            }
            Ok(())
        });
        for batch in items_in {
            // One item is one task: pages differ in size by orders of magnitude.
            let results = batch.into_par_iter().with_max_len(1).map(&work).collect();
            if results_out.send(results).is_err() {
                break;
            }
        }
        drop(results_out);
        writer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_order_whatever_the_threads() {
        for n_threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            let mut got = Vec::new();
            let write = |n| {
                got.push(n);
                Ok::<_, ()>(())
            };
            let slow_if_odd = |n: usize| {
                if n % 2 == 1 {
                    std::thread::sleep(std::time::Duration::from_micros(50));
                }
                n * 3
            };
            pool.install(|| run(0..1000, |_| BATCH_BYTES / 7, slow_if_odd, write)).unwrap();
            assert_eq!(got, (0..1000).map(|n| n * 3).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_of_the_writer_ends_an_endless_input() {
        let n_read = AtomicUsize::new(0);
        let items = std::iter::repeat_with(|| n_read.fetch_add(1, Ordering::Relaxed));
        let result = run(items, |_| 1, |n| n, |n| if n == 500 { Err("full") } else { Ok(()) });
        assert_eq!(result, Err("full"));
        // Bounded: what was read ahead is no more than the batches that may wait.
        assert!(n_read.into_inner() < BATCH_ITEMS * (2 * WAITING + 6));
    }
}
