//! The registry of actions as a user meets it: every action does something where it says so, the palette, the help, keys
//! that begin a sequence, reasons, and key maps of one's own.

use matchdesk::console::ConsoleSettings;
use matchdesk::console::actions::{ACTIONS, Action, Danger, SCOPES, stack};
use matchdesk::console::app::End;
use matchdesk::console::config::UserFile;
use matchdesk::console::keys::{Base, Key, Keymap, Lookup};
use matchdesk::domain::Lang;

use super::stage::{Ground, Stage, confirm, settings};

/// How one gets into each scope, to where its actions have something to act on.
const WAYS: &[(&str, &str)] = &[
    ("queue", "j"),
    ("candidates", "j right"),
    ("awaiting", "o"),
    ("demand", "2"),
    ("registry", "1"),
    ("records", "2"),
    ("global", "1"),
    ("plan", "P"),
    ("plan-candidates", "P right"),
    ("detail", "2 enter"),
    ("ways", "j m end"),
    ("weights", "% down"),
    ("drafts", ""),
    ("help", "?"),
    ("form", "2 n"),
    ("filter", "1 /"),
    ("question", "j c"),
    ("list", "1"),
    ("everywhere", "1"),
];

/// What has to be done before for some actions.
const BEFORE: &[(&str, &str, &str)] = &[
    ("queue", "prev-need", "j"),
    ("candidates", "prev-need", "J"),
    ("queue", "unmatch", "end c y"),
    ("candidates", "unmatch", "left end c y right"),
    ("global", "pane-1", "2"),
    ("global", "drafts", "esc 1"),
    ("records", "substitute", "3 j c y 2 home"),
    ("detail", "substitute", "esc 3 j c y 2 home enter"),
    ("detail", "outcome", "esc 3 j c y 2 home enter"),
    ("registry", "clear-filter", "/ 1 enter"),
    ("help", "clear-filter", "/ x enter"),
    ("global", "back", "/ 1 enter"),
    ("plan-candidates", "choose", "down"),
    ("detail", "add", "esc t enter"),
    ("detail", "unmatch", "esc 3 j c y 2 home enter"),
    ("weights", "save", "5 0 enter"),
    ("weights", "accept", "5 0"),
    ("weights", "inherit", "5 0 enter"),
    ("form", "prev-field", "tab"),
    ("form", "up", "tab"),
    ("filter", "leave", "1"),
    ("filter", "up", "down"),
    ("filter", "page-up", "pagedown"),
    ("list", "up", "down"),
    ("list", "top", "end"),
    ("list", "page-up", "end"),
];

/// What shows nothing where everything is up to date.
const SHOWS_NOTHING: [&str; 2] = ["refresh", "redraw"];

fn way<'a>(scope: &str, action: &str) -> (&'a str, &'a str) {
    let way = WAYS.iter().find(|(to, _)| *to == scope).unwrap().1;
    let before = BEFORE
        .iter()
        .find(|(to, of, _)| (*to, *of) == (scope, action));
    (way, before.map_or("", |(.., keys)| keys))
}

/// A console in a scope.
fn stage(ground: &Ground, scope: &str, action: &str) -> Stage {
    let mut stage = Stage::on(ground, 120, 40, settings(Lang::En), "li");
    if scope == "drafts" || action == "drafts" {
        stage.press("2 n").write("ldf").press("tab");
        stage.drop_line();
        stage = Stage::on(ground, 120, 40, settings(Lang::En), "li");
    }
    for keys in <[&str; 2]>::from(way(scope, action)) {
        if !keys.is_empty() {
            stage.press(keys);
        }
    }
    stage
}

