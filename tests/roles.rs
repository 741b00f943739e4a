//! Who may do what: what an administrator who gives a role can rely on.

use matchdesk::desk::{Actor, Caller, Clock, Command, Desk, DeskError, ImportRow, Journal};
use matchdesk::domain::record::{Grant, Need, Resident, Service, Settings, Supplier};
use matchdesk::domain::{AnyRecord, Code, Kind, Minute, Right, Role, Stamp, Verb, Zone};
use matchdesk::figures::{By, Period};
use matchdesk::store::RequestId;

/// Monday morning.
const NOW: &str = "2026-11-23T08:00";

struct District {
    folder: tempfile::TempDir,
    desk: Desk,
}

/// Somebody at the station: the desk as they have it.
struct User {
    desk: Desk,
    actor: Actor,
}

fn code(text: &str) -> Code {
    Code::composed(text)
}

fn actor(who: &str) -> Actor {
    Actor {
        who: who.to_owned(),
        station: "station-1".to_owned(),
    }
}

impl District {
    /// Two streets with a resident, a need and a supplier each.
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = Stamp::parse(NOW, Zone::default()).unwrap();
        let path = folder.path().join("store.redb");
        let desk = Desk::open_or_create(&path, Clock::Fixed(now)).unwrap();
        let district = Self { folder, desk };
        district.take(Kind::Category, &[("code", "barber"), ("name_zh", "理发")]);
        for n in ["1", "2"] {
            let street = format!("s{n}");
            let (resident, need, supplier) = (format!("R{n}"), format!("N{n}"), format!("V{n}"));
            district.take(
                Kind::Street,
                &[
                    ("code", &street),
                    ("name_zh", "街"),
                    ("lon", "116.4"),
                    ("lat", "39.9"),
                ],
            );
            district.take(
                Kind::Resident,
                &[
                    ("code", &resident),
                    ("name", "李大爷"),
                    ("street", &street),
                    ("phone", "10812345678"),
                ],
            );
            district.take(
                Kind::Supplier,
                &[
                    ("code", &supplier),
                    ("kind", "person"),
                    ("name", "王师傅"),
                    ("street", &street),
                    ("skills", "barber"),
                    ("availability", "weekdays 08:00-12:00"),
                ],
            );
            district.take(
                Kind::Need,
                &[
                    ("code", &need),
                    ("resident", &resident),
                    ("category", "barber"),
                    ("start", "2026-11-24T09:00"),
                    ("minutes", "60"),
                ],
            );
        }
        district
    }

    fn take(&self, kind: Kind, cells: &[(&'static str, &str)]) {
        let cells = cells
            .iter()
            .map(|(column, text)| (*column, (*text).to_owned()))
            .collect();
        let row = ImportRow { line: 2, cells };
        let imported = self.desk.import(&actor("setup"), kind, &[row], "").unwrap();
        assert!(imported.rejected.is_empty(), "{:?}", imported.rejected);
    }

    fn grant(&self, holder: &str, role: Role, streets: &[&str]) {
        let record = Grant {
            holder: holder.to_owned(),
            role,
            streets: streets.iter().map(|street| code(street)).collect(),
            revoked: false,
        };
        let record = record.into();
        self.desk
            .execute(&actor("setup"), &Command::Add { record })
            .unwrap();
    }

    fn user(&self, name: &str, groups: &[&str]) -> User {
        let caller = Caller {
            name: name.to_owned(),
            groups: groups.iter().map(|&group| group.to_owned()).collect(),
            owns_store: false,
        };
        User {
            desk: self.desk.called_by(caller),
            actor: actor(name),
        }
    }

    /// What the journal says was denied: by whom, what, on which record.
    fn denied(&self) -> Vec<(String, String, String)> {
        let entries = self.desk.journal(&Journal::default()).unwrap();
        let denied = entries
            .into_iter()
            .filter(|entry| entry.verb == Verb::Denied);
        denied
            .map(|entry| (entry.request.who, entry.reason, entry.key.to_string()))
            .collect()
    }
}

impl User {
    fn does(&self, command: &Command) -> Result<(), Vec<String>> {
        match self.desk.execute(&self.actor, command) {
            Ok(_) => Ok(()),
            Err(DeskError::Refused(refusal)) => Err(refusal.codes),
            Err(error) => panic!("{error:?}"),
        }
    }

    fn confirms(&self, need: &str, supplier: &str) -> Result<(), Vec<String>> {
        self.does(&Command::Confirm {
            need: code(need),
            supplier: code(supplier),
            visits: None,
            place: None,
        })
    }

    fn reveals(&self, kind: Kind, key: &str, reason: &str) -> Result<(), Vec<String>> {
        self.does(&Command::Reveal {
            kind,
            key: code(key),
            reason: reason.to_owned(),
        })
    }

    fn sees_needs(&self) -> Vec<String> {
        let queue = self.desk.queue().unwrap();
        queue.iter().map(|row| row.row.need.to_string()).collect()
    }
}

fn refused(code: &str) -> Result<(), Vec<String>> {
    Err(vec![code.to_owned()])
}

#[test]
fn a_broker_serves_her_own_streets_and_sees_the_supply_of_the_whole_district() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let wang = district.user("wang", &[]);
    assert_eq!(wang.sees_needs(), ["N1"]);
    assert_eq!(wang.confirms("N2", "V1"), refused("not_permitted"));
    assert_eq!(wang.confirms("N1", "V2"), Ok(()));
    let seen = wang
        .desk
        .permit_for(&wang.actor, Right::Supply, Kind::Supplier, &code("V2"));
    assert!(seen.is_ok());
    assert_eq!(
        district.denied(),
        [("wang".to_owned(), "serve".to_owned(), "N2".to_owned())]
    );
}

