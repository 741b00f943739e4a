//! The line between a station and one session: frames with a length, a sort and a body, and files handed over.
//!
//! A frame is four bytes of length (big-endian, of what follows), one byte that says its sort, and the body: a message
//! in JSON, or bytes for the session's standard output or standard error. A file travels beside the message it
//! belongs to.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IoSlice, IoSliceMut, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::files::{FileAnswer, FileAsk};
use crate::domain::Said;

/// The longest frame that a station takes from a session, in bytes.
const FROM_SESSION: usize = 1 << 20;
/// The longest frame that a session takes from its station, in bytes.
const FROM_STATION: usize = 16 << 20;
/// The longest body that is written at once; longer output is cut into several frames.
const PIECE: usize = 64 << 10;
/// Files that may wait to be taken.
const HELD: usize = 4;

const MESSAGE: u8 = 0;
const OUT: u8 = 1;
const ERR: u8 = 2;

/// What a session says.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToStation {
    /// Who speaks, and what is wanted; the first message.
    Hello {
        /// The protocol's number.
        protocol: u32,
        /// The release.
        release: String,
        /// What is wanted, for the station's host to understand.
        call: Value,
    },
    /// Something happened at the terminal.
    Input(Value),
    /// What became of a request for a file; an opened file comes beside it.
    File(FileAnswer),
}

/// What a station says.
#[derive(Debug, Serialize, Deserialize)]
pub enum ToSession {
    /// The session is taken.
    Welcome,
    /// It is not, and why.
    Refused {
        /// The exit status.
        status: u8,
        /// What happened and what to do.
        said: Said,
        /// Whether the station is about to leave, so that another can be started.
        leaves: bool,
    },
    /// Something is to be done with a file of the session's user.
    File(FileAsk),
    /// The console wants to be stopped until it is continued.
    Suspend,
    /// The session is over.
    Exit {
        /// The exit status.
        status: u8,
    },
}

/// Any message.
pub trait Message: Serialize + DeserializeOwned {}
impl Message for ToStation {}
impl Message for ToSession {}

/// A frame that came in.
#[derive(Debug)]
pub enum Received<M> {
    /// A message.
    Message(M),
    /// Bytes for standard output.
    Out(Vec<u8>),
    /// Bytes for standard error.
    Err(Vec<u8>),
}

/// One end of a line. Reading and writing may happen on different threads.
#[derive(Debug)]
pub struct Line {
    stream: UnixStream,
    /// The right to write, and output that waits to go with what is written next.
    writing: Mutex<Vec<u8>>,
    files: Mutex<VecDeque<OwnedFd>>,
    longest: usize,
    /// How long a frame that has begun may take to come.
    patience: Option<Duration>,
}

impl Line {
    /// The station's end. A session that takes nothing for so long, or does not end what it began to say, is given up.
    ///
    /// # Errors
    /// When the time limit can't be set.
    pub fn of_station(stream: UnixStream, patience: Duration) -> io::Result<Self> {
        stream.set_write_timeout(Some(patience))?;
        Ok(Self::new(stream, FROM_SESSION, Some(patience)))
    }

    /// The session's end.
    #[must_use]
    pub fn of_session(stream: UnixStream) -> Self {
        Self::new(stream, FROM_STATION, None)
    }

    fn new(stream: UnixStream, longest: usize, patience: Option<Duration>) -> Self {
        Self {
            stream,
            writing: Mutex::default(),
            files: Mutex::default(),
            longest,
            patience,
        }
    }

    /// The socket.
    #[must_use]
    pub fn stream(&self) -> &UnixStream {
        &self.stream
    }

    /// Says something.
    ///
    /// # Errors
    /// When the other end has gone or takes nothing.
    pub fn say(&self, message: &impl Message) -> io::Result<()> {
        self.send(MESSAGE, &serde_json::to_vec(message)?, None)
    }

    /// Says something and hands a file over with it.
    ///
    /// # Errors
    /// When the other end has gone or takes nothing.
    pub fn say_with(&self, message: &impl Message, file: &File) -> io::Result<()> {
        self.send(MESSAGE, &serde_json::to_vec(message)?, Some(file))
    }

