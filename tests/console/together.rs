//! Two brokers, two consoles, one desk.

use matchdesk::desk::{Actor, Command, ImportRow};
use matchdesk::domain::record::{Need, Supplier};
use matchdesk::domain::{Code, Kind, Lang, Minute, Status};

use super::stage::{Stage, confirm};

const BARBER: &str = "V0000123";

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

/// A need at the time of N0000101's, for another resident.
fn overlapping(stage: &Stage) {
    let need = Need {
        code: code("N0000201"),
        resident: code("R0000052"),
        category: code("barber"),
        start: Minute::parse("2026-11-24T09:30").unwrap(),
        minutes: 60,
        ..Need::default()
    };
    let record = need.into();
    stage.another(&Command::Add { record }).unwrap();
}

/// Li at the candidates of N0000101, and what others may take from under her.
fn li(width: u16, height: u16, lang: Lang) -> Stage {
    let mut stage = Stage::new(width, height, lang);
    overlapping(&stage);
    stage.settle();
    stage.press("j right");
    stage
}

fn matches_of(stage: &Stage, need: &str) -> Vec<(String, String)> {
    let rows = stage.desk.rows().unwrap();
    let found = rows.matches_of_need(&code(need)).unwrap().into_iter();
    found
        .map(|found| (found.supplier.to_string(), found.confirmed_by))
        .collect()
}

/// Wang takes the barber for a need at the same time.
fn wang_takes_the_barber(stage: &Stage) {
    stage.another(&confirm("N0000201", BARBER)).unwrap();
}

#[test]
fn a_candidate_taken_in_another_session_greys_out_with_the_name_and_the_selection_stays() {
    let mut li = li(120, 40, Lang::En);
    li.press("down");
    wang_takes_the_barber(&li);
    li.settle();
    li.sees("✗ 王建国").sees("taken by wang for N0000201");
    li.sees("1 安华理发店").sees("4 candidates");
    li.press("enter").sees("安华理发店 (U0000007) for 李德福");
    li.press("y").sees("Confirmed: 安华理发店 for N0000101");
}

#[test]
fn the_candidate_in_hand_taken_is_said_at_once_and_can_not_be_confirmed() {
    let mut li = li(120, 40, Lang::En);
    wang_takes_the_barber(&li);
    li.settle();
    li.sees("! 王建国: taken by wang for N0000201");
    li.sees("taken by wang for N0000201; booked at that time:")
        .sees("clashes with need N0000201");
    li.press("enter");
    li.sees("and can't be confirmed; choose another")
        .sees_no("Confirm match");
    li.press("w").sees("✗ booked at that time");
    assert_eq!(matches_of(&li, "N0000101"), []);
}

#[test]
fn a_question_about_a_candidate_who_is_taken_closes_and_no_key_confirms_anybody() {
    let mut li = li(80, 24, Lang::Zh);
    li.press("enter").sees("确认匹配 ─");
    wang_takes_the_barber(&li);
    li.settle();
    li.sees_no("确认匹配 ─")
        .sees("! 王建国 已被 wang 预约（N0000201）");
    li.press("y enter y enter enter").sees_no("确认匹配 ─");
    assert_eq!(matches_of(&li, "N0000101"), []);
}

#[test]
fn of_two_who_confirm_the_same_supplier_one_succeeds_and_the_other_sees_rule_name_and_ranking() {
    let mut li = li(120, 40, Lang::En);
    let mut wang = li.beside("wang", (120, 40), Lang::Zh);
    wang.press("j j right");
    wang.sees("N0000201");
    wang.press("enter");
    li.press("enter");
    wang.press("y").sees("已确认：王建国 → N0000201");
    li.press_blindly("y");
    li.sees("✗ 王建国 was not confirmed: booked at that time, taken by wang for N0000201");
    li.sees("1 安华理发店").sees("✗ 王建国").sees_no("Why ·");
    assert_eq!(matches_of(&li, "N0000101"), []);
    let theirs = [(BARBER.to_owned(), "wang".to_owned())];
    assert_eq!(matches_of(&li, "N0000201"), theirs);
}

#[test]
fn a_need_matched_in_another_session_stays_in_hand_until_a_key_moves_on() {
    let mut li = li(120, 40, Lang::En);
    li.press("enter");
    li.another(&confirm("N0000101", "V0000131")).unwrap();
    li.settle();
    li.sees_no("Confirm match")
        .sees("! N0000101: matched by wang");
    li.sees("Haircut at home · high · N0000101")
        .sees("Press J for the next");
    li.press("enter y").sees_no("Confirm match");
    li.press("c").sees("N0000101: matched by wang; press J");
    li.press("J");
    li.sees("Haircut at home · normal · N0000201")
        .sees_no("matched by wang");
    li.press("K").sees("Going along to hospital · urgent");
    assert_eq!(matches_of(&li, "N0000101").len(), 1);
}