#[test]
fn who_has_no_role_may_do_nothing_and_the_journal_keeps_that_they_tried() {
    let district = District::begin();
    let stranger = district.user("zhao", &["users"]);
    assert!(stranger.desk.access().is_empty());
    assert_eq!(stranger.confirms("N1", "V1"), refused("not_permitted"));
    assert!(
        stranger
            .desk
            .permit(&stranger.actor, Right::Supply)
            .is_err()
    );
    assert_eq!(stranger.sees_needs(), [""; 0]);
    assert_eq!(district.denied().len(), 2);
    let report = district.desk.store().verify(&[], &mut |_, _| {}).unwrap();
    assert_eq!(report.problems, []);
}

#[test]
fn what_is_denied_again_and_again_is_counted_and_fills_no_journal() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let wang = district.user("wang", &[]);
    for _ in 0..500 {
        assert_eq!(wang.confirms("N2", "V1"), refused("not_permitted"));
    }
    // What is asked for once by somebody else is there by itself.
    let zhao = district.user("zhao", &[]);
    assert!(zhao.desk.permit_role(&zhao.actor, "queue").is_err());
    let denied = district.denied();
    assert!(denied.len() < 30, "{denied:?}");
    assert!(denied.contains(&("zhao".to_owned(), "queue".to_owned(), "*".to_owned())));
    let worth = || -> u64 {
        let denied = district.denied();
        let wangs = denied.iter().filter(|(who, ..)| who == "wang");
        wangs
            .map(|(_, reason, key)| {
                assert_eq!(key, "N2");
                reason
                    .strip_prefix("serve")
                    .unwrap()
                    .trim()
                    .parse()
                    .unwrap_or(1)
            })
            .sum()
    };
    assert!(worth() >= 250);
    // An hour later the rest is told, without anybody asking.
    let later = Stamp::parse("2026-11-23T09:00", Zone::default()).unwrap();
    district
        .desk
        .at(Clock::Fixed(later))
        .roll_when_due()
        .unwrap();
    assert_eq!(worth(), 500);
    let report = district.desk.store().verify(&[], &mut |_, _| {}).unwrap();
    assert_eq!(report.problems, []);
}

#[test]
fn a_role_given_to_a_group_holds_for_its_members_from_the_moment_on_until_it_is_taken_back() {
    let district = District::begin();
    let li = district.user("li", &["brokers"]);
    assert_eq!(li.confirms("N1", "V1"), refused("not_permitted"));
    district.grant("@brokers", Role::Broker, &["all"]);
    assert_eq!(li.confirms("N1", "V1"), Ok(()));
    let given = Grant {
        holder: "@brokers".to_owned(),
        role: Role::Broker,
        streets: vec![code("all")],
        revoked: false,
    };
    let taken = Grant {
        revoked: true,
        ..given.clone()
    };
    let command = Command::Edit {
        before: given.into(),
        after: taken.into(),
        reason: String::new(),
    };
    district.desk.execute(&actor("setup"), &command).unwrap();
    assert_eq!(li.confirms("N2", "V2"), refused("not_permitted"));
}

