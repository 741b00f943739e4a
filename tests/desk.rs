//! What a broker can rely on, told as stories on a store of their own.

use matchdesk::desk::{Actor, Clock, Command, Desk, DeskError, ImportRow};
use matchdesk::domain::record::{Category, Match, Need, Supplier};
use matchdesk::domain::{AnyRecord, Code, Kind, Minute, Outcome, Record, Stamp, Status, Zone};
use matchdesk::matching::State;
use matchdesk::matching::plan::by_code;
use matchdesk::store::{Refusal, RequestId};

/// Monday morning.
const NOW: &str = "2026-11-23T08:00";

struct Story {
    folder: tempfile::TempDir,
    desk: Desk,
}

fn stamp(text: &str) -> Stamp {
    Stamp::parse(text, Zone::default()).unwrap()
}

fn minute(text: &str) -> Minute {
    Minute::parse(text).unwrap()
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn broker() -> Actor {
    Actor {
        who: "wang".to_owned(),
        station: "anzhen".to_owned(),
    }
}

impl Story {
    /// A street with one resident and two barbers who come on weekday mornings.
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk =
            Desk::open_or_create(&folder.path().join("store.redb"), Clock::Fixed(stamp(NOW)))
                .unwrap();
        let story = Self { folder, desk };
        story.take(
            Kind::Street,
            &[
                ("code", "s1"),
                ("name_zh", "安贞"),
                ("lon", "116.40"),
                ("lat", "39.97"),
            ],
        );
        story.take(Kind::Category, &[("code", "barber"), ("name_zh", "理发")]);
        story.take(
            Kind::Capability,
            &[("code", "strong"), ("name_zh", "力气大")],
        );
        story.take(
            Kind::Resident,
            &[("code", "R1"), ("name", "李大爷"), ("street", "s1")],
        );
        story.take(
            Kind::Resident,
            &[("code", "R2"), ("name", "赵奶奶"), ("street", "s1")],
        );
        story.supplier("V1", "");
        story.supplier("V2", "");
        story
    }

    fn take(&self, kind: Kind, cells: &[(&'static str, &str)]) {
        let row = ImportRow {
            line: 2,
            cells: cells
                .iter()
                .map(|(column, text)| (*column, (*text).to_owned()))
                .collect(),
        };
        let imported = self.desk.import(&broker(), kind, &[row], "story").unwrap();
        assert!(imported.rejected.is_empty(), "{:?}", imported.rejected);
    }

    fn supplier(&self, code: &str, away: &str) {
        self.take(
            Kind::Supplier,
            &[
                ("code", code),
                ("kind", "person"),
                ("name", "王师傅"),
                ("street", "s1"),
                ("skills", "barber"),
                ("availability", "weekdays 08:00-12:00"),
                ("away", away),
            ],
        );
    }

    fn need(&self, code: &str, resident: &str, start: &str, recurrence: &str) {
        self.take(
            Kind::Need,
            &[
                ("code", code),
                ("resident", resident),
                ("category", "barber"),
                ("start", start),
                ("minutes", "60"),
                ("recurrence", recurrence),
            ],
        );
    }

    fn confirm(&self, need: &str, supplier: &str) -> Result<Vec<String>, Vec<String>> {
        self.confirm_visits(need, supplier, None)
    }

    /// The visits that the match then has, or the codes of the refusal.
    fn confirm_visits(
        &self,
        need: &str,
        supplier: &str,
        visits: Option<&[&str]>,
    ) -> Result<Vec<String>, Vec<String>> {
        let visits = visits.map(|visits| visits.iter().map(|visit| minute(visit)).collect());
        let command = Command::Confirm {
            need: code(need),
            supplier: code(supplier),
            visits,
            place: None,
        };
        match self.desk.execute(&broker(), &command) {
            Ok(done) => {
                let Some(AnyRecord::Match(made)) =
                    done.events.into_iter().next().map(|event| event.after)
                else {
                    panic!("no match")
                };
                Ok(made.visits.iter().map(ToString::to_string).collect())
            }
            Err(DeskError::Refused(refusal)) => Err(refusal.codes),
            Err(error) => panic!("{error:?}"),
        }
    }

    fn close(&self, need: &str, supplier: &str, start: &str, outcome: Outcome) {
        let command = Command::Close {
            need: code(need),
            supplier: code(supplier),
            start: minute(start),
            outcome,
            rating: None,
            minutes: None,
        };
        self.desk.execute(&broker(), &command).unwrap();
    }

    /// The needs in the queue.
    fn queue(&self) -> Vec<String> {
        self.desk
            .queue()
            .unwrap()
            .iter()
            .map(|best| best.row.need.to_string())
            .collect()
    }

    fn candidates(&self, need: &str) -> Vec<String> {
        let ranking = self.desk.candidates(&code(need), 100).unwrap();
        ranking
            .candidates
            .iter()
            .map(|candidate| candidate.supplier.to_string())
            .collect()
    }

    fn state(&self, need: &str) -> State {
        self.desk
            .index()
            .unwrap()
            .state(&code(need), self.desk.now())
            .unwrap()
    }

    fn stored<R: Record>(&self, key: &str) -> R {
        self.desk.must(&Code::composed(key)).unwrap()
    }

    /// The same store later on.
    fn later(self, now: &str) -> Self {
        let Self { folder, desk } = self;
        drop(desk);
        let desk = Desk::open(&folder.path().join("store.redb"), Clock::Fixed(stamp(now))).unwrap();
        desk.roll().unwrap();
        Self { folder, desk }
    }
}

#[test]
fn confirming_books_every_visit_and_takes_the_need_out_of_the_queue() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "FREQ=WEEKLY");
    assert_eq!(story.queue(), ["N1"]);
    assert_eq!(story.candidates("N1"), ["V1", "V2"]);
    let booked = story.confirm("N1", "V1").unwrap();
    assert_eq!(
        booked,
        [
            "2026-11-24T09:00",
            "2026-12-01T09:00",
            "2026-12-08T09:00",
            "2026-12-15T09:00"
        ]
    );
    assert!(story.queue().is_empty());
    assert_eq!(story.state("N1"), State::Matched);
    assert_eq!(story.confirm("N1", "V2"), Err(vec!["filled".to_owned()]));
    let kept: Match = story.stored("N1/V1");
    assert_eq!(
        (kept.rank, kept.confirmed_by.as_str(), kept.confirmed_at),
        (Some(1), "wang", stamp(NOW))
    );
    assert!(kept.score.is_some_and(|score| score > 0.0));
}

