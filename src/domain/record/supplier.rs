//! Suppliers.

use minicbor::{Decode, Encode};

use super::offer::{Away, Held, Skill, parse_away, parse_held, parse_skills};
use super::{Record, Reference, check_point, field, is_record, shared};
use crate::domain::cell;
use crate::domain::code::Code;
use crate::domain::field::Field;
use crate::domain::geo::Point;
use crate::domain::kinds::{Kind, Sex, Status, SupplierKind};
use crate::domain::problem::Problem;
use crate::domain::time::Day;
use crate::domain::week::Week;

/// Who offers service.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Supplier {
    /// The user's key.
    #[cbor(n(0), default)]
    pub code: Code,
    /// What sort of supplier.
    #[n(1)]
    #[cbor(default)]
    pub kind: SupplierKind,
    /// Name.
    #[cbor(n(2), default)]
    pub name: String,
    /// Sex; none when unknown.
    #[n(3)]
    pub sex: Option<Sex>,
    /// Date of birth.
    #[n(4)]
    pub birth_date: Option<Day>,
    /// Telephone.
    #[cbor(n(5), default)]
    pub phone: String,
    /// Identity number, checked.
    #[cbor(n(6), default)]
    pub id_number: String,
    /// Street where registered.
    #[n(7)]
    pub street: Option<Code>,
    /// Community where registered.
    #[n(8)]
    pub community: Option<Code>,
    /// Degrees east.
    #[n(9)]
    pub lon: Option<f64>,
    /// Degrees north.
    #[n(10)]
    pub lat: Option<f64>,
    /// What the supplier can do.
    #[cbor(n(11), default)]
    pub skills: Vec<Skill>,
    /// What the supplier has.
    #[cbor(n(12), default)]
    pub capabilities: Vec<Held>,
    /// When the supplier can come.
    #[cbor(n(13), default)]
    pub availability: Week,
    /// How far the supplier goes, in km; none for any distance.
    #[n(14)]
    pub radius_km: Option<f64>,
    /// Hours in an ISO week; none for no limit.
    #[n(15)]
    pub max_hours_week: Option<f64>,
    /// Visits at once.
    #[cbor(n(16), default)]
    pub capacity: u16,
    /// Whether the supplier takes part.
    #[n(17)]
    #[cbor(default)]
    pub status: Status,
    /// Since when `status` holds; none for since `joined_on`.
    #[n(18)]
    pub status_since: Option<Day>,
    /// Days off.
    #[cbor(n(19), default)]
    pub away: Vec<Away>,
    /// When the supplier registered.
    #[n(20)]
    pub joined_on: Option<Day>,
    /// Free text.
    #[cbor(n(21), default)]
    pub note: String,
}

impl Supplier {
    /// The point given for the supplier itself.
    #[must_use]
    pub fn point(&self) -> Option<Point> {
        Point::of(self.lon, self.lat)
    }

    /// Visits that the supplier can serve at once; at least one.
    #[must_use]
    pub fn capacity(&self) -> u16 {
        self.capacity.max(1)
    }

    /// Since when the status holds; none when it is not known.
    #[must_use]
    pub fn status_since(&self) -> Option<Day> {
        self.status_since.or(self.joined_on)
    }
}

/// What of a supplier decides who fits, read out of a stored [`Supplier`] without the rest of it.
#[derive(Debug, Default, Decode)]
#[cbor(map)]
pub struct Fitness {
    #[cbor(n(0), default)]
    code: Code,
    #[n(3)]
    sex: Option<Sex>,
    #[n(7)]
    street: Option<Code>,
    #[n(8)]
    community: Option<Code>,
    #[n(9)]
    lon: Option<f64>,
    #[n(10)]
    lat: Option<f64>,
    #[cbor(n(11), default)]
    skills: Vec<Skill>,
    #[cbor(n(12), default)]
    capabilities: Vec<Held>,
    #[cbor(n(13), default)]
    availability: Week,
    #[n(14)]
    radius_km: Option<f64>,
    #[n(15)]
    max_hours_week: Option<f64>,
    #[cbor(n(16), default)]
    capacity: u16,
    #[n(17)]
    #[cbor(default)]
    status: Status,
    #[cbor(n(19), default)]
    away: Vec<Away>,
}