#[test]
fn roles_are_there_after_opening_the_store_again() {
    let District { folder, desk } = District::begin();
    let district = District { folder, desk };
    district.grant("wang", Role::Broker, &["s2"]);
    let District { folder, desk } = district;
    drop(desk);
    let now = Stamp::parse(NOW, Zone::default()).unwrap();
    let desk = Desk::open(&folder.path().join("store.redb"), Clock::Fixed(now)).unwrap();
    let district = District { folder, desk };
    assert_eq!(district.user("wang", &[]).sees_needs(), ["N2"]);
}

#[test]
fn a_supervisor_reads_all_and_sets_categories_and_weights_but_books_nothing() {
    let district = District::begin();
    district.grant("sun", Role::Supervisor, &[]);
    let sun = district.user("sun", &[]);
    assert_eq!(sun.sees_needs(), ["N1", "N2"]);
    assert_eq!(sun.confirms("N1", "V1"), refused("not_permitted"));
    let settings = |trial: bool| {
        let mut settings = Settings {
            trial,
            ..Settings::default()
        };
        settings.weights.0 = [1.0; 7];
        Command::Add {
            record: settings.into(),
        }
    };
    assert_eq!(sun.does(&settings(true)), refused("not_permitted"));
    let category = matchdesk::domain::record::Category {
        code: code("read"),
        name_zh: "读报".to_owned(),
        ..Default::default()
    };
    let add = Command::Add {
        record: category.into(),
    };
    assert_eq!(sun.does(&add), Ok(()));
    district.grant("wang", Role::Broker, &["all"]);
    let wang = district.user("wang", &[]);
    assert_eq!(wang.does(&add), refused("not_permitted"));
}

#[test]
fn an_auditor_reads_the_journal_and_nothing_else() {
    let district = District::begin();
    district.grant("qian", Role::Auditor, &[]);
    let qian = district.user("qian", &[]);
    assert!(qian.desk.permit(&qian.actor, Right::Journal).is_ok());
    for right in [Right::Supply, Right::Demand, Right::Figures, Right::Export] {
        assert!(qian.desk.permit(&qian.actor, right).is_err(), "{right:?}");
    }
    assert_eq!(
        qian.reveals(Kind::Resident, "R1", "curious"),
        refused("not_permitted")
    );
}

#[test]
fn personal_data_is_shown_for_a_reason_and_the_journal_keeps_it() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let wang = district.user("wang", &[]);
    assert_eq!(wang.reveals(Kind::Resident, "R1", " "), refused("invalid"));
    assert_eq!(
        wang.reveals(Kind::Resident, "R2", "to call"),
        refused("not_permitted")
    );
    assert_eq!(wang.reveals(Kind::Resident, "R1", "to call"), Ok(()));
    // A supplier of another street must be called, too.
    assert_eq!(wang.reveals(Kind::Supplier, "V2", "to call"), Ok(()));
    let asked = Journal {
        resident: Some(code("R1")),
        who: Some("wang".to_owned()),
        ..Journal::default()
    };
    let entries = district.desk.journal(&asked).unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].verb, Verb::Revealed);
    assert_eq!(entries[0].reason, "to call");
    assert_eq!(entries[0].chain, code("s1"));
    let report = district.desk.store().verify(&[], &mut |_, _| {}).unwrap();
    assert_eq!(report.problems, []);
}

#[test]
fn an_id_that_was_used_answers_nobody_else_and_nothing_else() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    district.grant("li", Role::Broker, &["s1"]);
    let reveal = |key: &str, reason: &str| Command::Reveal {
        kind: Kind::Supplier,
        key: code(key),
        reason: reason.to_owned(),
    };
    let (wang, li) = (district.user("wang", &[]), district.user("li", &[]));
    let id = RequestId(7);
    let asks = |user: &User, command: &Command| user.desk.execute_once(id, &user.actor, command);
    assert!(asks(&wang, &reveal("V1", "to call")).is_ok());
    assert!(asks(&wang, &reveal("V1", "to call")).is_ok());
    assert!(asks(&wang, &reveal("V2", "to call")).is_err());
    assert!(asks(&wang, &reveal("V1", "")).is_err());
    assert!(asks(&li, &reveal("V1", "to call")).is_err());
    let export = Command::Export {
        kinds: vec![Kind::Resident],
    };
    let Err(DeskError::Refused(refusal)) = asks(&wang, &export) else {
        panic!("exported")
    };
    assert_eq!(refusal.codes, ["not_permitted"]);
    let entries = district.desk.journal(&Journal::default()).unwrap();
    let revealed = entries.iter().filter(|entry| entry.verb == Verb::Revealed);
    assert_eq!(revealed.count(), 1);
}

