//! The console of somebody who serves some streets and not others.

use matchdesk::console::app::End;
use matchdesk::desk::{Command, DeskError};
use matchdesk::domain::record::{Grant, Need, Resident, Street};
use matchdesk::domain::{AnyRecord, Code, Lang, Minute, Role};

use super::stage::{Stage, confirm};

fn code(text: &str) -> Code {
    Code::composed(text)
}

fn add(stage: &Stage, record: impl Into<AnyRecord>) {
    let record = record.into();
    stage.another(&Command::Add { record }).unwrap();
}

/// The story with a resident of another street, who has a need, and with Wang, who is broker of that street.
fn two_streets() -> Stage {
    let stage = Stage::new(120, 40, Lang::En);
    add(
        &stage,
        Street {
            code: code("110105009"),
            name_zh: "和平街".to_owned(),
            name_en: "Hepingjie".to_owned(),
            lon: Some(116.42),
            lat: Some(39.97),
            ..Street::default()
        },
    );
    add(
        &stage,
        Resident {
            code: code("R0000901"),
            name: "钱守仁".to_owned(),
            street: Some(code("110105009")),
            phone: "10809010901".to_owned(),
            ..Resident::default()
        },
    );
    add(
        &stage,
        Need {
            code: code("N0000901"),
            resident: code("R0000901"),
            category: code("barber"),
            start: Minute::parse("2026-11-25T09:00").unwrap(),
            minutes: 60,
            ..Need::default()
        },
    );
    add(
        &stage,
        Grant {
            holder: "wang".to_owned(),
            role: Role::Broker,
            streets: vec![code("110105009")],
            revoked: false,
        },
    );
    stage
}

#[test]
fn a_broker_sees_the_needs_and_residents_of_her_own_streets_only() {
    let stage = two_streets();
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    wang.sees("1 to match").sees("钱守仁").sees("12 suppliers");
    wang.press("?").sees("confirm").sees_no("not in your role");
    wang.press("esc");
    wang.sees_no("李德福").sees_no("residents");
    wang.press("2 t");
    wang.sees("residents 1/1").sees_no("张桂英");
    wang.press("/").write("a").sees_no("张桂英");
    // In a search of a form, too.
    wang.press("esc esc 3 n").write("zgy").sees_no("张桂英");
    wang.press("ctrl-u").write("qsr").sees("钱守仁 (R0000901)");
}

#[test]
fn a_search_of_a_form_finds_ones_own_behind_many_of_other_streets_who_fit_better() {
    let stage = two_streets();
    let someone = |number: usize, name: &str, street: &str| Resident {
        code: code(&format!("R1{number:06}")),
        name: name.to_owned(),
        street: Some(code(street)),
        ..Resident::default()
    };
    for number in 0..250 {
        add(&stage, someone(number, "冯春", "110105008"));
    }
    add(&stage, someone(900, "冯春生", "110105009"));
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    wang.press("n").write("fc");
    wang.sees("冯春生 (R1000900)").sees_no("R1000001");
    // Nor by the code of somebody else.
    wang.press("ctrl-u").write("R1000001");
    wang.sees_no("(R1000001)");
}

/// Changes what Wang, who is broker, has been given.
fn regrant(stage: &Stage, before: Grant, after: Grant) {
    let changed = Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    stage.another(&changed).unwrap();
}

fn wang_in(streets: &[&str]) -> Grant {
    Grant {
        holder: "wang".to_owned(),
        role: Role::Broker,
        streets: streets.iter().map(|street| code(street)).collect(),
        revoked: false,
    }
}

#[test]
fn a_role_that_is_taken_back_holds_no_more_in_an_open_console() {
    let stage = two_streets();
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    wang.press("c").sees("for 钱守仁");
    let given = wang_in(&["110105009"]);
    let taken = Grant {
        revoked: true,
        ..given.clone()
    };
    regrant(&stage, given, taken);
    // Before the console has heard of it.
    wang.press_blindly("y");
    assert_eq!(wang.end, Some(End::Denied));
    let matches = stage.desk.rows().unwrap();
    assert!(
        matches
            .matches_of_need(&code("N0000901"))
            .unwrap()
            .is_empty()
    );
}

