//! Who may do what: the roles that are given to whoever calls, and what they reach.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::PoisonError;

use super::decide::{chain_of, not_found};
use super::{Actor, Desk, DeskError};
use crate::both;
use crate::domain::kinds::Word;
use crate::domain::record::{Grant, Settings, Street};
use crate::domain::right::Reach;
use crate::domain::{AnyRecord, Code, Event, Kind, Note, Record as _, Right, Role, Said, Verb};
use crate::store::{Refusal, Rows, StoreError, Undecided, fetch};

/// A system user at the other end of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// The user's name.
    pub name: String,
    /// The groups that the user is in.
    pub groups: Vec<String>,
    /// Whether the store's file is theirs: then they are administrator without being named.
    pub owns_store: bool,
}

/// Which streets something reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// None at all.
    Nowhere,
    /// These.
    Streets(HashSet<Code>),
    /// Every one, and what belongs to none.
    Everywhere,
}

impl Scope {
    /// Whether a street is in it.
    #[must_use]
    pub fn holds(&self, street: &Code) -> bool {
        match self {
            Self::Nowhere => false,
            Self::Streets(streets) => streets.contains(street),
            Self::Everywhere => true,
        }
    }

    /// Whether a street, or what it was merged into, is in it.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn reaches(&self, rows: &dyn Rows, street: &Code) -> Result<bool, StoreError> {
        let mut street = street.clone();
        // A circle of merged streets can't be entered; a bound costs nothing.
        for _ in 0..64 {
            if self.holds(&street) {
                return Ok(true);
            }
            match fetch::<Street>(rows, &street)?.and_then(|street| street.merged_into) {
                Some(next) => street = next,
                None => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Whether a record may be seen: of the demand only that of streets within reach.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn sees(&self, rows: &dyn Rows, record: &AnyRecord) -> Result<bool, StoreError> {
        if *self == Self::Everywhere || !is_demand(record.kind()) {
            return Ok(true);
        }
        self.reaches(rows, &chain_of(rows, record)?)
    }

    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everywhere, _) | (_, Self::Everywhere) => Self::Everywhere,
            (Self::Nowhere, scope) | (scope, Self::Nowhere) => scope,
            (Self::Streets(mut streets), Self::Streets(more)) => {
                streets.extend(more);
                Self::Streets(streets)
            }
        }
    }
}

/// What somebody may do, as the grants stand at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access(Vec<(Role, Scope)>);

impl Access {
    /// All that there is.
    #[must_use]
    pub fn full() -> Self {
        Self(vec![(Role::Administrator, Scope::Everywhere)])
    }

    /// Whether no role is given at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The roles with the streets that a broker serves.
    #[must_use]
    pub fn roles(&self) -> &[(Role, Scope)] {
        &self.0
    }

    /// Where a right holds.
    #[must_use]
    pub fn scope(&self, right: Right) -> Scope {
        self.0
            .iter()
            .filter_map(|(role, streets)| {
                Some(match right.of(*role)? {
                    Reach::Everywhere => Scope::Everywhere,
                    Reach::OwnStreets => streets.clone(),
                })
            })
            .fold(Scope::Nowhere, Scope::join)
    }

    /// Whether a right holds somewhere.
    #[must_use]
    pub fn allows(&self, right: Right) -> bool {
        self.scope(right) != Scope::Nowhere
    }
}

/// The grants that hold, read from rows.
pub(super) fn read_grants(rows: &dyn Rows) -> Result<Vec<Grant>, StoreError> {
    let mut grants = Vec::new();
    rows.scan(Kind::Grant, None, &mut |record| {
        if let AnyRecord::Grant(grant) = record {
            grants.push(grant);
        }
        ControlFlow::Continue(())
    })?;
    Ok(grants)
}

/// Brings grants up to date with an event.
pub(super) fn apply_grant(grants: &mut Vec<Grant>, event: &Event) {
    if let AnyRecord::Grant(grant) = &event.after {
        grants.retain(|known| known.holder != grant.holder || known.role != grant.role);
        grants.push(grant.clone());
    }
}

/// What is asked for, of what, and in which streets.
pub(super) struct Asked {
    pub right: Right,
    pub kind: Kind,
    pub key: Code,
    /// The chains that must be reached; with none it is enough to have the right somewhere.
    pub streets: Vec<Code>,
}

impl Asked {
    /// Something that belongs to no street.
    pub fn of_store(right: Right, kind: Kind, key: &str) -> Self {
        Self {
            right,
            kind,
            key: Code::composed(key),
            streets: vec![Code::composed(Event::DISTRICT)],
        }
    }

