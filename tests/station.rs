//! One store, many processes: what sessions on one station can rely on.

mod place;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Output;
use std::time::{Duration, Instant};

use matchdesk::station::{Line, PROTOCOL, RELEASE, Received, ToSession, ToStation, socket_of};
use place::{NOW, Place, hello, until, words};
use serde_json::{Value, json};

/// A console that is open and takes nothing of what it is shown.
fn console(place: &Place) -> Line {
    console_of(place, 120, 40)
}

/// The same on a terminal of this size.
fn console_of(place: &Place, columns: u16, rows: u16) -> Line {
    let line = Line::of_session(place.knock());
    let call = json!({
        "args": [], "lang": "en", "json": false, "quiet": false, "now": NOW, "meter": null, "request": null,
        "console": {"columns": columns, "rows": rows, "environment": {"TERM": "xterm"}, "keymap": null, "again": false},
    });
    line.say(&hello(PROTOCOL, &call)).unwrap();
    assert!(matches!(
        line.receive().unwrap(),
        Some(Received::Message(ToSession::Welcome))
    ));
    line
}

#[test]
fn sessions_that_begin_at_once_share_one_station() {
    let place = Place::new();
    let asked: Vec<_> = (0..12)
        .map(|_| {
            place
                .command(&["queue", "--json"])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let answers: Vec<Output> = asked
        .into_iter()
        .map(|child| child.wait_with_output().unwrap())
        .collect();
    for answer in &answers {
        assert!(answer.status.success(), "{}", words(answer));
        assert_eq!(answer.stdout, answers[0].stdout);
    }
    let first = place.station();
    place.need();
    assert_eq!(place.station(), first);
}

#[test]
fn a_station_that_died_is_replaced_and_nothing_acknowledged_is_lost() {
    let place = Place::new();
    for _ in 0..3 {
        let need = place.need();
        let best = place.json(&["candidates", &need, "--json"]);
        let supplier = best["candidates"][0]["supplier"].as_str().unwrap();
        let done = place.json(&["confirm", &need, supplier, "--json"]);
        assert_eq!(done["need"], need.as_str(), "{done}");
        place.kill();
        assert_ne!(place.need(), need);
    }
    assert_eq!(place.json(&["verify", "--json"])["ok"], true);
}

#[test]
fn a_command_repeated_after_a_lost_answer_is_answered_and_done_once() {
    let place = Place::new();
    let need = place.need();
    let best = place.json(&["candidates", &need, "--json"]);
    let supplier = best["candidates"][0]["supplier"].as_str().unwrap();
    let args = ["confirm", &need, supplier, "--json"];
    let ask = || {
        let request = Some("00000000000000000000000000000abc");
        place.ask(&args, request).unwrap()
    };
    let first = ask();
    assert_eq!(first.status, 0, "{}", first.words());
    place.kill();
    place.need();
    assert_eq!(ask(), first);
    let story = place.json(&["log", "--need", &need, "--json"]);
    let confirmed = story["entries"].as_array().unwrap().iter();
    assert_eq!(
        confirmed
            .filter(|entry| entry["verb"] == "confirmed")
            .count(),
        1
    );
}

#[test]
fn who_speaks_no_sense_is_dropped_and_the_station_serves_on() {
    let place = Place::new();
    let need = place.need();
    let station = place.station();
    let nonsense: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xff\xff\xff\x00",
        b"\x00\x00\x00\x00",
        b"\x00\x00\x00\x05\x00{\"a",
        b"\x00\x00\x00\x02\x09!",
        b"",
    ];
    let silent = place.knock();
    for bytes in nonsense {
        let mut stream = place.knock();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap_or_default();
        assert_eq!(answer, b"", "{bytes:?}");
    }
    // A greeting that asks for nothing that there is.
    let line = Line::of_session(place.knock());
    line.say(&hello(PROTOCOL, &json!({"frob": 1}))).unwrap();
    assert!(matches!(
        line.receive().unwrap(),
        Some(Received::Message(ToSession::Welcome))
    ));
    assert!(matches!(
        line.receive().unwrap(),
        Some(Received::Message(ToSession::Exit { status: 2 }))
    ));
    assert_eq!(place.need(), need);
    assert_eq!(place.station(), station);
    drop(silent);
}

#[test]
fn who_does_not_end_what_was_begun_is_dropped_and_others_are_served_meanwhile() {
    let place = Place::new();
    let need = place.need();
    let station = place.station();
    // Nothing; half a length; half a greeting; and a greeting that comes byte by byte and never ends.
    let begun: [&[u8]; 4] = [
        b"",
        b"\x00\x00",
        b"\x00\x00\x00\xff\x00{\"Hel",
        b"\x00\x0f\xff\xff\x00",
    ];
    let mut open: Vec<_> = begun
        .iter()
        .map(|bytes| {
            let mut stream = place.knock();
            stream.write_all(bytes).unwrap();
            stream
        })
        .collect();
    // A session that was welcomed and then announces 4 GiB, or a message that never ends.
    let (huge, half) = (console(&place), console(&place));
    huge.stream().write_all(b"\xff\xff\xff\xff\x00").unwrap();
    half.stream().write_all(b"\x00\x00\x00\xff\x00{").unwrap();
    let mut slow = open.pop().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while slow.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let began = Instant::now();
        assert_eq!(place.need(), need);
        assert!(began.elapsed() < Duration::from_secs(4));
        for mut stream in open {
            stream
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            assert_eq!(answer, b"");
        }
    });
    for line in [huge, half] {
        let ended = || {
            while let Ok(Some(received)) = line.receive::<ToSession>() {
                if matches!(received, Received::Message(ToSession::Exit { .. })) {
                    break;
                }
            }
        };
        ended();
    }
    assert_eq!(place.need(), need);
    assert_eq!(place.station(), station);
}

