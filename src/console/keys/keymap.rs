//! Which keys mean which action in which scope: a built-in map with the user's file laid over it.

use super::read::{Layer, read};
use super::{Base, Key, KeymapError, Problem, check, show_sequence};
use crate::console::actions::{ActionId, ScopeId};
use crate::console::config::UserFile;

/// What the keys pressed so far mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Do this.
    Action(ActionId),
    /// The beginning of a sequence: wait for the next key.
    Pending,
    /// The key ends a sequence that means nothing, and does nothing else.
    Broken,
    /// Nothing here; a key that types text may go into the text.
    None,
}

/// One action with one of its keys, for the bottom line and the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The keys in short: `^S`, `g g`.
    pub keys: String,
    /// The action.
    pub action: ActionId,
}

/// Keys that do an action in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub scope: ScopeId,
    /// The keys, one after the other.
    pub keys: Vec<Key>,
    /// What they do.
    pub action: ActionId,
}

/// All bindings, those of the upper files first.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Keymap {
    /// A built-in map with a user's over it. What is wrong with the user's is told, and the rest of it counts.
    #[must_use]
    pub fn load(base: Base, user: Option<&UserFile>) -> (Self, Vec<KeymapError>) {
        match user.map(|user| (user, &user.text)) {
            None => Self::with_user(base, None),
            Some((user, Ok(text))) => Self::with_user(base, Some((&user.name, text))),
            Some((user, Err(why))) => {
                let (map, mut errors) = Self::with_user(base, None);
                errors.push(KeymapError {
                    file: user.name.clone(),
                    line: 1,
                    column: 1,
                    problem: Problem::Unreadable(why.clone()),
                });
                (map, errors)
            }
        }
    }

    /// A built-in map with a text over it, `(file name, TOML)`.
    #[must_use]
    pub fn with_user(base: Base, user: Option<(&str, &str)>) -> (Self, Vec<KeymapError>) {
        let mut map = Self::default();
        let mut errors = Vec::new();
        for (file, text) in base.layers().into_iter().chain(user) {
            let (layer, mut wrong) = read(file, text);
            map.overlay(&layer);
            wrong.extend(check(&map, &layer, file));
            wrong.sort_by_key(|error| (error.line, error.column));
            errors.append(&mut wrong);
        }
        (map, errors)
    }

    /// A layer's keys win over what was bound to them, or began or continued them, in the same scope.
    fn overlay(&mut self, layer: &Layer) {
        let is_over = |old: &Binding| {
            let mut all = layer.changes();
            all.any(|(scope, keys)| scope == old.scope && entangled(keys, &old.keys))
        };
        let kept = self.bindings.iter().filter(|old| !is_over(old));
        // What is above is what hints show.
        self.bindings = layer.bindings().chain(kept).cloned().collect();
    }

    /// Every binding.
    pub fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.bindings.iter()
    }

    fn of<'s>(&'s self, scope: &'s str) -> impl Iterator<Item = &'s Binding> {
        self.bindings.iter().filter(move |b| b.scope == scope)
    }

    /// What `key` means after the `pending` keys where the scopes of `stack` hold, innermost first.
    ///
    /// `pending` is kept here between calls: it grows on [`Lookup::Pending`] and is emptied otherwise, so a wrong second key ends the sequence
    /// and does nothing else.
    pub fn resolve(&self, stack: &[ScopeId], pending: &mut Vec<Key>, key: Key) -> Lookup {
        pending.push(key.normal().folded());
        for scope in stack {
            let mut longer = false;
            for binding in self.of(scope) {
                if binding.keys == *pending {
                    pending.clear();
                    return Lookup::Action(binding.action);
                }
                longer |= binding.keys.starts_with(pending);
            }
            if longer {
                return Lookup::Pending;
            }
        }
        let is_first = pending.len() == 1;
        pending.clear();
        if is_first {
            Lookup::None
        } else {
            Lookup::Broken
        }
    }

    /// What may follow after the `pending` keys: the rest of each sequence, and what it does.
    #[must_use]
    pub fn follow(&self, stack: &[ScopeId], pending: &[Key]) -> Vec<Hint> {
        let mut hints: Vec<Hint> = Vec::new();
        let mut taken: Vec<&[Key]> = Vec::new();
        for scope in stack {
            let outer = taken.len();
            for binding in self.of(scope) {
                let rest = binding.keys.strip_prefix(pending);
                let Some(rest) = rest.filter(|rest| !rest.is_empty()) else {
                    continue;
                };
                let mut inner = taken.iter().take(outer);
                if !inner.any(|keys| entangled(keys, rest)) {
                    hints.push(Hint {
                        keys: show_sequence(rest),
                        action: binding.action,
                    });
                }
                taken.push(rest);
            }
        }
        hints
    }

    /// Every `(scope, keys)` that does `action`, the preferred ones first.
    #[must_use]
    pub fn bindings_of(&self, action: &str) -> Vec<(ScopeId, String)> {
        self.bindings
            .iter()
            .filter(|b| b.action == action)
            .map(|b| (b.scope, show_sequence(&b.keys)))
            .collect()
    }

    /// The keys that do `action` in a scope itself, the preferred one first.
    #[must_use]
    pub fn keys_in(&self, scope: &str, action: &str) -> Vec<String> {
        self.of(scope)
            .filter(|b| b.action == action)
            .map(|b| show_sequence(&b.keys))
            .collect()
    }

    /// The key that does `action` in `stack` (innermost first), the one that hints show.
    #[must_use]
    pub fn key_of(&self, stack: &[ScopeId], action: &str) -> Option<String> {
        let bound = stack.iter().enumerate().flat_map(|(depth, scope)| {
            let own = self.of(scope).filter(move |b| b.action == action);
            own.map(move |binding| (depth, binding))
        });
        let mut seen = bound.filter(|(depth, binding)| {
            let mut inner = stack.iter().take(*depth).flat_map(|scope| self.of(scope));
            !inner.any(|b| entangled(&b.keys, &binding.keys))
        });
        seen.next().map(|(_, binding)| show_sequence(&binding.keys))
    }

    /// The actions that can be reached in `stack` (innermost first), each with its first key.
    #[must_use]
    pub fn hints(&self, stack: &[ScopeId]) -> Vec<Hint> {
        let mut hints: Vec<Hint> = Vec::new();
        let mut taken: Vec<&[Key]> = Vec::new();
        for scope in stack {
            let outer = taken.len();
            for b in self.of(scope) {
                let hidden = taken
                    .iter()
                    .take(outer)
                    .any(|keys| entangled(keys, &b.keys));
                taken.push(&b.keys);
                if !hidden && !hints.iter().any(|h| h.action == b.action) {
                    hints.push(Hint {
                        keys: show_sequence(&b.keys),
                        action: b.action,
                    });
                }
            }
        }
        hints
    }

    /// Every action that some key does, once.
    #[must_use]
    pub fn actions(&self) -> Vec<ActionId> {
        let mut all: Vec<ActionId> = self.bindings.iter().map(|b| b.action).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// Whether one sequence is the other or begins it.
pub(super) fn entangled(a: &[Key], b: &[Key]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

#[cfg(test)]
mod tests;
