//! What a station has said and nobody has seen yet: a little of it in memory, the rest in a file without a name, so that a
//! pager in which nobody reads on costs neither the station's time nor the session's memory.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::line::{Received, ToSession};

/// Bytes that wait in memory.
const MOST: usize = 4 << 20;

/// Between the thread that takes what comes and the one that shows it.
#[derive(Default)]
pub(super) struct Backlog {
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Waiting>,
    /// Bytes of output that wait in memory.
    held: usize,
    /// Where the others are, and where the next go.
    beside: Option<(File, u64)>,
    is_over: bool,
}

enum Waiting {
    Here(Received<ToSession>),
    /// Output in the file.
    Beside {
        is_error: bool,
        from: u64,
        length: usize,
    },
}

impl Backlog {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts what came behind all that waits.
    pub fn put(&self, received: Received<ToSession>) {
        let mut state = self.state();
        let waiting = state.set_aside(received);
        state.waiting.push_back(waiting);
        drop(state);
        self.more.notify_one();
    }

    /// Nothing more comes.
    pub fn end(&self) {
        self.state().is_over = true;
        self.more.notify_one();
    }

    /// Waits for the next; none when nothing more comes.
    ///
    /// # Errors
    /// When it can't be read back.
    pub fn take(&self) -> io::Result<Option<Received<ToSession>>> {
        let is_empty = |state: &mut State| state.waiting.is_empty() && !state.is_over;
        let waited = self.more.wait_while(self.state(), is_empty);
        waited.unwrap_or_else(PoisonError::into_inner).next()
    }
}

impl State {
    /// Brings output into the file when much waits; where that can't be done it stays in memory.
    fn set_aside(&mut self, received: Received<ToSession>) -> Waiting {
        let (bytes, is_error) = match &received {
            Received::Out(bytes) => (bytes, false),
            Received::Err(bytes) => (bytes, true),
            Received::Message(_) => return Waiting::Here(received),
        };
        let length = bytes.len();
        if self.held + length > MOST
            && let Ok(from) = self.append(bytes)
        {
            return Waiting::Beside {
                is_error,
                from,
                length,
            };
        }
        self.held += length;
        Waiting::Here(received)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let (file, end) = match self.beside.take() {
            Some(beside) => beside,
            None => (tempfile::tempfile()?, 0),
        };
        let written = file.write_all_at(bytes, end);
        let next = end
            + if written.is_ok() {
                bytes.len() as u64
            } else {
                0
            };
        self.beside = Some((file, next));
        written.map(|()| end)
    }

    fn next(&mut self) -> io::Result<Option<Received<ToSession>>> {
        let received = match self.waiting.pop_front() {
            None => return Ok(None),
            Some(Waiting::Here(received)) => {
                if let Received::Out(bytes) | Received::Err(bytes) = &received {
                    self.held = self.held.saturating_sub(bytes.len());
                }
                received
            }
            Some(Waiting::Beside {
                is_error,
                from,
                length,
            }) => {
                let mut bytes = vec![0; length];
                if let Some((file, _)) = &self.beside {
                    file.read_exact_at(&mut bytes, from)?;
                }
                if is_error {
                    Received::Err(bytes)
                } else {
                    Received::Out(bytes)
                }
            }
        };
        // What was shown takes no room on the disk.
        if self.waiting.is_empty() {
            self.beside = None;
        }
        Ok(Some(received))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(number: u8) -> Vec<u8> {
        vec![number; 64 << 10]
    }

    #[test]
    fn what_waits_takes_little_memory_and_comes_back_in_order() {
        let backlog = Backlog::default();
        for round in 0..2 {
            for number in 0..=u8::MAX {
                backlog.put(Received::Out(piece(number)));
                if number % 100 == 0 {
                    backlog.put(Received::Err(piece(number)));
                }
            }
            backlog.put(Received::Message(ToSession::Exit { status: 3 }));
            assert!(backlog.state().held <= MOST);
            for number in 0..=u8::MAX {
                let taken = backlog.take().unwrap().unwrap();
                assert!(matches!(taken, Received::Out(bytes) if bytes == piece(number)));
                if number % 100 == 0 {
                    let taken = backlog.take().unwrap().unwrap();
                    assert!(matches!(taken, Received::Err(bytes) if bytes == piece(number)));
                }
            }
            let taken = backlog.take().unwrap().unwrap();
            let exit = ToSession::Exit { status: 3 };
            assert!(
                matches!(taken, Received::Message(told) if format!("{told:?}") == format!("{exit:?}")),
                "{round}"
            );
            assert_eq!(backlog.state().held, 0);
            assert!(backlog.state().beside.is_none(), "the file has gone");
        }
        backlog.end();
        assert!(backlog.take().unwrap().is_none());
    }

    #[test]
    fn whoever_waits_hears_of_what_comes_and_of_the_end() {
        let backlog = Backlog::default();
        std::thread::scope(|scope| {
            let taker = scope.spawn(|| {
                let mut count = 0;
                while backlog.take().unwrap().is_some() {
                    count += 1;
                }
                count
            });
            for number in 0..200 {
                backlog.put(Received::Out(piece(number)));
            }
            backlog.end();
            assert_eq!(taker.join().unwrap(), 200);
        });
    }
}
