//! What the terminal can show, as its environment says. Nothing is asked of the terminal itself.

use crate::console::theme::Depth;

/// The terminal's depth of colour, from `NO_COLOR`, `TERM` and `COLORTERM`.
///
/// `env` looks a variable up, as `|name| std::env::var(name).ok()` does.
#[must_use]
pub fn depth(env: impl Fn(&str) -> Option<String>) -> Depth {
    let get = |name| env(name).unwrap_or_default().to_ascii_lowercase();
    let term = get("TERM");
    let has = |parts: &[&str]| parts.iter().any(|p| term.contains(p));
    let colourless = ["", "dumb"].contains(&term.as_str()) || term.starts_with("vt");
    if !get("NO_COLOR").is_empty() || colourless || term.ends_with("-m") || has(&["mono"]) {
        Depth::None
    } else if ["truecolor", "24bit"].contains(&get("COLORTERM").as_str()) || has(&["direct"]) {
        Depth::True
    } else if has(&["256", "kitty", "alacritty", "foot", "wezterm", "ghostty"]) {
        Depth::Indexed
    } else {
        Depth::Sixteen
    }
}

/// Whether the locale says that the terminal does not read UTF-8. An unset locale says nothing.
#[must_use]
pub fn ascii_only(env: impl Fn(&str) -> Option<String>) -> bool {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"];
    let locale = names
        .iter()
        .filter_map(|n| env(n))
        .find(|v| !v.is_empty())
        .map(|v| v.to_ascii_lowercase());
    locale.is_some_and(|l| !l.contains("utf-8") && !l.contains("utf8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| {
            let pair = pairs.iter().find(|(n, _)| *n == name);
            pair.map(|(_, v)| (*v).to_owned())
        }
    }

    #[test]
    fn the_depth_of_colour_follows_the_environment() {
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(depth(env(&[xterm])), Depth::Indexed);
        assert_eq!(
            depth(env(&[xterm, ("COLORTERM", "truecolor")])),
            Depth::True
        );
        assert_eq!(depth(env(&[xterm, ("NO_COLOR", "1")])), Depth::None);
        assert_eq!(depth(env(&[xterm, ("NO_COLOR", "")])), Depth::Indexed);
        assert_eq!(depth(env(&[("TERM", "linux")])), Depth::Sixteen);
        assert_eq!(depth(env(&[("TERM", "dumb")])), Depth::None);
        assert_eq!(depth(env(&[])), Depth::None);
    }

    #[test]
    fn ascii_is_for_locales_that_are_not_utf_8() {
        assert!(ascii_only(env(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")])));
        assert!(!ascii_only(env(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "")])));
        assert!(ascii_only(env(&[("LANG", "zh_CN.GBK")])));
        assert!(!ascii_only(env(&[])));
    }
}
