use super::Lookup::Action;
use super::*;
use crate::console::actions::{ACTIONS, Danger, SCOPES, find, stack};
use crate::console::keys::parse_sequence;
use crate::domain::lang::Lang;

fn press(map: &Keymap, scope: &str, keys: &str) -> Vec<Lookup> {
    let mut pending = Vec::new();
    let keys = parse_sequence(keys).unwrap_or_default();
    keys.into_iter()
        .map(|k| map.resolve(&stack(scope), &mut pending, k))
        .collect()
}

fn over(base: Base, text: &str) -> (Keymap, Vec<String>) {
    let (map, errors) = Keymap::with_user(base, Some(("my.toml", text)));
    let said = errors
        .iter()
        .map(|error| error.said().get(Lang::En).to_owned());
    (map, said.collect())
}

fn with(text: &str) -> (Keymap, Vec<String>) {
    over(Base::Default, text)
}

#[test]
fn the_built_in_maps_are_sound_and_have_a_key_for_every_action_that_wants_one() {
    for base in Base::ALL {
        let (map, errors) = Keymap::with_user(base, None);
        assert_eq!(errors, [], "{base:?}");
        let known = ACTIONS.iter().filter(|action| action.keyed);
        let mut known: Vec<ActionId> = known.map(|action| action.id).collect();
        known.sort_unstable();
        assert_eq!(map.actions(), known, "{base:?}");
    }
}

#[test]
fn every_action_has_a_key_in_each_of_its_scopes_or_further_out() {
    for base in Base::ALL {
        let (map, _) = Keymap::with_user(base, None);
        for action in ACTIONS.iter().filter(|action| action.keyed) {
            for scope in action.scopes {
                let hints = map.hints(&stack(scope));
                let found = hints.iter().any(|hint| hint.action == action.id);
                // The registries open what is selected by a key of the records, and so on inwards.
                let inner = SCOPES.iter().any(|inner| {
                    let hints = map.hints(&stack(inner.id));
                    inner.within.contains(scope) && hints.iter().any(|h| h.action == action.id)
                });
                assert!(found || inner, "{base:?}: {} in {scope}", action.id);
            }
        }
    }
}

#[test]
fn nothing_that_changes_records_at_once_is_done_by_a_key_outside_of_what_it_answers() {
    for base in Base::ALL {
        let (map, _) = Keymap::with_user(base, None);
        for binding in map.bindings() {
            let action = find(binding.action).unwrap();
            if action.danger == Danger::AtOnce {
                assert!(action.scopes.contains(&binding.scope), "{binding:?}");
                assert!(!binding.keys.last().unwrap().is_held(), "{binding:?}");
            }
        }
    }
}

#[test]
fn a_sequence_waits_and_a_wrong_key_ends_it() {
    let (map, _) = with("");
    assert_eq!(
        press(&map, "registry", "g g"),
        [Lookup::Pending, Action("top")]
    );
    assert_eq!(
        press(&map, "registry", "g n n"),
        [Lookup::Pending, Lookup::Broken, Action("add")]
    );
}

#[test]
fn full_width_keys_of_an_input_method_mean_the_keys_that_they_sit_on() {
    let (map, _) =
        with("[list]\n\",\" = \"top\"\n\".\" = \"bottom\"\n\"!\" = \"redraw\"\n\"！ ？\" = \"\"\n");
    for (typed, means) in [
        ("？", "help"),
        ("／", "filter"),
        ("、", "filter"),
        ("：", "palette"),
        ("，", "top"),
        ("。", "bottom"),
        ("！", "redraw"),
        ("ｊ", "down"),
        ("Ｇ", "bottom"),
        ("２", "pane-2"),
        ("％", "weights"),
    ] {
        assert_eq!(press(&map, "registry", typed), [Action(means)], "{typed}");
    }
    assert_eq!(
        press(&map, "registry", "ｇ ｇ"),
        [Lookup::Pending, Action("top")]
    );
    assert_eq!(
        press(&map, "filter", "？"),
        [Lookup::None],
        "it is text there"
    );
}

#[test]
fn what_may_follow_is_listed_without_what_is_hidden() {
    let (map, _) = with(
        "[global]\n\"g t\" = \"next-pane\"\n\"g g\" = \"refresh\"\n[queue]\n\"g x y\" = \"skip\"\n",
    );
    let mut pending = Vec::new();
    map.resolve(&stack("queue"), &mut pending, Key::char('g'));
    let follow = map.follow(&stack("queue"), &pending);
    let follow: Vec<(&str, ActionId)> = follow.iter().map(|h| (&*h.keys, h.action)).collect();
    assert_eq!(follow, [("x y", "skip"), ("g", "top"), ("t", "next-pane")]);
}

#[test]
fn the_users_keys_win_and_may_unbind() {
    let (map, errors) =
        with("[list]\n\"g\" = \"search\"\n\"ctrl-d\" = \"page-down\"\n[records]\n\"n\" = \"\"\n");
    assert_eq!(errors, [""; 0]);
    assert_eq!(press(&map, "registry", "g"), [Action("search")]);
    assert_eq!(press(&map, "registry", "n"), [Lookup::None]);
    assert_eq!(press(&map, "registry", "ctrl-d"), [Action("page-down")]);
    assert_eq!(press(&map, "registry", "/"), [Action("filter")]);
    let (map, errors) = over(Base::Vim, "[list]\n\"ctrl-d\" = \"down\"\n");
    assert_eq!(errors, [""; 0]);
    assert_eq!(press(&map, "registry", "ctrl-d"), [Action("down")]);
    assert_eq!(press(&map, "registry", "ctrl-u"), [Action("page-up")]);
}