impl From<Fitness> for Supplier {
    /// A supplier without name and what else tells who it is.
    fn from(of: Fitness) -> Self {
        Self {
            code: of.code,
            sex: of.sex,
            street: of.street,
            community: of.community,
            lon: of.lon,
            lat: of.lat,
            skills: of.skills,
            capabilities: of.capabilities,
            availability: of.availability,
            radius_km: of.radius_km,
            max_hours_week: of.max_hours_week,
            capacity: of.capacity,
            status: of.status,
            away: of.away,
            ..Self::default()
        }
    }
}

/// The field table of [`Supplier`].
const FIELDS: &[Field<Supplier>] = &[
    shared!(code 0),
    field!(
        1,
        "kind",
        Open,
        Plain,
        "类型",
        "kind",
        |r| r.kind.to_string(),
        |r, v| {
            r.kind = cell::needed(v, cell::word)?;
            Ok(())
        }
    ),
    shared!(name 2),
    field!(
        3,
        "sex",
        Open,
        Plain,
        "性别",
        "sex",
        |r| cell::print(r.sex.as_ref()),
        |r, v| {
            r.sex = cell::optional(v, cell::word)?;
            Ok(())
        }
    ),
    shared!(birth_date 4),
    shared!(phone 5),
    shared!(id_number 6),
    shared!(street 7),
    shared!(community 8),
    shared!(lon 9 Personal),
    shared!(lat 10 Personal),
    field!(
        11,
        "skills",
        Open,
        Plain,
        "服务技能",
        "skills",
        |r| cell::join(&r.skills),
        |r, v| {
            r.skills = parse_skills(v)?;
            Ok(())
        }
    ),
    field!(
        12,
        "capabilities",
        Open,
        Plain,
        "能力标签",
        "capabilities",
        |r| cell::join(&r.capabilities),
        |r, v| {
            r.capabilities = parse_held(v)?;
            Ok(())
        }
    ),
    field!(
        13,
        "availability",
        Open,
        Plain,
        "可服务时间",
        "availability",
        |r| r.availability.to_string(),
        |r, v| {
            r.availability = Week::parse(v)?;
            Ok(())
        }
    ),
    field!(
        14,
        "radius_km",
        Open,
        Plain,
        "服务半径（公里）",
        "radius in km",
        |r| cell::print(r.radius_km.as_ref()),
        |r, v| {
            r.radius_km = cell::optional(v, cell::positive)?;
            Ok(())
        }
    ),
    field!(
        15,
        "max_hours_week",
        Open,
        Plain,
        "每周上限（小时）",
        "hours a week at most",
        |r| cell::print(r.max_hours_week.as_ref()),
        |r, v| {
            r.max_hours_week = cell::optional(v, cell::positive)?;
            Ok(())
        }
    ),
    field!(
        16,
        "capacity",
        Open,
        Plain,
        "同时服务数",
        "visits at once",
        |r| r.capacity().to_string(),
        |r, v| {
            r.capacity = cell::optional(v, |v| cell::whole(v, 1, 10_000))?.unwrap_or(1);
            Ok(())
        }
    ),
    field!(
        17,
        "status",
        Open,
        Plain,
        "状态",
        "status",
        |r| r.status.to_string(),
        |r, v| {
            r.status = cell::optional(v, cell::word)?.unwrap_or_default();
            Ok(())
        }
    ),
    field!(
        18,
        "status_since",
        Open,
        Plain,
        "状态起始日",
        "status since",
        |r| cell::print(r.status_since.as_ref()),
        |r, v| {
            r.status_since = cell::optional(v, cell::day)?;
            Ok(())
        }
    ),
    field!(
        19,
        "away",
        Open,
        Plain,
        "不在的日子",
        "days away",
        |r| cell::join(&r.away),
        |r, v| {
            r.away = cell::list(v, parse_away)?;
            Ok(())
        }
    ),
    field!(
        20,
        "joined_on",
        Open,
        Plain,
        "注册日期",
        "joined on",
        |r| cell::print(r.joined_on.as_ref()),
        |r, v| {
            r.joined_on = cell::optional(v, cell::day)?;
            Ok(())
        }
    ),
    shared!(note 21),
];

impl Record for Supplier {
    is_record!(Supplier, Supplier);

