use super::Lookup::Action;
use super::*;
use crate::console::app::actions;
use crate::domain::lang::Lang;

fn press(map: &Keymap, contexts: &[&str], keys: &str) -> Vec<Lookup> {
    let mut pending = Vec::new();
    let keys = parse_sequence(keys).unwrap_or_default();
    keys.into_iter()
        .map(|k| map.resolve(contexts, &mut pending, k))
        .collect()
}

fn with(text: &str) -> (Keymap, Vec<String>) {
    let (map, errors) = Keymap::with_user(&actions::ids(), Some(("my.toml", text)));
    (map, errors.iter().map(|e| e.say(Lang::En)).collect())
}

const LIST: &[&str] = &["list", "global", "everywhere"];

#[test]
fn the_built_in_map_is_sound_and_uses_every_action() {
    let mut known = actions::ids();
    let (map, errors) = Keymap::with_user(&known, None);
    assert_eq!(errors, []);
    known.sort_unstable();
    assert_eq!(map.actions(), known);
}

#[test]
fn a_sequence_waits_and_a_wrong_key_ends_it() {
    let (map, _) = with("");
    assert_eq!(press(&map, LIST, "g g"), [Lookup::Pending, Action("top")]);
    assert_eq!(
        press(&map, LIST, "g n n"),
        [Lookup::Pending, Lookup::None, Action("add")]
    );
    assert_eq!(
        press(&map, LIST, "？ ／ ｊ"),
        ["help", "filter", "down"].map(Action)
    );
}

#[test]
fn the_users_keys_win_and_may_unbind() {
    let (map, errors) =
        with("[list]\n\"g\" = \"refresh\"\n\"n\" = \"\"\n\"ctrl-d\" = \"page-down\"");
    assert_eq!(errors, [""; 0]);
    assert_eq!(press(&map, LIST, "g"), [Action("refresh")]);
    assert_eq!(press(&map, LIST, "n"), [Lookup::None]);
    assert_eq!(press(&map, LIST, "ctrl-d"), [Action("page-down")]);
    assert_eq!(press(&map, LIST, "/"), [Action("filter")]);
}

#[test]
fn mistakes_name_file_line_and_mend_and_the_rest_works() {
    let (map, errors) = with(
        "[lists]\n\"a\" = \"add\"\n[list]\n\"entr\" = \"open\"\n\"a\" = \"ad\"\n\"b\" = 3\n\"x\" = \"edit\"\n\"x x\" = \"add\"\n\
         \"esc\" = \"back\"\n\"escape\" = \"back\"\n[form]\n\"x\" = \"save\"\n",
    );
    insta::assert_snapshot!(errors.join("\n"), @r#"
    my.toml, line 1: there is no context [lists]. Did you mean [list]?
    my.toml, line 4: “entr” names no key. Write ctrl-s, enter, f5, pagedown or one character; part the keys of a sequence by spaces.
    my.toml, line 5: there is no action “ad”. Did you mean “add”?
    my.toml, line 6: the value of “b” must be an action's name in quotes, or "" to unbind the key.
    my.toml, line 8: the key “x” also begins “x x”, which can then never be typed. Change one of them.
    my.toml, line 10: the key “Esc” is bound twice in [list]. Delete one of the lines.
    my.toml, line 12: text is typed in [form], so the character key “x” cannot be bound there. Use ctrl-, alt- or a function key.
    "#);
    assert_eq!(press(&map, LIST, "x"), [Action("edit")]);
    assert_eq!(press(&map, LIST, "n"), [Action("add")]);
}

#[test]
fn a_file_that_is_no_toml_leaves_the_defaults() {
    let (map, errors) = with("[list\nwhat is this");
    assert!(
        errors.iter().all(|e| e.starts_with("my.toml, line ")),
        "{errors:?}"
    );
    assert!(!errors.is_empty());
    assert_eq!(press(&map, LIST, "n"), [Action("add")]);
}

#[test]
fn hints_come_from_the_map_and_hide_what_is_covered() {
    let (map, _) = with("");
    let hints = map.hints(&["help", "global", "everywhere"]);
    let of = |action| {
        hints
            .iter()
            .find(|h| h.action == action)
            .map(|h| h.keys.as_str())
    };
    assert_eq!(of("quit"), Some("^C"), "q goes back here");
    assert_eq!(of("next-pane"), Some("Tab"));
    let save = ["form", "weights"].map(|context| (context, "^S".to_owned()));
    assert_eq!(map.bindings_of("save"), save);
}

#[test]
fn nothing_that_books_or_ends_is_reached_from_a_list_by_accident() {
    let (map, _) = with("");
    for action in ["confirm", "unmatch", "cancel-need"] {
        assert!(
            map.bindings_of(action)
                .iter()
                .all(|(c, _)| *c != "list" && *c != "global")
        );
    }
}
