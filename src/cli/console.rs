//! The console, from the command line.

use std::sync::Arc;

use super::away::{self, AwayCall};
use super::{Failure, Session};
use crate::both;
use crate::console::attend::{Ended, attend};
use crate::console::serve::{self, Away};
use crate::domain::Right;
use crate::store::{RequestId, random_id};

/// Opens the console on the session's store, in its station.
///
/// # Errors
/// When there is no store, no station can be had, or the terminal can't be used.
pub fn open(session: &mut Session<'_>) -> Result<u8, Failure> {
    let store = away::absolute(&session.store)?;
    let connect = |at: &Away| {
        let call = AwayCall {
            console: Some(at.clone()),
            ..away::call(session)
        };
        away::connect(&store, session.lang, &call, at.again)
    };
    let attended =
        Away::here(random_number()?).and_then(|here| attend(session.lang, &here, &connect));
    match attended {
        Ok(Ended::Status(status, words)) => {
            // The terminal is as it was before the console.
            let _ = session.err.write_all(&words);
            Ok(status)
        }
        Ok(Ended::Signal(signal)) => Ok(u8::try_from(128 + signal).unwrap_or(1)),
        Ok(Ended::Unserved(why)) => Err(why.into()),
        Err(error) => Err(Failure::invalid(
            both!(zh: "打不开操作台：{error}；请在终端里运行，或用命令行：matchdesk --help", en: "the console can't open: {error}; run it in a terminal, or use the commands: matchdesk --help"),
        )),
    }
}

/// What this terminal is known by.
fn random_number() -> Result<u64, Failure> {
    let RequestId(number) = random_id()?;
    Ok(u64::try_from(number >> 64).unwrap_or_default())
}

/// The console at the station's side of a line.
pub(super) fn serve(
    session: &Session<'_>,
    served: &super::Served,
    away: &Away,
) -> Result<u8, Failure> {
    let desk = Arc::new(session.open(Right::Supply)?);
    let title = session
        .store
        .file_stem()
        .map(|name| name.to_string_lossy().into_owned());
    let settings = crate::console::ConsoleSettings {
        lang: session.lang,
        title: title.unwrap_or_default(),
        fixed_now: session.now.is_some(),
        config: away.config.clone(),
        keymap: away.keymap.clone(),
        again: away.again,
        terminal: away.terminal,
        form: away.form.as_deref().and_then(serve::read_id),
        library: Arc::clone(&served.library),
    };
    Ok(crate::console::serve::serve(
        &desk,
        &session.actor,
        settings,
        away,
        &served.line,
    )??)
}