#[test]
fn personal_data_leaves_the_store_by_an_administrators_hand_only() {
    let district = District::begin();
    district.grant("sun", Role::Supervisor, &[]);
    district.grant("zhou", Role::Administrator, &[]);
    let export = || Command::Export {
        kinds: vec![Kind::Resident],
    };
    let sun = district.user("sun", &[]);
    assert_eq!(sun.does(&export()), refused("not_permitted"));
    assert_eq!(district.user("zhou", &[]).does(&export()), Ok(()));
    let entries = district.desk.journal(&Journal::default()).unwrap();
    let last = entries.last().unwrap();
    assert_eq!((last.verb, last.kind), (Verb::Exported, Kind::Resident));
}

#[test]
fn a_resident_can_not_be_moved_into_or_out_of_a_street_that_is_not_ones_own() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let wang = district.user("wang", &[]);
    let moved = |from: &str, to: &str| {
        let rows = district.desk.rows().unwrap();
        let Some(before) = rows.get(Kind::Resident, &code(from)).unwrap() else {
            panic!("no resident")
        };
        let AnyRecord::Resident(mut after) = before.clone() else {
            panic!("no resident")
        };
        after.street = Some(code(to));
        Command::Edit {
            before,
            after: after.into(),
            reason: String::new(),
        }
    };
    assert_eq!(wang.does(&moved("R1", "s2")), refused("not_permitted"));
    assert_eq!(wang.does(&moved("R2", "s1")), refused("not_permitted"));
}

#[test]
fn a_broker_of_a_street_serves_those_that_were_merged_into_it() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    district.take(Kind::Street, &[("code", "s2"), ("merged_into", "s1")]);
    let wang = district.user("wang", &[]);
    assert_eq!(wang.sees_needs(), ["N1", "N2"]);
    assert_eq!(wang.confirms("N2", "V2"), Ok(()));
}

#[test]
fn a_broker_sees_the_figures_of_her_own_streets() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let wang = district.user("wang", &[]);
    let rows = wang.desk.stats(By::Street, Period::default()).unwrap();
    let keys: Vec<&str> = rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["s1"]);
    assert!(
        wang.desk
            .permit_everywhere(&wang.actor, Right::Figures)
            .is_err()
    );
}

#[test]
fn why_names_no_need_of_a_street_that_is_not_ones_own() {
    let district = District::begin();
    for who in ["wang", "li"] {
        district.grant(
            who,
            Role::Broker,
            if who == "wang" { &["s1"] } else { &["s2"] },
        );
    }
    district.grant("zhao", Role::Supervisor, &[]);
    let (wang, li, zhao) = (
        district.user("wang", &[]),
        district.user("li", &[]),
        district.user("zhao", &[]),
    );
    assert_eq!(li.confirms("N2", "V1"), Ok(()));
    let booked = |user: &User| {
        let why = user.desk.why(&code("N1"), &code("V1")).unwrap();
        let verdict = why.rules.into_iter().find(|rule| rule.rule == "booked");
        let verdict = verdict.unwrap();
        assert!(!verdict.pass);
        format!("{verdict:?}")
    };
    let told = booked(&wang);
    assert!(!told.contains("N2"), "{told}");
    assert!(told.contains("another need at 2026-11-24T09:00"), "{told}");
    assert!(told.contains("另一个需求的时段 2026-11-24T09:00"), "{told}");
    let known = booked(&zhao);
    assert!(known.contains("need N2 at 2026-11-24T09:00"), "{known}");
    // A refusal says as little, and so does what is said of a candidate whom somebody else took.
    let command = Command::Confirm {
        need: code("N1"),
        supplier: code("V1"),
        visits: None,
        place: None,
    };
    let refused = wang.desk.execute(&wang.actor, &command).unwrap_err();
    let said = refused.said().en.clone();
    assert!(
        said.contains("another need at 2026-11-24T09:00") && !said.contains("N2"),
        "{said}"
    );
    let lost = wang.desk.candidates_and_lost(&code("N1"), 9, &[code("V1")]);
    let (_, lost) = lost.unwrap();
    let failed = format!("{:?}", lost[0].failed);
    assert!(
        failed.contains("another need") && !failed.contains("N2"),
        "{failed}"
    );
    // Her own she is told by name.
    assert_eq!(wang.confirms("N1", "V2"), Ok(()));
    let own = district.user("wang", &[]);
    district.take(
        Kind::Need,
        &[
            ("code", "N3"),
            ("resident", "R1"),
            ("category", "barber"),
            ("start", "2026-11-24T09:30"),
            ("minutes", "60"),
        ],
    );
    let why = own.desk.why(&code("N3"), &code("V2")).unwrap();
    assert!(format!("{why:?}").contains("need N1 at 2026-11-24T09:00"));
}

