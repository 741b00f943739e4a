//! Which keys mean which action, by context: the built-in map with the user's file laid over it.

use std::ops::Range;
use std::path::PathBuf;

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::nearest;
use super::{CONTEXTS, Key, KeymapError, Problem, TEXT_CONTEXTS, parse_sequence, show_sequence};

/// The name of an action, from the app's registry.
pub type ActionId = &'static str;

const BUILTIN: &str = include_str!("../../../keymaps/default.toml");
const BUILTIN_NAME: &str = "keymaps/default.toml";

/// What the keys pressed so far mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// Do this.
    Action(ActionId),
    /// The beginning of a sequence: wait for the next key.
    Pending,
    /// Nothing here; a key that types text may go into the text.
    None,
}

/// One action with the first of its keys, for the bottom line and the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The keys in short: `^S`, `g g`.
    pub keys: String,
    /// The action.
    pub action: ActionId,
}

#[derive(Clone, Debug)]
struct Binding {
    context: ActionId,
    keys: Vec<Key>,
    action: ActionId,
}

/// All bindings, in the order of the files.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

/// The user's key map, `$XDG_CONFIG_HOME/matchdesk/keymap.toml`, whether it exists or not.
#[must_use]
pub fn user_file() -> Option<PathBuf> {
    let folders = etcetera::choose_base_strategy().ok()?;
    Some(folders.config_dir().join("matchdesk").join("keymap.toml"))
}

/// A user's key map as it was read, or why it can't be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserKeymap {
    /// The file.
    pub name: String,
    /// What stands in it.
    pub text: Result<String, String>,
}

impl UserKeymap {
    /// Reads the user's key map, if there is one.
    #[must_use]
    pub fn read() -> Option<Self> {
        let path = user_file()?;
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
            read => read.map_err(|error| error.to_string()),
        };
        Some(Self {
            name: path.display().to_string(),
            text,
        })
    }
}

impl Keymap {
    /// The built-in map with a user's over it. What is wrong with the user's is told, and the rest of it counts.
    #[must_use]
    pub fn load(known: &[ActionId], user: Option<&UserKeymap>) -> (Self, Vec<KeymapError>) {
        match user.map(|user| (user, &user.text)) {
            None => Self::with_user(known, None),
            Some((user, Ok(text))) => Self::with_user(known, Some((&user.name, text))),
            Some((user, Err(why))) => {
                let (map, mut errors) = Self::with_user(known, None);
                errors.push(KeymapError {
                    file: user.name.clone(),
                    line: 1,
                    problem: Problem::Unreadable(why.clone()),
                });
                (map, errors)
            }
        }
    }

    /// The built-in map with a text over it, `(file name, TOML)`.
    #[must_use]
    pub fn with_user(known: &[ActionId], user: Option<(&str, &str)>) -> (Self, Vec<KeymapError>) {
        let mut map = Self::default();
        let mut errors = Vec::new();
        for (file, text) in [Some((BUILTIN_NAME, BUILTIN)), user].into_iter().flatten() {
            let mut reader = Reader {
                file,
                text,
                known,
                errors: Vec::new(),
            };
            let layer = reader.read();
            errors.append(&mut reader.errors);
            map.overlay(layer);
        }
        (map, errors)
    }

    /// A layer's keys win over what was bound to them, or began or continued them, in the same context.
    fn overlay(&mut self, layer: Vec<Binding>) {
        self.bindings.retain(|old| {
            !layer
                .iter()
                .any(|new| new.context == old.context && entangled(&new.keys, &old.keys))
        });
        self.bindings
            .extend(layer.into_iter().filter(|b| !b.action.is_empty()));
    }