#[test]
fn a_blind_yes_for_a_need_that_another_session_matched_is_refused_by_name() {
    let mut li = li(120, 40, Lang::En);
    li.press("enter");
    li.another(&confirm("N0000101", "V0000131")).unwrap();
    li.press_blindly("y");
    li.sees("王建国 was not confirmed: N0000101: matched by wang");
    assert_eq!(matches_of(&li, "N0000101").len(), 1);
}

#[test]
fn a_need_cancelled_elsewhere_under_review_says_by_whom_in_either_list_position() {
    let mut li = Stage::new(80, 24, Lang::Zh);
    let cancel = |need: &str| Command::Cancel {
        need: code(need),
        reason: "住院".to_owned(),
    };
    li.press("G");
    li.another(&cancel("N0000105")).unwrap();
    li.settle();
    li.sees("这条需求已由 wang 取消").sees("待匹配 5");
    // There is none below it.
    li.press("down").sees_no("取消").sees("N0000106");
    li.press("g g");
    for need in ["N0000101", "N0000102", "N0000103", "N0000104", "N0000106"] {
        li.another(&cancel(need)).unwrap();
    }
    li.settle();
    li.sees("这条需求已由 wang 取消").sees("待匹配 0");
    li.press("down").sees("队列空了");
}

#[test]
fn a_need_that_comes_back_is_the_one_in_hand_again() {
    let mut li = li(120, 40, Lang::En);
    li.another(&confirm("N0000101", BARBER)).unwrap();
    li.settle();
    li.sees("matched by wang");
    let unmatch = Command::Unmatch {
        need: code("N0000101"),
        supplier: code(BARBER),
        reason: "by mistake".to_owned(),
    };
    li.another(&unmatch).unwrap();
    li.settle();
    li.sees_no("matched by wang")
        .sees("N0000101 is in the queue again")
        .sees("5 candidates");
    li.press("enter").sees("王建国 (V0000123) for 李德福");
}

#[test]
fn whoever_does_not_fit_any_more_for_another_reason_greys_out_with_the_rule() {
    let mut li = li(120, 40, Lang::En);
    let before: Supplier = li.desk.must(&code(BARBER)).unwrap();
    let after = Supplier {
        status: Status::Paused,
        ..before.clone()
    };
    let edit = Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    li.another(&edit).unwrap();
    li.settle();
    li.sees("✗ 王建国").sees("no longer fits: active");
}

#[test]
fn moving_to_another_need_drops_those_who_were_taken() {
    let mut li = li(120, 40, Lang::En);
    wang_takes_the_barber(&li);
    li.settle();
    li.press("J K").sees("4 candidates").sees_no("taken by");
}

#[test]
fn of_a_need_for_two_the_one_confirmed_here_is_gone_and_the_one_confirmed_elsewhere_is_grey() {
    let mut li = Stage::new(120, 40, Lang::En);
    let mut chen = li.beside("chen", (120, 40), Lang::En);
    for stage in [&mut li, &mut chen] {
        stage.press("G right").sees("Window cleaning · low");
    }
    li.press("enter y").sees("Confirmed");
    li.sees("1 candidate ·").sees_no("✗");
    chen.settle();
    chen.sees("taken by li").sees("1 candidate ·");
}

