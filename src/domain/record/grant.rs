//! Who may be what at the station.

use minicbor::{Decode, Encode};

use super::{Record, Reference, field, is_record};
use crate::both;
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::kinds::{Kind, Role, Word};
use crate::domain::problem::{Problem, Said};

/// A role given to a system user or to the members of a system group.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// The user's name, or `@` and the group's.
    #[cbor(n(0), default)]
    pub holder: String,
    /// The role.
    #[cbor(n(1), default)]
    pub role: Role,
    /// The streets that a broker serves; [`Grant::EVERYWHERE`] alone for all.
    #[cbor(n(2), default)]
    pub streets: Vec<Code>,
    /// Whether it was taken back.
    #[cbor(n(3), default)]
    pub revoked: bool,
}

/// The longest name of a user or group, in bytes; the system's own limit.
const LONGEST: usize = 32;

/// The field table of [`Grant`].
const FIELDS: &[Field<Grant>] = &[
    field!(
        0,
        "holder",
        Open,
        Plain,
        "用户或 @组",
        "user or @group",
        |r| r.holder.clone(),
        |r, v| {
            r.holder = parse_holder(v)?;
            Ok(())
        }
    ),
    field!(
        1,
        "role",
        Open,
        Plain,
        "角色",
        "role",
        |r| r.role.to_string(),
        |r, v| {
            r.role = cell::needed(v, Role::parse)?;
            Ok(())
        }
    ),
    field!(
        2,
        "streets",
        Open,
        Plain,
        "街乡",
        "streets",
        |r| cell::join(&r.streets),
        |r, v| {
            r.streets = parse_streets(v)?;
            Ok(())
        }
    ),
    field!(
        3,
        "revoked",
        Open,
        Plain,
        "已收回",
        "revoked",
        |r| cell::print_flag(r.revoked),
        |r, v| {
            r.revoked = cell::flag(v)?;
            Ok(())
        }
    ),
];

impl Grant {
    /// What stands for every street.
    pub const EVERYWHERE: &'static str = "all";

    /// The key of a holder's role.
    #[must_use]
    pub fn key_of(holder: &str, role: Role) -> Code {
        Code::composed(&format!("{holder}/{role}"))
    }

    /// Whether it holds for every street.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.streets
            .iter()
            .any(|street| street.as_str() == Self::EVERYWHERE)
    }

    /// Whether a user of this name in these groups has it.
    #[must_use]
    pub fn is_held_by(&self, user: &str, groups: &[String]) -> bool {
        !self.revoked
            && match self.holder.strip_prefix('@') {
                Some(group) => groups.iter().any(|own| own == group),
                None => self.holder == user,
            }
    }
}

impl Record for Grant {
    is_record!(Grant, Grant);

    fn fields() -> &'static [Field<Self>] {
        FIELDS
    }

    fn key(&self) -> Code {
        Self::key_of(&self.holder, self.role)
    }

    fn check(&self) -> Result<(), Problem> {
        let wrong = |said: Said| Err(Problem::new("streets", cell::join(&self.streets), said));
        if self.holder.is_empty() {
            return Err(Problem::new("holder", "", cell::missing()));
        }
        match (self.role, self.streets.is_empty()) {
            (Role::Broker, true) => wrong(
                both!(zh: "请写明负责的街乡（用分号隔开），或写 all 表示全部", en: "name the streets that the broker serves, or all for every one"),
            ),
            (Role::Broker, false) | (_, true) => Ok(()),
            (role, false) => {
                let (zh, en) = (role.text().zh, role.text().en);
                wrong(
                    both!(zh: "{zh}不按街乡划分；请不要填写街乡", en: "the role {en} is not given by street; leave the streets out"),
                )
            }
        }
    }

    fn references(&self) -> Vec<Reference> {
        let named = self
            .streets
            .iter()
            .filter(|street| street.as_str() != Self::EVERYWHERE);
        Reference::each("streets", Kind::Street, named).collect()
    }
}

fn parse_holder(text: &str) -> Result<String, Said> {
    let name = text.strip_prefix('@').unwrap_or(text);
    let is_good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '$');
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(is_good) {
        return Err(both!(
            zh: "“{text}”不是系统用户名，也不是 @组名",
            en: "'{text}' is no system user's name and no @group"
        ));
    }
    Ok(text.to_owned())
}

fn parse_streets(text: &str) -> Result<Vec<Code>, Said> {
    // A comma is as good as a semicolon: it is no part of a code.
    let streets = cell::codes(&text.replace([',', '，'], ";"))?;
    if streets.len() > 1
        && streets
            .iter()
            .any(|street| street.as_str() == Grant::EVERYWHERE)
    {
        return Err(
            both!(zh: "all 已包括所有街乡，不要再写别的", en: "all stands for every street; name no others beside it"),
        );
    }
    Ok(streets)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(holder: &str, role: &str, streets: &str) -> Result<Grant, Problem> {
        let mut grant = Grant::default();
        for (field, text) in FIELDS.iter().zip([holder, role, streets]) {
            field.take(&mut grant, text)?;
        }
        grant.check()?;
        Ok(grant)
    }

    #[test]
    fn a_broker_serves_named_streets_or_all() {
        let given = grant("wang", "broker", "anzhen, hepingjie").unwrap();
        assert_eq!(given.streets.len(), 2);
        assert_eq!(given.key().as_str(), "wang/broker");
        assert!(grant("wang", "broker", "all").unwrap().is_everywhere());
        assert!(grant("wang", "broker", "").is_err());
        assert!(grant("wang", "broker", "all;anzhen").is_err());
    }

    #[test]
    fn other_roles_are_not_given_by_street() {
        assert!(grant("li", "auditor", "").is_ok());
        assert!(grant("li", "auditor", "anzhen").is_err());
        assert!(grant("", "auditor", "").is_err());
        assert!(grant("li wei", "auditor", "").is_err());
    }

    #[test]
    fn a_group_holds_for_its_members_until_it_is_taken_back() {
        let mut given = grant("@brokers", "broker", "all").unwrap();
        let groups = ["brokers".to_owned()];
        assert!(given.is_held_by("anyone", &groups));
        assert!(!given.is_held_by("brokers", &[]));
        given.revoked = true;
        assert!(!given.is_held_by("anyone", &groups));
    }
}
