use std::collections::HashSet;

use super::*;

#[test]
fn every_row_is_complete() {
    let mut seen = HashSet::new();
    for action in ACTIONS {
        let id = action.id;
        assert!(seen.insert(id), "{id} is there twice");
        assert!(
            id.chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{id}"
        );
        assert!(
            !action.text.zh.is_empty() && !action.text.en.is_empty(),
            "{id}"
        );
        assert!(!action.scopes.is_empty(), "{id}");
        for scope in action.scopes {
            assert!(find_scope(scope).is_some(), "{id}: {scope}");
        }
    }
}

#[test]
fn no_two_actions_of_one_place_are_called_the_same() {
    for scope in SCOPES {
        let stack = stack(scope.id);
        let mut names = HashSet::new();
        for action in ACTIONS.iter().filter(|action| action.acts_in(&stack)) {
            assert!(
                names.insert(action.text.zh),
                "{}: {}",
                scope.id,
                action.text.zh
            );
            assert!(
                names.insert(action.text.en),
                "{}: {}",
                scope.id,
                action.text.en
            );
        }
    }
}

#[test]
fn every_scope_is_complete() {
    let mut seen = HashSet::new();
    for scope in SCOPES {
        assert!(seen.insert(scope.id), "{} is there twice", scope.id);
        assert!(!scope.text.zh.is_empty() && !scope.text.en.is_empty());
        for outer in scope.within {
            assert!(find_scope(outer).is_some(), "{}: {outer}", scope.id);
        }
        assert_eq!(stack(scope.id).last(), Some(&"everywhere"), "{}", scope.id);
        let acts = |action: &&Action| action.scopes.contains(&scope.id);
        assert!(
            ACTIONS.iter().any(|action| acts(&action)),
            "{} has no action",
            scope.id
        );
    }
}

#[test]
fn what_needs_a_right_to_serve_changes_records_and_the_other_way_round() {
    for action in ACTIONS {
        if action.needs == Some(Right::Serve) {
            assert_ne!(action.danger, Danger::Harmless, "{}", action.id);
        }
    }
}

#[test]
fn an_action_reaches_the_scopes_around_and_inside_its_own() {
    let confirm = find("confirm").unwrap();
    for scope in [
        "queue",
        "candidates",
        "records",
        "list",
        "global",
        "everywhere",
    ] {
        assert!(confirm.reaches(scope), "{scope}");
    }
    for scope in ["plan", "form", "question", "demand"] {
        assert!(!confirm.reaches(scope), "{scope}");
    }
    assert!(find("up").unwrap().reaches("queue"));
    assert_eq!(confirm.elsewhere().en, "only in: match queue, candidates");
}