#[test]
fn a_slot_that_another_need_took_is_refused_with_the_rule() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    story.need("N2", "R2", "2026-11-24T10:10", "");
    story.confirm("N1", "V1").unwrap();
    assert_eq!(
        story.candidates("N2"),
        ["V2"],
        "ten minutes are too short for the way"
    );
    assert_eq!(story.confirm("N2", "V1"), Err(vec!["booked".to_owned()]));
    assert_eq!(
        story.confirm("N2", "V2"),
        Ok(vec!["2026-11-24T10:10".to_owned()])
    );
}

#[test]
fn ending_a_match_needs_a_reason_and_puts_the_need_back() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    story.confirm("N1", "V1").unwrap();
    let end = |reason: &str| {
        story.desk.execute(
            &broker(),
            &Command::Unmatch {
                need: code("N1"),
                supplier: code("V1"),
                reason: reason.to_owned(),
            },
        )
    };
    assert!(end(" ").is_err());
    end("moved away").unwrap();
    assert_eq!(story.queue(), ["N1"]);
    let ended: Match = story.stored("N1/V1");
    assert_eq!(
        (ended.end_reason.as_str(), ended.visits.len()),
        ("moved away", 0)
    );
    assert!(
        matches!(end("again"), Err(DeskError::Refused(refusal)) if refusal.codes == [Refusal::NOT_FOUND])
    );
    story.confirm("N1", "V1").unwrap();
    assert!(
        story.stored::<Match>("N1/V1/01").ended_at.is_none(),
        "a second match of the pair has a key of its own"
    );
}

#[test]
fn a_visit_that_the_supplier_cancels_is_considered_again_without_that_supplier() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "FREQ=WEEKLY;COUNT=2");
    story.confirm("N1", "V1").unwrap();
    story.close("N1", "V1", "2026-12-01T09:00", Outcome::CancelledBySupplier);
    assert_eq!(story.queue(), ["N1"]);
    assert_eq!(story.candidates("N1"), ["V2"]);
    assert_eq!(
        story.confirm("N1", "V1"),
        Err(vec!["already_matched".to_owned()])
    );
    assert_eq!(
        story.confirm("N1", "V2"),
        Ok(vec!["2026-12-01T09:00".to_owned()])
    );
}

