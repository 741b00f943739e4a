//! Scopes: the places where keys hold. What is in front has one, and the scopes around it hold there, too.

use crate::domain::lang::Text;
use crate::text;

/// The name of a scope in key maps.
pub type ScopeId = &'static str;

/// A place where keys hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Its name in key maps.
    pub id: ScopeId,
    /// Its name for people.
    pub text: Text,
    /// Whether text is typed there: a plain character is text then and can't be bound.
    pub types: bool,
    /// The scopes that hold there, too, the innermost first. A key hides the same key further out.
    pub within: &'static [ScopeId],
}

const fn scope(id: ScopeId, within: &'static [ScopeId], text: Text) -> Scope {
    Scope {
        id,
        text,
        types: false,
        within,
    }
}

const fn typing(id: ScopeId, within: &'static [ScopeId], text: Text) -> Scope {
    Scope {
        types: true,
        ..scope(id, within, text)
    }
}

const PANE: &[ScopeId] = &["records", "list", "global", "everywhere"];
const LAYER: &[ScopeId] = &["list", "everywhere"];
const ALONE: &[ScopeId] = &["everywhere"];

/// Every scope, in the order of the help.
pub const SCOPES: &[Scope] = &[
    scope("queue", PANE, text!(zh: "匹配队列", en: "match queue")),
    scope("candidates", PANE, text!(zh: "候选人", en: "candidates")),
    scope(
        "awaiting",
        PANE,
        text!(zh: "待登记结果", en: "awaiting outcome"),
    ),
    scope(
        "demand",
        &["registry", "records", "list", "global", "everywhere"],
        text!(zh: "需方", en: "demand"),
    ),
    scope(
        "registry",
        PANE,
        text!(zh: "供方和需方", en: "supply and demand"),
    ),
    scope(
        "records",
        &["list", "global", "everywhere"],
        text!(zh: "选中的记录", en: "the selected record"),
    ),
    scope("global", ALONE, text!(zh: "三栏通用", en: "in every pane")),
    scope("plan", LAYER, text!(zh: "方案", en: "plan")),
    scope(
        "plan-candidates",
        &["plan", "list", "everywhere"],
        text!(zh: "方案中换人", en: "changing a plan"),
    ),
    scope("detail", LAYER, text!(zh: "详情", en: "details")),
    scope(
        "ways",
        LAYER,
        text!(zh: "其他办法、替补", en: "other ways, substitutes"),
    ),
    scope("weights", LAYER, text!(zh: "权重", en: "weights")),
    scope(
        "drafts",
        LAYER,
        text!(zh: "未完成的表单", en: "unfinished forms"),
    ),
    scope("help", LAYER, text!(zh: "帮助", en: "help")),
    typing("form", ALONE, text!(zh: "表单", en: "forms")),
    typing(
        "filter",
        ALONE,
        text!(zh: "筛选、查找时", en: "filtering, searching"),
    ),
    scope("question", ALONE, text!(zh: "提问", en: "questions")),
    scope(
        "list",
        ALONE,
        text!(zh: "列表和页面", en: "lists and pages"),
    ),
    typing("everywhere", &[], text!(zh: "任何时候", en: "always")),
];

/// A scope by its name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Scope> {
    SCOPES.iter().find(|scope| scope.id == id)
}

/// The scopes that hold where one is in front, itself first.
#[must_use]
pub fn stack(id: &str) -> Vec<ScopeId> {
    find(id)
        .into_iter()
        .flat_map(|scope| std::iter::once(scope.id).chain(scope.within.iter().copied()))
        .collect()
}

/// Whether there is a place where both hold.
#[must_use]
pub fn meet(one: &str, other: &str) -> bool {
    SCOPES.iter().any(|scope| {
        let holds = |id| scope.id == id || scope.within.contains(&id);
        holds(one) && holds(other)
    })
}
