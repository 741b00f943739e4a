//! A store of the story's people, and consoles on it.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use matchdesk::station::socket_of;
use portable_pty::CommandBuilder;
use rustix::process::{Pid, Signal, kill_process};

use super::console::Console;

const NOW: &str = "2026-11-23T08:00";
const PROGRAM: &str = env!("CARGO_BIN_EXE_matchdesk");
const PATIENCE: Duration = super::console::PATIENCE;

/// A store of the story's people; its station goes with it.
pub struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/story");
        place.run(&["import", "all", story.to_str().unwrap(), "--quiet"]);
        place
    }

    pub fn store(&self) -> PathBuf {
        self.folder.path().join("store.redb")
    }

    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("MATCHDESK_STORE", self.store().display().to_string()),
            ("MATCHDESK_NOW", NOW.to_owned()),
            ("MATCHDESK_IDLE", "30".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
        ]
    }

    fn run(&self, args: &[&str]) -> Vec<u8> {
        let mut command = Command::new(PROGRAM);
        command.env_clear().envs(self.environment()).args(args);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        output.stdout
    }

    /// How many needs have this note.
    pub fn noted(&self, note: &str) -> usize {
        let file = self.folder.path().join("needs.csv");
        let path = file.to_str().unwrap();
        self.run(&["export", "needs", path, "--with-personal-data", "--quiet"]);
        let text = std::fs::read_to_string(&file).unwrap();
        let end = format!(",{note}");
        text.lines()
            .filter(|line| line.trim_end().ends_with(&end))
            .count()
    }

    pub fn station(&self) -> Option<Pid> {
        let stream = UnixStream::connect(socket_of(&self.store())).ok()?;
        let peer = rustix::net::sockopt::socket_peercred(stream).ok()?;
        Some(peer.pid)
    }

    /// Ends the station as soon as there is one.
    pub fn end_station(&self, signal: Signal) {
        let began = Instant::now();
        let station = loop {
            match self.station() {
                Some(station) => break station,
                None => assert!(began.elapsed() < PATIENCE, "no station"),
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        kill_process(station, signal).unwrap();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(pid) = self.station() {
            let _ = kill_process(pid, Signal::TERM);
        }
    }
}

/// Opens the console and waits for its queue.
pub fn open(place: &Place) -> Console {
    let mut command = CommandBuilder::new(PROGRAM);
    command.args(["--lang", "en"]);
    command.env_clear();
    for (name, value) in place.environment() {
        command.env(name, value);
    }
    let mut console = Console::run(command);
    console.sees("to match");
    console
}
