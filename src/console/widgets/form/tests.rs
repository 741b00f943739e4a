use super::*;
use crate::console::keys::parse_sequence;
use crate::console::theme::Theme;
use crate::console::widgets::sizes;

fn residents(typed: &str) -> Vec<Choice> {
    let all = [("R1", "王秀英"), ("R2", "王建国"), ("R3", "李淑兰")];
    all.iter()
        .filter(|(code, name)| name.contains(typed) || *code == typed)
        .map(|(code, name)| Choice::new(*code, *name))
        .collect()
}

fn form() -> Form {
    let urgency = [("normal", "一般"), ("high", "较急"), ("urgent", "紧急")];
    let urgency = urgency.map(|(v, l)| Choice::new(v, l)).to_vec();
    let minutes = |v: &str| match v.parse::<u32>() {
        Ok(15..=1440) => Ok(()),
        _ => Err("时长应在 15 到 1440 分钟之间。".to_owned()),
    };
    Form::new(
        vec![
            Field::search("resident", "居民", &Choice::default(), Box::new(residents))
                .required()
                .help("输入姓名、拼音或电话"),
            Field::text("minutes", "时长(分钟)", "60").checked(minutes),
            Field::choice("urgency", "紧急程度", "normal", urgency),
            Field::text("note", "备注", ""),
        ],
        Lang::Zh,
    )
}

fn press(form: &mut Form, keys: &str) {
    for key in parse_sequence(keys).unwrap_or_default() {
        form.key(key);
    }
}

fn picture(form: &Form, w: u16, h: u16) -> String {
    sizes::picture(w, h, |b, a| {
        form.draw(b, a, &Theme::default());
    })
}