    /// Bytes for the session's standard output.
    ///
    /// # Errors
    /// When the other end has gone or takes nothing.
    pub fn out(&self, bytes: &[u8]) -> io::Result<()> {
        bytes
            .chunks(PIECE)
            .try_for_each(|piece| self.send(OUT, piece, None))
    }

    /// Bytes for the session's standard output that need not go at once. They go with what is said next, in one piece,
    /// so that a short answer and its exit status arrive together or, when the station dies, not at all.
    ///
    /// # Errors
    /// When the other end has gone or takes nothing.
    pub fn out_with_next(&self, bytes: &[u8]) -> io::Result<()> {
        let mut held = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        held.extend(bytes);
        if held.len() < PIECE {
            return Ok(());
        }
        let bytes = std::mem::take(&mut *held);
        drop(held);
        self.out(&bytes)
    }

    /// Bytes for the session's standard error.
    ///
    /// # Errors
    /// When the other end has gone or takes nothing.
    pub fn err(&self, bytes: &[u8]) -> io::Result<()> {
        bytes
            .chunks(PIECE)
            .try_for_each(|piece| self.send(ERR, piece, None))
    }

    fn send(&self, sort: u8, body: &[u8], file: Option<&File>) -> io::Result<()> {
        let mut held = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut frames = Vec::with_capacity(held.len() + body.len() + 10);
        if !held.is_empty() {
            frame(OUT, &held, &mut frames)?;
            held.clear();
        }
        if file.is_some() && !frames.is_empty() {
            // A file travels beside its own message.
            (&self.stream).write_all(&frames)?;
            frames.clear();
        }
        frame(sort, body, &mut frames)?;
        let mut sent = 0;
        if let Some(file) = file {
            let handed = [file.as_fd()];
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut beside = SendAncillaryBuffer::new(&mut space);
            beside.push(SendAncillaryMessage::ScmRights(&handed));
            sent = sendmsg(
                &self.stream,
                &[IoSlice::new(&frames)],
                &mut beside,
                SendFlags::NOSIGNAL,
            )?;
        }
        // A closed socket is an error here and no signal: the runtime ignores SIGPIPE.
        (&self.stream).write_all(frames.get(sent..).unwrap_or_default())
    }

    /// Waits for the next frame; none when the other end has hung up.
    ///
    /// # Errors
    /// When the line breaks within a frame, what comes is no frame, or it takes too long to come.
    pub fn receive<M: Message>(&self) -> io::Result<Option<Received<M>>> {
        self.receive_by(None)
    }

    /// Waits for the next frame, but no longer than this for all of it.
    ///
    /// # Errors
    /// As [`receive`](Self::receive), and when it does not come in time.
    pub fn receive_within<M: Message>(&self, limit: Duration) -> io::Result<Option<Received<M>>> {
        self.receive_by(Some(Instant::now() + limit))
    }

