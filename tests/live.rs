//! What sessions hear of each other, at the desk and over a real station.

mod place;

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use matchdesk::console::keys::Key;
use matchdesk::console::term::TermEvent;
use matchdesk::desk::{
    Actor, Attendance, Caller, Clock, Command, Desk, DeskError, Ear, ImportRow, News,
};
use matchdesk::domain::record::{Grant, Supplier};
use matchdesk::domain::{Code, Kind, Role, Stamp, Verb, Week, Zone};
use matchdesk::matching::State;
use matchdesk::station::{Line, PROTOCOL, Received, ToSession, ToStation};
use matchdesk::store::RequestId;
use place::{NOW, Place, hello};
use serde_json::{Value, json};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn actor(who: &str) -> Actor {
    Actor {
        who: who.to_owned(),
        station: "anzhen".to_owned(),
    }
}

fn rows(cells: &[&[(&'static str, &str)]]) -> Vec<ImportRow> {
    let row = |cells: &&[(&'static str, &str)]| ImportRow {
        line: 2,
        cells: cells
            .iter()
            .map(|(column, text)| (*column, (*text).to_owned()))
            .collect(),
    };
    cells.iter().map(row).collect()
}

/// One barber, and two needs that overlap.
fn desk(folder: &Path) -> Desk {
    let now = Stamp::parse(NOW, Zone::default()).unwrap();
    let desk = Desk::open_or_create(&folder.join("store.redb"), Clock::Fixed(now)).unwrap();
    let take = |kind, cells: &[&[(&'static str, &str)]]| {
        let taken = desk.import(&actor("wang"), kind, rows(cells), "files");
        assert_eq!(taken.unwrap().rejected, []);
    };
    take(Kind::Street, &[&[("code", "s1"), ("name_zh", "安贞")]]);
    take(
        Kind::Category,
        &[&[("code", "barber"), ("name_zh", "理发")]],
    );
    let at = |code, name| [("code", code), ("name", name), ("street", "s1")];
    take(Kind::Resident, &[&at("R1", "李大爷"), &at("R2", "赵奶奶")]);
    let barber = |code| {
        [
            ("code", code),
            ("kind", "person"),
            ("name", "王师傅"),
            ("skills", "barber"),
            ("availability", "weekdays 08:00-12:00"),
        ]
    };
    take(Kind::Supplier, &[&barber("V1"), &barber("V2")]);
    let need = |code, resident, start| {
        [
            ("code", code),
            ("resident", resident),
            ("category", "barber"),
            ("start", start),
            ("minutes", "60"),
        ]
    };
    take(
        Kind::Need,
        &[
            &need("N1", "R1", "2026-11-24T09:00"),
            &need("N2", "R2", "2026-11-24T09:30"),
        ],
    );
    desk
}

fn confirm(need: &str, supplier: &str) -> Command {
    Command::Confirm {
        need: code(need),
        supplier: code(supplier),
        visits: None,
        place: None,
    }
}

/// An ear, and how often it was woken.
fn ear(desk: &Desk) -> (Ear, Arc<AtomicUsize>) {
    let woken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&woken);
    let ear = desk.listen(move || {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    (ear, woken)
}

/// Who changed what, in order.
fn told(news: &News) -> Vec<(String, Verb, String)> {
    let changes = news.changes.iter();
    changes
        .flat_map(|change| {
            let who = &change.actor.who;
            let events = change.events.iter();
            events.map(move |event| (who.clone(), event.verb, event.after.key().to_string()))
        })
        .collect()
}

#[test]
fn everyone_hears_who_did_what_in_order_and_is_woken_once() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let (ear, woken) = ear(&desk);
    desk.execute(&actor("li"), &confirm("N1", "V1")).unwrap();
    let cancel = Command::Cancel {
        need: code("N2"),
        reason: "recovered".to_owned(),
    };
    desk.execute(&actor("chen"), &cancel).unwrap();
    assert_eq!(woken.load(Ordering::SeqCst), 1);
    let news = ear.take();
    let expected = [
        ("li".to_owned(), Verb::Confirmed, "N1/V1".to_owned()),
        ("chen".to_owned(), Verb::Cancelled, "N2".to_owned()),
    ];
    assert_eq!(told(&news), expected);
    assert_eq!(news.changes[0].actor, actor("li"));
    assert!(!ear.take().changed());
}

#[test]
fn a_refused_and_a_repeated_command_are_told_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let (ear, _) = ear(&desk);
    let id = RequestId(7);
    let first = desk.execute_once(id, &actor("li"), &confirm("N1", "V1"));
    let again = desk.execute_once(id, &actor("li"), &confirm("N1", "V1"));
    assert_eq!(first.unwrap(), again.unwrap());
    let refused = desk.execute(&actor("chen"), &confirm("N2", "V1"));
    assert!(matches!(refused, Err(DeskError::Refused(_))));
    assert_eq!(told(&ear.take()).len(), 1);
}

#[test]
fn who_does_not_listen_for_long_is_told_to_read_everything_again_and_the_box_stays_small() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let (ear, woken) = ear(&desk);
    for batch in 0..5 {
        let rows: Vec<ImportRow> = (0..2500)
            .map(|n| ImportRow {
                line: n,
                cells: vec![("code", format!("X{batch}-{n}")), ("name", "某某".into())],
            })
            .collect();
        desk.import(&actor("wang"), Kind::Resident, rows, "many")
            .unwrap();
    }
    assert_eq!(woken.load(Ordering::SeqCst), 1);
    let news = ear.take();
    assert!(news.missed && news.changes.is_empty());
    desk.execute(&actor("li"), &confirm("N1", "V1")).unwrap();
    let news = ear.take();
    assert!(!news.missed);
    assert_eq!(told(&news).len(), 1);
}

#[test]
fn an_ear_that_is_gone_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let (gone, woken) = ear(&desk);
    drop(gone);
    desk.execute(&actor("li"), &confirm("N1", "V1")).unwrap();
    assert_eq!(woken.load(Ordering::SeqCst), 0);
}

fn reviewed(by: &Attendance) -> Vec<(String, String)> {
    let others = by.others().reviewers.into_iter();
    others
        .map(|found| (found.actor.who, found.need.to_string()))
        .collect()
}

#[test]
fn a_review_is_seen_by_the_others_and_ends_with_its_session_however_that_ends() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let (ear, woken) = ear(&desk);
    let li = desk.attend(&actor("li"));
    let chen = desk.attend(&actor("chen"));
    assert!(ear.take().reviews);
    chen.review(Some(&code("N1")));
    assert!(ear.take().reviews);
    // What is so already is told to nobody.
    chen.review(Some(&code("N1")));
    assert!(!ear.take().reviews);
    let theirs = ("chen".to_owned(), "N1".to_owned());
    assert_eq!(reviewed(&li), std::slice::from_ref(&theirs));
    assert_eq!(reviewed(&chen), []);
    let dies = desk.clone();
    let died = thread::spawn(move || {
        let zhao = dies.attend(&actor("zhao"));
        zhao.review(Some(&code("N2")));
        assert_eq!(reviewed(&zhao).len(), 1);
        panic!("the session ends badly");
    });
    assert!(died.join().is_err());
    assert_eq!(reviewed(&li), [theirs]);
    assert_eq!(li.others().present, [actor("chen")]);
    drop(chen);
    assert_eq!(li.others(), matchdesk::desk::Others::default());
    assert!(woken.load(Ordering::SeqCst) >= 3);
}

#[test]
fn those_who_were_shown_and_fit_no_more_come_with_the_rules_and_the_match_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let shown = [code("V1"), code("V2")];
    let (ranking, lost) = desk.candidates_and_lost(&code("N1"), 9, &shown).unwrap();
    assert_eq!((ranking.eligible, lost.len()), (2, 0));
    desk.execute(&actor("li"), &confirm("N2", "V1")).unwrap();
    let before: Supplier = desk.must(&code("V2")).unwrap();
    let after = Supplier {
        availability: Week::default(),
        ..before.clone()
    };
    let edit = Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    desk.execute(&actor("chen"), &edit).unwrap();
    let (ranking, lost) = desk.candidates_and_lost(&code("N1"), 9, &shown).unwrap();
    assert_eq!(ranking.eligible, 0);
    let found: Vec<_> = lost
        .iter()
        .map(|lost| {
            let failed: Vec<&str> = lost.failed.iter().map(|verdict| verdict.rule).collect();
            let by = lost.by.as_ref().map(|by| by.confirmed_by.as_str());
            (lost.supplier.as_str(), failed, by)
        })
        .collect();
    let expected = [
        ("V1", vec!["booked"], Some("li")),
        ("V2", vec!["availability"], None),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_need_that_left_the_queue_says_where_it_stands_and_who_matched_it() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    desk.execute(&actor("li"), &confirm("N1", "V1")).unwrap();
    let left = desk.left(&code("N1")).unwrap();
    assert_eq!(left.state, Some(State::Matched));
    assert_eq!(left.by.unwrap().confirmed_by, "li");
    assert_eq!(desk.left(&code("N2")).unwrap().state, Some(State::Open));
}

#[test]
fn all_sessions_share_one_board_until_something_changes() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let (one, two) = (desk.board().unwrap(), desk.board().unwrap());
    assert!(Arc::ptr_eq(&one, &two));
    assert_eq!(one.rows, desk.queue().unwrap());
    desk.execute(&actor("li"), &confirm("N1", "V1")).unwrap();
    let after = desk.board().unwrap();
    assert_eq!((one.rows.len(), after.rows.len()), (2, 1));
    let later = Stamp::parse("2026-11-24T11:00", Zone::default()).unwrap();
    let later = desk.at(Clock::Fixed(later)).board().unwrap();
    assert_eq!((later.rows.len(), later.awaiting.len()), (0, 1));
}

/// A session that has asked for something.
fn call(place: &Place, args: &[&str], console: &Value) -> Line {
    let line = Line::of_session(place.knock());
    let call = json!({
        "args": args, "lang": "en", "json": true, "quiet": false, "now": NOW, "meter": null,
        "request": null, "console": console,
    });
    line.say(&hello(PROTOCOL, &call)).unwrap();
    assert!(matches!(
        line.receive().unwrap(),
        Some(Received::Message(ToSession::Welcome))
    ));
    line
}

/// A console whose picture is kept up to date by a thread of its own.
fn console(place: &Place) -> Watched {
    let away = json!({
        "columns": 120, "rows": 40, "environment": {"TERM": "xterm"}, "keymap": null, "again": false,
    });
    let line = Arc::new(call(place, &[], &away));
    let (sender, pictures) = mpsc::channel();
    let shown = Arc::clone(&line);
    thread::spawn(move || {
        let (rows, columns) = (40.try_into().unwrap(), 120.try_into().unwrap());
        let mut screen = vt100::Parser::new(rows, columns, 0);
        while let Ok(Some(received)) = shown.receive::<ToSession>() {
            if let Received::Out(bytes) = received {
                screen.process(&bytes);
                let picture = (Instant::now(), screen.screen().contents());
                if sender.send(picture).is_err() {
                    return;
                }
            }
        }
    });
    Watched { line, pictures }
}

/// Waits for the end of a command and gives its exit status.
fn finished(line: &Line) -> u8 {
    loop {
        if let Some(Received::Message(ToSession::Exit { status })) = line.receive().unwrap() {
            return status;
        }
    }
}

struct Watched {
    line: Arc<Line>,
    pictures: mpsc::Receiver<(Instant, String)>,
}

impl Watched {
    /// Waits until a text is on the screen, and says when that was.
    fn sees(&self, text: &str) -> Instant {
        let mut last = String::new();
        loop {
            match self.pictures.recv_timeout(Duration::from_secs(10)) {
                Ok((at, picture)) if picture.contains(text) => return at,
                Ok((_, picture)) => last = picture,
                Err(error) => panic!("{error}: no “{text}” on\n{last}"),
            }
        }
    }

    fn press(&self, key: char) -> Instant {
        let key = serde_json::to_value(TermEvent::Key(Key::char(key))).unwrap();
        self.line.say(&ToStation::Input(key)).unwrap();
        Instant::now()
    }
}

#[test]
fn a_broker_finds_only_the_needs_of_the_own_streets_on_the_board() {
    let folder = tempfile::tempdir().unwrap();
    let desk = desk(folder.path());
    let taken = [
        (Kind::Street, vec![("code", "s2"), ("name_zh", "奥运村")]),
        (
            Kind::Resident,
            vec![("code", "R2"), ("name", "赵奶奶"), ("street", "s2")],
        ),
    ];
    for (kind, cells) in taken {
        desk.import(&actor("wang"), kind, rows(&[&cells]), "files")
            .unwrap();
    }
    for (holder, street) in [("li", "s1"), ("chen", "s2")] {
        let record = Grant {
            holder: holder.to_owned(),
            role: Role::Broker,
            streets: vec![code(street)],
            revoked: false,
        };
        let record = record.into();
        desk.execute(&actor("root"), &Command::Add { record })
            .unwrap();
    }
    let needs = |who: &str| -> Vec<String> {
        let caller = Caller {
            name: who.to_owned(),
            ..Caller::default()
        };
        let board = desk.called_by(caller).board().unwrap();
        let rows = board.rows.iter();
        rows.map(|row| row.row.need.to_string()).collect()
    };
    for _ in 0..2 {
        assert_eq!(needs("li"), ["N1"]);
        assert_eq!(needs("chen"), ["N2"]);
        assert_eq!(needs("nobody"), [""; 0]);
    }
    desk.execute(&actor("li"), &confirm("N1", "V1")).unwrap();
    assert_eq!(needs("li"), [""; 0]);
    assert_eq!(desk.board().unwrap().rows.len(), 1);
}

#[test]
fn what_one_session_confirms_is_on_the_screens_of_the_others_at_once() {
    let place = Place::new();
    place.need();
    let consoles: Vec<Watched> = (0..8).map(|_| console(&place)).collect();
    for console in &consoles {
        console.sees("仇玉明, male");
    }
    let began = Instant::now();
    let line = call(
        &place,
        &["matchdesk", "confirm", "N0000102", "V0000177", "--json"],
        &Value::Null,
    );
    assert_eq!(finished(&line), 0);
    let returned = Instant::now();
    let seen: Vec<Duration> = consoles
        .iter()
        .map(|console| console.sees("matched by"))
        .map(|at| at.saturating_duration_since(returned))
        .collect();
    let slowest = seen.iter().max().unwrap();
    println!(
        "confirmed in {:?}; on the last of {} screens {slowest:?} after",
        returned - began,
        consoles.len()
    );
    assert!(*slowest < Duration::from_secs(2), "{seen:?}");
}

#[test]
fn keys_are_heeded_while_the_station_is_busy_with_others() {
    let place = Place::new();
    place.need();
    let consoles: Vec<Watched> = (0..4).map(|_| console(&place)).collect();
    for console in &consoles {
        console.sees("仇玉明, male");
    }
    let stop = AtomicBool::new(false);
    let slowest = thread::scope(|scope| {
        let busy: Vec<_> = (0..3)
            .map(|n| {
                let (place, stop) = (&place, &stop);
                scope.spawn(move || {
                    let (mut done, name) = (0, format!("N000010{}", n + 3));
                    while !stop.load(Ordering::Relaxed) {
                        let note = format!("call {done}");
                        let edit = ["matchdesk", "edit", "need", &name, "--note", &note];
                        finished(&call(place, &edit, &Value::Null));
                        done += 1;
                    }
                    done
                })
            })
            .collect();
        let mut slowest = Duration::ZERO;
        for round in 0..10 {
            let (key, there) = [('j', "Haircut at home · high"), ('k', "仇玉明, male")][round % 2];
            for console in &consoles {
                let pressed = console.press(key);
                slowest = slowest.max(console.sees(there) - pressed);
            }
        }
        stop.store(true, Ordering::Relaxed);
        let done: usize = busy.into_iter().map(|one| one.join().unwrap()).sum();
        println!("{done} commands beside; the slowest key was heeded in {slowest:?}");
        assert!(done > 0);
        slowest
    });
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}