#[test]
fn six_hundred_that_knock_at_once_keep_nobody_out() {
    let place = Place::new();
    let need = place.need();
    let station = place.station();
    let open = console(&place);
    let silent: Vec<_> = (0..600).map(|_| place.knock()).collect();
    let began = Instant::now();
    assert_eq!(place.need(), need);
    open.say(&ToStation::Input(json!({"Resize": [100, 30]})))
        .unwrap();
    assert!(matches!(open.receive::<ToSession>(), Ok(Some(_))));
    assert!(began.elapsed() < Duration::from_secs(4));
    drop(silent);
    // Sessions that are served have a limit, and whoever is beyond it is told.
    let served: Vec<Line> = (1..256).map(|_| console(&place)).collect();
    let beyond = place.run(&["queue"]);
    assert_eq!(beyond.status.code(), Some(5), "{}", words(&beyond));
    assert!(words(&beyond).contains("256 "), "{}", words(&beyond));
    drop(served);
    until("there is room again", || {
        place.run(&["queue"]).status.success()
    });
    assert_eq!(place.station(), station);
}

#[test]
fn an_answer_that_nobody_reads_on_is_whole_when_it_is_read() {
    let place = Place::new();
    // More than a pipe and a socket hold.
    let name = "张".repeat(30);
    let rows: Vec<String> = (0..6000)
        .map(|number| format!("W{number:06},person,{name}\n"))
        .collect();
    fs::write(
        place.path("many.csv"),
        format!("code,kind,name\n{}", rows.concat()),
    )
    .unwrap();
    let many = place.path("many.csv");
    let taken = place.run(&["import", "suppliers", many.to_str().unwrap()]);
    assert!(taken.status.success(), "{}", words(&taken));
    let args = ["list", "suppliers", "--json"];
    let whole = place.run(&args).stdout;
    assert!(whole.len() > 500_000, "{}", whole.len());
    let mut pager = place
        .command(&args)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut shown = pager.stdout.take().unwrap();
    let mut read = vec![0];
    shown.read_exact(&mut read).unwrap();
    // Longer than the station's patience with a session that takes nothing.
    std::thread::sleep(Duration::from_secs(12));
    shown.read_to_end(&mut read).unwrap();
    assert!(pager.wait().unwrap().success());
    assert!(read == whole);
}

