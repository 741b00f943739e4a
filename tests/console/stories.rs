use matchdesk::console::actions;
use matchdesk::console::app::{End, Msg};
use matchdesk::console::keys::{Base, Keymap};
use matchdesk::domain::record::{Need, Resident};
use matchdesk::domain::{Code, Kind, Lang, Minute, Verb};

use super::stage::{Stage, confirm};

#[test]
fn the_barber_is_confirmed_with_his_name_in_the_question_and_the_queue_moves_on() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("j");
    stage
        .sees("male, Strong")
        .sees("every month on the 4th Tue 09:00");
    stage.sees("served this resident 3 times");
    stage.press("right enter");
    stage.sees("王建国 (V0000123) for 李德福: Haircut at home?");
    stage.press("enter");
    stage
        .sees("Confirmed: 王建国 for N0000101")
        .sees("5 to match");
    stage.sees("Housecleaning · normal · N0000103");
    let matched = stage
        .desk
        .rows()
        .unwrap()
        .matches_of_need(&Code::composed("N0000101"))
        .unwrap();
    assert_eq!(matched.len(), 1);
    assert_eq!(
        (matched[0].rank, matched[0].confirmed_by.as_str()),
        (Some(1), "li")
    );
}

#[test]
fn a_question_that_is_answered_with_no_changes_nothing() {
    let mut stage = Stage::new(80, 24, Lang::Zh);
    stage.press("j c");
    stage.sees("由 王建国（V0000123）为 李德福 服务：上门理发？");
    stage.press("n");
    stage.sees("待匹配 6").sees_no("已确认");
}

#[test]
fn a_candidate_taken_by_another_broker_is_refused_with_the_rule_and_leaves_the_ranking() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("j c");
    stage.another(&confirm("N0000101", "V0000123")).unwrap();
    stage.press("y");
    stage.sees("王建国 was not confirmed").sees("5 to match");
}

#[test]
fn what_another_broker_does_is_seen_at_once_and_the_selection_stays_on_its_need() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("j j");
    stage.sees("Housecleaning · normal · N0000103");
    stage.another(&confirm("N0000101", "V0000123")).unwrap();
    stage.settle();
    stage
        .sees("5 to match")
        .sees("Housecleaning · normal · N0000103");
}

#[test]
fn a_need_is_entered_with_a_mistake_in_a_field_that_is_said_when_the_field_is_left() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage
        .press("2 n")
        .write("zgy")
        .press("enter")
        .write("shopping")
        .press("enter");
    stage.press("ctrl-u").write("2026-11-25 10h").press("tab");
    stage.sees("a time looks like 2026-11-24T09:00");
    stage
        .press("ctrl-s")
        .sees("a time looks like 2026-11-24T09:00");
    stage
        .press("ctrl-u")
        .write("2026-11-25T10:00")
        .press("ctrl-s");
    stage
        .sees("Saved need")
        .sees("7 to match")
        .sees("张桂英, female, 78");
    let needs = stage
        .desk
        .rows()
        .unwrap()
        .needs_of_resident(&Code::composed("R0000052"))
        .unwrap();
    let found: Vec<&Need> = needs
        .iter()
        .filter(|need| need.start.to_string() == "2026-11-25T10:00")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].minutes, 60);
}

#[test]
fn a_form_with_something_typed_asks_before_it_goes() {
    let mut stage = Stage::new(80, 24, Lang::En);
    stage.press("1 e tab").write("x").press("esc");
    stage.sees("What you typed is not saved");
    stage.press("enter").sees("Edit supplier");
    stage.press("esc y").sees_no("Edit supplier");
}

#[test]
fn a_list_is_filtered_by_pinyin_initials_by_characters_and_by_code() {
    let mut stage = Stage::new(120, 40, Lang::Zh);
    stage.press("1 /").write("wjg");
    stage.sees("供方 1/1").sees("V0000123");
    stage
        .press("esc /")
        .write("理发店")
        .press("enter")
        .sees("供方 1/1");
    stage
        .press("backspace /")
        .write("0160")
        .press("enter enter")
        .sees("陈志强");
}

#[test]
fn the_language_changes_at_any_moment_even_in_a_form_and_keeps_what_is_typed() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("L").sees("匹配队列 1/6").sees("待匹配 6");
    stage
        .press("2 n")
        .write("ldf")
        .press("tab")
        .write("理发")
        .press("tab tab ctrl-u")
        .write("45");
    stage.sees("新增").sees("上门理发 (barber)");
    stage.press("f2");
    stage
        .sees("New need")
        .sees("Haircut at home (barber)")
        .sees("李德福 (R0000045)")
        .sees("45");
}

#[test]
fn why_shows_every_rule_for_anyone() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("j w").write("liufang").press("enter");
    stage
        .sees("Not eligible")
        .sees("✗ sex")
        .sees("✓ capability");
}

#[test]
fn an_outcome_is_recorded_from_the_list_of_those_awaited() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.sees("1 awaiting outcome");
    stage.press("o").sees("Awaiting outcome 1/1");
    stage.press("enter tab tab").write("5").press("ctrl-s");
    stage.sees("Outcome recorded").sees("No outcome is awaited");
    let closed = stage
        .desk
        .rows()
        .unwrap()
        .services_of_need(&Code::composed("N0000107"), Minute::EVER)
        .unwrap();
    assert_eq!(closed.first().and_then(|service| service.rating), Some(5));
}

#[test]
fn a_match_is_ended_and_a_need_cancelled_only_with_a_reason() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("j c y").sees("5 to match");
    stage.press("2 enter u ctrl-s").sees("This is required");
    stage.press("tab").write("moved away").press("ctrl-s");
    stage.sees("Match ended").sees("6 to match");
    stage.press("x").write("called off").press("ctrl-s");
    stage.sees("Cancelled need N0000101").sees("5 to match");
}

