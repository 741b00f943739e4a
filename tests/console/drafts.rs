//! What is typed survives: drafts as the user of a console meets them.

use matchdesk::console::ConsoleSettings;
use matchdesk::console::keys::{Key, parse_sequence};
use matchdesk::console::term::{TermEvent, Typed};
use matchdesk::desk::{Actor, Unfinished};
use matchdesk::domain::record::{Need, Supplier};
use matchdesk::domain::{Code, Lang};
use matchdesk::store::{RequestId, fetch};

use super::stage::{Ground, Stage, broker, confirm};

fn ground() -> Ground {
    Ground::of(|_| true)
}

fn drafts(ground: &Ground, who: &str) -> Vec<Unfinished> {
    let actor = Actor {
        who: who.to_owned(),
        ..broker()
    };
    ground.desk.drafts(&actor).unwrap()
}

/// Half of a need for 张桂英, the caret before the last character of its length.
fn half_a_need(stage: &mut Stage) {
    stage
        .press("2 n")
        .write("zgy")
        .press("enter")
        .write("shopping")
        .press("enter tab ctrl-u")
        .write("45")
        .press("left");
}

#[test]
fn half_a_form_is_offered_at_the_next_start_and_goes_on_where_it_was_left() {
    let mut stage = ground().console(Lang::En, "li");
    half_a_need(&mut stage);
    let (form, caret) = (stage.screen(), stage.caret());
    let ground = stage.drop_line();
    let mut stage = ground.console(Lang::En, "li");
    stage
        .sees("Unfinished forms")
        .sees("New need · 张桂英")
        .sees("Enter continue  d discard  Esc later");
    stage.press("enter");
    stage.sees("New need").sees("张桂英 (R0000052)");
    assert_eq!(stage.caret(), caret);
    let rows = |screen: &str| -> Vec<String> {
        let field = |line: &str| Some(line.split_once("│*")?.1.split('│').next()?.to_owned());
        screen.lines().filter_map(field).collect()
    };
    assert_eq!(rows(&form).len(), 4, "{form}");
    assert_eq!(rows(&stage.screen()), rows(&form));
    stage.write("2").press("ctrl-s").sees("Saved need");
    let needs = stage
        .desk
        .rows()
        .unwrap()
        .needs_of_resident(&Code::composed("R0000052"))
        .unwrap();
    assert_eq!(needs.iter().filter(|need| need.minutes == 425).count(), 1);
    let ground = stage.drop_line();
    assert_eq!(drafts(&ground, "li"), []);
    ground.console(Lang::En, "li").sees_no("Unfinished");
}

#[test]
fn why_a_need_asks_less_is_not_typed_twice() {
    let mut stage = ground().console(Lang::En, "li");
    stage.press("j j j j m").sees("Other ways · N0000106");
    stage.press("enter").write("agreed by tele");
    let ground = stage.drop_line();
    let mut stage = ground.console(Lang::En, "li");
    stage
        .sees("Unfinished forms")
        .sees("N0000106 · 王淑珍 · Fri 27 Nov 09:00 instead of");
    stage.press("enter").sees("agreed by tele");
    stage.sees("and without Driving licence");
    stage
        .write("phone")
        .press("ctrl-s")
        .sees("Relaxed N0000106");
    let need: Need = stage.desk.must(&Code::composed("N0000106")).unwrap();
    assert!(need.capabilities.is_empty());
    let ground = stage.drop_line();
    assert_eq!(drafts(&ground, "li"), []);
}

#[test]
fn a_draft_is_nobody_elses_and_comes_back_in_another_language() {
    let mut stage = ground().console(Lang::En, "li");
    half_a_need(&mut stage);
    let ground = stage.drop_line();
    ground.console(Lang::En, "wang").sees_no("Unfinished");
    let mut stage = ground.console(Lang::Zh, "li");
    stage.sees("新增 需求 · 张桂英").sees("继续填写");
    stage.press("enter").sees("张桂英 (R0000052)").sees("45");
}

#[test]
fn a_form_that_was_not_touched_or_was_discarded_leaves_nothing() {
    let mut stage = ground().console(Lang::En, "li");
    stage.press("2 n tab tab backtab");
    let ground = stage.drop_line();
    assert_eq!(drafts(&ground, "li"), []);
    let mut stage = ground.console(Lang::En, "li");
    stage.press("2 n").write("z").press("backspace");
    let ground = stage.drop_line();
    assert_eq!(drafts(&ground, "li"), [], "as it was at first");
    let mut stage = ground.console(Lang::En, "li");
    half_a_need(&mut stage);
    stage.press("esc").sees("What you typed is not saved");
    stage.press("y").sees_no("New need");
    let ground = stage.drop_line();
    assert_eq!(drafts(&ground, "li"), []);
}

