//! The rows: one for each action.

use super::{Action, ActionId, Danger, ScopeId};
use crate::domain::Right;
use crate::domain::lang::Text;
use crate::text;

const fn row(id: ActionId, scopes: &'static [ScopeId], danger: Danger, text: Text) -> Action {
    Action {
        id,
        scopes,
        danger,
        needs: None,
        keyed: true,
        text,
    }
}

/// An action that changes no record.
const fn shows(id: ActionId, scopes: &'static [ScopeId], text: Text) -> Action {
    row(id, scopes, Danger::Harmless, text)
}

/// An action that asks before it changes something.
const fn asks(id: ActionId, scopes: &'static [ScopeId], text: Text) -> Action {
    row(id, scopes, Danger::Asks, text)
}

/// An action that answers what is on the screen, and so changes something at once.
const fn answers(id: ActionId, scopes: &'static [ScopeId], text: Text) -> Action {
    row(id, scopes, Danger::AtOnce, text)
}

impl Action {
    /// The same for those who have a right.
    const fn for_right(mut self, right: Right) -> Self {
        self.needs = Some(right);
        self
    }

    /// The same for those who serve residents.
    const fn serves(self) -> Self {
        self.for_right(Right::Serve)
    }

    /// The same without a key, on purpose: it is wanted seldom.
    const fn keyless(mut self) -> Self {
        self.keyed = false;
        self
    }
}

const MOVES: &[ScopeId] = &["list", "form", "filter"];
const PAGES: &[ScopeId] = &["list", "filter"];
const QUEUE: &[ScopeId] = &["queue", "candidates"];