fn import(stage: &Stage, who: &str, kind: Kind, cells: &[(&'static str, &str)]) {
    let actor = Actor {
        who: who.to_owned(),
        station: String::new(),
    };
    let cells = cells.iter().map(|(at, text)| (*at, (*text).to_owned()));
    let row = ImportRow {
        line: 2,
        cells: cells.collect(),
    };
    let taken = stage.desk.import(&actor, kind, [row], "a file").unwrap();
    assert_eq!(taken.rejected, []);
}

#[test]
fn who_is_taken_in_an_import_is_said_with_who_imported() {
    let mut li = li(120, 40, Lang::En);
    let cells = [
        ("need", "N0000201"),
        ("supplier", BARBER),
        ("visits", "2026-11-24T09:30"),
    ];
    import(&li, "chen", Kind::Match, &cells);
    li.settle();
    li.sees("taken by chen in an import for N0000201");
}

#[test]
fn who_is_booked_by_the_desk_for_a_series_is_said_so() {
    let mut li = li(120, 40, Lang::En);
    let need = [
        ("code", "N0000202"),
        ("resident", "R0000052"),
        ("category", "barber"),
        ("start", "2026-11-17T09:30"),
        ("minutes", "60"),
        ("recurrence", "FREQ=WEEKLY;COUNT=2"),
    ];
    import(&li, "chen", Kind::Need, &need);
    let first = [
        ("need", "N0000202"),
        ("supplier", BARBER),
        ("visits", "2026-11-17T09:30"),
        ("confirmed_by", "chen"),
    ];
    import(&li, "chen", Kind::Match, &first);
    li.settle();
    li.sees("5 candidates");
    assert_eq!(li.desk.roll().unwrap(), 1);
    li.settle();
    li.sees("booked ahead by the desk for N0000202");
}

#[test]
fn after_more_than_can_wait_everything_is_read_again_and_the_name_is_that_of_the_match() {
    let mut li = li(120, 40, Lang::En);
    wang_takes_the_barber(&li);
    let rows: Vec<ImportRow> = (0..9000)
        .map(|n| ImportRow {
            line: n + 2,
            cells: vec![
                ("code", format!("R{n:06}X")),
                ("name", format!("居民{n}")),
                ("community", "AHX".to_owned()),
            ],
        })
        .collect();
    let wang = Actor {
        who: "wang".to_owned(),
        station: "anhua".to_owned(),
    };
    li.desk.import(&wang, Kind::Resident, rows, "many").unwrap();
    li.settle();
    li.sees("taken by wang for N0000201")
        .sees("9,005 residents");
}

#[test]
fn a_need_that_is_reviewed_in_another_session_shows_by_whom_until_that_moves_on_or_ends() {
    let mut li = Stage::new(120, 40, Lang::En);
    let mut chen = li.beside("chen", (80, 24), Lang::Zh);
    li.press("j j");
    chen.press("j right");
    li.settle();
    li.sees("◆chen").sees_no("is reviewing");
    li.press("k");
    li.sees("chen is reviewing this need (since 08:00)");
    li.press("enter")
        .sees("chen is reviewing this need (since 08:00)");
    li.press("esc");
    li.press("right");
    chen.settle();
    chen.sees("li 正在处理（08:00 起）").sees("◆li");
    chen.press("J J");
    li.settle();
    li.sees_no("is reviewing").sees("◆chen");
    // Another pane has the keys.
    chen.press("1");
    li.settle();
    li.sees_no("◆");
    chen.press("3");
    li.settle();
    li.sees("◆chen");
    drop(chen);
    li.settle();
    li.sees_no("◆").sees_no("here");
}

#[test]
fn scrolling_through_the_queue_tells_nobody_anything_and_staying_does() {
    let mut li = Stage::new(120, 40, Lang::En);
    let mut chen = li.beside("chen", (120, 40), Lang::En);
    chen.press("j j j");
    li.settle();
    li.sees_no("◆");
    chen.stay();
    li.settle();
    li.sees("◆chen");
    chen.press("k");
    li.settle();
    li.sees_no("◆");
}

#[test]
fn another_session_of_the_same_user_shows_too() {
    let mut li = Stage::new(120, 40, Lang::En);
    let mut again = li.beside("li", (120, 40), Lang::Zh);
    again.press("right");
    li.settle();
    li.sees("◆you")
        .sees("Another of your sessions is reviewing this need (since 08:00)");
    let mut third = li.beside("chen", (120, 40), Lang::En);
    third.press("right");
    li.settle();
    li.sees("◆you+1")
        .sees("Also reviewed by you elsewhere (08:00) and chen (08:00)");
    let mut fourth = li.beside("zhao", (120, 40), Lang::En);
    fourth.press("right");
    li.settle();
    li.sees("◆you+2").sees("chen (08:00) and 1 more");
    li.press("enter")
        .sees("zhao is reviewing this need (since 08:00)");
}

#[test]
fn the_picture_of_a_desk_with_others_at_it() {
    for (name, size, lang) in [
        ("together_80x24_zh", (80, 24), Lang::Zh),
        ("together_80x24_en", (80, 24), Lang::En),
        ("together_120x40_en", (120, 40), Lang::En),
    ] {
        let mut li = li(size.0, size.1, lang);
        let mut chen = li.beside("陈静", (120, 40), Lang::Zh);
        chen.press("j right");
        li.press("down");
        wang_takes_the_barber(&li);
        li.settle();
        insta::assert_snapshot!(name, li.screen());
    }
}
