//! `grant`: who may do what at the station.

use std::ops::ControlFlow;

use clap::{Arg, ArgMatches, Command};
use serde_json::{Value, json};

use super::table::{Align, Table};
use super::{Failure, Session, Verb, args, words};
use crate::desk::{Command as Order, Desk};
use crate::domain::kinds::Word;
use crate::domain::lang::Text;
use crate::domain::printable::printable;
use crate::domain::record::{Grant, Street};
use crate::domain::{AnyRecord, Code, Kind, Lang, Record, Right, Role, Said};
use crate::station::is_known_holder;
use crate::store::fetch;
use crate::{both, say, text};

pub const VERB: Verb = Verb {
    name: "grant",
    about: text!(zh: "给系统用户或组授予角色；不带参数则列出所有授权", en: "Give a role to a user or group; alone, list who has which"),
    examples: &[
        (
            "matchdesk grant wang broker --streets 安贞,和平街",
            text!(zh: "用户 wang 是两个街乡的经纪人", en: "the user wang is broker of two streets"),
        ),
        (
            "matchdesk grant @supervisors supervisor",
            text!(zh: "supervisors 组的成员都是督导", en: "every member of the group supervisors"),
        ),
        (
            "matchdesk grant",
            text!(zh: "列出所有授权", en: "who has which role"),
        ),
    ],
    args: grammar,
    run,
};

/// What HOLDER is.
pub const HOLDER: Text =
    text!(zh: "系统用户名，或 @组名", en: "A system user's name, or @ and a group's");
/// What ROLE is.
pub const ROLE: Text = text!(zh: "角色：broker、supervisor、administrator、auditor", en: "broker, supervisor, administrator or auditor");

fn grammar(command: Command, lang: Lang) -> Command {
    command
        .arg(Arg::new("HOLDER").help(HOLDER.get(lang)))
        .arg(Arg::new("ROLE").help(ROLE.get(lang)))
        .arg(args::option(
            "streets",
            text!(zh: "街乡", en: "STREETS"),
            text!(zh: "经纪人负责的街乡，编码或名称，用逗号分隔；all 为全部", en: "The streets that a broker serves, by code or name, separated by commas; all for every one"),
            lang,
        ))
}

/// The role in the argument ROLE.
///
/// # Errors
/// Wrong usage when it names none.
pub fn role_of(matches: &ArgMatches) -> Result<Role, Failure> {
    Role::parse(args::text_of(matches, "ROLE")).map_err(|said| {
        let (zh, en) = (said.zh, said.en);
        Failure::usage(both!(zh: "角色{zh}", en: "a role {en}"))
    })
}

/// That a holder was named and no role.
fn which_role(holder: &str) -> Failure {
    Failure::usage(both!(
        zh: "请写明给 {holder} 什么角色：broker、supervisor、administrator 或 auditor；不带参数的 matchdesk grant 列出所有授权",
        en: "say which role {holder} is given: broker, supervisor, administrator or auditor; matchdesk grant alone lists who has which"
    ))
}

fn run(matches: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    if matches.contains_id("HOLDER") && !matches.contains_id("ROLE") {
        return Err(which_role(args::text_of(matches, "HOLDER")));
    }
    let desk = session.open(Right::Grant)?;
    if !matches.contains_id("HOLDER") {
        return list(&desk, session);
    }
    let mut after = Grant {
        role: role_of(matches)?,
        ..Grant::default()
    };
    let streets = codes_of(&desk, args::text_of(matches, "streets"))?;
    for field in Grant::fields() {
        let given = match field.column {
            "holder" => args::text_of(matches, "HOLDER"),
            "streets" => &streets,
            _ => continue,
        };
        field.take(&mut after, given).map_err(|problem| {
            Failure::invalid(Said {
                zh: problem.say(Lang::Zh),
                en: problem.say(Lang::En),
            })
        })?;
    }
    let before: Option<Grant> = fetch(&*desk.rows()?, &after.key())?;
    put(&desk, session, before, after.clone())?;
    if !is_known_holder(&after.holder) {
        let holder = &after.holder;
        session.note(printable(&say!(session.lang, zh: "注意：本机还没有 {holder}；建立后授权即生效", en: "Note: this machine knows no {holder} yet; the role holds once it does")));
    }
    for code in &after.streets {
        let street: Option<Street> = fetch(&*desk.rows()?, code)?;
        if let Some(said) = street.as_ref().and_then(past_its_time) {
            session.note(printable(said.get(session.lang)));
        }
    }
    let sentence = sentence(&after, session.lang);
    session.answer(&document(&after), printable(&sentence))?;
    Ok(0)
}