#[test]
fn typing_finds_a_resident_and_leaving_the_field_takes_the_marked_one() {
    let mut f = form();
    press(&mut f, "王");
    insta::assert_snapshot!(picture(&f, 30, 7), @r"
    *居民       王
                王秀英
                王建国
     时长(分钟) 60
     紧急程度   一般
     备注
    输入姓名、拼音或电话
    ");
    f.down();
    f.next_field();
    assert_eq!(f.value("resident"), "R2");
    assert!(f.dirty());
    insta::assert_snapshot!(picture(&f, 30, 5), @r"
    *居民       王建国
     时长(分钟) 60
     紧急程度   一般
     备注
    ");
}

#[test]
fn the_caret_may_move_over_a_chosen_label_and_typing_undoes_the_choice() {
    let mut f = form();
    f.set("resident", "R3");
    press(&mut f, "left home end");
    assert_eq!(f.value("resident"), "R3");
    press(&mut f, "x");
    assert_eq!(f.value("resident"), "李淑兰x");
}

#[test]
fn a_wrong_value_is_said_in_words_when_the_field_is_left() {
    let mut f = form();
    assert!(f.next_field());
    press(&mut f, "backspace backspace 9");
    assert!(f.next_field());
    insta::assert_snapshot!(picture(&f, 36, 8), @r"
    *居民
                必填,请输入。
     时长(分钟) 9
                时长应在 15 到 1440 分钟
                之间。
     紧急程度   ‹ 一般 ›
     备注
    ");
    assert!(!f.check());
    assert_eq!(f.current().map(|c| c.id), Some("resident"));
    f.set("resident", "R3");
    f.set("minutes", "90");
    assert!(f.check());
    assert_eq!(f.value("resident"), "R3");
}

#[test]
fn choices_go_round_and_can_be_typed() {
    let mut f = form();
    f.next_field();
    f.next_field();
    press(&mut f, "left");
    assert_eq!(f.value("urgency"), "urgent");
    press(&mut f, "space right");
    assert_eq!(f.value("urgency"), "high");
    press(&mut f, "u r");
    assert_eq!(f.value("urgency"), "urgent");
    press(&mut f, "较");
    assert_eq!(f.value("urgency"), "high");
    press(&mut f, "z");
    assert_eq!(f.value("urgency"), "high");
}

#[test]
fn an_error_of_the_whole_form_goes_to_its_field() {
    let mut f = form();
    f.set_error("note", "已有同名需求。");
    assert_eq!(f.current().map(|c| c.id), Some("note"));
    assert!(picture(&f, 30, 3).contains("备"), "scrolled to it");
    assert!(!f.next_field() && f.prev_field());
}

#[test]
fn forms_fit_every_size() {
    let mut f = form();
    press(&mut f, "王");
    for _ in 0..5 {
        sizes::every(|b, a| {
            f.draw(b, a, &Theme::default());
        });
        f.next_field();
    }
    let empty = Form::new(Vec::new(), Lang::En);
    sizes::every(|b, a| {
        assert!(empty.draw(b, a, &Theme::default()).is_none());
    });
}

/// A form whose resident is found elsewhere.
fn asking() -> Form {
    let known = |code: &str| residents(code).into_iter().find(|c| c.value == code);
    let resident = Field::record(
        "resident",
        "居民",
        &Choice::default(),
        Kind::Resident,
        Box::new(known),
    );
    let note = Field::text("note", "备注", "");
    Form::new(
        vec![
            resident.required().checked(|code| match residents(code) {
                found if found.iter().any(|c| c.value == code) => Ok(()),
                _ => Err("没有这位居民".to_owned()),
            }),
            note,
        ],
        Lang::Zh,
    )
}

fn answer(form: &mut Form, typed: &str) {
    form.answer(Kind::Resident, typed, &residents(typed));
}

#[test]
fn what_is_found_elsewhere_is_asked_once_and_shown_when_it_comes() {
    let mut f = asking();
    assert_eq!(f.question(), None);
    press(&mut f, "王");
    assert_eq!(f.question(), Some((Kind::Resident, "王".to_owned())));
    assert_eq!(f.question(), None);
    answer(&mut f, "王");
    f.down();
    f.next_field();
    assert_eq!(f.value("resident"), "R2");
    assert_eq!(f.question(), None);
}

#[test]
fn an_answer_to_an_older_text_changes_nothing() {
    let mut f = asking();
    press(&mut f, "王");
    f.question();
    press(&mut f, "backspace 李");
    answer(&mut f, "王");
    f.next_field();
    assert!(f.waits());
    assert_eq!(f.question(), Some((Kind::Resident, "李".to_owned())));
    answer(&mut f, "李");
    assert_eq!(f.value("resident"), "R3");
}

#[test]
fn who_leaves_before_the_answer_gets_the_best_of_it_or_is_told_that_there_is_none() {
    let mut f = asking();
    press(&mut f, "王");
    assert!(f.next_field());
    assert!(f.waits());
    press(&mut f, "x");
    assert!(f.check(), "nothing is wrong yet");
    answer(&mut f, "王");
    assert!(!f.waits());
    assert_eq!((f.value("resident"), f.value("note")), ("R1", "x"));

    let mut f = asking();
    press(&mut f, "赵");
    f.next_field();
    answer(&mut f, "赵");
    assert!(picture(&f, 40, 6).contains("没有这位居民"));
    assert!(!f.check());
}

#[test]
fn a_code_is_known_before_any_answer() {
    let mut f = asking();
    press(&mut f, "R 3");
    f.next_field();
    assert!(!f.waits());
    assert_eq!(f.value("resident"), "R3");
    // What comes later undoes no choice.
    answer(&mut f, "R3");
    assert_eq!(f.value("resident"), "R3");
}

#[test]
fn who_goes_back_and_types_on_has_not_left() {
    let mut f = asking();
    press(&mut f, "王");
    f.next_field();
    f.prev_field();
    press(&mut f, "秀");
    answer(&mut f, "王");
    answer(&mut f, "王秀");
    assert_eq!(f.value("resident"), "王秀", "still open");
    f.next_field();
    assert_eq!(f.value("resident"), "R1");
}

#[test]
fn a_form_that_was_left_unanswered_asks_again_when_it_is_filled() {
    let mut f = asking();
    press(&mut f, "王");
    f.next_field();
    press(&mut f, "x");
    let mut other = asking();
    other.fill(&f.filling());
    assert!(other.waits());
    assert_eq!(other.question(), Some((Kind::Resident, "王".to_owned())));
    answer(&mut other, "王");
    assert_eq!((other.value("resident"), other.value("note")), ("R1", "x"));
}
