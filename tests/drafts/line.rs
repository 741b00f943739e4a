//! Lines that drop in the middle of a form.

use std::fs;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use matchdesk::console::keys::{Key, parse_sequence};
use matchdesk::console::term::TermEvent;
use matchdesk::station::{Line, PROTOCOL, RELEASE, Received, ToSession, ToStation, socket_of};
use rustix::process::Signal;
use serde_json::json;

use super::console::Console;
use super::terminal::{Place, open};

/// Half of a need for 张桂英, the note being typed.
fn half_a_need(console: &mut Console) {
    console.press_until("2", "Demand");
    console.press_until("n", "New need");
    console.press_until("zgy\r", "张桂英 (R0000052)");
    console.press_until("shopping\r", "Shopping (shopping)");
    for _ in 0..7 {
        console.press("\t");
    }
    console.press_until("take ", "take");
}

#[test]
fn a_form_comes_back_by_itself_when_its_station_is_killed() {
    let place = Place::new();
    let mut console = open(&place);
    half_a_need(&mut console);
    console.press_until("the lift", "take the lift");
    let caret = console.caret();
    place.end_station(Signal::KILL);
    console.sees("the form is as you left it");
    console.sees("take the lift");
    console.caret_comes_to(caret);
    console.press_until("\x13", "Saved need");
    assert_eq!(place.noted("take the lift"), 1);
    drop(console);
    let mut console = open(&place);
    console.press_until("D", "no unfinished forms");
}

#[test]
fn what_is_typed_while_the_station_dies_again_and_again_is_there_once_and_in_order() {
    let place = Place::new();
    let mut console = open(&place);
    half_a_need(&mut console);
    let words = "the lift to the fifth floor then left 门铃坏了请敲门 and knock twice please";
    for (at, c) in words.chars().enumerate() {
        if [9, 24, 40].contains(&at) {
            place.end_station(Signal::KILL);
        }
        console.press(&c.to_string());
        std::thread::sleep(Duration::from_millis(15));
        if at == 32 {
            console.sees("the form is as you left it");
        }
    }
    console.sees("knock twice please");
    console.press_until("\x13", "Saved need");
    assert_eq!(place.noted(&format!("take {words}")), 1);
}

#[test]
fn a_form_is_there_when_the_station_was_told_to_leave() {
    let place = Place::new();
    let mut console = open(&place);
    half_a_need(&mut console);
    console.press("the stairs");
    place.end_station(Signal::TERM);
    console.sees("the form is as you left it");
    console.sees("take the stairs");
}

#[test]
fn a_closed_terminal_ends_the_console_and_the_form_is_offered_at_the_next() {
    let place = Place::new();
    let mut console = open(&place);
    half_a_need(&mut console);
    console.press_until("the lift", "take the lift");
    console.hang_up();
    assert_eq!(console.ended(), 128 + 1);
    let mut console = open(&place);
    console.sees("Unfinished forms");
    console.sees("New need · 张桂英");
    console.press_until("\r", "take the lift");
    console.press_until(" up", "take the lift up");
    console.signal(Signal::TERM);
    assert_eq!(console.ended(), 128 + 15);
    let mut console = open(&place);
    console.sees("Unfinished forms");
    console.press_until("\r", "take the lift up");
    console.press_until("\x13", "Saved need");
    assert_eq!(place.noted("take the lift up"), 1);
}

#[test]
fn a_console_that_finds_no_station_ends_with_its_terminal() {
    let place = Place::new();
    let mut console = open(&place);
    half_a_need(&mut console);
    fs::rename(place.store(), place.store().with_extension("away")).unwrap();
    console.sees("What you type is kept");
    console.hang_up();
    assert_eq!(console.ended(), 128 + 1);
}

fn press(line: &Line, key: Key) {
    let input = serde_json::to_value(TermEvent::Key(key)).unwrap();
    line.say(&ToStation::Input(input)).unwrap();
}

#[test]
fn what_was_sent_before_a_session_was_killed_is_in_the_draft() {
    let place = Place::new();
    drop(open(&place));
    let line = Line::of_session(UnixStream::connect(socket_of(&place.store())).unwrap());
    let call = json!({
        "args": [], "lang": "en", "json": false, "quiet": false, "now": "2026-11-23T08:00", "meter": null, "request": null,
        "console": {"columns": 120, "rows": 40, "environment": {"TERM": "xterm"}, "keymap": null, "again": false},
    });
    let hello = ToStation::Hello {
        protocol: PROTOCOL,
        release: RELEASE.to_owned(),
        call,
    };
    line.say(&hello).unwrap();
    for key in parse_sequence("2 n z g y enter s h o p p i n g").unwrap() {
        press(&line, key);
    }
    for _ in 0..8 {
        press(&line, Key::parse("tab").unwrap());
    }
    // Once the first of it is kept, the form is open; nothing is read after that.
    while !matches!(
        line.receive().unwrap(),
        Some(Received::Message(ToSession::Settled(settled))) if settled["form"].is_string()
    ) {}
    let words = "to the fifth floor, ".repeat(20);
    for c in words.chars() {
        press(&line, Key::char(c));
    }
    drop(line);
    let mut console = open(&place);
    console.sees("Unfinished forms");
    console.press_until("\r", "fifth floor");
    console.press_until("\x13", "Saved need");
    assert_eq!(place.noted(&format!("\"{}\"", words.trim())), 1);
}
