//! The console, from the command line.

use std::sync::Arc;

use super::{Failure, Session};
use crate::both;
use crate::console::{ConsoleError, ConsoleSettings, keys, run};

/// Opens the console on the session's store.
///
/// # Errors
/// When there is no store, it can't be opened, or the terminal can't be used.
pub fn open(session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = Arc::new(session.open()?);
    let title = session
        .store
        .file_stem()
        .map(|name| name.to_string_lossy().into_owned());
    let settings = ConsoleSettings {
        lang: session.lang,
        title: title.unwrap_or_default(),
        fixed_now: session.now.is_some(),
        keymap: keys::user_file(),
    };
    match run(&desk, &session.actor, settings) {
        Ok(()) => Ok(0),
        Err(ConsoleError::Signal(signal)) => Ok(u8::try_from(128 + signal).unwrap_or(1)),
        Err(ConsoleError::Terminal(error)) => Err(Failure::invalid(
            both!(zh: "打不开操作台：{error}；请在终端里运行，或用命令行：matchdesk --help", en: "the console can't open: {error}; run it in a terminal, or use the commands: matchdesk --help"),
        )),
    }
}
