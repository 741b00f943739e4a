//! Several people at one station over a real SSH server, set up as docs/install.md says, on the loopback interface.
//!
//! It makes system users and removes them again, so it needs root, and Debian's openssh-server. `.ci/run` runs it:
//!
//! ```text
//! cargo test --locked --test ssh -- --ignored --nocapture
//! ```

mod accounts;
mod machine;
#[path = "../place/terminal.rs"]
mod terminal;

use std::process::Output;
use std::time::{Duration, Instant};

use accounts::{OUTSIDER, STATION, daemon_of, processes_of, sessions_of};
use machine::{Machine, until};
use portable_pty::CommandBuilder;
use rustix::process::Signal;
use serde_json::Value;
use terminal::Console;

const LI: &str = "mdssh-li";
const WANG: &str = "mdssh-wang";
const SUN: &str = "mdssh-sun";
const CHEN: &str = "mdssh-chen";
const ZHAO: &str = "mdssh-zhao";

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// Runs a command over SSH that must end with a status, and gives what it says.
#[track_caller]
fn ends(machine: &Machine, name: &str, command: &str, status: i32) -> String {
    let output = machine.script(name, command);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(status), "{command}: {said}");
    said
}

/// The one document that a command over SSH prints.
#[track_caller]
fn json(machine: &Machine, name: &str, command: &str, status: i32) -> Value {
    let output = machine.script(name, command);
    assert_eq!(output.status.code(), Some(status), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
}

fn needs(machine: &Machine, name: &str) -> Vec<String> {
    let queue = json(machine, name, "matchdesk queue --json", 0);
    let needs = queue["needs"].as_array().unwrap().iter();
    needs
        .map(|row| row["need"].as_str().unwrap().to_owned())
        .collect()
}

/// Somebody's `ssh -tt station COMMAND`, in a terminal.
fn log_in(machine: &Machine, name: &str, command: &[&str]) -> Console {
    let mut ssh = CommandBuilder::new("ssh");
    ssh.args(machine.ssh(name));
    // Keys are keys: no escape character of ssh's own.
    ssh.args(["-e", "none", "-tt", "127.0.0.1"]);
    ssh.args(command);
    ssh.env("TERM", "xterm-256color");
    ssh.env("LANG", "en_US.UTF-8");
    Console::run(ssh)
}

/// Logs in and waits for the queue.
fn logged_in(machine: &Machine, name: &str) -> Console {
    let mut console = log_in(machine, name, &[]);
    console.sees("to match");
    console
}

/// The journal as the store's owner reads it: who, what, on which record.
fn journal(machine: &Machine) -> Vec<[String; 3]> {
    let output = machine.local(STATION, &["log", "--json"]);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let entries = log["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| ["who", "verb", "key"].map(|part| entry[part].as_str().unwrap().to_owned()))
        .collect()
}

fn told(who: &str, verb: &str, key: &str) -> [String; 3] {
    [who, verb, key].map(str::to_owned)
}

#[test]
#[ignore = "needs root and sshd; .ci/run runs it"]
fn what_one_broker_confirms_the_other_sees_at_once() {
    let machine = Machine::start();
    let began = Instant::now();
    let mut li = log_in(&machine, LI, &[]);
    let first = li.sees("to match");
    println!("from ssh to the first picture: {:?}", first - began);
    let mut wang = logged_in(&machine, WANG);
    for login in [&mut li, &mut wang] {
        login.sees("李德福");
        login.sees("王淑珍");
        assert!(!login.picture().contains("赵玉兰"), "{}", login.picture());
    }
    // Wang looks at who could come to N2, at the time of N1.
    wang.press_until("j\x1b[C", "王淑珍, ");
    wang.sees("1 王建国");
    li.sees("◆mdssh-wang");
    li.press_until("c", "Confirm match");
    let pressed = li.press("y");
    let own = li.sees("Confirmed: 王建国 for N1");
    let others = wang.sees("taken by mdssh-li for N1");
    println!(
        "from the key to the own screen {:?}, to the other's {:?}",
        own - pressed,
        others - pressed
    );
    assert!(wang.picture().contains("✗ 王建国"), "{}", wang.picture());
    assert!(others.saturating_duration_since(own) < Duration::from_secs(5));
    for login in [&mut li, &mut wang] {
        login.press("q");
        assert_eq!(login.ended(), 0);
    }
    assert_eq!(needs(&machine, WANG), ["N2"]);
    let verified = machine.local(STATION, &["verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
    assert!(journal(&machine).contains(&told(LI, "confirmed", "N1/V1")));
}

/// Cuts wang's connection.
type Cut = fn(&Console);

/// Half of a need for 王淑珍, with a note.
fn half_a_need(login: &mut Console, note: &str) {
    login.press_until("2", "Demand");
    login.press_until("n", "New need");
    login.press_until("wsz\r", "王淑珍 (R2)");
    login.press_until("barber\r", "Haircut at home (barber)");
    for _ in 0..7 {
        login.press("\t");
    }
    login.press_until(note, note);
}

#[test]
#[ignore = "needs root and sshd; .ci/run runs it"]
fn a_connection_cut_in_the_middle_of_a_form_leaves_no_process_and_a_draft() {
    let machine = Machine::start();
    let cuts: [(&str, Cut); 3] = [
        ("the client is killed", |wang| {
            wang.signal(Signal::KILL);
        }),
        ("the daemon is killed", |_| {
            daemon_of(WANG).kill(Signal::KILL);
        }),
        ("the client says nothing any more", |wang| {
            wang.signal(Signal::STOP);
        }),
    ];
    for (what, cut) in cuts {
        let mut wang = logged_in(&machine, WANG);
        half_a_need(&mut wang, what);
        assert_eq!(sessions_of(WANG).len(), 1);
        cut(&wang);
        let took = until("nothing of wang's runs", || processes_of(WANG).is_empty());
        println!("{what}: nothing is left after {took:?}");
        drop(wang);
        // Somebody else is offered nothing.
        let mut li = logged_in(&machine, LI);
        li.press_until("D", "no unfinished forms");
        drop(li);
        let mut wang = logged_in(&machine, WANG);
        wang.sees("Unfinished forms");
        wang.sees("New need · 王淑珍");
        wang.press_until("\r", what);
        wang.sees("王淑珍 (R2)");
        wang.sees("Haircut at home (barber)");
        wang.press_until("\x13", "Saved need");
        wang.press("q");
        assert_eq!(wang.ended(), 0);
    }
    let works = machine.station_works();
    assert!(works < 0.5, "the station works for {works} s in a second");
    let added = journal(&machine);
    let added = added
        .iter()
        .filter(|[who, verb, _]| who == WANG && verb == "added");
    assert_eq!(added.count(), 3);
}

#[test]
#[ignore = "needs root and sshd; .ci/run runs it"]
fn who_has_no_role_or_another_street_is_refused_and_the_journal_keeps_it() {
    let machine = Machine::start();
    let mut zhao = log_in(&machine, ZHAO, &[]);
    zhao.sees("mdssh-zhao has no role");
    assert_eq!(zhao.ended(), 4);
    let refused = json(&machine, ZHAO, "matchdesk queue --json", 4);
    assert_eq!(refused["refused"][0], "not_permitted");
    // Sun serves another street.
    assert_eq!(needs(&machine, SUN), ["N3"]);
    assert_eq!(needs(&machine, LI), ["N1", "N2"]);
    assert_eq!(needs(&machine, CHEN), ["N3", "N1", "N2"]);
    let mut sun = logged_in(&machine, SUN);
    sun.sees("赵玉兰");
    assert!(!sun.picture().contains("李德福") && !sun.picture().contains("王淑珍"));
    drop(sun);
    let refused = json(&machine, SUN, "matchdesk confirm N1 V1 --json", 4);
    assert_eq!(refused["refused"][0], "not_permitted");
    // He is not even in the group.
    let output = machine.local(OUTSIDER, &["queue"]);
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("may not use the station"));
    let journal = journal(&machine);
    assert!(journal.contains(&told(SUN, "denied", "N1")), "{journal:?}");
    // What somebody without a role asked for is named.
    let output = machine.local(STATION, &["log", "--who", ZHAO, "--json"]);
    let log: Value = serde_json::from_slice(&output.stdout).unwrap();
    let entries = log["entries"].as_array().unwrap().iter();
    let asked: Vec<_> = entries
        .map(|one| [one["verb"].as_str(), one["reason"].as_str()])
        .collect();
    assert_eq!(
        asked,
        ["console", "queue"].map(|what| [Some("denied"), Some(what)])
    );
}

#[test]
#[ignore = "needs root and sshd; .ci/run runs it"]
fn a_station_of_somebody_else_is_not_believed() {
    let machine = Machine::start();
    let own = machine.path("open/mine.redb");
    let false_one = machine.false_station(LI, "open", "mine.redb.sock");
    let asked = machine.roots(&["queue"], &own);
    assert_eq!(asked.status.code(), Some(5), "{}", said(&asked));
    let answers = format!("the user {LI} answers");
    assert!(said(&asked).contains(&answers), "{}", said(&asked));
    // The owner of the store that it serves is believed, also by root.
    let theirs = machine.path("open/theirs.redb");
    let socket = own.with_extension("redb.sock");
    std::fs::rename(socket, theirs.with_extension("redb.sock")).unwrap();
    let believed = machine.roots(&["whoami"], &theirs);
    drop(false_one);
    assert!(!said(&believed).contains("answers"), "{}", said(&believed));
}

#[test]
#[ignore = "needs root and sshd; .ci/run runs it"]
fn a_login_runs_commands_of_matchdesk_and_nothing_else() {
    let machine = Machine::start();
    let confirmed = json(&machine, LI, "matchdesk confirm N1 V1 --json", 0);
    assert_eq!(confirmed["match"], "N1/V1");
    let again = json(&machine, LI, "matchdesk confirm N2 V1 --json", 1);
    assert_eq!(again["refused"][0], "booked");
    // In a terminal, too.
    let mut li = log_in(&machine, LI, &["matchdesk", "why", "N2", "V1"]);
    li.sees("N1");
    assert_eq!(li.ended(), 0);
    assert!(ends(&machine, LI, "matchdesk help", 0).contains("candidates"));
    // Words are words: no shell ever sees them.
    let pwned = machine.path("home").join(LI).join("pwned");
    let pwned = pwned.to_str().unwrap();
    let reason = format!("moved away; touch {pwned} $(touch {pwned}) `touch {pwned}`");
    ends(
        &machine,
        LI,
        &format!("matchdesk unmatch N1 V1 --reason '{reason}'"),
        0,
    );
    let log = said(&machine.local(STATION, &["log", "--need", "N1"]));
    assert!(log.contains(&reason), "{log}");
    for command in [
        "sh".to_owned(),
        format!("touch {pwned}"),
        format!("matchdesk queue; touch {pwned}"),
        format!("matchdesk queue > {pwned}"),
        format!("matchdesk queue\ntouch {pwned}"),
        format!("/bin/sh -c 'touch {pwned}'"),
        format!("matchdesk generate {pwned}"),
        format!("matchdesk station --store {pwned}"),
        "matchdesk login".to_owned(),
        "matchdesk 'queue".to_owned(),
    ] {
        ends(&machine, LI, &command, 2);
    }
    // Nor is a file of the machine read or written, whoever asks.
    let export = format!("matchdesk export suppliers {pwned}");
    let said = ends(&machine, CHEN, &export, 1);
    assert!(said.contains("no files of the machine"), "{said}");
    let said = ends(
        &machine,
        CHEN,
        "matchdesk verify --since-head /etc/passwd",
        2,
    );
    assert!(said.contains("no files of the machine"), "{said}");
    assert!(!std::path::Path::new(pwned).exists());
}
