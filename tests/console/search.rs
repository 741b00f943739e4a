//! Searching: in a list, over everything, and what is not found.

use matchdesk::desk::Command;
use matchdesk::domain::record::{Grant, Resident, Street};
use matchdesk::domain::{AnyRecord, Code, Lang, Role};

use super::stage::Stage;

fn code(text: &str) -> Code {
    Code::composed(text)
}

fn add(stage: &Stage, record: impl Into<AnyRecord>) {
    let record = record.into();
    stage.another(&Command::Add { record }).unwrap();
}

#[test]
fn a_list_is_filtered_by_fields_and_an_unknown_one_is_answered_with_the_nearest() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("1 /").write("skills:barber wjg");
    stage.sees("Supply 1/1").sees("王建国");
    stage.press("ctrl-u").write("stauts:paused");
    stage.sees("there is no field stauts").sees("status");
    stage.press("ctrl-u").write("id_number:1");
    stage.sees("nobody is found by id_number");
    stage.press("esc").sees("1/12");
    let mut stage = Stage::new(120, 40, Lang::Zh);
    stage.press("1 /").write("服务技能：lf wjg");
    stage.sees("供方 1/1").sees("王建国");
}

#[test]
fn one_search_finds_suppliers_residents_and_needs_and_opens_them() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("f");
    stage
        .sees("Search suppliers, residents, needs")
        .sees("FIELD:VALUE");
    stage.write("ldf");
    stage
        .sees("resident R0000045  李德福")
        .sees("need     N0000101  李德福")
        .sees("2 found");
    stage
        .press("enter")
        .sees("resident R0000045")
        .sees("Anhuaxili");
    stage.press("esc").sees("2 found");
    stage.press("down enter").sees("need N0000101");
    stage.press("esc ctrl-u").write("v0000123");
    stage.sees("supplier V0000123  王建国").sees("1 found");
    stage.press("ctrl-u").write("urgncy:high");
    stage.sees("the nearest is urgency");
    stage.press("ctrl-u").write("urgency:urgent").sees("need ");
    stage.press("esc").sees_no("Search suppliers");
    // In the queue, which has no filter, by the filter's key, too.
    stage.press("3 /").sees("Search suppliers");
}

#[test]
fn what_another_changes_is_found_without_asking_again() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("f").write("oyn").sees("0 found");
    let before: Resident = {
        let rows = stage.desk.rows().unwrap();
        matchdesk::store::fetch(&*rows, &code("R0000045"))
            .unwrap()
            .unwrap()
    };
    let after = Resident {
        name: "欧阳娜娜".to_owned(),
        ..before.clone()
    };
    stage
        .another(&Command::Edit {
            before: before.into(),
            after: after.into(),
            reason: String::new(),
        })
        .unwrap();
    stage.settle();
    // The resident, and the need that goes by the resident's name.
    stage
        .sees("2 found")
        .sees("resident R0000045  欧阳娜娜")
        .sees("N0000101");
    stage.press("ctrl-u").write("ldf").sees("0 found");
}

#[test]
fn of_other_streets_residents_nothing_is_found_by_anything() {
    let stage = Stage::new(120, 40, Lang::En);
    add(
        &stage,
        Street {
            code: code("110105009"),
            name_zh: "和平街".to_owned(),
            ..Street::default()
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
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    wang.press("f");
    for typed in [
        "李德福",
        "ldf",
        "R0000045",
        "N0000101",
        "0045",
        "安华西里",
        "address:安华",
        "urgency:high",
    ] {
        wang.press("ctrl-u").write(typed);
        wang.sees(" found");
        wang.sees_no("resident R").sees_no("need     N");
    }
}

#[test]
fn a_form_that_is_typed_and_saved_faster_than_anything_is_found_is_saved_with_what_was_meant() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("2 n");
    // The resident by initials, the category, and saved, before the loop takes any answer.
    stage.press_blindly("z g y enter s h o p p i n g enter ctrl-s");
    stage.sees("Saved need").sees("7 to match");
    let codes = |stage: &Stage| {
        let rows = stage.desk.rows().unwrap();
        let zhang = code("R0000052");
        rows.needs_of_resident(&zhang).unwrap().len()
    };
    assert_eq!(codes(&stage), 2, "{}", stage.screen());
}

#[test]
fn a_form_that_finds_nobody_says_so_at_the_field_and_saves_nothing() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("2 n");
    stage.press_blindly("q q q q enter s h o p p i n g enter ctrl-s");
    stage.sees("there is no resident qqqq").sees("New need");
    stage.press("esc y").sees("6 to match");
}