/// The keys that do an action where a scope is in front, or what the palette needs to find it.
fn keys_of(map: &Keymap, scope: &str, action: &Action) -> Option<Vec<Key>> {
    // The scope in front is not always the one that the action is of: `records` is the list of needs here.
    let front = match scope {
        "records" => "demand",
        "global" | "list" | "everywhere" => "registry",
        scope => scope,
    };
    let does = |keys: &[Key]| {
        let mut pending = Vec::new();
        let last = keys
            .iter()
            .map(|key| map.resolve(&stack(front), &mut pending, *key))
            .last();
        last == Some(Lookup::Action(action.id))
    };
    let mut bound = map.bindings().filter(|b| b.action == action.id);
    bound.find(|b| does(&b.keys)).map(|b| b.keys.clone())
}

fn every_action_does_something(scopes: &[&str]) {
    let (map, _) = Keymap::with_user(Base::Default, None);
    let shared = Ground::of(|_| true);
    for scope in scopes {
        let own = ACTIONS
            .iter()
            .filter(|a| a.scopes.contains(scope) && a.keyed);
        for action in own {
            let is_own = scope == &"drafts" || action.id == "drafts";
            let fresh =
                is_own || action.danger == Danger::AtOnce || !way(scope, action.id).1.is_empty();
            let ground = if fresh {
                Ground::of(|_| true)
            } else {
                shared.clone()
            };
            let mut stage = stage(&ground, scope, action.id);
            let before = stage.picture();
            let keys = keys_of(&map, scope, action);
            let keys = keys.unwrap_or_else(|| panic!("no key for {} in {scope}", action.id));
            for key in keys {
                stage.key(key);
            }
            let after = stage.picture();
            let is_done = before != after || stage.end.is_some();
            let is_silent = SHOWS_NOTHING.contains(&action.id);
            assert!(
                is_done != is_silent,
                "{} in {scope}\n{}",
                action.id,
                stage.screen()
            );
        }
    }
}

#[test]
fn every_action_of_the_queue_does_something() {
    every_action_does_something(&["queue", "candidates", "awaiting"]);
}

#[test]
fn every_action_of_the_plan_and_of_other_ways_does_something() {
    every_action_does_something(&["plan", "plan-candidates", "ways", "weights"]);
}

#[test]
fn every_action_of_the_registries_and_pages_does_something() {
    every_action_does_something(&["demand", "registry", "records", "detail"]);
}

#[test]
fn every_action_of_forms_questions_and_the_whole_does_something() {
    every_action_does_something(&[
        "drafts",
        "help",
        "form",
        "filter",
        "question",
        "global",
        "list",
        "everywhere",
    ]);
}

#[test]
fn every_scope_is_tried() {
    for scope in SCOPES {
        assert!(WAYS.iter().any(|(to, _)| *to == scope.id), "{}", scope.id);
    }
}

#[test]
fn the_palette_lists_what_can_be_done_here_with_its_keys_and_does_it() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("j :");
    stage.sees("Actions").sees("confirm…");
    stage.write("confirm");
    stage.sees("asks before anything changes");
    stage.press("enter");
    stage.sees("王建国 (V0000123) for 李德福: Haircut at home?");
    stage.press("n");
    // In pinyin, in its initials, in characters, by the name in key maps, and loosely.
    for typed in ["qrpp", "querenpipei", "确认匹配", "confrm"] {
        stage.press("ctrl-p").write(typed);
        stage.press("enter").sees("王建国 (V0000123) for 李德福");
        stage.press("n");
    }
    stage.press(":").write("cancel-need").press("enter");
    stage.sees("Cancel need N0000101");
    stage.press("esc");
    stage.press(":").write("switch").press("enter");
    stage.sees("匹配队列 2/6");
}

#[test]
fn what_is_not_possible_now_says_why_in_the_palette_and_when_its_key_is_pressed() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("j u");
    stage.sees("! This need has no match to end");
    stage.press(":").write("end match");
    stage.sees("This need has no match to end");
    stage.press("enter");
    stage
        .sees("Actions")
        .sees("! This need has no match to end");
    stage
        .press("ctrl-u")
        .write("add resident")
        .sees("only in: demand");
    stage.press("esc 1 m").sees("! only for a need");
    stage.press("2 t x").sees("! only for a need");
    stage.press("backspace").sees("! no filter is set");
    let mut stage = Stage::new(120, 40, Lang::Zh);
    stage.press("o").press(":").write("登记结果");
    stage.sees_no("没有待登记的结果");
    stage.press("esc");
    stage.press("o u").sees("! 这条需求没有可以结束的匹配");
}