#[test]
fn what_the_resident_cancels_is_closed_for_everybody() {
    let story = Story::begin();
    story.take(
        Kind::Need,
        &[
            ("code", "N1"),
            ("resident", "R1"),
            ("category", "barber"),
            ("start", "2026-11-24T09:00"),
            ("minutes", "60"),
            ("people", "2"),
        ],
    );
    story.confirm("N1", "V1").unwrap();
    assert_eq!(story.queue(), ["N1"], "two are wanted");
    story.confirm("N1", "V2").unwrap();
    story.close("N1", "V1", "2026-11-24T09:00", Outcome::CancelledByResident);
    assert!(story.queue().is_empty());
    assert_eq!(story.state("N1"), State::Matched);
    let story = story.later("2026-11-25T08:00");
    assert_eq!(story.state("N1"), State::Done);
    assert!(
        story
            .desk
            .index()
            .unwrap()
            .awaiting(story.desk.now())
            .is_empty()
    );
}

#[test]
fn a_standing_match_takes_in_later_visits_as_they_come_near() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "FREQ=WEEKLY");
    story.confirm("N1", "V1").unwrap();
    let story = story.later("2026-12-02T08:00");
    assert!(story.queue().is_empty());
    let kept: Match = story.stored("N1/V1");
    assert_eq!(kept.visits.last(), Some(&minute("2026-12-29T09:00")));
}

#[test]
fn a_standing_supplier_who_can_t_come_brings_the_need_back_by_name() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "FREQ=WEEKLY");
    story.confirm("N1", "V1").unwrap();
    story.supplier("V1", "2026-12-22/2026-12-22");
    let story = story.later("2026-12-02T08:00");
    let queue = story.desk.queue().unwrap();
    let row = &queue.first().unwrap().row;
    assert_eq!(row.visits, [minute("2026-12-22T09:00")]);
    assert_eq!(
        (
            row.unfit[0].supplier.as_str(),
            row.unfit[0].failed.as_slice()
        ),
        ("V1", ["availability"].as_slice())
    );
    assert_eq!(
        story.confirm("N1", "V2"),
        Ok(vec!["2026-12-22T09:00".to_owned()])
    );
}

#[test]
fn a_substitute_for_one_visit_does_not_inherit_the_series() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "FREQ=WEEKLY");
    story
        .confirm_visits("N1", "V2", Some(&["2026-12-15T09:00"]))
        .unwrap();
    assert_eq!(
        story.confirm_visits("N1", "V2", Some(&["2026-12-15T09:00"])),
        Err(vec!["filled".to_owned()])
    );
    assert_eq!(
        story.confirm_visits("N1", "V1", Some(&["2026-12-16T09:00"])),
        Err(vec!["invalid".to_owned()])
    );
    let story = story.later("2026-12-02T08:00");
    assert_eq!(
        story.stored::<Match>("N1/V2").visits,
        [minute("2026-12-15T09:00")]
    );
    assert_eq!(story.queue(), ["N1"]);
}

#[test]
fn a_need_lapses_when_its_last_visit_passes_unmatched_and_a_past_visit_awaits_its_outcome() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    story.need("N2", "R2", "2026-11-24T09:00", "");
    story.confirm("N2", "V1").unwrap();
    let story = story.later("2026-11-24T10:00");
    assert_eq!(
        (story.state("N1"), story.state("N2")),
        (State::Lapsed, State::Matched)
    );
    assert_eq!(story.confirm("N1", "V1"), Err(vec!["no_visits".to_owned()]));
    let awaiting = story.desk.index().unwrap().awaiting(story.desk.now());
    assert_eq!(
        awaiting
            .iter()
            .map(|visit| visit.need.as_str())
            .collect::<Vec<_>>(),
        ["N2"]
    );
    story.close("N2", "V1", "2026-11-24T09:00", Outcome::Completed);
    assert_eq!(story.state("N2"), State::Done);
}

#[test]
fn a_cancelled_need_leaves_the_queue_and_frees_its_supplier() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    story.need("N2", "R2", "2026-11-24T09:00", "");
    story.confirm("N1", "V1").unwrap();
    assert_eq!(story.candidates("N2"), ["V2"]);
    story
        .desk
        .execute(
            &broker(),
            &Command::Cancel {
                need: code("N1"),
                reason: "in hospital".to_owned(),
            },
        )
        .unwrap();
    assert_eq!(story.state("N1"), State::Cancelled);
    assert_eq!(story.candidates("N2"), ["V1", "V2"]);
    assert_eq!(story.confirm("N1", "V1"), Err(vec!["cancelled".to_owned()]));
}

