//! The walk through a plan for the whole queue.

use matchdesk::desk::Command;
use matchdesk::domain::record::{Need, Resident, Supplier};
use matchdesk::domain::{Code, Lang, Minute, Sex, Status, Urgency};

use super::stage::{Stage, confirm};

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// A need for a haircut at the time of N0000101's, whose resident wants nobody but the barber.
fn picky(stage: &Stage) {
    let resident = Resident {
        code: code("R0000090"),
        name: "何淑敏".to_owned(),
        lon: Some(116.4025),
        lat: Some(39.9719),
        blocked: ["V0000131", "V0000148", "O0000012", "U0000007"]
            .map(code)
            .to_vec(),
        ..Resident::default()
    };
    let need = Need {
        code: code("N0000109"),
        resident: resident.code.clone(),
        category: code("barber"),
        start: Minute::parse("2026-11-24T09:30").unwrap(),
        minutes: 60,
        sex: Some(Sex::Male),
        ..Need::default()
    };
    for record in [resident.into(), need.into()] {
        stage.another(&Command::Add { record }).unwrap();
    }
}

fn walk(width: u16, height: u16, lang: Lang) -> Stage {
    let mut stage = Stage::new(width, height, lang);
    picky(&stage);
    stage.settle();
    stage.press("P");
    stage
}

fn matched(stage: &Stage, need: &str) -> Vec<String> {
    let rows = stage.desk.rows().unwrap();
    let found = rows.matches_of_need(&code(need)).unwrap().into_iter();
    found.map(|found| found.supplier.to_string()).collect()
}

#[test]
fn each_proposal_is_shown_with_its_reason_and_one_key_confirms_it() {
    let mut stage = walk(120, 40, Lang::En);
    stage
        .sees("Plan for the queue · 1/8 · 7 to decide")
        .sees("Going along to hospital · urgent · N0000102");
    stage.press("enter");
    stage
        .sees("Confirmed: 单晓燕 for N0000102")
        .sees("2/8 · 6 to decide · 1 confirmed");
    stage.sees("why: 王建国 goes to N0000109 (何淑敏), who has nobody else");
    stage.press("c");
    assert_eq!(matched(&stage, "N0000102"), ["V0000177"]);
    assert_eq!(matched(&stage, "N0000101"), ["U0000007"]);
    // The rank kept with the match is that of its moment.
    let rows = stage.desk.rows().unwrap();
    let kept = rows.matches_of_need(&code("N0000101")).unwrap();
    assert_eq!(
        (kept[0].rank, kept[0].confirmed_by.as_str()),
        (Some(2), "li")
    );
}

#[test]
fn nothing_is_booked_by_looking_and_leaving_leads_back_to_the_queue() {
    let mut stage = walk(120, 40, Lang::En);
    stage.press("j j G k esc");
    stage.sees("Match queue 1/7").sees("7 to match");
    for need in ["N0000101", "N0000102", "N0000105", "N0000109"] {
        assert_eq!(matched(&stage, need), [""; 0]);
    }
}

#[test]
fn another_candidate_is_chosen_and_the_rest_is_worked_out_around_that() {
    let mut stage = walk(120, 40, Lang::En);
    stage.press("j right");
    stage
        .sees("another one for N0000101 · 5 candidates")
        .sees("→ N0000109");
    stage.press("k enter");
    stage
        .sees("proposed: 王建国 (V0000123), 88.5 points, rank 1")
        .sees("why: chosen by you");
    stage.sees("1 wanted still: the only candidate, 王建国 goes to N");
    stage.press("enter").sees("Confirmed: 王建国 for N0000101");
    assert_eq!(matched(&stage, "N0000101"), ["V0000123"]);
}

#[test]
fn a_choice_that_is_left_changes_nothing() {
    let mut stage = walk(120, 40, Lang::En);
    stage.press("j right j esc");
    stage
        .sees("proposed: 安华理发店 (U0000007)")
        .sees_no("another one for");
}

#[test]
fn who_was_chosen_for_one_need_is_not_had_for_another_at_the_same_time() {
    let mut stage = walk(120, 40, Lang::En);
    stage.press("j right k enter");
    stage.sees("1 wanted still: the only candidate, 王建国 goes to N");
    // Somebody books him for the other need before the choice is confirmed.
    stage.another(&confirm("N0000109", "V0000123")).unwrap();
    stage.settle();
    stage.sees("王建国 can't take N0000101 now, beside what else is chosen or booked");
    stage.sees("proposed: 安华理发店 (U0000007)");
}

#[test]
fn a_need_that_is_skipped_stays_in_the_queue_and_its_supplier_is_free_for_others() {
    let mut stage = walk(120, 40, Lang::En);
    stage
        .press("j j")
        .sees("Haircut at home · normal · N0000109");
    stage.press("s").sees("1 skipped");
    // The barber goes to the other one now.
    stage
        .press("k k")
        .sees("proposed: 王建国 (V0000123), 88.5 points, rank 1");
    stage.press("j").sees("skipped: it stays in the queue");
    stage.press("enter").sees("s takes it in again");
    stage.press("s").sees_no("1 skipped").sees("N0000109");
    stage.press("k").sees("proposed: 安华理发店 (U0000007)");
    assert_eq!(matched(&stage, "N0000109"), [""; 0]);
}