#[test]
fn an_open_console_ends_at_once_when_its_last_role_is_taken_back() {
    let stage = two_streets();
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    wang.press("n").write("qsr");
    let given = wang_in(&["110105009"]);
    let taken = Grant {
        revoked: true,
        ..given.clone()
    };
    regrant(&stage, given, taken);
    wang.settle();
    assert_eq!(wang.end, Some(End::Denied));
}

#[test]
fn an_open_console_closes_what_is_open_when_streets_are_taken_back_and_says_so() {
    let stage = two_streets();
    regrant(
        &stage,
        wang_in(&["110105009"]),
        wang_in(&["110105009", "110105008"]),
    );
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    wang.press("2 t /").write("qsr").press("enter enter p");
    wang.write("to call him").press("enter").sees("10809010901");
    // A change that leaves her what she has closes nothing.
    add(
        &stage,
        Grant {
            holder: "sun".to_owned(),
            role: Role::Supervisor,
            ..Grant::default()
        },
    );
    wang.settle();
    wang.sees("10809010901");
    regrant(
        &stage,
        wang_in(&["110105009", "110105008"]),
        wang_in(&["110105009"]),
    );
    wang.settle();
    assert_eq!(wang.end, None);
    wang.sees("You may do less now").sees_no("10809010901");
}

#[test]
fn of_what_a_supplier_did_in_other_streets_only_the_time_is_told() {
    let mut stage = two_streets();
    let page = |stage: &mut Stage| {
        stage.press("1 /").write("wjg").press("enter enter G");
    };
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    page(&mut wang);
    wang.sees("supplier V0000123")
        .sees("a visit in another street");
    wang.sees_no("李德福").sees_no("completed").sees_no("/5");
    page(&mut stage);
    stage.sees("completed").sees("/5");
    stage.sees_no("a visit in another street");
}

#[test]
fn a_supervisor_sees_all_and_is_told_what_she_may_not_do() {
    let stage = two_streets();
    add(
        &stage,
        Grant {
            holder: "sun".to_owned(),
            role: Role::Supervisor,
            ..Grant::default()
        },
    );
    let mut sun = stage.called_by("sun", (120, 40), Lang::Zh);
    sun.sees("待匹配 7").sees("居民 6");
    sun.sees_no("c 确认匹配").sees_no("n 新增");
    for key in ["c", "n", "x"] {
        sun.press(key);
        sun.sees("sun 没有“登记、匹配和记录服务”的权限");
        sun.press("esc");
    }
    sun.press("?").sees("（您的角色不能）");
    sun.press("esc");
    let refused = sun.desk.execute(
        &matchdesk::desk::Actor {
            who: "sun".to_owned(),
            station: String::new(),
        },
        &confirm("N0000901", "V0000123"),
    );
    assert!(
        matches!(refused, Err(DeskError::Refused(refusal)) if refusal.codes == ["not_permitted"])
    );
}

#[test]
fn a_plan_names_no_need_of_another_street() {
    let stage = two_streets();
    add(
        &stage,
        Resident {
            code: code("R0000902"),
            street: Some(code("110105008")),
            blocked: ["V0000131", "V0000148", "V0000152", "O0000012", "U0000007"]
                .map(code)
                .to_vec(),
            ..Resident::default()
        },
    );
    add(
        &stage,
        Need {
            code: code("N0000902"),
            resident: code("R0000902"),
            category: code("barber"),
            start: Minute::parse("2026-11-25T09:00").unwrap(),
            minutes: 60,
            ..Need::default()
        },
    );
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    wang.press("P");
    wang.sees("1/1 · 1 to decide")
        .sees("王建国 goes to another street's need, who has nobody else")
        .sees_no("N0000902");
    wang.press("right")
        .sees("another one for N0000901")
        .sees_no("N0000902");
    wang.press("L").sees_no("N0000902");
    wang.press("esc")
        .sees("王建国留给其他街乡的需求：那边没有别人");
}
