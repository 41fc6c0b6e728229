//! Work in parallel, results in order: items come from one thread, are worked on in chunks by a pool of
//! threads, and go to one writer in the order in which they came. What is in flight is bounded by its
//! size, and what is written does not depend on the number of threads.

use std::collections::BTreeMap;
use std::sync::mpsc::channel;
use std::sync::{Condvar, Mutex, PoisonError};

use rayon::ThreadPool;

/// A chunk is full at this many bytes …
const CHUNK_BYTES: usize = 256 << 10;
/// … or at this many items.
const CHUNK_ITEMS: usize = 64;
/// Bytes of items and results in flight, for each thread, at which nothing more is read. The chunk that
/// reaches it is in flight, too, however large it is.
const IN_FLIGHT: usize = 8 << 20;

/// Passes every item through `work` and its result to `write`, in order. `item_bytes` weighs what is to
/// be worked on, `result_bytes` what is to be written.
///
/// The threads of `pool`, of which the caller must be none, do the work; reading has a thread of its own,
/// and writing is done by the caller's.
///
/// # Errors
/// The first error of `write`; nothing more is read or written then.
pub fn run<T, U, E>(
    pool: &ThreadPool,
    items: impl Iterator<Item = T> + Send,
    item_bytes: impl Fn(&T) -> usize + Send,
    work: impl Fn(T) -> U + Sync,
    result_bytes: impl Fn(&U) -> usize + Sync,
    mut write: impl FnMut(U) -> Result<(), E> + Send,
) -> Result<(), E>
where
    T: Send,
    U: Send,
    E: Send,
{
    let budget = &Budget::new(IN_FLIGHT.saturating_mul(pool.current_num_threads()));
    let (work, result_bytes) = (&work, &result_bytes);
    let (done, results) = channel::<(u64, usize, Vec<U>)>();
    pool.in_place_scope(|tasks| {
        std::thread::scope(|threads| {
            threads.spawn(move || {
                let mut number = 0;
                // Fails only if writing failed, or work did.
                let mut send = |chunk: Vec<T>, bytes: usize| -> bool {
                    if !budget.take(bytes) {
                        return false;
                    }
                    let (done, number_of_chunk) = (done.clone(), number);
                    number += 1;
                    tasks.spawn(move |_| {
                        let guard = CloseOnPanic(budget);
                        let results: Vec<U> = chunk.into_iter().map(work).collect();
                        let bytes_of_results = results.iter().map(result_bytes).sum();
                        budget.change(bytes, bytes_of_results);
                        drop(guard);
                        // The other end is gone only if writing failed.
                        let _ = done.send((number_of_chunk, bytes_of_results, results));
                    });
                    true
                };
                let (mut chunk, mut bytes) = (Vec::new(), 0);
                for item in items {
                    bytes += size_of::<T>() + item_bytes(&item);
                    chunk.push(item);
                    if (bytes >= CHUNK_BYTES || chunk.len() >= CHUNK_ITEMS)
                        && !send(std::mem::take(&mut chunk), std::mem::take(&mut bytes))
                    {
                        return;
                    }
                }
                send(chunk, bytes);
            });
            let _guard = CloseOnReturn(budget);
            let mut waiting = BTreeMap::new();
            let mut next = 0;
            for (number, bytes, of_chunk) in results {
                waiting.insert(number, (bytes, of_chunk));
                while let Some((bytes, of_chunk)) = waiting.remove(&next) {
                    of_chunk.into_iter().try_for_each(&mut write)?;
                    budget.change(bytes, 0);
                    next += 1;
                }
            }
            Ok(())
        })
    })
}

/// Bytes in flight, and whether there may be more of them.
struct Budget {
    most: usize,
    /// How many there are; `None` once nothing more is to come.
    now: Mutex<Option<usize>>,
    changed: Condvar,
}

impl Budget {
    fn new(most: usize) -> Budget {
        Budget { most, now: Mutex::new(Some(0)), changed: Condvar::new() }
    }

    /// Waits until there is room, and takes it; `false` where nothing more is to come.
    fn take(&self, bytes: usize) -> bool {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |now: &mut Option<usize>| now.is_some_and(|now| now >= self.most);
        let now = self.changed.wait_while(now, is_full);
        let mut now = now.unwrap_or_else(PoisonError::into_inner);
        *now = now.map(|now| now + bytes);
        now.is_some()
    }

    fn change(&self, from: usize, to: usize) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.map(|now| (now + to).saturating_sub(from));
        self.changed.notify_all();
    }

    fn close(&self) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.changed.notify_all();
    }
}

/// So that nobody waits for what will not come.
struct CloseOnPanic<'a>(&'a Budget);

impl Drop for CloseOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.close();
        }
    }
}

/// The same for the writer, who is also through if it fails.
struct CloseOnReturn<'a>(&'a Budget);

impl Drop for CloseOnReturn<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn pool(n_threads: usize) -> ThreadPool {
        rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap()
    }

    #[test]
    fn results_come_in_order_whatever_the_threads() {
        for n_threads in [1, 2, 5] {
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
            let pool = pool(n_threads);
            run(&pool, 0..1000, |_| CHUNK_BYTES / 7, slow_if_odd, |_| 1, write).unwrap();
            assert_eq!(got, (0..1000).map(|n| n * 3).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_error_of_the_writer_ends_an_endless_input() {
        let items = std::iter::repeat_with(|| 0);
        let mut n_written = 0;
        let write = |_| {
            n_written += 1;
            if n_written == 500 { Err("full") } else { Ok(()) }
        };
        let result = run(&pool(2), items, |_| 1, |n| n, |_| 1, write);
        assert_eq!((result, n_written), (Err("full"), 500));
    }

    #[test]
    fn what_is_in_flight_is_bounded() {
        let (n_read, mut most, mut n_written) = (AtomicUsize::new(0), 0, 0);
        let items = (0..200).inspect(|_| {
            n_read.fetch_add(1, Ordering::Relaxed);
        });
        let write = |_| {
            std::thread::sleep(std::time::Duration::from_micros(500));
            most = n_read.load(Ordering::Relaxed).max(n_written + most) - n_written;
            n_written += 1;
            Ok::<_, ()>(())
        };
        // Half of it as they are read, all of it after the work.
        run(&pool(1), items, |_| IN_FLIGHT / 4, |n| n, |_| IN_FLIGHT / 2, write).unwrap();
        assert_eq!(n_written, 200);
        // Four in flight, and one that waits to be.
        assert!(most <= 5, "{most}");
    }

    #[test]
    fn a_panic_ends_the_run() {
        let work = |n: usize| if n == 700 { panic!("no such thing") } else { n };
        let outcome = std::panic::catch_unwind(|| {
            run(&pool(2), 0.., |_| CHUNK_BYTES, work, |_| 1, |_| Ok::<_, ()>(()))
        });
        assert!(outcome.is_err());
        let outcome = std::panic::catch_unwind(|| {
            run(
                &pool(2),
                0..,
                |_| 1,
                |n| n,
                |_| 1,
                |n| if n == 9 { panic!() } else { Ok::<_, ()>(()) },
            )
        });
        assert!(outcome.is_err());
    }
}