#[test]
fn a_merged_category_counts_as_what_it_became() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    story.take(
        Kind::Category,
        &[("code", "haircut"), ("name_zh", "上门理发")],
    );
    let before: Category = story.stored("barber");
    let after = Category {
        retired: true,
        merged_into: Some(code("haircut")),
        ..before.clone()
    };
    let edit = |before: Category, after: Category| {
        story.desk.execute(
            &broker(),
            &Command::Edit {
                before: before.into(),
                after: after.into(),
                reason: String::new(),
            },
        )
    };
    edit(before, after).unwrap();
    assert_eq!(story.candidates("N1"), ["V1", "V2"]);
    let other: Category = story.stored("haircut");
    let looped = Category {
        merged_into: Some(code("barber")),
        ..other.clone()
    };
    assert!(edit(other, looped).is_err_and(|error| error.said().en.contains("loop")));
}

#[test]
fn a_command_sent_twice_is_done_once() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    let command = Command::Confirm {
        need: code("N1"),
        supplier: code("V1"),
        visits: None,
        place: None,
    };
    let first = story
        .desk
        .execute_once(RequestId(7), &broker(), &command)
        .unwrap();
    let again = story
        .desk
        .execute_once(RequestId(7), &broker(), &command)
        .unwrap();
    assert_eq!(first, again);
    let other = story.desk.execute(&broker(), &command);
    assert!(other.is_err(), "under another id it is another command");
}

#[test]
fn a_change_made_on_what_has_meanwhile_changed_is_refused() {
    let story = Story::begin();
    let seen: Supplier = story.stored("V1");
    let edit = |before: &Supplier, after: Supplier| {
        let command = Command::Edit {
            before: before.clone().into(),
            after: after.into(),
            reason: String::new(),
        };
        story.desk.execute(&broker(), &command)
    };
    edit(
        &seen,
        Supplier {
            status: Status::Paused,
            ..seen.clone()
        },
    )
    .unwrap();
    let paused: Supplier = story.stored("V1");
    assert_eq!(
        paused.status_since,
        Some(stamp(NOW).day()),
        "a status holds from the day it was set"
    );
    let refused = edit(
        &seen,
        Supplier {
            name: "王五".to_owned(),
            ..seen.clone()
        },
    );
    assert!(matches!(refused, Err(DeskError::Refused(refusal)) if refusal.codes == ["conflict"]));
    edit(
        &paused,
        Supplier {
            name: "王五".to_owned(),
            ..paused.clone()
        },
    )
    .unwrap();
    assert_eq!(story.stored::<Supplier>("V1").name, "王五");
}

#[test]
fn what_is_retired_is_not_given_to_new_records_but_stays_with_old_ones() {
    let story = Story::begin();
    let before: Category = story.stored("barber");
    let after = Category {
        retired: true,
        ..before.clone()
    };
    story
        .desk
        .execute(
            &broker(),
            &Command::Edit {
                before: before.into(),
                after: after.into(),
                reason: String::new(),
            },
        )
        .unwrap();
    let need = Need {
        resident: code("R1"),
        category: code("barber"),
        start: minute("2026-11-24T09:00"),
        minutes: 60,
        ..Need::default()
    };
    let refused = story.desk.execute(
        &broker(),
        &Command::Add {
            record: need.into(),
        },
    );
    assert!(refused.is_err_and(|error| error.said().en.contains("retired")));
    let seen: Supplier = story.stored("V1");
    let renamed = Supplier {
        name: "王五".to_owned(),
        ..seen.clone()
    };
    story
        .desk
        .execute(
            &broker(),
            &Command::Edit {
                before: seen.into(),
                after: renamed.into(),
                reason: String::new(),
            },
        )
        .unwrap();
}

#[test]
fn a_new_record_without_a_code_gets_the_next_free_one() {
    let story = Story::begin();
    let need = Need {
        resident: code("R1"),
        category: code("barber"),
        start: minute("2026-11-24T09:00"),
        minutes: 60,
        ..Need::default()
    };
    let done = story
        .desk
        .execute(
            &broker(),
            &Command::Add {
                record: need.into(),
            },
        )
        .unwrap();
    let added: Vec<Code> = done.events.iter().map(|event| event.after.key()).collect();
    assert_eq!(added, [code("N000001")]);
    assert_eq!(story.stored::<Need>("N000001").opened_at, stamp(NOW));
}

#[test]
fn everything_is_there_after_a_restart() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    story.confirm("N1", "V1").unwrap();
    let before: Match = story.stored("N1/V1");
    let story = story.later(NOW);
    assert_eq!(story.stored::<Match>("N1/V1"), before);
    assert!(story.queue().is_empty());
}