#[test]
fn a_residents_card_shows_who_came_and_how_it_went() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("2 t /").write("ldf").press("enter enter");
    stage.sees("Past visits").sees("2026-10-27 09:00");
    stage.sees("王建国  completed  4/5").sees("孙立军  no-show");
}

#[test]
fn empty_lists_say_what_to_do_next() {
    let mut stage = Stage::of(80, 24, Lang::En, |_| false);
    stage.sees("No needs in the queue");
    stage.press("1").sees("No suppliers yet");
    stage.press("2").sees("No needs yet");
    stage.press("t").sees("No residents yet");
    let mut stage = Stage::of(80, 24, Lang::Zh, |kind| {
        kind != Kind::Need && kind != Kind::Match && kind != Kind::Service
    });
    stage.sees("队列空了");
    stage.press("c").sees("没有可以确认的候选人");
}

#[test]
fn help_lists_every_bound_action_in_both_languages() {
    for lang in [Lang::Zh, Lang::En] {
        let mut stage = Stage::of(120, 200, lang, |_| false);
        stage.press("?");
        let (keymap, errors) = Keymap::with_user(Base::Default, None);
        assert_eq!(errors, []);
        for action in keymap.actions() {
            stage.sees(actions::text_of(action).get(lang));
        }
    }
}

#[test]
fn every_action_of_the_registry_has_a_key_and_changes_are_on_no_key_that_holds_everywhere() {
    let (keymap, _) = Keymap::with_user(Base::Default, None);
    for action in actions::ACTIONS {
        let bound = keymap.bindings_of(action.id);
        assert_eq!(!bound.is_empty(), action.keyed, "{}", action.id);
        let changes = action.danger != actions::Danger::Harmless;
        assert!(!changes || bound.iter().all(|(context, _)| *context != "everywhere"));
    }
}

#[test]
fn q_leaves() {
    let mut stage = Stage::of(80, 24, Lang::En, |_| false);
    stage.press("q");
    assert_eq!(stage.end, Some(End::Quit));
}

#[test]
fn a_telephone_number_is_shown_in_full_for_a_reason_and_of_one_record_at_a_time() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("j");
    stage.sees("108****0045").sees_no("10800450045");
    stage.press("p");
    stage.sees("Personal data of resident R0000045");
    stage.press("enter").sees_no("10800450045");
    stage.write("to fix the time").press("enter");
    stage.sees("10800450045").sees("the journal keeps that");
    // What is asked on the page of it leaves it open.
    stage.press("e").sees("Edit");
    stage.press("esc");
    stage.sees("10800450045");
    stage.press("esc");
    stage.sees("108****0045").sees_no("10800450045");
    stage.press("right p").write("to ask him").press("enter");
    stage.press("esc left");
    stage.sees("108****0045").sees_no("10800450045");
    // A page without a reason shows it in part again, too.
    stage.press("2 t /").write("ldf").press("enter enter");
    stage.sees("108****0045").sees_no("10800450045");
    let asked = matchdesk::desk::Journal {
        resident: Some(Code::composed("R0000045")),
        who: Some("li".to_owned()),
        ..matchdesk::desk::Journal::default()
    };
    let entries = stage.desk.journal(&asked).unwrap();
    let reasons: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.verb == Verb::Revealed)
        .map(|entry| entry.reason.as_str())
        .collect();
    assert_eq!(reasons, ["to fix the time"]);
}

#[test]
fn a_form_keeps_the_personal_data_that_it_does_not_show() {
    let mut stage = Stage::new(120, 40, Lang::En);
    let resident = |stage: &Stage| {
        let rows = stage.desk.rows().unwrap();
        matchdesk::store::fetch::<Resident>(&*rows, &Code::composed("R0000045"))
            .unwrap()
            .unwrap()
    };
    let before = resident(&stage);
    stage.press("2 t /").write("ldf").press("enter e");
    stage.sees("108****0045").sees_no("10800450045");
    stage.press("ctrl-u").write("李德福福").press("ctrl-s");
    stage.sees("Saved resident");
    let after = resident(&stage);
    assert_eq!(after.name, "李德福福");
    assert_eq!(
        (after.phone, after.address, after.note),
        (before.phone, before.address, before.note)
    );
}

#[test]
fn the_first_screen_is_there_before_the_register_and_its_keys_work() {
    for (size, lang, said, help) in [
        ((120, 40), Lang::En, "Opening the register … 63 %", "Keys"),
        ((80, 24), Lang::Zh, "正在打开登记册 … 63 %", "按键帮助"),
    ] {
        let mut stage = Stage::opening(size.0, size.1, lang);
        stage.alone(Msg::Progress(0, 0));
        stage.sees(said.split(" 6").next().unwrap());
        // What is not known yet is not said to be nothing.
        stage.sees_no(" 0 suppliers").sees_no("供方 0 ");
        stage.alone(Msg::Progress(63_999, 100_000));
        // Over a bar, and in the queue.
        assert_eq!(
            stage.screen().matches(said).count(),
            2,
            "{}",
            stage.screen()
        );
        stage.sees("█████████");
        stage.press_alone("?");
        stage.sees(help);
        stage.press_alone("esc");
        // Then the queue comes by itself.
        stage.settle();
        stage.sees_no(said).sees("李德福");
    }
    let mut stage = Stage::opening(80, 24, Lang::En);
    stage.press_alone("q");
    assert_eq!(stage.end, Some(End::Quit));
}
