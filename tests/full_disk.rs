//! A disk that is full, and then is not any more: nobody restarts anything, nothing acknowledged is lost.
//!
//! The disk is full for the station alone: the system limits the size of the files that it may write.

mod place;

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use place::pool::{Pool, need, supplier};
use place::{Answer, Place};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

const POOL: Pool = Pool {
    suppliers: 60,
    needs: 500,
    days: 28,
    services: 3,
    year: 2026,
};

struct Disk {
    place: Place,
    station: Pid,
    noted: usize,
}

impl Disk {
    fn new() -> Self {
        let place = Place::with(&POOL);
        place.need();
        let station = place.station();
        Self {
            place,
            station,
            noted: 0,
        }
    }

    /// Lets the station's files grow to so many bytes more than the store has; without a number, as they will.
    fn leaves(&self, room: Option<u64>) {
        let size = fs::metadata(self.place.store()).unwrap().len();
        let limit = Rlimit {
            current: room.map(|room| size + room),
            maximum: None,
        };
        prlimit(Some(self.station), Resource::Fsize, limit).unwrap();
    }

    /// A change that takes room.
    fn note(&self, number: usize, request: Option<&str>) -> Answer {
        let note = format!("{number} {}", "x".repeat(30_000));
        let need = need(number % POOL.needs);
        let args = ["edit", "need", &need, "--note", &note, "--json"];
        self.place.ask(&args, request).unwrap()
    }

    /// Writes until that fails, and gives the answer.
    fn fill(&mut self) -> Answer {
        let began = Instant::now();
        loop {
            let answer = self.note(self.noted, None);
            if answer.status != 0 {
                return answer;
            }
            self.noted += 1;
            assert!(began.elapsed() < Duration::from_secs(120), "never full");
        }
    }
}

fn shows(place: &Place, need: &str) -> serde_json::Value {
    let answer = place.ask(&["show", "need", need, "--json"], None).unwrap();
    assert_eq!(answer.status, 0, "{}", answer.words());
    answer.json()
}

#[test]
fn when_the_disk_has_room_again_work_goes_on_and_nothing_acknowledged_is_lost() {
    let mut disk = Disk::new();
    for round in 0..3_u64 {
        disk.leaves(Some(round * 70_000));
        let refused = disk.fill();
        assert_eq!(refused.status, 5, "{}", refused.words());
        let said = refused.words();
        assert!(
            said.contains("disk is full") || said.contains("disk has room"),
            "{said}"
        );
        // What is there can be read, though nothing can be written, however often somebody tries.
        let id = format!("{:032x}", 0x5eed_0000 + round);
        for _ in 0..3 {
            assert_eq!(disk.note(disk.noted, Some(&id)).status, 5);
            shows(&disk.place, &need(disk.noted % POOL.needs));
            let ranked = disk.place.ask(&["candidates", &need(1)], None).unwrap();
            assert_eq!(ranked.status, 0, "{}", ranked.words());
            sleep(Duration::from_millis(700));
        }
        disk.leaves(None);
        let began = Instant::now();
        while disk.note(disk.noted, Some(&id)).status != 0 {
            assert!(began.elapsed() < Duration::from_secs(60), "never again");
            sleep(Duration::from_millis(100));
        }
        disk.noted += 1;
        let booked = format!("{}", round * 3);
        let (need, supplier) = (
            need(booked.parse().unwrap()),
            supplier(booked.parse().unwrap()),
        );
        let done = disk
            .place
            .ask(&["confirm", &need, &supplier], None)
            .unwrap();
        assert_eq!(done.status, 0, "{}", done.words());
    }
    let place = &disk.place;
    assert_eq!(place.station(), disk.station, "it is the same process");
    let noted = disk.noted.min(POOL.needs);
    assert!(noted > 20, "{noted}");
    for number in 0..noted {
        let found = shows(place, &need(number)).to_string();
        assert!(found.contains("xxxx"), "{number}: {found}");
    }
    let verified = place.run(&["verify"]);
    assert!(verified.status.success(), "{}", place::words(&verified));
    // What the index came to know is what is in the store.
    let warm = place.json(&["queue", "--json"]);
    place.kill();
    let fresh = place.json(&["queue", "--json"]);
    assert_eq!(warm, fresh);
}