#[test]
fn a_session_that_takes_nothing_holds_up_nobody() {
    let place = Place::new();
    place.need();
    let stuck: Vec<Line> = (0..8).map(|_| console(&place)).collect();
    // Far more than a socket holds.
    for line in &stuck {
        for _ in 0..200 {
            let resize = json!({"Resize": [200, 60]});
            line.say(&ToStation::Input(resize)).unwrap();
        }
    }
    let began = Instant::now();
    let need = place.need();
    let best = place.json(&["candidates", &need, "--json"]);
    let supplier = best["candidates"][0]["supplier"].as_str().unwrap();
    let done = place.json(&["confirm", &need, supplier, "--json"]);
    assert_eq!(done["need"], need.as_str());
    // Their patience is ten seconds; nobody may wait for that.
    assert!(began.elapsed() < Duration::from_secs(8));
}

/// Whether something is drawn before the session ends.
fn is_drawn(line: &Line) -> bool {
    while let Ok(Some(received)) = line.receive::<ToSession>() {
        match received {
            Received::Out(_) => return true,
            Received::Message(ToSession::Exit { .. }) => return false,
            _ => {}
        }
    }
    false
}

#[test]
fn a_terminal_of_a_size_that_none_has_takes_no_memory_and_others_are_served_on() {
    let place = Place::new();
    let need = place.need();
    let station = place.station();
    let greeted = console_of(&place, u16::MAX, u16::MAX);
    assert!(is_drawn(&greeted));
    let resized = console(&place);
    assert!(is_drawn(&resized));
    for (columns, rows) in [(u16::MAX, u16::MAX), (u16::MAX, 1), (0, 0), (80, 24)] {
        let resize = json!({"Resize": [columns, rows]});
        resized.say(&ToStation::Input(resize)).unwrap();
    }
    // It still takes keys: the last one ends it.
    let key = json!({"code": {"Char": "q"}, "ctrl": false, "alt": false, "shift": false});
    resized.say(&ToStation::Input(json!({"Key": key}))).unwrap();
    let left = loop {
        match resized.receive::<ToSession>().unwrap() {
            Some(Received::Message(ToSession::Exit { status })) => break status,
            Some(_) => {}
            None => panic!("the station has gone"),
        }
    };
    assert_eq!(left, 0);
    assert_eq!(place.need(), need);
    assert_eq!(place.station(), station);
}

#[test]
fn a_station_of_another_release_makes_room_when_nobody_is_in_it_and_says_so_otherwise() {
    let place = Place::new();
    place.need();
    let greet = || {
        let line = Line::of_session(place.knock());
        line.say(&hello(PROTOCOL + 1, &Value::Null)).unwrap();
        match line.receive().unwrap() {
            Some(Received::Message(ToSession::Refused { said, leaves, .. })) => (said.en, leaves),
            other => panic!("{other:?}"),
        }
    };
    let open = console(&place);
    let (said, leaves) = greet();
    assert!(!leaves && said.contains(RELEASE), "{said}");
    open.hang_up();
    drop(open);
    until("the station makes room", || greet().1);
    place.need();
}

#[test]
fn a_station_leaves_when_it_is_idle_or_its_store_is_gone() {
    let place = Place::new();
    let output = place
        .command(&["queue", "--quiet"])
        .env("MATCHDESK_IDLE", "1")
        .output()
        .unwrap();
    assert!(output.status.success());
    let socket = socket_of(&place.store());
    assert_eq!(
        fs::metadata(&socket).unwrap().permissions().mode() & 0o777,
        0o600
    );
    until("it left for being idle", || !socket.exists());
    place.need();
    fs::remove_file(place.store()).unwrap();
    until("it left with its store", || !socket.exists());
    let output = place.run(&["queue"]);
    assert_eq!(output.status.code(), Some(5), "{}", words(&output));
}

