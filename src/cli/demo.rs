//! `demo`: a store of made-up people, and the console on it.

use clap::{ArgMatches, Command};
use serde_json::json;

use super::{Failure, Session, Verb, args, console, generate, import, session};
use crate::desk::{Command as Order, Desk};
use crate::domain::printable::printable;
use crate::domain::record::Settings;
use crate::domain::{Code, Lang, Right};
use crate::exchange::ImportOptions;
use crate::generate::demo::community;
use crate::store::fetch;
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "demo",
    about: text!(zh: "打开一个虚构的社区试用", en: "Open the console on a made-up community"),
    examples: &[
        (
            "matchdesk demo",
            text!(zh: "约 900 位供方、1200 位居民、120 条待匹配需求", en: "900 suppliers, 1,200 residents, 120 open needs"),
        ),
        (
            "matchdesk demo --fresh",
            text!(zh: "重新开始", en: "begin anew"),
        ),
        (
            "matchdesk demo --no-console --store trial.redb",
            text!(zh: "只建立数据库", en: "only make the store"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(args::flag(
            "fresh",
            text!(zh: "重新建立试用数据库", en: "Make the store anew"),
            lang,
        ))
        .arg(args::flag(
            "no-console",
            text!(zh: "只建立，不打开操作台", en: "Only make the store"),
            lang,
        ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    if !session.named {
        session.store = session::default_store("demo.redb");
    }
    let there = session.store.symlink_metadata().is_ok();
    if there && matches.get_flag("fresh") {
        discard(session)?;
    }
    if session.store.symlink_metadata().is_err()
        && let Err(failure) = make(session)
    {
        // Half a community would be taken for a whole one the next time.
        let _ = std::fs::remove_file(&session.store);
        return Err(failure);
    }
    if !matches.get_flag("no-console") {
        return console::open(session);
    }
    let store = session.store.display().to_string();
    let sentence =
        say!(session.lang, zh: "试用数据库：{store}", en: "The store for trials: {store}");
    session.answer(&json!({"store": store}), printable(&sentence))?;
    Ok(0)
}

/// Only a store of made-up people is ever discarded.
fn discard(session: &Session<'_>) -> Result<(), Failure> {
    let desk = session.open(Right::Administer)?;
    let settings: Option<Settings> = fetch(&*desk.rows()?, &Code::composed(Settings::KEY))?;
    drop(desk);
    if !settings.is_some_and(|settings| settings.trial) {
        let store = session.store.display();
        return Err(Failure::invalid(
            crate::both!(zh: "{store} 不是试用数据库，不会重建", en: "{store} is no store for trials and is left as it is"),
        ));
    }
    std::fs::remove_file(&session.store)
        .map_err(|error| generate::cannot_write(&session.store, &error))
}

fn make(session: &Session<'_>) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    community(folder.path(), generate::today(session)?)
        .map_err(|error| generate::cannot_write(folder.path(), &error))?;
    let desk = session.open_or_create(Right::Administer)?;
    mark(&desk, session)?;
    let options = ImportOptions {
        lang: session.lang,
        ..ImportOptions::default()
    };
    import::take(&desk, session, None, folder.path(), &options)?;
    Ok(())
}

/// Says in the store that its people are made up.
fn mark(desk: &Desk, session: &Session<'_>) -> Result<(), Failure> {
    let record = Settings {
        trial: true,
        ..Settings::default()
    };
    let record = record.into();
    desk.execute(&session.actor, &Order::Add { record })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::meter::Meter;
    use crate::desk::{Actor, Clock};
    use crate::domain::Lang;

    #[test]
    fn a_store_of_made_up_people_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let session = Session {
            lang: Lang::En,
            json: false,
            quiet: true,
            store: folder.path().join("demo.redb"),
            named: true,
            now: None,
            actor: Actor::desk(),
            out: &mut out,
            err: &mut err,
            meter: Meter::None,
            served: None,
            request: None,
        };
        let desk = Desk::open_or_create(&session.store, Clock::Machine).unwrap();
        mark(&desk, &session).unwrap();
        let rows = desk.rows().unwrap();
        let settings: Settings = fetch(&*rows, &Code::composed(Settings::KEY))
            .unwrap()
            .unwrap();
        assert!(settings.trial);
    }
}
