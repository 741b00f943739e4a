//! The registry of actions: what a key can mean, in both languages. Hints and help are made from it.

use crate::console::keys::ActionId;
use crate::domain::Right;
use crate::domain::lang::Text;
use crate::text;

/// One thing that a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name in key maps.
    pub id: ActionId,
    /// Whether it leads to a change of records. Such an action asks first, or is an answer to what is on the screen: a
    /// form, a proposal.
    pub changes: bool,
    /// The right without which it comes to nothing.
    pub needs: Option<Right>,
    /// What it does, in a few words.
    pub text: Text,
}

const fn shows(id: ActionId, text: Text) -> Action {
    Action {
        id,
        changes: false,
        needs: None,
        text,
    }
}

const fn reveals(id: ActionId, text: Text) -> Action {
    Action {
        needs: Some(Right::Reveal),
        ..shows(id, text)
    }
}

const fn serves(id: ActionId, text: Text) -> Action {
    Action {
        needs: Some(Right::Serve),
        ..changes(id, text)
    }
}

const fn changes(id: ActionId, text: Text) -> Action {
    Action {
        id,
        changes: true,
        needs: None,
        text,
    }
}

/// Every action.
pub const ACTIONS: &[Action] = &[
    shows("redraw", text!(zh: "重画屏幕", en: "redraw")),
    shows("suspend", text!(zh: "挂起", en: "suspend")),
    shows("quit", text!(zh: "退出", en: "quit")),
    shows("help", text!(zh: "帮助", en: "help")),
    shows("switch-language", text!(zh: "English", en: "中文")),
    shows("next-pane", text!(zh: "下一栏", en: "next pane")),
    shows("prev-pane", text!(zh: "上一栏", en: "previous pane")),
    shows("pane-1", text!(zh: "供方", en: "supply")),
    shows("pane-2", text!(zh: "需方", en: "demand")),
    shows("pane-3", text!(zh: "匹配队列", en: "match queue")),
    shows("refresh", text!(zh: "刷新", en: "refresh")),
    shows("back", text!(zh: "返回", en: "back")),
    shows("open", text!(zh: "查看", en: "details")),
    reveals("reveal", text!(zh: "个人信息", en: "personal data")),
    shows("search", text!(zh: "查找全部", en: "search all")),
    shows("filter", text!(zh: "筛选", en: "filter")),
    shows("clear-filter", text!(zh: "清除筛选", en: "clear filter")),
    shows("accept", text!(zh: "确定", en: "accept")),
    serves("add", text!(zh: "新增", en: "add")),
    serves("add-resident", text!(zh: "新增居民", en: "add resident")),
    serves("edit", text!(zh: "修改", en: "edit")),
    shows("other-list", text!(zh: "需求/居民", en: "needs/residents")),
    shows("weights", text!(zh: "权重", en: "weights")),
    shows("inherit", text!(zh: "沿用上级", en: "inherit")),
    shows("drafts", text!(zh: "未完成的表单", en: "unfinished forms")),
    shows("continue", text!(zh: "继续填写", en: "continue")),
    shows("discard", text!(zh: "放弃", en: "discard")),
    shows("later", text!(zh: "以后再说", en: "later")),
    shows("up", text!(zh: "上移", en: "up")),
    shows("down", text!(zh: "下移", en: "down")),
    shows("page-up", text!(zh: "上一页", en: "page up")),
    shows("page-down", text!(zh: "下一页", en: "page down")),
    shows("top", text!(zh: "到顶", en: "to the top")),
    shows("bottom", text!(zh: "到底", en: "to the bottom")),
    shows("candidates", text!(zh: "看候选人", en: "candidates")),
    shows("needs", text!(zh: "回到需求", en: "back to needs")),
    shows("next-need", text!(zh: "下一条需求", en: "next need")),
    shows("prev-need", text!(zh: "上一条需求", en: "previous need")),
    shows("skip", text!(zh: "跳过", en: "skip")),
    serves("confirm", text!(zh: "确认匹配", en: "confirm")),
    shows("why", text!(zh: "为什么", en: "why")),
    shows("why-other", text!(zh: "查任一供方", en: "why (anyone)")),
    shows("ways", text!(zh: "其他办法", en: "other ways")),
    serves("apply", text!(zh: "采用", en: "use this")),
    serves("substitute", text!(zh: "找替补", en: "substitute")),
    shows("plan", text!(zh: "整个队列的方案", en: "plan the queue")),
    shows("change", text!(zh: "换人", en: "change")),
    shows("choose", text!(zh: "选定", en: "choose")),
    shows("keep", text!(zh: "不换", en: "keep")),
    shows("awaiting", text!(zh: "待登记结果", en: "awaiting outcome")),
    serves("outcome", text!(zh: "登记结果", en: "outcome")),
    serves("unmatch", text!(zh: "结束匹配", en: "end match")),
    serves("cancel-need", text!(zh: "取消需求", en: "cancel need")),
    changes("save", text!(zh: "保存", en: "save")),
    shows("next-field", text!(zh: "下一项", en: "next field")),
    shows("prev-field", text!(zh: "上一项", en: "previous field")),
    shows("yes", text!(zh: "是", en: "yes")),
    shows("no", text!(zh: "否", en: "no")),
    shows("next-choice", text!(zh: "下一个选项", en: "next choice")),
    shows(
        "prev-choice",
        text!(zh: "上一个选项", en: "previous choice"),
    ),
];

/// The names of all actions.
#[must_use]
pub fn ids() -> Vec<ActionId> {
    ACTIONS.iter().map(|action| action.id).collect()
}

/// What an action does, in a few words.
#[must_use]
pub fn text_of(id: &str) -> Text {
    ACTIONS
        .iter()
        .find(|action| action.id == id)
        .map_or(text!(zh: "操作", en: "action"), |action| action.text)
}

/// The right without which an action comes to nothing.
#[must_use]
pub fn needs(id: &str) -> Option<Right> {
    let action = ACTIONS.iter().find(|action| action.id == id);
    action.and_then(|action| action.needs)
}

/// A key context's name for people.
#[must_use]
pub fn context_text(context: &str) -> Text {
    match context {
        "everywhere" => text!(zh: "任何时候", en: "always"),
        "global" => text!(zh: "三栏通用", en: "in every pane"),
        "list" => text!(zh: "列表", en: "lists"),
        "demand" => text!(zh: "需方", en: "demand"),
        "queue" => text!(zh: "匹配队列", en: "match queue"),
        "candidates" => text!(zh: "候选人", en: "candidates"),
        "plan" => text!(zh: "方案", en: "plan"),
        "plan-candidates" => text!(zh: "方案中换人", en: "changing a plan"),
        "awaiting" => text!(zh: "待登记结果", en: "awaiting outcome"),
        "ways" => text!(zh: "其他办法、替补", en: "other ways, substitutes"),
        "detail" => text!(zh: "详情", en: "details"),
        "form" => text!(zh: "表单", en: "forms"),
        "filter" => text!(zh: "筛选时", en: "while filtering"),
        "weights" => text!(zh: "权重", en: "weights"),
        "drafts" => text!(zh: "未完成的表单", en: "unfinished forms"),
        "question" => text!(zh: "提问", en: "questions"),
        _ => text!(zh: "帮助", en: "help"),
    }
}
