//! The terminal after every kind of end, seen from the other side of a real one: these tests run themselves again inside it.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::*;
use crate::console::keys::Code;

const CHILD: &str = "MATCHDESK_TEST_PTY_CHILD";

/// What runs inside the terminal; of no effect elsewhere.
#[test]
fn the_program_inside_the_terminal() {
    let Ok(manner) = std::env::var(CHILD) else {
        return;
    };
    let (sender, receiver) = channel();
    let (columns, rows) = size().unwrap();
    let guard = start(sender, |event| event).unwrap();
    let mut screen = over(gate(), &Extent::new(columns, rows)).unwrap();
    screen
        .draw(|f| f.render_widget("matchdesk ready", f.area()))
        .unwrap();
    for event in receiver {
        match event {
            TermEvent::Key(key) if key.code == Code::Char('p') => panic!("as asked"),
            TermEvent::Key(key) if key.code == Code::Char('q') => return,
            TermEvent::Key(key) if key == Key::ctrl('z') => guard.suspend().unwrap(),
            TermEvent::Resumed => {
                // Fails where the terminal has hung up; its signal follows.
                let _ = screen.clear();
                let _ = screen.draw(|f| f.render_widget("matchdesk again", f.area()));
            }
            TermEvent::Stop(_) if manner == "stubborn" => {
                std::thread::sleep(Duration::from_secs(60));
            }
            TermEvent::Stop(signal) => {
                drop(guard);
                std::process::exit(128 + signal);
            }
            _ => {}
        }
    }
}

struct Pty {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    output: Receiver<Vec<u8>>,
    seen: String,
}

impl Pty {
    /// Runs the program in a terminal and waits for its first frame.
    fn open(manner: &str) -> Self {
        let pair = native_pty_system().openpty(PtySize::default()).unwrap();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args([
            "--exact",
            "console::term::tests::the_program_inside_the_terminal",
        ]);
        command.env(CHILD, manner);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..n].to_vec()).is_err() {
                    break;
                }
            }
        });
        let mut pty = Self {
            child,
            master: Some(pair.master),
            keys: Some(keys),
            output,
            seen: String::new(),
        };
        pty.wait_for("ready");
        pty
    }

    /// Reads until `text` was seen after all that was waited for before.
    fn wait_for(&mut self, text: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        while !self.seen.contains(text) {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.output.recv_timeout(left) else {
                panic!("{text:?} not in {:?}", self.seen);
            };
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
        let (_, rest) = self.seen.split_once(text).unwrap();
        self.seen = rest.to_owned();
    }

    fn press(&mut self, keys: &str) {
        self.keys
            .as_mut()
            .unwrap()
            .write_all(keys.as_bytes())
            .unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        let status = Command::new("kill").args([name, &id]).status().unwrap();
        assert!(status.success());
    }

    /// All that undoes the full screen, in the order in which it is written.
    fn wait_for_restored(&mut self) {
        for sequence in ["[?2004l", "[0m", "[?1049l", "[?25h"] {
            self.wait_for(sequence);
        }
    }

    fn status(&mut self) -> u32 {
        self.child.wait().unwrap().exit_code()
    }
}

#[test]
fn the_terminal_is_restored_after_a_quit_and_after_a_panic() {
    let mut quit = Pty::open("polite");
    quit.press("q");
    quit.wait_for_restored();
    assert_eq!(quit.status(), 0);
    let mut panic = Pty::open("polite");
    panic.press("p");
    panic.wait_for_restored();
    assert_ne!(panic.status(), 0);
}

#[test]
fn the_terminal_is_restored_after_a_signal_even_if_the_app_hangs() {
    for (manner, signal, status) in [("polite", "-TERM", 143), ("stubborn", "-INT", 130)] {
        let mut pty = Pty::open(manner);
        pty.signal(signal);
        pty.wait_for_restored();
        assert_eq!(pty.status(), status, "{manner}");
    }
}

#[test]
fn the_program_ends_when_its_terminal_hangs_up() {
    let mut pty = Pty::open("stubborn");
    pty.keys = None;
    pty.master = None;
    pty.output = channel().1;
    // The reader finds nobody listening at the next frame, and closes the last hold on the terminal.
    pty.signal("-CONT");
    assert_eq!(pty.status(), 129);
}

#[test]
fn ctrl_z_gives_the_terminal_back_and_takes_it_again() {
    let mut pty = Pty::open("polite");
    pty.press("\u{1a}");
    pty.wait_for_restored();
    std::thread::sleep(Duration::from_millis(300));
    pty.signal("-CONT");
    pty.wait_for("[?1049h");
    pty.wait_for("again");
    pty.press("q");
    pty.wait_for_restored();
    assert_eq!(pty.status(), 0);
}
