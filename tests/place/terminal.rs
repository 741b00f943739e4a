//! A console in a terminal of its own, seen from the other side of it.

#![allow(dead_code, reason = "each file of tests takes what it needs")]

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// Far longer than anything takes on a machine that does much else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The console in a terminal.
pub struct Console {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    /// When what is on the screen came.
    came: Instant,
}

impl Console {
    /// Runs a command in a terminal of 120 columns and 40 rows.
    pub fn run(command: CommandBuilder) -> Self {
        let size = PtySize {
            rows: 40,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system().openpty(size).unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 8192];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if sender.send((Instant::now(), bytes[..n].to_vec())).is_err() {
                    break;
                }
            }
        });
        let nz = |n| NonZeroU16::new(n).unwrap();
        Self {
            child,
            master: Some(pair.master),
            keys: Some(keys),
            output,
            screen: vt100::Parser::new(nz(40), nz(120), 0),
            came: Instant::now(),
        }
    }

    /// Waits until a text stands on the screen; gives when it came.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> Instant {
        self.until(text, |screen| screen.contents().contains(text));
        self.came
    }

    /// What is on the screen, as far as it was looked at.
    pub fn picture(&self) -> String {
        self.screen.screen().contents()
    }

    /// Waits until the caret is at a place.
    #[track_caller]
    pub fn caret_comes_to(&mut self, caret: (u16, u16)) {
        self.until("caret", |screen| screen.cursor_position() == caret);
    }

    #[track_caller]
    fn until(&mut self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) {
        let began = Instant::now();
        while !is_so(self.screen.screen()) {
            match self.output.recv_timeout(Duration::from_millis(100)) {
                Ok((at, bytes)) => {
                    self.screen.process(&bytes);
                    self.came = at;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    std::thread::sleep(Duration::from_millis(10));
                }
            }
            assert!(
                began.elapsed() < PATIENCE,
                "waiting for {what:?} on\n{}",
                self.picture()
            );
        }
    }

    /// Where the caret is, row and column, once nothing more is drawn.
    pub fn caret(&mut self) -> (u16, u16) {
        while let Ok((_, bytes)) = self.output.recv_timeout(Duration::from_millis(500)) {
            self.screen.process(&bytes);
        }
        self.screen.screen().cursor_position()
    }

    /// Presses keys; gives when.
    pub fn press(&mut self, keys: &str) -> Instant {
        let out = self.keys.as_mut().unwrap();
        out.write_all(keys.as_bytes()).unwrap();
        out.flush().unwrap();
        Instant::now()
    }

    /// Presses keys, and waits until a text stands on the screen.
    #[track_caller]
    pub fn press_until(&mut self, keys: &str, text: &str) {
        self.press(keys);
        self.sees(text);
    }

    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    /// Closes the terminal, as a killed sshd does.
    pub fn hang_up(&mut self) {
        self.keys = None;
        self.master = None;
        self.output = channel().1;
        // The reader finds nobody listening at the next frame, and closes the last hold on the terminal.
        self.signal(Signal::CONT);
    }

    /// Waits until the process has ended; gives its exit status.
    #[track_caller]
    pub fn ended(&mut self) -> u32 {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