    /// Something about a record.
    pub fn of_record(
        right: Right,
        rows: &dyn Rows,
        record: &AnyRecord,
    ) -> Result<Self, StoreError> {
        let mut streets = Vec::new();
        let resident = match record {
            AnyRecord::Need(need) => Some(&need.resident),
            AnyRecord::Service(service) => Some(&service.resident),
            _ => None,
        };
        // Of whom does not exist the decision will say so.
        let dangles = match resident {
            Some(resident) => rows.get(Kind::Resident, resident)?.is_none(),
            None => false,
        };
        if !dangles {
            streets.push(chain_of(rows, record)?);
        }
        // A closed visit changes the need that it was of.
        if let AnyRecord::Service(service) = record
            && let Some(need) = &service.need
            && let Some(need) = rows.get(Kind::Need, need)?
        {
            streets.push(chain_of(rows, &need)?);
        }
        Ok(Self {
            right,
            kind: record.kind(),
            key: record.key(),
            streets,
        })
    }
}

/// Refuses what no role grants.
pub(super) fn check(
    access: &Access,
    who: &str,
    rows: &dyn Rows,
    asked: &Asked,
) -> Result<(), Undecided> {
    let scope = access.scope(asked.right);
    if scope == Scope::Nowhere {
        let street = asked.streets.first().cloned();
        let chain = street.unwrap_or_else(|| Code::composed(Event::DISTRICT));
        return Err(denied(access, who, asked, &chain));
    }
    for street in &asked.streets {
        if !is_of_the_district(asked) && !scope.reaches(rows, street)? {
            return Err(denied(access, who, asked, street));
        }
    }
    Ok(())
}

/// The supply is the whole district's: whoever may see a supplier's street's own may see every supplier's.
fn is_of_the_district(asked: &Asked) -> bool {
    asked.right == Right::Reveal && asked.kind == Kind::Supplier
}

fn denied(access: &Access, who: &str, asked: &Asked, street: &Code) -> Undecided {
    let Asked {
        right, kind, key, ..
    } = asked;
    let (zh, en) = (right.text().zh, right.text().en);
    let what = kind.text();
    let (what_zh, what_en) = (what.zh, what.en);
    let said = if access.is_empty() {
        no_role(who)
    } else if access.allows(*right) && key.as_str() == Note::ALL {
        both!(
            zh: "{who} 只能为自己的街乡{zh}，不能为全区",
            en: "{who} may {en} for their own streets only, not for the whole district"
        )
    } else if access.allows(*right) && street.as_str() == Event::DISTRICT {
        both!(
            zh: "{who} 不能{zh}：{what_zh} {key} 不属于任何街乡，只有管理员可以；请先填写街乡",
            en: "{who} may not {en}: the {what_en} {key} belongs to no street, which is the administrator's; name a street"
        )
    } else if access.allows(*right) && is_demand(*kind) {
        // Where somebody lives is not told to whoever may not see them.
        both!(
            zh: "{who} 不能{zh}：{key} 不属于自己的街乡；请管理员用 matchdesk grant 授权",
            en: "{who} may not {en} for {key}, which is of a street that is not theirs; an administrator gives that with matchdesk grant"
        )
    } else if access.allows(*right) {
        both!(
            zh: "{who} 不能为街乡 {street} {zh}；请管理员用 matchdesk grant 授权",
            en: "{who} may not {en} for street {street}; an administrator gives that with matchdesk grant"
        )
    } else {
        lacks(who, *right)
    };
    let note = Note {
        verb: Verb::Denied,
        chain: street.clone(),
        kind: *kind,
        key: key.clone(),
        reason: right.word().to_owned(),
    };
    Undecided::Denied(Refusal::new(Refusal::NOT_PERMITTED, said), vec![note])
}

/// That none of somebody's roles grants a right.
#[must_use]
pub fn lacks(who: &str, right: Right) -> crate::domain::Said {
    let (zh, en) = (right.text().zh, right.text().en);
    both!(
        zh: "{who} 没有“{zh}”的权限；请管理员用 matchdesk grant 授权",
        en: "{who} may not {en}; an administrator gives that with matchdesk grant"
    )
}

/// That somebody has no role at all.
fn no_role(who: &str) -> Said {
    both!(
        zh: "{who} 在这个服务台没有角色；请管理员用 matchdesk grant {who} 角色 授权",
        en: "{who} has no role at this station; an administrator gives one with matchdesk grant {who} ROLE"
    )
}

impl Desk {
    /// The same desk for somebody who may do only what the grants say.
    #[must_use]
    pub fn called_by(&self, caller: Caller) -> Self {
        Self {
            caller: Some(caller.into()),
            ..self.clone()
        }
    }

    /// What whoever calls may do now.
    #[must_use]
    pub fn access(&self) -> Access {
        match &self.caller {
            Some(caller) => self.access_of(caller),
            None => Access::full(),
        }
    }

