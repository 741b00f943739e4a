//! `revoke`: a role taken back.

use clap::{Arg, ArgMatches, Command};
use serde_json::json;

use super::{Failure, Session, Verb, args, grant};
use crate::domain::kinds::Word;
use crate::domain::printable::printable;
use crate::domain::record::Grant;
use crate::domain::{Lang, Right, Role};
use crate::store::{Refusal, fetch};
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "revoke",
    about: text!(zh: "收回角色", en: "Take a role back, or all that somebody has"),
    examples: &[
        (
            "matchdesk revoke wang broker",
            text!(zh: "wang 不再是经纪人；立即生效", en: "wang is broker no more, from this moment on"),
        ),
        (
            "matchdesk revoke wang",
            text!(zh: "收回 wang 的所有角色", en: "wang has no role any more"),
        ),
    ],
    args: grammar,
    run,
};

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(args::positional("HOLDER", grant::HOLDER, lang))
        .arg(Arg::new("ROLE").help(grant::ROLE.get(lang)))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open(Right::Grant)?;
    let holder = args::text_of(matches, "HOLDER");
    let roles = if matches.contains_id("ROLE") {
        vec![grant::role_of(matches)?]
    } else {
        Role::ALL.to_vec()
    };
    let mut standing = Vec::new();
    for role in roles {
        let found: Option<Grant> = fetch(&*desk.rows()?, &Grant::key_of(holder, role))?;
        standing.extend(found.filter(|grant| !grant.revoked));
    }
    if standing.is_empty() {
        return Err(Refusal::new(
            Refusal::NOT_FOUND,
            both!(zh: "{holder} 没有这样的角色；matchdesk grant 列出所有授权", en: "{holder} has no such role; matchdesk grant lists who has which"),
        )
        .into());
    }
    let lang = session.lang;
    let words: Vec<&str> = standing.iter().map(|grant| grant.role.word()).collect();
    let shown: Vec<&str> = standing.iter().map(|grant| grant.role.say(lang)).collect();
    let shown = shown.join(text!(zh: "、", en: ", ").get(lang));
    let document = json!({"holder": holder, "revoked": words});
    for before in standing.iter().cloned() {
        let after = Grant {
            revoked: true,
            ..before.clone()
        };
        grant::put(&desk, session, Some(before), after)?;
    }
    let sentence = say!(lang, zh: "{holder} 不再是{shown}", en: "{holder} is no more {shown}");
    session.answer(&document, printable(&sentence))?;
    Ok(0)
}
