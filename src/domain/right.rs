//! What can be granted, and which role grants it.

use super::kinds::{Role, Word};
use super::lang::Text;
use crate::text;

/// Something that may be asked of the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Right {
    /// See the supply of the whole district, and the vocabularies.
    Supply,
    /// See a street's residents, needs, matches and visits.
    Demand,
    /// Enter needs, residents and suppliers of a street, confirm matches, record outcomes.
    Serve,
    /// See a record's personal fields, with a reason.
    Reveal,
    /// See a street's figures.
    Figures,
    /// Set categories, capabilities, weights and targets.
    Vocabulary,
    /// Read and check the journal.
    Journal,
    /// Write records into files, without personal fields.
    Export,
    /// Write records into files with their personal fields.
    ExportPersonal,
    /// Take in files, set streets and communities, back up, move the rules' clock.
    Administer,
    /// Give roles and take them back.
    Grant,
}

/// How far a role's right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every street.
    Everywhere,
    /// The streets of the grant.
    OwnStreets,
}

impl Right {
    /// How far a role has this right; none when it has not. Everything is refused that is not named here.
    #[must_use]
    pub fn of(self, role: Role) -> Option<Reach> {
        use Reach::{Everywhere, OwnStreets};
        match (role, self) {
            (Role::Administrator, _)
            | (
                Role::Supervisor,
                Self::Supply
                | Self::Demand
                | Self::Reveal
                | Self::Figures
                | Self::Vocabulary
                | Self::Journal
                | Self::Export,
            )
            | (Role::Broker, Self::Supply)
            | (Role::Auditor, Self::Journal) => Some(Everywhere),
            (Role::Broker, Self::Demand | Self::Serve | Self::Reveal | Self::Figures) => {
                Some(OwnStreets)
            }
            _ => None,
        }
    }
}

impl Word for Right {
    const ALL: &'static [Self] = &[
        Self::Supply,
        Self::Demand,
        Self::Serve,
        Self::Reveal,
        Self::Figures,
        Self::Vocabulary,
        Self::Journal,
        Self::Export,
        Self::ExportPersonal,
        Self::Administer,
        Self::Grant,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Supply => "supply",
            Self::Demand => "demand",
            Self::Serve => "serve",
            Self::Reveal => "reveal",
            Self::Figures => "figures",
            Self::Vocabulary => "vocabulary",
            Self::Journal => "journal",
            Self::Export => "export",
            Self::ExportPersonal => "export_personal",
            Self::Administer => "administer",
            Self::Grant => "grant",
        }
    }

    fn text(self) -> Text {
        match self {
            Self::Supply => text!(zh: "查看供方", en: "see the supply"),
            Self::Demand => text!(zh: "查看居民和需求", en: "see residents and needs"),
            Self::Serve => {
                text!(zh: "登记、匹配和记录服务", en: "enter, match and record services")
            }
            Self::Reveal => text!(zh: "查看个人信息", en: "see personal data"),
            Self::Figures => text!(zh: "查看统计", en: "see figures"),
            Self::Vocabulary => {
                text!(zh: "设置类别、能力和权重", en: "set categories, capabilities and weights")
            }
            Self::Journal => text!(zh: "查看和核对日志", en: "read and check the journal"),
            Self::Export => text!(zh: "导出", en: "export"),
            Self::ExportPersonal => text!(zh: "导出个人信息", en: "export personal data"),
            Self::Administer => {
                text!(zh: "管理数据库", en: "administer the store")
            }
            Self::Grant => text!(zh: "授权", en: "give roles"),
        }
    }
}