#[test]
fn a_draft_is_put_off_discarded_or_chosen_among_several() {
    let mut stage = ground().console(Lang::En, "li");
    half_a_need(&mut stage);
    let ground = stage.drop_line();
    let mut stage = ground.console(Lang::En, "li");
    stage.press("esc").sees_no("Unfinished");
    stage.press("1 e tab").write("x");
    let ground = stage.drop_line();
    let mut stage = ground.console(Lang::En, "li");
    stage.sees("New need · 张桂英").sees("Edit supplier");
    stage.press("esc D").sees("Unfinished forms");
    stage.press("d").sees("What was typed goes for good");
    stage.press("n").sees("Edit supplier");
    let all = drafts(&ground, "li");
    stage.press("d y").sees("Unfinished forms");
    let left = drafts(&ground, "li");
    assert_eq!((all.len(), left.len()), (2, 1));
    assert!(all.contains(&left[0]));
    stage.press("d y").sees_no("Unfinished");
    stage.press("D");
    stage.sees("no unfinished forms");
    assert_eq!(drafts(&ground, "li"), []);
}

#[test]
fn a_form_that_is_open_in_one_session_is_not_offered_in_another() {
    let ground = ground();
    let mut first = ground.console(Lang::En, "li");
    half_a_need(&mut first);
    // Kept, so that the other would find it.
    first.away(1, TermEvent::Key(Key::char('0')));
    assert!(first.settled(1).form.is_some());
    let mut second = ground.console(Lang::En, "li");
    second.sees_no("Unfinished").sees_no("unfinished");
    // In the list it is, and can be taken over.
    second.press("D");
    second.sees("open in another session").sees("New need");
    second.press("d").sees("open in another session");
    second.press("enter").sees("Go on with it here?");
    second.press("n enter y");
    second.sees("张桂英 (R0000052)").sees("405");
    first.press("9");
    first
        .sees("another session goes on with this form")
        .sees_no("New need");
    let ground = second.drop_line();
    assert_eq!(drafts(&ground, "li")[0].draft.value("minutes"), "405");
    drop(first);
    let (mut one, mut other) = (
        ground.console(Lang::En, "li"),
        ground.console(Lang::En, "li"),
    );
    one.press("enter").sees("New need");
    other.sees("Unfinished forms");
    other.press("enter");
    other.sees("open in another session").sees_no("*resident");
    one.press("ctrl-s").sees("Saved need");
}

#[test]
fn a_record_that_was_changed_meanwhile_is_a_conflict_and_what_was_typed_stays() {
    let ground = ground();
    let mut stage = ground.console(Lang::En, "li");
    stage.press("1 /").write("V0000123").press("enter e tab");
    stage.press("ctrl-u").write("王建设");
    let ground = stage.drop_line();
    let code = Code::composed("V0000123");
    let before: Supplier = fetch(&*ground.desk.rows().unwrap(), &code)
        .unwrap()
        .unwrap();
    let mut after = before.clone();
    "changed".clone_into(&mut after.note);
    let change = matchdesk::desk::Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    ground.desk.execute(&broker(), &change).unwrap();
    let mut stage = ground.console(Lang::En, "li");
    stage.sees("Edit supplier V0000123");
    stage.press("enter ctrl-s");
    stage.sees("王建设").sees("changed");
    let ground = stage.drop_line();
    assert_eq!(drafts(&ground, "li").len(), 1);
}

#[test]
fn reasons_and_outcomes_are_kept_as_well() {
    let ground = ground();
    let mut stage = ground.console(Lang::En, "li");
    stage.press("o enter tab tab tab").write("50");
    let ground = stage.drop_line();
    let mut stage = ground.console(Lang::En, "li");
    stage.sees("Outcome of a visit");
    stage.press("enter ctrl-s");
    stage.sees("Outcome recorded");
    stage.press("esc j c y");
    stage.sees("5 to match");
    stage.press("2 enter u tab").write("moved");
    let ground = stage.drop_line();
    let mut stage = ground.console(Lang::En, "li");
    stage.sees("End match N0000101 · 李德福");
    stage.press("enter");
    stage.write(" away").press("ctrl-s").sees("Match ended");
    stage.press("2 enter x").write("called off");
    let ground = stage.drop_line();
    let mut stage = ground.console(Lang::En, "li");
    stage.sees("Cancel need N0000101 · 李德福");
    stage.press("enter");
    stage.press("ctrl-s").sees("Cancelled need N0000101");
    assert_eq!(drafts(&stage.drop_line(), "li"), []);
    assert!(
        ground
            .desk
            .execute(&broker(), &confirm("N0000101", "V0000123"))
            .is_err()
    );
}

