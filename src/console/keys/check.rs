//! What is in effect and will surprise: keys that are never reached.

use super::keymap::Keymap;
use super::problem::Place;
use super::read::Layer;
use super::{Binding, KeymapError, Problem, show_sequence};
use crate::console::actions::{SCOPES, stack};

/// What is wrong with the keys of a layer in the map that it lies over, in which they are in effect.
#[must_use]
pub(super) fn check(map: &Keymap, layer: &Layer, file: &str) -> Vec<KeymapError> {
    let at = |place: Place, problem: Problem| problem.at(file, place);
    let mut out = Vec::new();
    for (binding, place) in layer.placed() {
        if let Some((shorter, longer)) = hidden(map, binding) {
            let (keys, prefix) = (show_sequence(&shorter.keys), show_sequence(&longer.keys));
            out.push(at(
                *place,
                Problem::Hidden(keys, shorter.scope, prefix, longer.scope),
            ));
        }
    }
    out
}

/// The key further out and the sequence further in that it begins, of which a binding is one: where the sequence holds,
/// the key is waited for to go on.
fn hidden<'m>(map: &'m Keymap, binding: &'m Binding) -> Option<(&'m Binding, &'m Binding)> {
    map.bindings().find_map(|other| {
        let hides = |longer: &Binding, shorter: &Binding| {
            longer.keys.len() > shorter.keys.len()
                && longer.keys.starts_with(&shorter.keys)
                && is_inside(longer.scope, shorter.scope)
                && shorter.action != longer.action
        };
        if hides(binding, other) {
            Some((other, binding))
        } else if hides(other, binding) {
            Some((binding, other))
        } else {
            None
        }
    })
}

/// Whether one scope comes before the other somewhere.
fn is_inside(inner: &str, outer: &str) -> bool {
    SCOPES.iter().any(|scope| {
        let stack = stack(scope.id);
        let place = |id: &str| stack.iter().position(|own| *own == id);
        matches!((place(inner), place(outer)), (Some(inner), Some(outer)) if inner < outer)
    })
}
