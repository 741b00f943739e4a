//! Weights of categories: which count where, what changing them would change, and that their versions are kept.

use std::sync::atomic::AtomicBool;

use matchdesk::desk::{Actor, Caller, Clock, Command, Desk, DeskError};
use matchdesk::domain::record::{
    Category, Grant, Match, Need, Resident, Settings, Skill, Street, Supplier, Weights,
};
use matchdesk::domain::{AnyRecord, Code, Minute, Role, Stamp, Week, Zone};

fn code(text: &str) -> Code {
    Code::composed(text)
}

fn actor(who: &str) -> Actor {
    Actor {
        who: who.to_owned(),
        station: "here".to_owned(),
    }
}

struct District {
    _folder: tempfile::TempDir,
    desk: Desk,
}

/// `home` with `cut` and `wash` below it, and `wash` with `dye` below; two suppliers for `cut` and `dye`: the near one is
/// a beginner, the far one a master.
fn district() -> District {
    let folder = tempfile::tempdir().unwrap();
    let now = Stamp::parse("2026-11-23T08:00", Zone::default()).unwrap();
    let store = matchdesk::store::create(&folder.path().join("store.redb")).unwrap();
    let desk = Desk::new(store, Clock::Fixed(now)).unwrap();
    let district = District {
        _folder: folder,
        desk,
    };
    district.add(Street {
        code: code("S1"),
        name_zh: "安贞".to_owned(),
        ..Street::default()
    });
    for (category, parent) in [
        ("home", None),
        ("cut", Some("home")),
        ("wash", Some("home")),
        ("dye", Some("wash")),
    ] {
        district.add(Category {
            code: code(category),
            parent: parent.map(code),
            name_zh: category.to_owned(),
            ..Category::default()
        });
    }
    for (supplier, lon, level) in [("near", 116.40, 1), ("far", 116.43, 3)] {
        let skill = |category| Skill {
            category: code(category),
            level,
        };
        district.add(Supplier {
            code: code(supplier),
            name: supplier.to_owned(),
            street: Some(code("S1")),
            lon: Some(lon),
            lat: Some(39.97),
            skills: vec![skill("cut"), skill("dye")],
            availability: Week::parse("daily 08:00-18:00").unwrap(),
            capacity: 1,
            ..Supplier::default()
        });
    }
    district.add(Resident {
        code: code("R1"),
        name: "赵大爷".to_owned(),
        street: Some(code("S1")),
        lon: Some(116.40),
        lat: Some(39.97),
        ..Resident::default()
    });
    for (need, category) in [("N1", "cut"), ("N2", "dye")] {
        district.add(Need {
            code: code(need),
            resident: code("R1"),
            category: code(category),
            start: Minute::parse("2026-11-24T09:00").unwrap(),
            minutes: 60,
            ..Need::default()
        });
    }
    district
}

impl District {
    fn add(&self, record: impl Into<AnyRecord>) {
        let record = record.into();
        self.desk
            .execute(&actor("li"), &Command::Add { record })
            .unwrap();
    }

    fn set(&self, category: Option<&str>, weights: Option<Weights>) -> Result<(), DeskError> {
        self.set_as(&self.desk, category, weights)
    }

    fn set_as(
        &self,
        desk: &Desk,
        category: Option<&str>,
        weights: Option<Weights>,
    ) -> Result<(), DeskError> {
        let before = self.desk.settings()?;
        let mut after = before.clone();
        after.set_weights(category.map(code).as_ref(), weights);
        let command = Command::Edit {
            before: before.into(),
            after: after.into(),
            reason: "a trial".to_owned(),
        };
        desk.execute(&actor("sun"), &command).map(drop)
    }

    /// The first candidate, the version of the weights, and whose they are.
    fn first(&self, need: &str) -> (String, u32, Option<String>) {
        let ranking = self.desk.candidates(&code(need), 10).unwrap();
        let first = &ranking.candidates[0];
        let why = self.desk.why(&code(need), &first.supplier).unwrap();
        assert_eq!(why.weighed, ranking.weighed);
        assert!((why.score - first.score).abs() < 1e-9);
        let of = ranking.weighed.of.map(|of| of.to_string());
        (first.supplier.to_string(), ranking.weighed.version, of)
    }
}

/// By skill alone.
const SKILLED: Option<Weights> = Some(Weights([0.0, 0.0, 0.0, 0.0, 0.0, 10.0, 0.0]));

/// By nearness alone.
const NEAR: Option<Weights> = Some(Weights([10.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]));

fn ranked(supplier: &str, version: u32, of: Option<&str>) -> (String, u32, Option<String>) {
    (supplier.to_owned(), version, of.map(str::to_owned))
}

#[test]
fn the_nearest_category_above_that_has_weights_gives_them() {
    let district = district();
    assert_eq!(district.first("N1"), ranked("near", 1, None));
    district.set(Some("home"), SKILLED).unwrap();
    assert_eq!(district.first("N1"), ranked("far", 2, Some("home")));
    assert_eq!(district.first("N2"), ranked("far", 2, Some("home")));
    district.set(Some("wash"), NEAR).unwrap();
    assert_eq!(district.first("N1"), ranked("far", 3, Some("home")));
    assert_eq!(district.first("N2"), ranked("near", 3, Some("wash")));
    district.set(Some("home"), None).unwrap();
    assert_eq!(district.first("N1"), ranked("near", 4, None));
    district.set(None, SKILLED).unwrap();
    assert_eq!(district.first("N1"), ranked("far", 5, None));
    assert_eq!(district.first("N2"), ranked("near", 5, Some("wash")));
}