#[test]
fn a_code_that_is_taken_tells_nothing_of_whom_one_may_not_see() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let wang = district.user("wang", &[]);
    let said = |resident: &str| {
        let record = Resident {
            code: code(resident),
            name: "赵大爷".to_owned(),
            street: Some(code("s1")),
            ..Resident::default()
        };
        let record = record.into();
        let refused = wang.desk.execute(&wang.actor, &Command::Add { record });
        refused.unwrap_err().said().en.clone()
    };
    assert!(said("R1").contains("there is a resident R1 already"));
    assert!(said("R2").contains("the code R2 can't be used"));
}

#[test]
fn a_need_of_nobody_is_refused_as_a_mistake_and_not_as_a_trespass() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let record = Need {
        resident: code("R9"),
        category: code("barber"),
        ..Need::default()
    };
    let add = Command::Add {
        record: record.into(),
    };
    assert_eq!(district.user("wang", &[]).does(&add), refused("invalid"));
}

#[test]
fn a_visit_entered_by_hand_closes_no_need_of_another_resident_or_street() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let wang = district.user("wang", &[]);
    let visit = |need: &str| {
        let record = Service {
            resident: code("R1"),
            supplier: code("V1"),
            category: code("barber"),
            start: Minute::parse("2026-11-20T09:00").unwrap(),
            minutes: 60,
            need: (!need.is_empty()).then(|| code(need)),
            ..Service::default()
        };
        let record = record.into();
        Command::Add { record }
    };
    assert_eq!(wang.does(&visit("N2")), refused("not_permitted"));
    assert_eq!(wang.does(&visit("N1")), refused("invalid"));
    assert_eq!(wang.does(&visit("")), Ok(()));
    let rows = district.desk.rows().unwrap();
    assert!(
        rows.get(Kind::Service, &code("S0000001"))
            .unwrap()
            .is_some()
    );
}

#[test]
fn shares_substitutes_and_relaxations_need_the_right_where_they_change_something() {
    let district = District::begin();
    district.grant("wang", Role::Broker, &["s1"]);
    let wang = district.user("wang", &[]);
    let start = Minute::parse("2026-11-24T09:00").unwrap();
    let share = |need: &str| Command::Share {
        need: code(need),
        supplier: code("V1"),
        visits: vec![start],
        place: None,
    };
    let substitute = Command::Substitute {
        need: code("N2"),
        supplier: code("V1"),
        start,
        by: code("V2"),
        place: None,
    };
    let relax = |need: &str, supplier: &str, reason: &str| {
        let need: Need = district.desk.must(&code(need)).unwrap();
        let before: Supplier = district.desk.must(&code(supplier)).unwrap();
        let mut after = before.clone();
        after.radius_km = Some(9.0);
        Command::Relax {
            need: Box::new([need.clone(), need]),
            farther: Some(Box::new([before, after])),
            reason: reason.to_owned(),
        }
    };
    let denied = || refused("not_permitted");
    assert_eq!(wang.does(&share("N2")), denied());
    assert_eq!(wang.does(&substitute), denied());
    assert_eq!(wang.does(&relax("N2", "V1", "agreed")), denied());
    assert_eq!(wang.does(&relax("N1", "V2", "agreed")), denied());
    assert_eq!(wang.does(&relax("N1", "V1", " ")), refused("invalid"));
    assert_eq!(wang.does(&relax("N1", "V1", "agreed")), Ok(()));
    assert_eq!(wang.does(&share("N1")), Ok(()));
}
