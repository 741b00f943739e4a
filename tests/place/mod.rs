//! A store to be served, for the tests of stations.

#![allow(dead_code, reason = "each file of tests takes what it needs")]

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use matchdesk::station::{RELEASE, ToStation, socket_of};
use serde_json::Value;

/// The moment of the story.
pub const NOW: &str = "2026-11-23T08:00";

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
        let output = place.run(&["import", "all", story.to_str().unwrap(), "--quiet"]);
        assert!(output.status.success(), "{}", words(&output));
        place
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn store(&self) -> PathBuf {
        self.path("store.redb")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matchdesk"));
        command
            .env_clear()
            .env("MATCHDESK_STORE", self.store())
            .env("MATCHDESK_NOW", NOW)
            .env("MATCHDESK_IDLE", "30")
            .args(args);
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    pub fn json(&self, args: &[&str]) -> Value {
        let output = self.run(args);
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", words(&output)))
    }

    pub fn knock(&self) -> UnixStream {
        UnixStream::connect(socket_of(&self.store())).unwrap()
    }

    /// The process that serves.
    pub fn station(&self) -> rustix::process::Pid {
        rustix::net::sockopt::socket_peercred(self.knock())
            .unwrap()
            .pid
    }

    pub fn kill(&self) {
        let station = self.station();
        rustix::process::kill_process(station, rustix::process::Signal::KILL).unwrap();
        until("the station is dead", || {
            UnixStream::connect(socket_of(&self.store())).is_err()
        });
    }

    pub fn need(&self) -> String {
        let queue = self.json(&["queue", "--json"]);
        queue["needs"][0]["need"].as_str().unwrap().to_owned()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(stream) = UnixStream::connect(socket_of(&self.store()))
            && let Ok(peer) = rustix::net::sockopt::socket_peercred(stream)
        {
            let _ = rustix::process::kill_process(peer.pid, rustix::process::Signal::TERM);
        }
    }
}

pub fn words(output: &Output) -> String {
    format!(
        "{:?}\n{}{}",
        output.status.code(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < Duration::from_secs(20), "not so: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn hello(protocol: u32, call: &Value) -> ToStation {
    ToStation::Hello {
        protocol,
        release: RELEASE.to_owned(),
        call: call.clone(),
    }
}
