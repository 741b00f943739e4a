//! What all views know.

use std::collections::HashMap;
use std::sync::Arc;

use super::library::Library;
use crate::console::ConsoleSettings;
use crate::console::actions::{ActionId, stack};
use crate::console::config::{Config, ConfigError};
use crate::console::keys::{Keymap, KeymapError};
use crate::console::panes::walk::Walk;
use crate::console::theme::Theme;
use crate::desk::{Access, Actor, Desk, Others};
use crate::domain::{Code, Kind, Lang, Record, Said, Stamp};
use crate::store::fetch;

/// The names of what records refer to by code, in both languages.
#[derive(Debug, Default)]
pub struct Names {
    names: HashMap<(Kind, Code), (String, String, bool)>,
    order: Vec<(Kind, Code)>,
}

impl Names {
    /// Keeps the names of one record.
    pub fn put(&mut self, kind: Kind, code: Code, zh: &str, en: &str, retired: bool) {
        let key = (kind, code);
        if self
            .names
            .insert(key.clone(), (zh.to_owned(), en.to_owned(), retired))
            .is_none()
        {
            self.order.push(key);
        }
    }

    /// The name in a language, the other one where that is missing, else the code.
    #[must_use]
    pub fn get<'a>(&'a self, kind: Kind, code: &'a Code, lang: Lang) -> &'a str {
        let Some((zh, en, _)) = self.names.get(&(kind, code.clone())) else {
            return code.as_str();
        };
        let (first, second) = match lang {
            Lang::Zh => (zh, en),
            Lang::En => (en, zh),
        };
        [first, second]
            .into_iter()
            .find(|name| !name.is_empty())
            .map_or(code.as_str(), String::as_str)
    }

    /// Every code of a kind that new records may use.
    pub fn usable(&self, kind: Kind) -> impl Iterator<Item = &Code> {
        self.order
            .iter()
            .filter(move |key| {
                key.0 == kind && self.names.get(*key).is_some_and(|(.., retired)| !retired)
            })
            .map(|(_, code)| code)
    }

    /// Both names of a code, for searching.
    #[must_use]
    pub fn both(&self, kind: Kind, code: &Code) -> (&str, &str) {
        self.names
            .get(&(kind, code.clone()))
            .map_or(("", ""), |(zh, en, _)| (zh, en))
    }
}

#[allow(clippy::cast_precision_loss, reason = "a share is shown to two digits")]
fn share(done: u64, total: u64) -> f64 {
    done as f64 / total.max(1) as f64
}

/// What all views know.
pub struct Model {
    /// The desk, for reading; commands go through a worker.
    pub desk: Arc<Desk>,
    /// Who works at this console.
    pub actor: Actor,
    /// What the user may do, as far as the news have come.
    pub access: Access,
    /// The other sessions.
    pub others: Others,
    /// The language now.
    pub lang: Lang,
    /// The colours.
    pub theme: Theme,
    /// The keys.
    pub keymap: Keymap,
    /// What is wrong with the user's configuration and key map.
    pub problems: Vec<Said>,
    /// Names of categories, capabilities, streets and communities.
    pub names: Arc<Names>,
    /// The search keys of the registries.
    pub library: Arc<Library>,
    /// Whether the match index is loaded.
    pub ready: bool,
    /// How far its loading is.
    pub progress: Option<(u64, u64)>,
    /// Visits awaiting their outcome.
    pub awaiting: usize,
    /// Needs in the queue.
    pub open: usize,
    /// The store's name.
    pub title: String,
    /// Whether the rules' clock stands still.
    pub fixed_now: bool,
    /// Whose personal data is shown in full.
    pub revealed: Option<(Kind, Code)>,
    /// What was chosen and skipped in the walk through a plan.
    pub walk: Walk,
    tokens: u64,
}

impl Model {
    /// What is known at the start.
    #[must_use]
    pub fn new(desk: Arc<Desk>, actor: &Actor, settings: ConsoleSettings, theme: Theme) -> Self {
        let (config, wrong) = Config::load(settings.config.as_ref());
        let mut problems: Vec<Said> = wrong.iter().map(ConfigError::said).collect();
        let (keymap, wrong) = Keymap::load(config.keymap, settings.keymap.as_ref());
        problems.extend(wrong.iter().map(KeymapError::said));
        Self {
            access: desk.access(),
            desk,
            actor: actor.clone(),
            others: Others::default(),
            lang: settings.lang,
            theme,
            keymap,
            problems,
            names: Arc::default(),
            library: settings.library,
            ready: false,
            progress: None,
            awaiting: 0,
            open: 0,
            title: settings.title,
            fixed_now: settings.fixed_now,
            revealed: None,
            walk: Walk::default(),
            tokens: 0,
        }
    }

    /// The first key of an action in a scope or further out, for a sentence: `m`; what the palette calls it when it has none.
    #[must_use]
    pub fn key(&self, scope: &str, action: ActionId) -> String {
        let key = self.keymap.key_of(&stack(scope), action);
        key.unwrap_or_else(|| format!(":{action}"))
    }

    /// How much of the register is read, from 0 to 1; none while that is not known.
    #[must_use]
    pub fn opened(&self) -> Option<f64> {
        let (done, total) = self.progress?;
        Some(share(done, total))
    }

    /// A number that names one request, so that its answer is known again.
    pub fn token(&mut self) -> u64 {
        self.tokens += 1;
        self.tokens
    }

    /// The rules' clock.
    #[must_use]
    pub fn now(&self) -> Stamp {
        self.desk.now()
    }

    /// A record, if it is there and can be read.
    #[must_use]
    pub fn fetch<R: Record>(&self, code: &Code) -> Option<R> {
        let rows = self.desk.rows().ok()?;
        fetch(&*rows, code).ok().flatten()
    }

    /// Whether a record may be seen at all.
    #[must_use]
    pub fn sees(&self, kind: Kind, code: &Code) -> bool {
        let seen = self.desk.seen_codes(kind, std::slice::from_ref(code));
        seen.is_ok_and(|seen| !seen.is_empty())
    }

    /// Whether a record's personal data may be shown in full now.
    #[must_use]
    pub fn reveals(&self, kind: Kind, code: &Code) -> bool {
        self.revealed
            .as_ref()
            .is_some_and(|(of, which)| *of == kind && which == code)
    }

    /// The name of a category, capability, street or community.
    #[must_use]
    pub fn name<'a>(&'a self, kind: Kind, code: &'a Code) -> &'a str {
        self.names.get(kind, code, self.lang)
    }
}