/// A session whose line has dropped, at terminal 7.
fn again(ground: &Ground, form: Option<RequestId>) -> Stage {
    let settings = ConsoleSettings {
        lang: Lang::En,
        again: true,
        terminal: 7,
        form,
        ..ConsoleSettings::default()
    };
    Stage::on(ground, 120, 40, settings, "li")
}

fn at_terminal(ground: &Ground) -> Stage {
    let settings = ConsoleSettings {
        lang: Lang::En,
        terminal: 7,
        ..ConsoleSettings::default()
    };
    Stage::on(ground, 120, 40, settings, "li")
}

fn keys(from: u64, keys: &str) -> Vec<(u64, Typed)> {
    let keys = parse_sequence(keys).unwrap().into_iter().map(Typed::Key);
    (from..).zip(keys).collect()
}

fn hand_in(stage: &mut Stage, typed: Vec<(u64, Typed)>) {
    for (number, typed) in typed {
        let event = match typed {
            Typed::Key(key) => TermEvent::Key(key),
            Typed::Paste(text) => TermEvent::Paste(text),
        };
        stage.away(number, event);
    }
}

#[test]
fn after_a_dropped_line_the_form_is_there_with_what_was_typed_meanwhile_once() {
    let mut stage = at_terminal(&ground());
    hand_in(&mut stage, keys(1, "2 n z g y enter"));
    hand_in(&mut stage, keys(7, "s h o p"));
    let settled = stage.settled(10);
    assert!(settled.form.is_some());
    let mut stage = again(&stage.drop_line(), settled.form);
    stage
        .sees("New need")
        .sees("张桂英 (R0000052)")
        .sees("shop");
    stage.sees("connected to the station again; the form is as you left it");
    // The station knew of 9 and 10, but its word of that was lost; the next two it never heard of, and a paste.
    let mut late = keys(9, "o p p i");
    late.push((13, Typed::Paste("ng".to_owned())));
    late.extend(keys(14, "enter tab ctrl-u 4 5"));
    stage.away(18, TermEvent::Late(late));
    stage.sees("Shopping (shopping)").sees(" 45 ");
    assert_eq!(stage.settled(18).form, settled.form);
    stage.press("ctrl-s").sees("Saved need");
    assert_eq!(drafts(&stage.drop_line(), "li"), []);
}

#[test]
fn a_late_key_commands_nothing() {
    let mut stage = at_terminal(&ground());
    hand_in(&mut stage, keys(1, "2 n z g y enter s h o p p i n g tab"));
    let form = stage.settled(15).form;
    let mut stage = again(&stage.drop_line(), form);
    stage.away(18, TermEvent::Late(keys(16, "tab ctrl-s 9")));
    stage
        .sees("New need")
        .sees_no("Saved")
        .sees_no("9 minutes")
        .sees("not all keys pressed meanwhile were taken");
    let ground = stage.drop_line();
    assert_eq!(drafts(&ground, "li").len(), 1);
    // Without a form there is nothing that could take them.
    let mut stage = again(&ground, None);
    stage.sees("connected to the station again");
    stage.away(3, TermEvent::Late(keys(1, "j c y")));
    stage
        .sees("6 to match")
        .sees("not all keys pressed meanwhile were taken");
    stage.sees_no("Unfinished forms");
}

#[test]
fn a_reason_is_not_saved_by_a_late_enter() {
    let mut stage = at_terminal(&ground());
    hand_in(&mut stage, keys(1, "x o f f"));
    let form = stage.settled(4).form;
    let mut stage = again(&stage.drop_line(), form);
    stage.away(6, TermEvent::Late(keys(5, "! enter")));
    stage.sees("Cancel need").sees("off!").sees_no("Cancelled");
}

#[test]
fn a_form_that_was_saved_just_before_the_line_dropped_is_told_and_not_saved_twice() {
    let mut stage = at_terminal(&ground());
    hand_in(&mut stage, keys(1, "2 n z g y enter s h o p p i n g tab"));
    let form = stage.settled(15).form;
    stage.press("ctrl-s").sees("7 to match");
    let stage = again(&stage.drop_line(), form);
    stage.sees("the form was saved already").sees("7 to match");
    stage.sees_no("New need");
}

#[test]
fn a_draft_holds_what_was_typed_and_no_personal_data_that_was_only_shown() {
    let ground = ground();
    let mut stage = ground.console(Lang::En, "li");
    stage.press("2 t /").write("ldf").press("enter e tab tab");
    stage.press("ctrl-u").write("1941-02-03");
    let ground = stage.drop_line();
    let draft = drafts(&ground, "li").remove(0).draft;
    assert_eq!(draft.values.len(), 1, "{:?}", draft.values);
    assert_eq!(draft.value("birth_date"), "1941-02-03");
    let mut stage = ground.console(Lang::En, "li");
    stage.sees("Edit resident R0000045 · 李德福");
    stage.press("enter");
    stage.press("ctrl-s").sees("Saved resident");
}