/// Streets by their codes, each of which may have been given by its name, or by how that begins.
fn codes_of(desk: &Desk, given: &str) -> Result<String, Failure> {
    let mut streets = Vec::new();
    desk.rows()?.scan(Kind::Street, None, &mut |record| {
        if let AnyRecord::Street(street) = record {
            streets.push(street);
        }
        ControlFlow::Continue(())
    })?;
    let code = |part: &str| {
        let is_code = streets.iter().any(|street| street.code.as_str() == part);
        let small = part.to_lowercase();
        let mut named = streets.iter().filter(|street| {
            street.name_zh.starts_with(part) || street.name_en.to_lowercase() == small
        });
        match (is_code, named.next(), named.next()) {
            (false, Some(street), None) => street.code.to_string(),
            _ => part.to_owned(),
        }
    };
    let parts = given.split([',', '，', ';', '；']).map(str::trim);
    let codes: Vec<String> = parts.filter(|part| !part.is_empty()).map(code).collect();
    Ok(codes.join(";"))
}

/// What a grant for a street comes to that was merged or retired.
fn past_its_time(street: &Street) -> Option<Said> {
    let (code, name) = (&street.code, &street.name_zh);
    match &street.merged_into {
        Some(into) => Some(both!(
            zh: "注意：街乡 {code} {name} 已并入 {into}；这个角色只管仍记在 {code} 名下的。要管整个 {into}，请授权 {into}，它也管 {code} 的",
            en: "Note: street {code} {name} was merged into {into}; the role reaches only what still stands under {code}. For all of {into} grant {into}, which reaches that of {code}, too"
        )),
        None if street.retired => Some(both!(
            zh: "注意：街乡 {code} {name} 已停用；这个角色只管仍记在它名下的",
            en: "Note: street {code} {name} is retired; the role reaches what still stands under it"
        )),
        None => None,
    }
}

/// Enters a grant, or changes the one that its holder has for the role.
///
/// # Errors
/// When it is refused, or the store can't be written.
pub fn put(
    desk: &Desk,
    session: &mut Session<'_>,
    before: Option<Grant>,
    after: Grant,
) -> Result<(), Failure> {
    let order = match before {
        None => Order::Add {
            record: after.into(),
        },
        Some(before) => Order::Edit {
            before: before.into(),
            after: after.into(),
            reason: String::new(),
        },
    };
    session.execute(desk, &order).map(drop)
}

fn sentence(grant: &Grant, lang: Lang) -> String {
    let (holder, role) = (&grant.holder, grant.role.say(lang));
    let streets = words::streets(&grant.streets, lang);
    if streets.is_empty() {
        say!(lang, zh: "{holder} 现在是{role}", en: "{holder} is {role} now")
    } else {
        say!(lang, zh: "{holder} 现在是{role}，负责：{streets}", en: "{holder} is {role} now, for {streets}")
    }
}

fn document(grant: &Grant) -> Value {
    let streets: Vec<&str> = grant.streets.iter().map(Code::as_str).collect();
    json!({"holder": grant.holder, "role": grant.role.word(), "streets": streets})
}

fn list(desk: &Desk, session: &mut Session<'_>) -> Result<u8, Failure> {
    let mut grants = Vec::new();
    desk.rows()?.scan(Kind::Grant, None, &mut |record| {
        if let AnyRecord::Grant(grant) = record
            && !grant.revoked
        {
            grants.push(grant);
        }
        ControlFlow::Continue(())
    })?;
    if session.json {
        let grants: Vec<Value> = grants.iter().map(document).collect();
        session.document(&json!({"grants": grants}))?;
        return Ok(0);
    }
    let lang = session.lang;
    let mut table = Table::new([
        (
            text!(zh: "用户或 @组", en: "USER OR @GROUP").get(lang),
            Align::Left,
        ),
        (text!(zh: "角色", en: "ROLE").get(lang), Align::Left),
        (text!(zh: "街乡", en: "STREETS").get(lang), Align::Left),
    ]);
    for grant in &grants {
        let streets = words::streets(&grant.streets, lang);
        table.row([grant.holder.as_str(), grant.role.say(lang), &streets]);
    }
    session.lines(table.lines())?;
    session.note(text!(zh: "数据库文件的所有者总是管理员。", en: "The owner of the store's file is always administrator.").get(lang));
    Ok(0)
}
