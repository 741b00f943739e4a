//! The weights in the console: changed in place, previewed, saved as a version.

use matchdesk::desk::Command;
use matchdesk::domain::record::Grant;
use matchdesk::domain::{Code, Lang, Role};

use super::stage::Stage;

fn barber() -> Code {
    Code::composed("barber")
}

#[test]
fn a_supervisor_changes_the_weights_of_a_category_and_sees_what_that_does_before_saving() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("%");
    stage
        .sees("Weights · version 1")
        .sees("all needs")
        .sees("* has weights of its own");
    // The second row is the first category of the tree; what a number does is shown while it is typed.
    stage.press("down 9").sees("needs in the queue");
    stage.press("esc").sees("* has weights of its own");
    stage.press("0 right 9 9 enter");
    stage.sees("needs in the queue").sees("99").sees("* ");
    assert_eq!(
        stage.desk.settings().unwrap().weights_version(),
        1,
        "nothing is saved yet"
    );
    stage.press("ctrl-s").sees("Save them as version 2?");
    stage.press("y");
    stage.sees("The weights are changed").sees("weights 2");
    let settings = stage.desk.settings().unwrap();
    assert_eq!(settings.weights_version(), 2);
    let own = &settings.category_weights[0];
    assert_eq!((own.weights.0[0], own.weights.0[1]), (0.0, 99.0));
    // Back to those above.
    stage.press("% down c ctrl-s y");
    assert_eq!(stage.desk.settings().unwrap().category_weights, []);
}

#[test]
fn what_is_not_saved_is_undone_and_weights_that_weigh_nothing_are_refused() {
    let mut stage = Stage::new(80, 24, Lang::Zh);
    stage.press("%");
    stage.sees("权重 · 第 1 版").sees("全部需求");
    for _ in 0..6 {
        stage.press("0 right");
    }
    stage.press("0 enter").sees("权重不能全为 0");
    stage.press("esc esc").sees("改动已撤销");
    stage.press("esc").sees_no("权重 · 第 1 版");
    assert_eq!(stage.desk.settings().unwrap().weights_version(), 1);
}

#[test]
fn another_supervisors_change_is_shown_and_not_overwritten() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("% 7 7 enter").sees("[77]");
    let before = stage.desk.settings().unwrap();
    let mut after = before.clone();
    after.set_weights(Some(&barber()), Some(after.weights));
    let edit = Command::Edit {
        before: before.into(),
        after: after.into(),
        reason: String::new(),
    };
    stage.another(&edit).unwrap();
    stage.settle();
    stage.sees("Weights · version 2").sees("[77]");
    stage.press("ctrl-s y");
    let settings = stage.desk.settings().unwrap();
    assert!((settings.weights.0[0] - 77.0).abs() < 1e-9);
    assert!(
        settings.own_weights(&barber()).is_some(),
        "what the other did stays"
    );
}

#[test]
fn a_broker_sees_the_weights_and_changes_none() {
    let stage = Stage::new(120, 40, Lang::En);
    let record = Grant {
        holder: "wang".to_owned(),
        role: Role::Broker,
        streets: vec![Code::composed("all")],
        revoked: false,
    };
    let record = record.into();
    stage.another(&Command::Add { record }).unwrap();
    let mut wang = stage.called_by("wang", (120, 40), Lang::En);
    wang.press("%").sees("all needs");
    wang.press("5");
    wang.sees("wang may not set categories, capabilities and weights");
    wang.press("ctrl-s").sees("may not");
}