#[test]
fn what_was_chosen_and_skipped_is_there_when_the_walk_is_opened_again() {
    let mut stage = walk(120, 40, Lang::En);
    stage.press("j right k enter").sees("why: chosen by you");
    stage.press("g g s").sees("1 skipped");
    stage.press("esc").sees("Match queue 1/7");
    stage.press("P").sees("1 skipped");
    stage.press("g g").sees("skipped: it stays in the queue");
    stage
        .press("j")
        .sees("proposed: 王建国 (V0000123), 88.5 points, rank 1")
        .sees("why: chosen by you");
    stage.press("k s").sees_no("1 skipped");
    // What became of a choice meanwhile is no choice any more.
    stage.press("esc");
    stage.another(&confirm("N0000101", "V0000123")).unwrap();
    stage.settle();
    stage
        .press("P")
        .sees_no("chosen by you")
        .sees_no("can't take");
}

#[test]
fn a_need_that_nobody_fits_leads_on_to_other_ways() {
    let mut stage = walk(120, 40, Lang::En);
    stage.press("j j j j").sees("nobody");
    stage.sees("m other ways");
    stage.press("m").sees("Other ways · N").sees("Asking less");
    stage.press("esc").sees("Plan for the queue");
}

/// Another need for a haircut at the time of N0000101's.
fn another_haircut(stage: &mut Stage) {
    let need = Need {
        code: code("N0000201"),
        resident: code("R0000052"),
        category: code("barber"),
        start: Minute::parse("2026-11-24T09:00").unwrap(),
        minutes: 60,
        urgency: Urgency::Low,
        ..Need::default()
    };
    let record = need.into();
    stage.another(&Command::Add { record }).unwrap();
    stage.settle();
}

#[test]
fn a_proposal_that_others_make_impossible_is_replaced_and_no_key_confirms_the_new_one_at_once() {
    let mut stage = walk(120, 40, Lang::En);
    another_haircut(&mut stage);
    stage.press("j").sees("proposed: 安华理发店");
    let rows = stage.desk.rows().unwrap();
    let found = matchdesk::store::fetch::<Supplier>(&*rows, &code("U0000007")).unwrap();
    drop(rows);
    let before = found.unwrap();
    let after = Supplier {
        status: Status::Paused,
        ..before.clone()
    };
    let edit = Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    stage.another(&edit).unwrap();
    stage.settle();
    stage
        .sees("安华理发店, who was proposed before: no longer fits")
        .sees("proposed: 安贞邻里互助社");
    assert_eq!(matched(&stage, "N0000101"), [""; 0]);
    stage
        .press("enter")
        .sees("It is 安贞邻里互助社 now; press again");
    assert_eq!(matched(&stage, "N0000101"), [""; 0]);
    stage.press("enter");
    assert_eq!(matched(&stage, "N0000101"), ["O0000012"]);
}

#[test]
fn a_need_matched_elsewhere_stays_with_who_did_it() {
    let mut stage = walk(120, 40, Lang::En);
    stage.press("j");
    stage.another(&confirm("N0000101", "V0000131")).unwrap();
    stage.settle();
    stage
        .sees("This need: matched by wang")
        .sees("Haircut at home · high · N0000101");
    stage.press("enter").sees("This one is settled");
    assert_eq!(matched(&stage, "N0000101"), ["V0000131"]);
}

#[test]
fn when_everything_is_settled_a_summary_says_what_came_of_it() {
    let mut stage = walk(120, 40, Lang::En);
    stage.press("enter s enter enter");
    stage.another(&confirm("N0000104", "O0000012")).unwrap();
    stage.settle();
    stage.press("G enter enter");
    stage
        .sees("The plan is done: 5 confirmed,")
        .sees("1 skipped, 1 place without anybody, 1 settled by others.")
        .sees("Esc leads back to the queue.");
    stage.press("L");
    stage
        .sees("方案走完了：确认了 5 项，")
        .sees("1 项由他人处理。");
}

#[test]
fn without_needs_the_plan_says_so() {
    let mut stage = Stage::of(80, 24, Lang::Zh, |_| false);
    stage.press("P");
    stage.sees("没有待匹配的需求。按 Esc 返回。");
}

#[test]
fn the_walk_on_a_small_screen() {
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        let mut stage = walk(80, 24, lang);
        stage.press("j");
        insta::assert_snapshot!(format!("plan_80x24_{name}"), stage.screen());
        stage.press("right");
        insta::assert_snapshot!(format!("plan_change_80x24_{name}"), stage.screen());
    }
}

#[test]
fn the_walk_on_a_large_screen() {
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        let mut stage = walk(120, 40, lang);
        stage.press("j");
        insta::assert_snapshot!(format!("plan_120x40_{name}"), stage.screen());
        stage.press("right");
        insta::assert_snapshot!(format!("plan_change_120x40_{name}"), stage.screen());
    }
}
