//! The cells of the registries' lists.

use ratatui::text::{Line, Span};

use super::words;
use crate::console::app::model::Model;
use crate::console::widgets::table::{Column, Width};
use crate::domain::kinds::Word;
use crate::domain::lang::Lang;
use crate::domain::record::{Need, Resident, Supplier};
use crate::domain::{Code, Kind, Status};
use crate::matching::State;
use crate::text;

/// The columns that lists of needs to be matched begin with: how pressing, the first visit, who, what for. Each with its
/// priority, see [`Column::priority`].
#[must_use]
pub fn need_columns(lang: Lang, priorities: [u8; 4]) -> Vec<Column<'static>> {
    let columns = [
        (text!(zh: "急", en: "!"), Width::Fixed(2)),
        (text!(zh: "首次", en: "first"), Width::Fixed(11)),
        (text!(zh: "居民", en: "resident"), Width::Fill(8)),
        (text!(zh: "服务", en: "service"), Width::Fill(8)),
    ];
    let with_priority = columns.into_iter().zip(priorities);
    with_priority
        .map(|((title, width), priority)| Column::new(title.get(lang), width, priority))
        .collect()
}

/// The columns of a registry.
#[must_use]
pub fn columns(kind: Kind, lang: Lang) -> Vec<Column<'static>> {
    let name = text!(zh: "姓名", en: "name").get(lang);
    let code = text!(zh: "编码", en: "code").get(lang);
    let place = text!(zh: "社区", en: "community").get(lang);
    match kind {
        Kind::Supplier => vec![
            Column::new(code, Width::Fixed(9), 4),
            Column::new(name, Width::Fill(8), 0),
            Column::new(text!(zh: "类型", en: "kind").get(lang), Width::Fixed(12), 5),
            Column::new(place, Width::Fill(10), 6),
            Column::new(
                text!(zh: "服务技能", en: "skills").get(lang),
                Width::Fill(10),
                2,
            ),
            Column::new(
                text!(zh: "状态", en: "status").get(lang),
                Width::Fixed(9),
                3,
            ),
        ],
        Kind::Resident => vec![
            Column::new(code, Width::Fixed(9), 3),
            Column::new(name, Width::Fill(8), 0),
            Column::new(text!(zh: "年龄", en: "age").get(lang), Width::Fixed(4), 1).right(),
            Column::new(place, Width::Fill(10), 2),
        ],
        _ => vec![
            Column::new(code, Width::Fixed(9), 4),
            Column::new(
                text!(zh: "居民", en: "resident").get(lang),
                Width::Fill(8),
                0,
            ),
            Column::new(
                text!(zh: "服务", en: "service").get(lang),
                Width::Fill(8),
                1,
            ),
            Column::new(text!(zh: "时间", en: "when").get(lang), Width::Fill(20), 5),
            Column::new(text!(zh: "状态", en: "state").get(lang), Width::Fixed(9), 2),
        ],
    }
}

/// One row of a registry.
#[must_use]
pub fn row(kind: Kind, code: &Code, model: &Model) -> Vec<Line<'static>> {
    let cells = match kind {
        Kind::Supplier => model.fetch::<Supplier>(code).map(|s| supplier(&s, model)),
        Kind::Resident => model.fetch::<Resident>(code).map(|r| resident(&r, model)),
        _ => model.fetch::<Need>(code).map(|n| need(&n, model)),
    };
    cells.unwrap_or_else(|| vec![Line::from(code.to_string())])
}

/// Where somebody lives or works: the community, else the street.
#[must_use]
pub fn place(model: &Model, community: Option<&Code>, street: Option<&Code>) -> String {
    match (community, street) {
        (Some(code), _) => model.name(Kind::Community, code).to_owned(),
        (None, Some(code)) => model.name(Kind::Street, code).to_owned(),
        (None, None) => String::new(),
    }
}

/// The categories that a supplier serves.
#[must_use]
pub fn skills(supplier: &Supplier, model: &Model) -> String {
    let names: Vec<&str> = supplier
        .skills
        .iter()
        .map(|skill| model.name(Kind::Category, &skill.category))
        .collect();
    names.join(match model.lang {
        Lang::Zh => "、",
        Lang::En => ", ",
    })
}

fn supplier(s: &Supplier, model: &Model) -> Vec<Line<'static>> {
    let status = match s.status {
        Status::Active => model.theme.good,
        Status::Paused => model.theme.warn,
        Status::Withdrawn => model.theme.dim,
    };
    vec![
        Line::from(Span::styled(s.code.to_string(), model.theme.dim)),
        Line::from(s.name.clone()),
        Line::from(s.kind.say(model.lang)),
        Line::from(place(model, s.community.as_ref(), s.street.as_ref())),
        Line::from(skills(s, model)),
        Line::from(Span::styled(s.status.say(model.lang), status)),
    ]
}

fn resident(r: &Resident, model: &Model) -> Vec<Line<'static>> {
    let today = model.now().day();
    let age = r.birth_date.map(|born| born.years_until(today).to_string());
    vec![
        Line::from(Span::styled(r.code.to_string(), model.theme.dim)),
        Line::from(r.name.clone()),
        Line::from(age.unwrap_or_default()),
        Line::from(place(model, r.community.as_ref(), r.street.as_ref())),
    ]
}

fn need(n: &Need, model: &Model) -> Vec<Line<'static>> {
    let state = state(n, model);
    let (word, style) = match state {
        Some(state) => {
            let style = match state {
                State::Open => model.theme.warn,
                State::Matched => model.theme.good,
                _ => model.theme.dim,
            };
            (words::state(state).get(model.lang), style)
        }
        None => ("…", model.theme.dim),
    };
    vec![
        Line::from(Span::styled(n.code.to_string(), model.theme.dim)),
        Line::from(resident_name(&n.resident, model)),
        Line::from(model.name(Kind::Category, &n.category).to_owned()),
        Line::from(words::when(n, model.lang)),
        Line::from(Span::styled(word, style)),
    ]
}

/// Where a need stands; none until the index is loaded.
#[must_use]
pub fn state(need: &Need, model: &Model) -> Option<State> {
    if !model.ready {
        return None;
    }
    let index = model.desk.index().ok()?;
    index.state(&need.code, model.now())
}

/// A resident's name, the code without one.
#[must_use]
pub fn resident_name(code: &Code, model: &Model) -> String {
    let found = model.fetch::<Resident>(code).map(|r| r.name);
    found
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| code.to_string())
}

/// A supplier's name, the code without one.
#[must_use]
pub fn supplier_name(code: &Code, model: &Model) -> String {
    let found = model.fetch::<Supplier>(code).map(|s| s.name);
    found
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| code.to_string())
}