/// Every action, in the order of the help.
pub const ACTIONS: &[Action] = &[
    shows(
        "candidates",
        &["queue"],
        text!(zh: "看候选人", en: "candidates"),
    ),
    shows(
        "needs",
        &["candidates"],
        text!(zh: "回到需求", en: "back to needs"),
    ),
    asks("confirm", QUEUE, text!(zh: "确认匹配", en: "confirm")).serves(),
    answers("book", &["plan"], text!(zh: "确认匹配", en: "confirm")).serves(),
    shows(
        "skip",
        &["queue", "candidates", "plan"],
        text!(zh: "跳过", en: "skip"),
    ),
    shows("change", &["plan"], text!(zh: "换人", en: "change")),
    shows(
        "choose",
        &["plan-candidates"],
        text!(zh: "选定", en: "choose"),
    ),
    shows("keep", &["plan-candidates"], text!(zh: "不换", en: "keep")),
    shows("next-need", QUEUE, text!(zh: "下一条需求", en: "next need")),
    shows(
        "prev-need",
        QUEUE,
        text!(zh: "上一条需求", en: "previous need"),
    ),
    shows(
        "why",
        &["candidates", "plan", "ways"],
        text!(zh: "为什么", en: "why"),
    ),
    shows(
        "why-other",
        &["records", "plan", "detail"],
        text!(zh: "查任一供方", en: "why (anyone)"),
    ),
    shows(
        "open",
        &["records", "plan", "ways"],
        text!(zh: "查看", en: "details"),
    ),
    shows(
        "ways",
        &["records", "plan", "detail"],
        text!(zh: "其他办法", en: "other ways"),
    ),
    asks("apply", &["ways"], text!(zh: "采用", en: "use this")).serves(),
    asks(
        "substitute",
        &["records", "detail"],
        text!(zh: "找替补", en: "substitute"),
    )
    .serves(),
    asks("add", &["records", "detail"], text!(zh: "新增", en: "add")).serves(),
    asks(
        "add-resident",
        &["demand"],
        text!(zh: "新增居民", en: "add resident"),
    )
    .serves(),
    asks(
        "edit",
        &["records", "detail"],
        text!(zh: "修改", en: "edit"),
    )
    .serves(),
    asks(
        "reveal",
        &["records", "detail"],
        text!(zh: "个人信息", en: "personal data"),
    )
    .for_right(Right::Reveal),
    shows(
        "other-list",
        &["demand"],
        text!(zh: "需求/居民", en: "needs/residents"),
    ),
    shows(
        "filter",
        &["registry", "help"],
        text!(zh: "筛选", en: "filter"),
    ),
    shows(
        "clear-filter",
        &["registry", "help"],
        text!(zh: "清除筛选", en: "clear filter"),
    ),
    shows("leave", &["filter"], text!(zh: "取消", en: "cancel")),
    shows(
        "accept",
        &["filter", "weights"],
        text!(zh: "确定", en: "accept"),
    ),
    shows(
        "plan",
        &["queue"],
        text!(zh: "整个队列的方案", en: "plan the queue"),
    ),
    shows(
        "awaiting",
        &["queue", "candidates", "awaiting"],
        text!(zh: "待登记结果", en: "awaiting outcome"),
    ),
    asks(
        "outcome",
        &["awaiting", "detail"],
        text!(zh: "登记结果", en: "outcome"),
    )
    .serves(),
    asks(
        "unmatch",
        &["queue", "candidates", "detail"],
        text!(zh: "结束匹配", en: "end match"),
    )
    .serves(),
    asks(
        "cancel-need",
        &["queue", "candidates", "demand", "detail"],
        text!(zh: "取消需求", en: "cancel need"),
    )
    .serves(),
    answers("save", &["form", "weights"], text!(zh: "保存", en: "save")),
    answers(
        "accept-field",
        &["form"],
        text!(zh: "下一项/保存", en: "next/save"),
    ),
    shows(
        "next-field",
        &["form"],
        text!(zh: "下一项", en: "next field"),
    ),
    shows(
        "prev-field",
        &["form"],
        text!(zh: "上一项", en: "previous field"),
    ),
    answers("yes", &["question"], text!(zh: "是", en: "yes")),
    shows("no", &["question"], text!(zh: "否", en: "no")),
    answers("answer", &["question"], text!(zh: "确定", en: "accept")),
    shows(
        "next-choice",
        &["question", "weights"],
        text!(zh: "下一个选项", en: "next choice"),
    ),
    shows(
        "prev-choice",
        &["question", "weights"],
        text!(zh: "上一个选项", en: "previous choice"),
    ),
    shows(
        "inherit",
        &["weights"],
        text!(zh: "沿用上级", en: "inherit"),
    ),
    shows(
        "continue",
        &["drafts"],
        text!(zh: "继续填写", en: "continue"),
    ),
    asks("discard", &["drafts"], text!(zh: "放弃", en: "discard")),
    shows("later", &["drafts"], text!(zh: "以后再说", en: "later")),
    shows(
        "next-pane",
        &["global"],
        text!(zh: "下一栏", en: "next pane"),
    ),
    shows(
        "prev-pane",
        &["global"],
        text!(zh: "上一栏", en: "previous pane"),
    ),
    shows("pane-1", &["global"], text!(zh: "供方", en: "supply")),
    shows("pane-2", &["global"], text!(zh: "需方", en: "demand")),
    shows(
        "pane-3",
        &["global"],
        text!(zh: "匹配队列", en: "match queue"),
    ),
    shows("weights", &["global"], text!(zh: "权重", en: "weights")),
    shows(
        "drafts",
        &["global"],
        text!(zh: "未完成的表单", en: "unfinished forms"),
    ),
    shows(
        "refresh",
        &["global", "plan"],
        text!(zh: "刷新", en: "refresh"),
    ),
    shows(
        "back",
        &[
            "global", "detail", "ways", "plan", "form", "weights", "help",
        ],
        text!(zh: "返回", en: "back"),
    ),
    shows("search", &["list"], text!(zh: "查找全部", en: "search all")),
    shows("up", MOVES, text!(zh: "上移", en: "up")),
    shows("down", MOVES, text!(zh: "下移", en: "down")),
    shows("page-up", PAGES, text!(zh: "上一页", en: "page up")),
    shows("page-down", PAGES, text!(zh: "下一页", en: "page down")),
    shows("top", &["list"], text!(zh: "到顶", en: "to the top")),
    shows("bottom", &["list"], text!(zh: "到底", en: "to the bottom")),
    shows(
        "palette",
        &["everywhere"],
        text!(zh: "所有操作", en: "all actions"),
    ),
    shows("help", &["everywhere"], text!(zh: "帮助", en: "help")),
    shows(
        "key-problems",
        &["everywhere"],
        text!(zh: "按键设置的问题", en: "problems with keys and settings"),
    )
    .keyless(),
    shows(
        "switch-language",
        &["everywhere"],
        text!(zh: "English", en: "中文"),
    ),
    shows(
        "redraw",
        &["everywhere"],
        text!(zh: "重画屏幕", en: "redraw"),
    ),
    shows("suspend", &["everywhere"], text!(zh: "挂起", en: "suspend")),
    shows("quit", &["everywhere"], text!(zh: "退出", en: "quit")),
];
