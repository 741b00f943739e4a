//! Codes with the names that people know them by.

use crate::desk::{Desk, DeskError, Scope};
use crate::domain::{AnyRecord, Code, Kind, Lang, Right};
use crate::store::Rows;

/// Looks names up in one snapshot of the rows.
pub struct Names<'a> {
    rows: Box<dyn Rows + 'a>,
    lang: Lang,
    /// Whose demand is named; of other streets only codes are told.
    scope: Scope,
}

impl<'a> Names<'a> {
    /// Names of a desk's records.
    ///
    /// # Errors
    /// When the store can't be read.
    pub fn of(desk: &'a Desk, lang: Lang) -> Result<Self, DeskError> {
        let access = desk.access();
        // The journal is to be understood by whoever may read it.
        let scope = if access.allows(Right::Journal) {
            Scope::Everywhere
        } else {
            access.scope(Right::Demand)
        };
        Ok(Self {
            rows: desk.rows()?,
            lang,
            scope,
        })
    }

    /// The name of a record; its code when it has none or can't be read.
    #[must_use]
    pub fn name(&self, kind: Kind, code: &Code) -> String {
        self.known(kind, code)
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| code.to_string())
    }

    fn known(&self, kind: Kind, code: &Code) -> Option<String> {
        let by = |zh: String, en: String| match self.lang {
            Lang::En if !en.is_empty() => en,
            _ => zh,
        };
        let record = self.rows.get(kind, code).ok()??;
        if !self.scope.sees(&*self.rows, &record).ok()? {
            return None;
        }
        Some(match record {
            AnyRecord::Street(r) => by(r.name_zh, r.name_en),
            AnyRecord::Community(r) => by(r.name_zh, r.name_en),
            AnyRecord::Category(r) => by(r.name_zh, r.name_en),
            AnyRecord::Capability(r) => by(r.name_zh, r.name_en),
            AnyRecord::Supplier(r) => r.name,
            AnyRecord::Resident(r) => r.name,
            AnyRecord::Need(r) => {
                let resident = self.name(Kind::Resident, &r.resident);
                let category = self.name(Kind::Category, &r.category);
                format!("{resident} · {category}")
            }
            AnyRecord::Match(_)
            | AnyRecord::Service(_)
            | AnyRecord::Settings(_)
            | AnyRecord::Grant(_) => return None,
        })
    }
}
