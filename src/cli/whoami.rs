//! `whoami`: the roles of whoever asks.

use clap::{ArgMatches, Command};
use serde_json::{Value, json};

use super::{Failure, Session, Verb, words};
use crate::desk::{Access, Scope};
use crate::domain::kinds::Word;
use crate::domain::printable::printable;
use crate::domain::record::Grant;
use crate::domain::{Code, Lang, Right};
use crate::{say, text};

pub const VERB: Verb = Verb {
    name: "whoami",
    about: text!(zh: "我是谁、有哪些角色、能做什么", en: "Who I am here, my roles, and what I may do"),
    examples: &[(
        "matchdesk whoami",
        text!(zh: "我的角色和街乡", en: "my roles and streets"),
    )],
    args: |command: Command, _: Lang| command,
    run,
};

fn run(_: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open_for_anyone()?;
    let access = desk.access();
    let who = session.actor.who.clone();
    let lang = session.lang;
    if session.json {
        let roles: Vec<Value> = access
            .roles()
            .iter()
            .map(|(role, scope)| json!({"role": role.word(), "streets": names(scope)}))
            .collect();
        let rights: Vec<&str> = allowed(&access).map(Word::word).collect();
        session.document(&json!({"who": who, "roles": roles, "rights": rights}))?;
        return Ok(0);
    }
    for (role, scope) in access.roles() {
        let (role, streets) = (role.say(lang), words::streets(&codes(scope), lang));
        session.say(printable(
            &say!(lang, zh: "{who}：{role}（{streets}）", en: "{who}: {role} ({streets})"),
        ))?;
    }
    let rights: Vec<&str> = allowed(&access).map(|right| right.say(lang)).collect();
    let rights = rights.join(text!(zh: "、", en: ", ").get(lang));
    session.say(say!(lang, zh: "可以：{rights}", en: "May {rights}"))?;
    Ok(0)
}

fn allowed(access: &Access) -> impl Iterator<Item = Right> {
    Right::ALL
        .iter()
        .copied()
        .filter(|right| access.allows(*right))
}

fn codes(scope: &Scope) -> Vec<Code> {
    match scope {
        Scope::Nowhere => Vec::new(),
        Scope::Streets(streets) => {
            let mut streets: Vec<Code> = streets.iter().cloned().collect();
            streets.sort_unstable();
            streets
        }
        Scope::Everywhere => vec![Code::composed(Grant::EVERYWHERE)],
    }
}

fn names(scope: &Scope) -> Vec<String> {
    codes(scope).iter().map(ToString::to_string).collect()
}
