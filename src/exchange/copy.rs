//! Copies of a whole store: backups, and what is restored from them.

use std::io;

use super::error::ExchangeError;
use super::file_error::{Fault, FileError};
use super::location::Location;
use crate::both;
use crate::desk::DeskError;
use crate::domain::printable::printable;
use crate::store::Store;

/// Copies a store to a place where nothing is; it gets its name when it is complete and checked.
///
/// # Errors
/// When something is there already, it can't be written, or the copy is not equal.
pub fn copy(store: &dyn Store, to: &Location) -> Result<(), ExchangeError> {
    let wrong = |cause| FileError::new(to.path(), Fault::Write(cause)).into();
    match to.look() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(wrong(error)),
        Ok(_) => {
            let shown = printable(&to.path().display().to_string());
            return Err(ExchangeError::Refused(
                both!(zh: "{shown} 已经存在，不会覆盖；请换一个文件名", en: "{shown} is there already and is not overwritten; name another file"),
            ));
        }
    }
    let draft = to.draft().map_err(wrong)?;
    store.backup(draft.file()).map_err(DeskError::Store)?;
    draft.keep(to.path(), false).map_err(wrong)
}