#[test]
fn a_store_that_was_put_in_the_place_of_another_is_the_one_that_is_served() {
    let (place, other) = (Place::new(), Place::new());
    let need = other.need();
    let best = other.json(&["candidates", &need, "--json"]);
    let supplier = best["candidates"][0]["supplier"].as_str().unwrap();
    other.json(&["confirm", &need, supplier, "--json"]);
    let copy = other.path("copy.redb");
    assert!(
        other
            .run(&["backup", copy.to_str().unwrap()])
            .status
            .success()
    );
    assert_eq!(place.need(), need);
    // Over the same file, as a careless hand would do it; and as a new file of that name.
    fs::write(place.store(), fs::read(&copy).unwrap()).unwrap();
    assert_ne!(place.need(), need);
    fs::rename(&copy, place.store()).unwrap();
    assert_ne!(place.need(), need);
}

#[test]
fn files_are_read_and_written_where_the_session_is() {
    let place = Place::new();
    place.need();
    let folder = place.path("desk of wang");
    fs::create_dir(&folder).unwrap();
    fs::write(
        folder.join("more.csv"),
        "code,kind,name\nV9001,person,赵敏\nV9002,alien,钱多\n",
    )
    .unwrap();
    let there = |args: &[&str]| place.command(args).current_dir(&folder).output().unwrap();
    let taken = there(&["import", "suppliers", "more.csv"]);
    assert_eq!(taken.status.code(), Some(1), "{}", words(&taken));
    let rejects = fs::read_to_string(folder.join("more.rejects.csv")).unwrap();
    assert!(
        rejects.starts_with("code,kind,name,error\nV9002,alien,"),
        "{rejects}"
    );
    let written = there(&["export", "all", "out", "--with-personal-data"]);
    assert!(written.status.success(), "{}", words(&written));
    assert!(
        fs::read_to_string(folder.join("out/suppliers.csv"))
            .unwrap()
            .contains("V9001")
    );
    for args in [
        &["backup", "copy.redb"][..],
        &["stats", "--by", "street", "--csv", "street.csv"],
    ] {
        let output = there(args);
        assert!(output.status.success(), "{}", words(&output));
    }
    let mut left: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [
            "copy.redb",
            "more.csv",
            "more.rejects.csv",
            "out",
            "street.csv"
        ]
    );
    let heads = place.run(&["log", "--head"]).stdout;
    fs::write(folder.join("heads"), heads).unwrap();
    let verified = there(&["verify", "--since-head", "heads"]);
    assert!(verified.status.success(), "{}", words(&verified));
}

#[test]
fn a_station_that_asks_for_files_that_were_not_named_gets_none() {
    let place = Place::new();
    let at = place.path("false.sock");
    let listener = UnixListener::bind(&at).unwrap();
    for name in ["named.csv", "other.csv"] {
        fs::write(place.path(name), name).unwrap();
    }
    let mut session = place
        .command(&["import", "suppliers", "named.csv"])
        .current_dir(place.path(""))
        .env("MATCHDESK_SOCKET", &at)
        .spawn()
        .unwrap();
    let (stream, _) = listener.accept().unwrap();
    let line = Line::of_station(stream, Duration::from_secs(20)).unwrap();
    let hears = || match line.receive().unwrap() {
        Some(Received::Message(message)) => serde_json::to_value::<ToStation>(message).unwrap(),
        other => panic!("{other:?}"),
    };
    hears();
    line.say(&ToSession::Welcome).unwrap();
    let asks = |what: Value| {
        let asked: ToSession = serde_json::from_value(json!({"File": what})).unwrap();
        line.say(&asked).unwrap();
        hears()["File"].clone()
    };
    assert_eq!(asks(json!({"Open": "named.csv"})), "Opened");
    for what in [
        json!({"Open": "/etc/passwd"}),
        json!({"Open": "other.csv"}),
        json!({"Open": "named.csv/../other.csv"}),
        json!({"Remove": place.path("other.csv")}),
        json!({"Draft": "/tmp"}),
    ] {
        let answer = asks(what.clone());
        assert!(answer["Failed"].is_object(), "{what}: {answer}");
    }
    assert!(place.path("other.csv").exists());
    line.say(&ToSession::Exit { status: 0 }).unwrap();
    assert!(session.wait().unwrap().success());
}