#[test]
fn a_merged_category_is_weighed_as_what_it_became() {
    let district = district();
    district.set(Some("cut"), SKILLED).unwrap();
    district.set(Some("wash"), NEAR).unwrap();
    assert_eq!(district.first("N1"), ranked("far", 3, Some("cut")));
    let before: Category = district.desk.must(&code("cut")).unwrap();
    let after = Category {
        merged_into: Some(code("dye")),
        ..before.clone()
    };
    let command = Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    district.desk.execute(&actor("li"), &command).unwrap();
    assert_eq!(district.first("N1"), ranked("near", 3, Some("wash")));
    // Its own no longer count, and new ones are not taken.
    district.set(Some("cut"), None).unwrap();
    assert!(district.set(Some("cut"), SKILLED).is_err());
    assert!(district.set(Some("nothing"), SKILLED).is_err());
}

#[test]
fn a_preview_says_what_the_rankings_would_be_and_changes_nothing() {
    let district = district();
    let before = district.desk.settings().unwrap();
    let mut after = before.clone();
    after.set_weights(Some(&code("cut")), SKILLED);
    let preview = district
        .desk
        .preview_weights(&after, &AtomicBool::default())
        .unwrap();
    assert_eq!(
        (preview.open, preview.shifts.len(), preview.changed()),
        (2, 1, 1)
    );
    let shift = &preview.shifts[0];
    assert_eq!((shift.need.as_str(), shift.candidates), ("N1", 2));
    assert!((shift.mean_shift - 1.0).abs() < 1e-9, "both change places");
    assert!((preview.mean_shift() - 1.0).abs() < 1e-9);
    let best = |best: &Option<(Code, f64)>| best.clone().unwrap();
    assert_eq!(best(&shift.old).0.as_str(), "near");
    assert_eq!(best(&shift.new).0.as_str(), "far");
    assert_eq!(district.desk.settings().unwrap(), before);
    // What it says is what comes.
    district.set(Some("cut"), SKILLED).unwrap();
    let ranking = district.desk.candidates(&code("N1"), 10).unwrap();
    let first = &ranking.candidates[0];
    assert_eq!((first.supplier.clone(), first.score), best(&shift.new));
    let mut general = district.desk.settings().unwrap();
    general.set_weights(None, SKILLED);
    let preview = district
        .desk
        .preview_weights(&general, &AtomicBool::default())
        .unwrap();
    let needs: Vec<&str> = preview
        .shifts
        .iter()
        .map(|shift| shift.need.as_str())
        .collect();
    assert_eq!(needs, ["N2"], "the other has weights of its category");
}

#[test]
fn versions_count_up_are_kept_and_stand_in_the_match() {
    let district = district();
    district.set(Some("cut"), SKILLED).unwrap();
    district.set(Some("cut"), SKILLED).unwrap();
    district.set(None, NEAR).unwrap();
    let history = district.desk.weights_history().unwrap();
    let numbers: Vec<u32> = history
        .iter()
        .map(|v| v.settings.weights_version())
        .collect();
    assert_eq!(numbers, [1, 2, 3], "what changes nothing is no version");
    assert_eq!(history[0].settings, Settings::default());
    assert_eq!(history[1].settings.own_weights(&code("cut")), SKILLED);
    assert_eq!(history[1].settings.weights, Weights::default());
    assert_eq!(
        (history[1].who.as_str(), history[1].reason.as_str()),
        ("sun", "a trial")
    );
    assert_eq!(history[2].settings.weights, NEAR.unwrap());
    // A version can't be given by hand.
    let before = district.desk.settings().unwrap();
    let after = Settings {
        weight_changes: 40,
        ..before.clone()
    };
    let command = Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    district.desk.execute(&actor("li"), &command).unwrap();
    assert_eq!(district.desk.settings().unwrap().weights_version(), 3);
    let confirm = Command::Confirm {
        need: code("N1"),
        supplier: code("far"),
        visits: None,
        place: None,
    };
    let done = district.desk.execute(&actor("li"), &confirm).unwrap();
    let AnyRecord::Match(matched) = &done.events[0].after else {
        panic!("a match");
    };
    let Match {
        rank,
        weights_version,
        ..
    } = matched;
    assert_eq!((*rank, *weights_version), (Some(1), Some(3)));
}

#[test]
fn supervisors_set_weights_and_brokers_do_not() {
    let district = district();
    for (holder, role) in [("sun", Role::Supervisor), ("wang", Role::Broker)] {
        district.add(Grant {
            holder: holder.to_owned(),
            role,
            streets: if role == Role::Broker {
                vec![code("S1")]
            } else {
                Vec::new()
            },
            revoked: false,
        });
    }
    let user = |name: &str| {
        district.desk.called_by(Caller {
            name: name.to_owned(),
            ..Caller::default()
        })
    };
    assert!(
        district
            .set_as(&user("wang"), Some("cut"), SKILLED)
            .is_err()
    );
    // The first setting of a store, too, and no other with it.
    district.set_as(&user("sun"), Some("cut"), SKILLED).unwrap();
    let before = district.desk.settings().unwrap();
    let after = Settings {
        trial: true,
        ..before.clone()
    };
    let command = Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    assert!(user("sun").execute(&actor("sun"), &command).is_err());
}
