//! The console, from the command line.

use super::{Failure, Session};
use crate::both;

/// Opens the console on the session's store.
///
/// # Errors
/// When there is no store, or it can't be opened.
pub fn open(session: &mut Session<'_>) -> Result<u8, Failure> {
    session.open_and_roll()?;
    Err(Failure::invalid(
        both!(zh: "这个版本没有操作台；matchdesk --help 列出所有命令", en: "this build has no console; matchdesk --help lists the commands"),
    ))
}