    /// What `key` means after the `pending` keys, in the `contexts` that hold, innermost first.
    ///
    /// `pending` is kept here between calls: it grows on [`Lookup::Pending`] and is emptied otherwise, so a wrong second key ends the sequence
    /// and does nothing else.
    pub fn resolve(&self, contexts: &[&str], pending: &mut Vec<Key>, key: Key) -> Lookup {
        pending.push(key.normal().folded());
        for context in contexts {
            let mut longer = false;
            for binding in self.bindings.iter().filter(|b| b.context == *context) {
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
        pending.clear();
        Lookup::None
    }

    /// Every `(context, keys)` that does `action`, the preferred ones first.
    #[must_use]
    pub fn bindings_of(&self, action: &str) -> Vec<(&'static str, String)> {
        self.bindings
            .iter()
            .filter(|b| b.action == action)
            .map(|b| (b.context, show_sequence(&b.keys)))
            .collect()
    }

    /// The actions that can be reached in `contexts` (innermost first), each with its first key.
    #[must_use]
    pub fn hints(&self, contexts: &[&str]) -> Vec<Hint> {
        let mut hints: Vec<Hint> = Vec::new();
        let mut taken: Vec<&[Key]> = Vec::new();
        for context in contexts {
            let outer = taken.len();
            for b in self.bindings.iter().filter(|b| b.context == *context) {
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
fn entangled(a: &[Key], b: &[Key]) -> bool {
    a.starts_with(b) || b.starts_with(a)
}

/// Reads one file and collects what is wrong with it.
struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    known: &'a [ActionId],
    errors: Vec<KeymapError>,
}

impl Reader<'_> {
    fn report(&mut self, span: Option<Range<usize>>, problem: Problem) {
        let before = span.and_then(|s| self.text.get(..s.start)).unwrap_or("");
        self.errors.push(KeymapError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            problem,
        });
    }

    fn read(&mut self) -> Vec<Binding> {
        let (table, syntax) = DeTable::parse_recoverable(self.text);
        for error in syntax {
            self.report(error.span(), Problem::Syntax(error.message().to_owned()));
        }
        let mut out = Vec::new();
        for (name, value) in in_order(table.get_ref()) {
            match (find(CONTEXTS, name.get_ref()), value.get_ref()) {
                (Some(context), DeValue::Table(keys)) => self.context(context, keys, &mut out),
                (Some(context), _) => {
                    self.report(Some(name.span()), Problem::NotText(context.to_owned()));
                }
                (None, _) => {
                    let near = nearest(name.get_ref(), CONTEXTS);
                    let unknown = name.get_ref().to_string();
                    self.report(Some(name.span()), Problem::UnknownContext(unknown, near));
                }
            }
        }
        out
    }

    fn context(&mut self, context: &'static str, keys: &DeTable<'_>, out: &mut Vec<Binding>) {
        let first = out.len();
        for (name, value) in in_order(keys) {
            let checked = self.binding(context, name.get_ref(), value.get_ref());
            let sound = checked.and_then(|new| {
                match out
                    .iter()
                    .skip(first)
                    .find(|old| entangled(&old.keys, &new.keys))
                {
                    Some(old) => Err(clash(old, &new)),
                    None => Ok(new),
                }
            });
            match sound {
                Ok(binding) => out.push(binding),
                Err(problem) => self.report(Some(name.span()), problem),
            }
        }
    }

    fn binding(
        &self,
        context: &'static str,
        name: &str,
        value: &DeValue<'_>,
    ) -> Result<Binding, Problem> {
        let keys = parse_sequence(name).ok_or_else(|| Problem::UnknownKey(name.to_owned()))?;
        let DeValue::String(action) = value else {
            return Err(Problem::NotText(name.to_owned()));
        };
        let typed = keys.iter().any(|k| k.text().is_some());
        if typed && TEXT_CONTEXTS.contains(&context) {
            return Err(Problem::TypesText(name.to_owned(), context.to_owned()));
        }
        let action = if action.is_empty() {
            ""
        } else {
            find(self.known, action).ok_or_else(|| {
                Problem::UnknownAction(action.to_string(), nearest(action, self.known))
            })?
        };
        Ok(Binding {
            context,
            keys,
            action,
        })
    }
}

fn clash(old: &Binding, new: &Binding) -> Problem {
    let (a, b) = (show_sequence(&old.keys), show_sequence(&new.keys));
    match old.keys.len().cmp(&new.keys.len()) {
        std::cmp::Ordering::Equal => Problem::Duplicate(b, new.context.to_owned()),
        std::cmp::Ordering::Less => Problem::Shadowed(a, b),
        std::cmp::Ordering::Greater => Problem::Shadowed(b, a),
    }
}

fn find(among: &[&'static str], name: &str) -> Option<&'static str> {
    among.iter().find(|known| **known == name).copied()
}

/// A table's entries as they stand in the file.
fn in_order<'t, 'i, K>(
    table: &'t toml::map::Map<Spanned<K>, Spanned<DeValue<'i>>>,
) -> Vec<(&'t Spanned<K>, &'t Spanned<DeValue<'i>>)>
where
    Spanned<K>: Ord + std::hash::Hash,
{
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

#[cfg(test)]
mod tests;
