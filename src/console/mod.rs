//! The full-screen console.

pub mod app;
pub mod attend;
pub mod keys;
pub mod panes;
pub mod serve;
pub mod term;
pub mod theme;
pub mod widgets;

use std::sync::Arc;

use crate::domain::Lang;
use app::library::Library;
use keys::UserKeymap;

/// How a console begins.
#[derive(Clone, Debug, Default)]
pub struct ConsoleSettings {
    /// The language at first.
    pub lang: Lang,
    /// The store's name in the title line: its file, or `demo`.
    pub title: String,
    /// Whether the rules' clock stands still, which the title line then says.
    pub fixed_now: bool,
    /// The user's key map.
    pub keymap: Option<UserKeymap>,
    /// Whether this takes the place of a session whose line had dropped.
    pub again: bool,
    /// The search keys of the registries.
    pub library: Arc<Library>,
}
