//! Reading one key map file: what it binds and unbinds, and what in it can't be understood.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keymap::entangled;
use super::problem::{Place, nearest};
use super::{Binding, Key, KeymapError, Problem, parse_sequence, show_sequence};
use crate::console::actions::{self, Danger, SCOPES, Scope, ScopeId};

/// What a file says, with the places where it says it.
#[derive(Debug, Default)]
pub(super) struct Layer {
    bound: Vec<(Binding, Place)>,
    unbound: Vec<(ScopeId, Vec<Key>)>,
}

impl Layer {
    /// What it binds.
    pub(super) fn bindings(&self) -> impl Iterator<Item = &Binding> {
        self.bound.iter().map(|(binding, _)| binding)
    }

    /// What it binds, and where.
    pub(super) fn placed(&self) -> impl Iterator<Item = &(Binding, Place)> {
        self.bound.iter()
    }

    /// The keys that it binds or unbinds.
    pub(super) fn changes(&self) -> impl Iterator<Item = (ScopeId, &[Key])> {
        let bound = self.bindings().map(|b| (b.scope, b.keys.as_slice()));
        bound.chain(self.unbound.iter().map(|(scope, keys)| (*scope, &**keys)))
    }
}

/// Reads a file. What is wrong in it is told and left out.
pub(super) fn read(file: &str, text: &str) -> (Layer, Vec<KeymapError>) {
    let mut reader = Reader {
        file,
        text,
        layer: Layer::default(),
        errors: Vec::new(),
    };
    reader.read();
    (reader.layer, reader.errors)
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    layer: Layer,
    errors: Vec<KeymapError>,
}

impl Reader<'_> {
    fn report(&mut self, span: Option<Range<usize>>, problem: Problem) {
        let place = Place::of(self.text, span.map_or(0, |span| span.start));
        self.errors.push(problem.at(self.file, place));
    }

    fn read(&mut self) {
        let (table, syntax) = DeTable::parse_recoverable(self.text);
        for error in syntax {
            self.report(error.span(), Problem::Syntax(error.message().to_owned()));
        }
        for (name, value) in in_order(table.get_ref()) {
            match (actions::find_scope(name.get_ref()), value.get_ref()) {
                (Some(scope), DeValue::Table(keys)) => self.scope(scope, keys),
                (Some(scope), _) => {
                    self.report(Some(name.span()), Problem::NotText(scope.id.to_owned()));
                }
                (None, _) => {
                    let near = nearest(name.get_ref(), SCOPES.iter().map(|scope| scope.id));
                    let unknown = name.get_ref().to_string();
                    self.report(Some(name.span()), Problem::UnknownScope(unknown, near));
                }
            }
        }
    }

    fn scope(&mut self, scope: &'static Scope, keys: &DeTable<'_>) {
        for (name, value) in in_order(keys) {
            if let Err(problem) = self.line(scope, name, value.get_ref()) {
                self.report(Some(name.span()), problem);
            }
        }
    }

    /// Takes one line in.
    fn line(
        &mut self,
        scope: &'static Scope,
        name: &Spanned<impl AsRef<str>>,
        value: &DeValue<'_>,
    ) -> Result<(), Problem> {
        let (place, name) = (
            Place::of(self.text, name.span().start),
            name.get_ref().as_ref(),
        );
        let keys = parse_sequence(name).ok_or_else(|| Problem::UnknownKey(name.to_owned()))?;
        let DeValue::String(action) = value else {
            return Err(Problem::NotText(name.to_owned()));
        };
        if action.is_empty() {
            self.layer.unbound.push((scope.id, keys));
            return Ok(());
        }
        let new = binding(scope, name, keys, action)?;
        let is_clash = |old: &&Binding| old.scope == new.scope && entangled(&old.keys, &new.keys);
        if let Some(old) = self.layer.bindings().find(is_clash) {
            return Err(clash(old, &new));
        }
        self.layer.bound.push((new, place));
        Ok(())
    }
}

/// A binding that makes sense in its scope.
fn binding(
    scope: &'static Scope,
    name: &str,
    keys: Vec<Key>,
    action: &str,
) -> Result<Binding, Problem> {
    if scope.types && keys.first().is_some_and(|key| key.text().is_some()) {
        return Err(Problem::TypesText(name.to_owned(), scope.id));
    }
    let mut unsendable = keys
        .iter()
        .filter_map(|key| Some((*key, key.unsendable()?)));
    if let Some((key, why)) = unsendable.next() {
        return Err(Problem::Unsendable(key, why));
    }
    let Some(found) = actions::find(action) else {
        let near = nearest(action, actions::ACTIONS.iter().map(|action| action.id));
        return Err(Problem::UnknownAction(action.to_owned(), near));
    };
    if !found.reaches(scope.id) {
        return Err(Problem::NoUse(found, scope.id));
    }
    if found.danger == Danger::AtOnce {
        let is_own = found.scopes.contains(&scope.id);
        if !is_own || keys.last().is_some_and(|key| key.is_held()) {
            return Err(Problem::Dangerous(name.to_owned(), found, is_own));
        }
    }
    Ok(Binding {
        scope: scope.id,
        keys,
        action: found.id,
    })
}

fn clash(old: &Binding, new: &Binding) -> Problem {
    let (a, b) = (show_sequence(&old.keys), show_sequence(&new.keys));
    match old.keys.len().cmp(&new.keys.len()) {
        std::cmp::Ordering::Equal => Problem::Duplicate(b, new.scope),
        std::cmp::Ordering::Less => Problem::Shadowed(a, b),
        std::cmp::Ordering::Greater => Problem::Shadowed(b, a),
    }
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