    fn receive_by<M: Message>(&self, whole: Option<Instant>) -> io::Result<Option<Received<M>>> {
        let mut head = [0; 5];
        let begun = self.read(&mut head, whole)?;
        if begun == 0 {
            return Ok(None);
        }
        let until = whole.or_else(|| self.patience.map(|patience| Instant::now() + patience));
        self.fill(head.get_mut(begun..).unwrap_or_default(), until)?;
        let [a, b, c, d, sort] = head;
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if length == 0 || length > self.longest {
            return Err(too_long());
        }
        let mut body = vec![0; length - 1];
        self.fill(&mut body, until)?;
        match sort {
            MESSAGE => Ok(Some(Received::Message(serde_json::from_slice(&body)?))),
            OUT => Ok(Some(Received::Out(body))),
            ERR => Ok(Some(Received::Err(body))),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "no sort of frame",
            )),
        }
    }

    fn fill(&self, mut rest: &mut [u8], until: Option<Instant>) -> io::Result<()> {
        while !rest.is_empty() {
            match self.read(rest, until)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => rest = rest.get_mut(count..).unwrap_or_default(),
            }
        }
        Ok(())
    }

    /// Reads some bytes; none when the other end has hung up.
    fn read(&self, buffer: &mut [u8], until: Option<Instant>) -> io::Result<usize> {
        loop {
            let flags = match until {
                Some(_) => RecvFlags::DONTWAIT,
                None => RecvFlags::empty(),
            };
            match (self.take(buffer, flags), until) {
                (Err(error), _) if error.kind() == io::ErrorKind::Interrupted => {}
                (Err(error), Some(until)) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.wait(until)?;
                }
                (taken, _) => return taken,
            }
        }
    }

    /// Waits until something can be read.
    fn wait(&self, until: Instant) -> io::Result<()> {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        let left = Timespec::try_from(left).map_err(|_| io::ErrorKind::InvalidInput)?;
        match poll(&mut [PollFd::new(&self.stream, PollFlags::IN)], Some(&left)) {
            Ok(_) | Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads bytes, and puts files that come beside them where they can be taken.
    fn take(&self, buffer: &mut [u8], flags: RecvFlags) -> io::Result<usize> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(HELD))];
        let mut beside = RecvAncillaryBuffer::new(&mut space);
        let got = recvmsg(
            &self.stream,
            &mut [IoSliceMut::new(buffer)],
            &mut beside,
            flags | RecvFlags::CMSG_CLOEXEC,
        )?;
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        for message in beside.drain() {
            if let RecvAncillaryMessage::ScmRights(handed) = message {
                files.extend(handed);
            }
        }
        if files.len() > HELD {
            files.clear();
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too many files"));
        }
        Ok(got.bytes)
    }

    /// The file that came beside the last message.
    ///
    /// # Errors
    /// When none came.
    pub fn take_file(&self) -> io::Result<File> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let missing = || io::Error::new(io::ErrorKind::InvalidData, "no file came");
        files.pop_front().map(File::from).ok_or_else(missing)
    }

    /// Whether the other end has hung up, without waiting.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        let mut byte = [0];
        let peeked = recvmsg(
            &self.stream,
            &mut [IoSliceMut::new(&mut byte)],
            &mut RecvAncillaryBuffer::default(),
            RecvFlags::PEEK | RecvFlags::DONTWAIT,
        );
        match peeked {
            Ok(got) => got.bytes == 0,
            Err(error) => error != Errno::AGAIN && error != Errno::INTR,
        }
    }

    /// Ends the line for both sides.
    pub fn hang_up(&self) {
        let _ = self.stream.shutdown(std::net::Shutdown::Both);
    }
}

fn frame(sort: u8, body: &[u8], to: &mut Vec<u8>) -> io::Result<()> {
    let length = u32::try_from(body.len() + 1).map_err(|_| too_long())?;
    to.extend(length.to_be_bytes());
    to.push(sort);
    to.extend(body);
    Ok(())
}