#[test]
fn what_is_done_on_a_visit_that_awaits_its_outcome_is_about_its_need() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("o e").sees("Edit need N0000107");
    stage
        .press("esc")
        .press("ctrl-p")
        .write("reveal")
        .press("enter");
    stage.sees("Personal data of resident R0000080");
}

#[test]
fn what_is_typed_into_the_palette_can_be_looked_for_among_the_records() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press(":").write("ldf");
    stage.sees("find suppliers, residents, needs: ldf");
    stage.press("enter");
    stage.sees("resident R0000045  李德福").sees("2 found");
    stage.press("enter").sees("Anhuaxili");
}

#[test]
fn the_palette_stands_above_forms_and_pages_too() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage
        .press("2 n")
        .write("ldf")
        .press("tab ctrl-p")
        .write("save");
    stage.sees("changes records at once");
    stage.press("enter");
    stage.sees("This is required").sees("New need");
    stage
        .press("esc y 2 enter ctrl-p")
        .write("edit")
        .press("enter");
    stage.sees("Edit need N0000101");
    stage.press("esc");
    // A reason is as of now: what another does while the palette is open counts.
    stage
        .press("esc 3 j ctrl-p")
        .write("confirm")
        .sees_no("another");
    stage.another(&confirm("N0000101", "V0000123")).unwrap();
    stage.settle();
    stage.sees("matched by wang; press J for the next");
    stage.press("enter");
    stage.sees("! N0000101: matched by wang");
}

#[test]
fn the_help_begins_with_what_is_in_front_and_is_searched_in_either_language() {
    let mut stage = Stage::new(120, 40, Lang::En);
    stage.press("?");
    let screen = stage.screen();
    let place = |text: &str| screen.find(text).unwrap();
    assert!(place("plan the queue") < place("the selected record"));
    assert!(place("the selected record") < place("lists and pages"));
    stage.press("/").write("end match");
    stage.sees("u").sees("details").sees_no("page up");
    stage.press("ctrl-u").write("fangan").sees("plan the queue");
    stage
        .press("ctrl-u")
        .write("^S")
        .sees("save")
        .sees_no("plan the queue");
    stage
        .press("ctrl-u")
        .write("zzzz")
        .sees("No key or action matches");
    stage.press("enter esc").sees("plan the queue");
    stage.press("esc").sees_no("the selected record");
}

#[test]
fn after_the_first_key_of_a_sequence_stands_what_may_follow() {
    let mut stage = Stage::new(80, 24, Lang::En);
    stage.press("g");
    stage.sees("┌ g ").sees("g  to the top");
    stage.press("x").sees("g x means nothing").sees_no("┌ g ");
    stage.press("G").sees("6/6");
    stage.press("g g").sees("1/6");
}

/// A console with a key map and a configuration of one's own.
fn own(size: (u16, u16), config: &str, keymap: &str, lang: Lang) -> Stage {
    let file = |name: &str, text: &str| {
        Some(UserFile {
            name: name.to_owned(),
            text: Ok(text.to_owned()),
        })
    };
    let settings = ConsoleSettings {
        config: file("config.toml", config),
        keymap: file("keymap.toml", keymap),
        ..settings(lang)
    };
    Stage::on(&Ground::of(|_| true), size.0, size.1, settings, "li")
}

