//! `revoke`: a role taken back.

use clap::ArgMatches;
use serde_json::json;

use super::{Failure, Session, Verb, args, grant};
use crate::domain::Right;
use crate::domain::kinds::Word;
use crate::domain::printable::printable;
use crate::domain::record::Grant;
use crate::store::{Refusal, fetch};
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "revoke",
    about: text!(zh: "收回一个角色", en: "Take a role back"),
    examples: &[(
        "matchdesk revoke wang broker",
        text!(zh: "wang 不再是经纪人；立即生效", en: "wang is broker no more, from this moment on"),
    )],
    args: grant::holder_and_role,
    run,
};

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    let desk = session.open(Right::Grant)?;
    let (holder, role) = (args::text_of(matches, "HOLDER"), grant::role_of(matches)?);
    let found: Option<Grant> = fetch(&*desk.rows()?, &Grant::key_of(holder, role))?;
    let lang = session.lang;
    let Some(before) = found.filter(|grant| !grant.revoked) else {
        let (zh, en) = (role.text().zh, role.text().en);
        return Err(Refusal::new(
            Refusal::NOT_FOUND,
            both!(zh: "{holder} 没有{zh}这个角色；matchdesk grant 列出所有授权", en: "{holder} has no role {en}; matchdesk grant lists who has which"),
        )
        .into());
    };
    let after = Grant {
        revoked: true,
        ..before.clone()
    };
    grant::put(&desk, session, Some(before), after)?;
    let shown = role.say(lang);
    let sentence = say!(lang, zh: "{holder} 不再是{shown}", en: "{holder} is {shown} no more");
    session.answer(
        &json!({"holder": holder, "role": role.word(), "revoked": true}),
        printable(&sentence),
    )?;
    Ok(0)
}