    fn fields() -> &'static [Field<Self>] {
        FIELDS
    }

    fn key(&self) -> Code {
        self.code.clone()
    }

    fn check(&self) -> Result<(), Problem> {
        check_point(self.lon, self.lat)
    }

    fn references(&self) -> Vec<Reference> {
        let mut all = Vec::with_capacity(2 + self.skills.len() + self.capabilities.len());
        all.extend(
            Reference::optional("street", Kind::Street, self.street.as_ref())
                .chain(Reference::optional(
                    "community",
                    Kind::Community,
                    self.community.as_ref(),
                ))
                .chain(Reference::each(
                    "skills",
                    Kind::Category,
                    self.skills.iter().map(|skill| &skill.category),
                ))
                .chain(Reference::each(
                    "capabilities",
                    Kind::Capability,
                    self.capabilities.iter().map(|held| &held.capability),
                )),
        );
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(column: &str, value: &str) -> Result<String, Problem> {
        let field = Supplier::fields()
            .iter()
            .find(|field| field.column == column)
            .unwrap();
        let mut supplier = Supplier::default();
        field
            .take(&mut supplier, value)
            .map(|()| (field.get)(&supplier))
    }

    #[test]
    fn what_decides_who_fits_is_read_as_it_stands_and_nothing_else_is() {
        let cells = [
            ("code", "V1"),
            ("kind", "unit"),
            ("name", "王秀英"),
            ("sex", "f"),
            ("birth_date", "1950-01-31"),
            ("phone", "13812345678"),
            ("id_number", "11010519491231002X"),
            ("street", "S1"),
            ("community", "C1"),
            ("lon", "116.4"),
            ("lat", "39.9"),
            ("skills", "barber:3;clean"),
            ("capabilities", "a:2027-03-01;b"),
            ("availability", "weekdays 18:00-21:00"),
            ("radius_km", "2.5"),
            ("max_hours_week", "6"),
            ("capacity", "3"),
            ("status", "paused"),
            ("status_since", "2026-01-01"),
            ("away", "2026-12-01/2026-12-10"),
            ("joined_on", "2020-01-01"),
            ("note", "x"),
        ];
        assert_eq!(cells.len(), Supplier::fields().len());
        let mut whole = Supplier::default();
        for (field, (column, text)) in Supplier::fields().iter().zip(cells) {
            assert_eq!(field.column, column);
            field.take(&mut whole, text).unwrap();
        }
        let stored = minicbor::to_vec(&whole).unwrap();
        let read: Fitness = minicbor::decode(&stored).unwrap();
        let expected = Supplier {
            kind: SupplierKind::default(),
            name: String::new(),
            birth_date: None,
            phone: String::new(),
            id_number: String::new(),
            status_since: None,
            joined_on: None,
            note: String::new(),
            ..whole
        };
        assert_eq!(Supplier::from(read), expected);
    }

    #[test]
    fn a_skill_without_a_level_has_level_2_and_the_highest_of_two_counts() {
        assert_eq!(
            set("skills", "barber:3;clean;barber:1").as_deref(),
            Ok("barber:3;clean:2")
        );
        assert!(set("skills", "barber:4").is_err());
    }

    #[test]
    fn the_latest_date_of_a_capability_counts_and_none_wins_over_any() {
        assert_eq!(
            set("capabilities", "a:2027-03-01;a:2026-01-01;b:2027-01-01;b").as_deref(),
            Ok("a:2027-03-01;b")
        );
    }

    #[test]
    fn empty_cells_mean_what_the_specification_says() {
        for (column, meant) in [
            ("capacity", "1"),
            ("status", "active"),
            ("radius_km", ""),
            ("availability", ""),
        ] {
            assert_eq!(set(column, "").as_deref(), Ok(meant), "{column}");
        }
    }

    #[test]
    fn ranges_of_days_must_run_forward() {
        assert_eq!(
            set("away", "2026-12-01/2026-12-10;2027-01-01/2027-01-01").as_deref(),
            Ok("2026-12-01/2026-12-10;2027-01-01/2027-01-01")
        );
        assert!(set("away", "2026-12-10/2026-12-01").is_err());
    }

    #[test]
    fn a_wrong_identity_number_is_not_repeated_in_the_message() {
        assert!(
            set("id_number", "110105194912310021")
                .is_err_and(|problem| !problem.say(crate::domain::Lang::En).contains("1949"))
        );
    }
}
