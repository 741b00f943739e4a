//! The full-screen console.

pub mod actions;
pub mod app;
pub mod attend;
pub mod config;
pub mod keys;
pub mod panes;
pub mod serve;
pub mod term;
pub mod theme;
mod unsettled;
pub mod widgets;

use std::sync::Arc;

use crate::domain::Lang;
use app::library::Library;
use config::UserFile;

use crate::store::RequestId;

/// How a console begins.
#[derive(Clone, Debug, Default)]
pub struct ConsoleSettings {
    /// The language at first.
    pub lang: Lang,
    /// The store's name in the title line: its file, or `demo`.
    pub title: String,
    /// Whether the rules' clock stands still, which the title line then says.
    pub fixed_now: bool,
    /// The user's configuration.
    pub config: Option<UserFile>,
    /// The user's key map.
    pub keymap: Option<UserFile>,
    /// Whether this takes the place of a session whose line had dropped.
    pub again: bool,
    /// The number that the terminal drew, by which its inputs are known again.
    pub terminal: u64,
    /// The form that was open when the line dropped.
    pub form: Option<RequestId>,
    /// The search keys of the registries.
    pub library: Arc<Library>,
}