    /// What a caller may do now.
    pub(super) fn access_of(&self, caller: &Caller) -> Access {
        let grants = self.core.grants.read();
        let grants = grants.unwrap_or_else(PoisonError::into_inner);
        let held = grants
            .iter()
            .filter(|grant| grant.is_held_by(&caller.name, &caller.groups))
            .map(|grant| {
                let streets = if grant.role != Role::Broker || grant.is_everywhere() {
                    Scope::Everywhere
                } else {
                    Scope::Streets(grant.streets.iter().cloned().collect())
                };
                (grant.role, streets)
            });
        let own = caller
            .owns_store
            .then_some((Role::Administrator, Scope::Everywhere));
        Access(own.into_iter().chain(held).collect())
    }

    /// Checks that a right holds somewhere.
    ///
    /// # Errors
    /// When no role grants it; the journal keeps that.
    pub fn permit(&self, actor: &Actor, right: Right) -> Result<(), DeskError> {
        if self.caller.is_none() || self.access().allows(right) {
            return Ok(());
        }
        self.permit_asked(actor, &Asked::of_store(right, Kind::Settings, Note::ALL))
    }

    /// Checks that a right holds for a record.
    ///
    /// # Errors
    /// When no role grants it, which the journal keeps; when there is no such record, or the store can't be read.
    pub fn permit_for(
        &self,
        actor: &Actor,
        right: Right,
        kind: Kind,
        key: &Code,
    ) -> Result<(), DeskError> {
        if self.caller.is_none() || self.access().scope(right) == Scope::Everywhere {
            return Ok(());
        }
        let rows = self.rows()?;
        let Some(record) = rows.get(kind, key)? else {
            return Err(DeskError::Refused(not_found(kind, key.as_str())));
        };
        let asked = Asked::of_record(right, &*rows, &record)?;
        drop(rows);
        self.permit_asked(actor, &asked)
    }

    /// Checks that a right holds for the whole district.
    ///
    /// # Errors
    /// When no role grants it; the journal keeps that.
    pub fn permit_everywhere(&self, actor: &Actor, right: Right) -> Result<(), DeskError> {
        if self.caller.is_none() || self.access().scope(right) == Scope::Everywhere {
            return Ok(());
        }
        self.permit_asked(actor, &Asked::of_store(right, Kind::Settings, Note::ALL))
    }

    /// Refuses something for a reason of its own; the journal keeps that it was asked for.
    ///
    /// # Errors
    /// Always.
    pub fn deny(&self, actor: &Actor, right: Right, said: Said) -> Result<(), DeskError> {
        self.deny_asked(actor, right.word(), said)
    }

    /// Refuses whoever has no role at all; the journal keeps what they asked for: the verb of a command, or `console`.
    ///
    /// # Errors
    /// When no role is given.
    pub fn permit_role(&self, actor: &Actor, asked: &str) -> Result<(), DeskError> {
        if self.access().is_empty() {
            return self.deny_asked(actor, asked, no_role(&actor.who));
        }
        Ok(())
    }

    fn deny_asked(&self, actor: &Actor, asked: &str, said: Said) -> Result<(), DeskError> {
        let note = Note {
            verb: Verb::Denied,
            chain: Code::composed(Event::DISTRICT),
            kind: Kind::Settings,
            key: Code::composed(Note::ALL),
            reason: asked.to_owned(),
        };
        let refusal = Refusal::new(Refusal::NOT_PERMITTED, said);
        self.keep_denied(actor, refusal, vec![note])
    }

    fn permit_asked(&self, actor: &Actor, asked: &Asked) -> Result<(), DeskError> {
        let refused = check(&self.access(), &actor.who, &*self.rows()?, asked);
        match refused {
            Ok(()) => Ok(()),
            Err(Undecided::Denied(refusal, notes)) => self.keep_denied(actor, refusal, notes),
            Err(Undecided::Refused(refusal)) => Err(refusal.into()),
            Err(Undecided::Failed(error)) => Err(error.into()),
        }
    }
}

/// Whether a kind of record is part of a street's demand.
#[must_use]
pub fn is_demand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Resident | Kind::Need | Kind::Match | Kind::Service
    )
}

/// The right to enter or change a record.
pub(super) fn right_to_put(before: Option<&AnyRecord>, after: &AnyRecord) -> Right {
    match (before, after) {
        (_, AnyRecord::Grant(_)) => Right::Grant,
        (_, AnyRecord::Category(_) | AnyRecord::Capability(_)) => Right::Vocabulary,
        (before, AnyRecord::Settings(after)) => {
            let before = before.and_then(Settings::ref_any).cloned();
            let before = before.unwrap_or_default();
            if before.trial == after.trial && before.time_zone == after.time_zone {
                Right::Vocabulary
            } else {
                Right::Administer
            }
        }
        (_, AnyRecord::Street(_) | AnyRecord::Community(_)) => Right::Administer,
        _ => Right::Serve,
    }
}