#[test]
fn each_map_has_its_hands() {
    let of = |base, scope, keys| press(&Keymap::with_user(base, None).0, scope, keys);
    assert_eq!(of(Base::Vim, "queue", "Z Z").last(), Some(&Action("quit")));
    assert_eq!(
        of(Base::Vim, "queue", "g t").last(),
        Some(&Action("next-pane"))
    );
    assert_eq!(
        of(Base::Vim, "queue", "d d").last(),
        Some(&Action("cancel-need"))
    );
    let emacs = |scope, keys| of(Base::Emacs, scope, keys).last().copied();
    assert_eq!(emacs("form", "ctrl-x ctrl-s"), Some(Action("save")));
    assert_eq!(emacs("form", "ctrl-x ctrl-c"), Some(Action("quit")));
    assert_eq!(emacs("queue", "ctrl-n"), Some(Action("down")));
    assert_eq!(emacs("queue", "alt-x"), Some(Action("palette")));
    assert_eq!(emacs("plan", "ctrl-g"), Some(Action("back")));
    assert_eq!(
        emacs("form", "ctrl-f"),
        Some(Lookup::None),
        "it moves in the text"
    );
}

#[test]
fn mistakes_name_place_and_mend_and_the_rest_works() {
    let (map, errors) = with(
        "[lists]\n\"a\" = \"add\"\n[records]\n\"entr\" = \"open\"\n\"a\" = \"ad\"\n\"b\" = 3\n\"x\" = \"edit\"\n\"x x\" = \"add\"\n\
         \"esc\" = \"open\"\n  \"escape\" = \"open\"\n[form]\n\"x\" = \"save\"\n\"ctrl-t\" = \"confirm\"\n",
    );
    insta::assert_snapshot!(errors.join("\n"), @r#"
    my.toml, line 1, column 2: there is no scope [lists]. Did you mean [list]?
    my.toml, line 4, column 1: “entr” names no key. Write ctrl-s, enter, f5, pagedown or one character; part the keys of a sequence by spaces.
    my.toml, line 5, column 1: there is no action “ad”. Did you mean “add”?
    my.toml, line 6, column 1: the value of “b” must be an action's name in quotes, or "" to unbind the key.
    my.toml, line 8, column 1: the key “x” also begins “x x”, which can then never be typed. Change one of them.
    my.toml, line 10, column 3: the key “Esc” is bound twice in [records]. Delete one of the lines.
    my.toml, line 12, column 1: text is typed in [form], so the character key “x” cannot be bound there. Use ctrl-, alt- or a function key.
    my.toml, line 13, column 1: “confirm” means nothing in [form]; put it into [queue] [candidates].
    "#);
    assert_eq!(press(&map, "registry", "x"), [Action("edit")]);
    assert_eq!(press(&map, "registry", "n"), [Action("add")]);
    assert_eq!(press(&map, "form", "ctrl-t"), [Lookup::None]);
}

#[test]
fn what_would_surprise_is_told() {
    let (map, errors) = with(
        "[everywhere]\n\"f9\" = \"save\"\n\"ctrl-i\" = \"help\"\n\"ctrl-enter\" = \"help\"\n\"ctrl-,\" = \"help\"\n\
         [global]\n\"g\" = \"refresh\"\n[plan]\n\"down\" = \"book\"\n\"x\" = \"book\"\n[queue]\n\"q q\" = \"skip\"\n",
    );
    insta::assert_snapshot!(errors.join("\n"), @r#"
    my.toml, line 2, column 1: “save” changes records without asking, so “f9” may stand only in [form] [weights]. The line is left out.
    my.toml, line 3, column 1: terminals send “ctrl-i” as “tab”, so it never comes. Choose another key, or bind “tab”.
    my.toml, line 4, column 1: terminals send “ctrl-enter” as “enter”, so it never comes. Choose another key, or bind “enter”.
    my.toml, line 5, column 1: no terminal sends “ctrl-,”. Choose another key.
    my.toml, line 7, column 1: in [list] the key “g” waits for “g g”, so the “g” of [global] is never reached there. Change one of them.
    my.toml, line 9, column 1: “book” changes records without asking and must not sit on “down”, which hands hold down. The line is left out; choose another key.
    my.toml, line 12, column 1: in [queue] the key “q” waits for “q q”, so the “q” of [global] is never reached there. Change one of them.
    "#);
    assert_eq!(press(&map, "form", "f9"), [Lookup::None], "left out");
    assert_eq!(press(&map, "plan", "down"), [Action("down")], "left out");
    assert_eq!(press(&map, "plan", "x"), [Action("book")]);
}

#[test]
fn a_file_that_is_no_toml_leaves_the_defaults() {
    let (map, errors) = with("[list\nwhat is this");
    assert!(
        errors.iter().all(|e| e.starts_with("my.toml, line ")),
        "{errors:?}"
    );
    assert!(!errors.is_empty());
    assert_eq!(press(&map, "registry", "n"), [Action("add")]);
}

#[test]
fn hints_come_from_the_map_and_hide_what_is_covered() {
    let (map, _) = with("");
    let hints = map.hints(&stack("help"));
    let of = |action| {
        hints
            .iter()
            .find(|h| h.action == action)
            .map(|h| h.keys.as_str())
    };
    assert_eq!(of("quit"), Some("^C"), "q goes back here");
    assert_eq!(of("help"), Some("F1"), "? goes back here");
    let save = ["weights", "form"].map(|scope| (scope, "^S".to_owned()));
    assert_eq!(map.bindings_of("save"), save);
}