#[test]
fn a_key_map_is_chosen_in_the_configuration_and_ones_own_keys_lie_over_it() {
    let mut stage = own(
        (120, 40),
        "keymap = \"vim\"",
        "[global]\n\"Z Z\" = \"\"\n\"Q Q\" = \"quit\"\n",
        Lang::En,
    );
    stage.press("] d d").sees("Cancel need N0000101");
    stage.press("esc");
    stage.press("g t").sees("Supply 1/12");
    stage.press("Z Z");
    assert_eq!(stage.end, None);
    stage.press("Q").sees("Q  quit");
    stage.press("Q");
    assert_eq!(stage.end, Some(End::Quit));
    let mut stage = own((120, 40), "keymap = \"emacs\"", "", Lang::En);
    stage.press("ctrl-n alt-x").write("confirm").press("enter");
    stage
        .sees("王建国 (V0000123) for 李德福")
        .sees(" y confirm ");
    stage.press("ctrl-g").sees_no("for 李德福:");
    stage.press("ctrl-x").sees("^C  quit");
    stage.press("ctrl-c");
    assert_eq!(stage.end, Some(End::Quit));
}

#[test]
fn what_is_wrong_with_ones_own_files_is_said_at_the_start_and_the_console_works() {
    let mut stage = own(
        (120, 40),
        "keymp = \"vim\"",
        "[list]\n\"x\" = \"qit\"\n[everywhere]\n\"f9\" = \"save\"\n",
        Lang::En,
    );
    stage.sees("3 problems with settings").sees("keymp");
    stage.press("j c").sees("王建国 (V0000123)");
    stage.press("n");
    stage.press(":").write("problems").press("enter");
    stage
        .sees("Did you mean “keymap”?")
        .sees("there is no action “qit”. Did you mean “quit”?")
        .sees("line 4, column 1: “save” changes records without asking");
    stage.press("esc f9").sees_no("Save");
    let stage = own((120, 40), "", "[list]\n\"x\" = \"qit\"\n", Lang::Zh);
    stage.sees("keymap.toml 第 2 行第 1 列：没有“qit”这个操作。是不是“quit”？");
}

#[test]
fn keys_that_an_input_method_types_full_width_are_understood_as_commands() {
    let mut stage = Stage::new(120, 40, Lang::Zh);
    stage.write("？").sees("按键帮助");
    stage.press("esc");
    stage.write("：").sees("操作");
    stage.press("esc");
    stage.write("１").write("／").write("wjg").sees("供方 1/1");
    stage.press("esc").write("３").write("ｊ").write("ｃ");
    stage.sees("由 王建国（V0000123）为 李德福 服务");
    stage.write("ｎ");
    stage.sees_no("由 王建国（V0000123）为 李德福 服务");
}

#[test]
fn sentences_name_the_keys_that_are_in_effect() {
    let text = "[list]\n[queue]\n\"m\" = \"\"\n\"f7\" = \"ways\"\n[question]\n\"n\" = \"\"\n\"f8\" = \"no\"\n";
    let mut stage = own((120, 40), "", text, Lang::En);
    stage.press("j j j j").sees("Press F7 for other ways");
    stage.press("k right enter").sees(" y confirm   F8 back ");
}

#[test]
fn the_palette_and_the_help_at_every_size() {
    for (name, lang) in [("en", Lang::En), ("zh", Lang::Zh)] {
        for (w, h) in [(120, 40), (80, 24), (40, 10)] {
            let mut stage = Stage::new(w, h, lang);
            stage.press("j :");
            insta::assert_snapshot!(format!("palette_{w}x{h}_{name}"), stage.screen());
            stage.write("queren");
            if (w, h) != (120, 40) {
                insta::assert_snapshot!(format!("palette_typed_{w}x{h}_{name}"), stage.screen());
            }
            stage.press("esc ?");
            insta::assert_snapshot!(format!("help_{w}x{h}_{name}"), stage.screen());
            stage.press("esc g");
            if (w, h) == (40, 10) {
                insta::assert_snapshot!(format!("follow_{w}x{h}_{name}"), stage.screen());
            }
        }
    }
}