fn too_long() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "a frame of this length is not taken",
    )
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn pair() -> (Line, Line) {
        let (one, other) = UnixStream::pair().unwrap();
        let station = Line::of_station(one, Duration::from_secs(1)).unwrap();
        (station, Line::of_session(other))
    }

    fn heard(line: &Line) -> ToStation {
        match line.receive().unwrap().unwrap() {
            Received::Message(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn messages_and_bytes_arrive_in_order() {
        let (station, session) = pair();
        session.say(&ToStation::Input(Value::from("k"))).unwrap();
        assert!(matches!(heard(&station), ToStation::Input(value) if value == "k"));
        let long = vec![7; 3 * PIECE + 5];
        let writer = std::thread::spawn(move || {
            station.out(&long).unwrap();
            station.say(&ToSession::Exit { status: 3 }).unwrap();
        });
        let mut out = Vec::new();
        loop {
            match session.receive::<ToSession>().unwrap().unwrap() {
                Received::Out(bytes) => out.extend(bytes),
                Received::Message(ToSession::Exit { status }) => {
                    assert_eq!((status, out.len()), (3, 3 * PIECE + 5));
                    break;
                }
                other => panic!("{other:?}"),
            }
        }
        writer.join().unwrap();
        assert!(session.receive::<ToSession>().unwrap().is_none());
    }

    #[test]
    fn output_that_waits_goes_in_order_and_in_one_piece_with_what_is_said_next() {
        let (station, session) = pair();
        station.out_with_next(b"booked").unwrap();
        station.out_with_next(b" 09:00").unwrap();
        let mut byte = [0];
        let waiting = rustix::net::recv(&session.stream, &mut byte, RecvFlags::DONTWAIT);
        assert_eq!(waiting.unwrap_err(), Errno::AGAIN);
        station.say(&ToSession::Exit { status: 0 }).unwrap();
        // All of it came with one call.
        drop(station);
        assert!(matches!(
            session.receive::<ToSession>().unwrap().unwrap(),
            Received::Out(bytes) if bytes == b"booked 09:00"
        ));
        assert!(matches!(
            session.receive::<ToSession>().unwrap().unwrap(),
            Received::Message(ToSession::Exit { status: 0 })
        ));
        let (station, session) = pair();
        station.out_with_next(&vec![7; PIECE]).unwrap();
        assert!(matches!(
            session.receive::<ToSession>().unwrap().unwrap(),
            Received::Out(bytes) if bytes.len() == PIECE
        ));
    }

    #[test]
    fn a_file_is_handed_over_with_its_message() {
        let (station, session) = pair();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        std::fs::write(&path, "code\n").unwrap();
        let answer = ToStation::File(FileAnswer::Opened);
        session
            .say_with(&answer, &File::open(&path).unwrap())
            .unwrap();
        heard(&station);
        let mut text = String::new();
        station
            .take_file()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "code\n");
        assert!(station.take_file().is_err());
    }

    #[test]
    fn what_is_no_frame_is_an_error_and_takes_no_memory() {
        for bytes in [
            &b"\xff\xff\xff\xff\0"[..],
            b"\0\0\0\0\0",
            b"\0\0\0\x09\x07garbage!",
            b"\0\0\0\x09\0garbage!",
        ] {
            let (station, session) = pair();
            session.stream().write_all(bytes).unwrap();
            assert!(station.receive::<ToStation>().is_err(), "{bytes:?}");
        }
        let (station, session) = pair();
        session.stream().write_all(b"\0\0\0\x09\0gar").unwrap();
        drop(session);
        assert!(station.receive::<ToStation>().is_err());
    }

    #[test]
    fn a_frame_that_does_not_end_is_given_up_however_slowly_it_goes_on() {
        let (one, mut other) = UnixStream::pair().unwrap();
        let station = Line::of_station(one, Duration::from_millis(200)).unwrap();
        let slow = std::thread::spawn(move || {
            other.write_all(b"\0\0\0\xff\0").unwrap();
            // Until nobody listens any more.
            while other.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(20));
            }
        });
        let given_up = station.receive::<ToStation>().unwrap_err();
        assert_eq!(given_up.kind(), io::ErrorKind::TimedOut);
        drop(station);
        slow.join().unwrap();
    }

    #[test]
    fn a_first_word_that_does_not_come_is_given_up_and_a_later_one_is_waited_for() {
        let (station, session) = pair();
        let limit = Duration::from_millis(50);
        let given_up = station.receive_within::<ToStation>(limit).unwrap_err();
        assert_eq!(given_up.kind(), io::ErrorKind::TimedOut);
        let later = std::thread::spawn(move || {
            // Longer than a frame may take that has begun.
            std::thread::sleep(Duration::from_millis(1200));
            session.say(&ToStation::Input(Value::Null)).unwrap();
        });
        heard(&station);
        later.join().unwrap();
    }

    #[test]
    fn that_the_other_end_has_gone_is_seen_without_waiting() {
        let (station, session) = pair();
        assert!(!station.is_gone());
        session.say(&ToStation::Input(Value::Null)).unwrap();
        assert!(!station.is_gone());
        heard(&station);
        drop(session);
        assert!(station.is_gone());
    }
}