#[test]
fn confirming_at_one_moment_again_after_ending_makes_a_second_match_that_survives_export() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    story.confirm("N1", "V1").unwrap();
    let end = Command::Unmatch {
        need: code("N1"),
        supplier: code("V1"),
        reason: "mistake".to_owned(),
    };
    story.desk.execute(&broker(), &end).unwrap();
    story.confirm("N1", "V1").unwrap();
    let cells = |key: &str| -> Vec<(&'static str, String)> {
        let stored: Match = story.stored(key);
        Match::fields()
            .iter()
            .map(|field| (field.column, (field.get)(&stored)))
            .collect()
    };
    let rows = ["N1/V1", "N1/V1/01"].map(|key| ImportRow {
        line: 2,
        cells: cells(key),
    });
    let other = Story::begin();
    other.need("N1", "R1", "2026-11-24T09:00", "");
    let first = other
        .desk
        .import(&broker(), Kind::Match, &rows, "matches.csv")
        .unwrap();
    assert_eq!((first.added, first.rejected.len()), (2, 0));
    let again = other
        .desk
        .import(&broker(), Kind::Match, &rows, "matches.csv")
        .unwrap();
    assert_eq!((again.added, again.unchanged), (0, 2));
}

#[test]
fn a_plan_gives_the_only_helper_to_who_has_nobody_else_and_books_nothing() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T09:00", "");
    story.need("N2", "R2", "2026-11-24T09:00", "");
    story.take(Kind::Resident, &[("code", "R2"), ("blocked", "V2")]);
    let plan = story.desk.index().unwrap().plan(story.desk.now());
    let pairs: Vec<(String, String)> = plan
        .proposals
        .iter()
        .map(|p| (p.need.to_string(), p.supplier.to_string()))
        .collect();
    assert_eq!(
        pairs,
        [
            ("N1".to_owned(), "V2".to_owned()),
            ("N2".to_owned(), "V1".to_owned())
        ]
    );
    assert!(
        plan.proposals[0]
            .reason
            .said(&by_code)
            .en
            .contains("V1 goes to N2, who has nobody else")
    );
    assert_eq!(story.queue(), ["N1", "N2"]);
}

#[test]
fn relaxing_names_what_would_help() {
    let story = Story::begin();
    story.need("N1", "R1", "2026-11-24T13:00", "");
    let index = story.desk.index().unwrap();
    let (eligible, found) = index.relax(&code("N1"), story.desk.now()).unwrap();
    assert_eq!(eligible, 0);
    let need: Need = story.stored("N1");
    assert_eq!(
        found[0].said(&need).en,
        "2026-11-24T11:00 instead of 2026-11-24T13:00: 2"
    );
}

#[test]
fn of_many_who_confirm_the_same_supplier_at_once_exactly_one_succeeds() {
    let story = Story::begin();
    let needs: Vec<String> = (0..24).map(|number| format!("N{number}")).collect();
    for need in &needs {
        story.need(need, "R1", "2026-11-24T09:00", "");
    }
    let desk = &story.desk;
    let results: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = needs
            .iter()
            .map(|need| {
                scope.spawn(move || {
                    let command = Command::Confirm {
                        need: code(need),
                        supplier: code("V1"),
                        visits: None,
                        place: None,
                    };
                    desk.execute(&broker(), &command)
                })
            })
            .collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let (done, refused): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 1);
    for result in refused {
        let Err(DeskError::Refused(refusal)) = result else {
            panic!("{result:?}")
        };
        assert_eq!(refusal.codes, ["booked"]);
    }
    let booked: Match = story.stored(
        &story
            .desk
            .rows()
            .unwrap()
            .matches_of_supplier(&code("V1"), Minute::EVER)
            .unwrap()[0]
            .key()
            .to_string(),
    );
    assert_eq!(booked.rank, Some(1));
    // What the index believes is what the store has.
    let again = story.later(NOW);
    assert_eq!(again.queue().len(), 23);
}

#[test]
fn many_writers_at_once_each_get_their_own_answer_and_the_journal_stays_whole() {
    let story = Story::begin();
    let desk = &story.desk;
    std::thread::scope(|scope| {
        for writer in 0..16 {
            scope.spawn(move || {
                for number in 0..10 {
                    let code = code(&format!("W{writer}-{number}"));
                    let record = Supplier {
                        code: code.clone(),
                        name: "赵".to_owned(),
                        ..Supplier::default()
                    };
                    let add = Command::Add {
                        record: record.into(),
                    };
                    let done = desk.execute(&broker(), &add).unwrap();
                    assert_eq!(done.events[0].after.key(), code);
                }
            });
        }
    });
    let report = desk.store().verify(&[], &mut |_, _| {}).unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    assert_eq!(desk.rows().unwrap().count(Kind::Supplier).unwrap(), 2 + 160);
}
