//! Which language, and what is said of a command line that can't be understood.

use std::ffi::OsString;
use std::io::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::status;
use crate::domain::Lang;
use crate::domain::printable::printable;

/// The language of a command line: `--lang`, else `MATCHDESK_LANG`, else what the user has configured, else the locale's.
pub fn language(
    args: &[OsString],
    var: impl Fn(&str) -> Option<String>,
    configured: Option<Lang>,
) -> Lang {
    let named = args.iter().enumerate().find_map(|(at, arg)| {
        let arg = arg.to_str()?;
        if arg == "--lang" {
            return args.get(at + 1)?.to_str().map(str::to_owned);
        }
        arg.strip_prefix("--lang=").map(str::to_owned)
    });
    let var = |name: &str| var(name).filter(|value| !value.is_empty());
    let locale = || {
        let mut locales = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter();
        locales.find_map(var)
    };
    named
        .or_else(|| var("MATCHDESK_LANG"))
        .map(|named| Lang::of_locale(&named))
        .or(configured)
        .or_else(|| locale().map(|locale| Lang::of_locale(&locale)))
        .unwrap_or_default()
}

/// Shows help or version, or says what is wrong with the command line.
pub fn tell(error: &clap::Error, lang: Lang, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    if !error.use_stderr() {
        let _ = write!(out, "{}", error.render());
        let _ = out.flush();
        return status::DONE;
    }
    let told = match lang {
        Lang::Zh => in_chinese(error),
        Lang::En => None,
    };
    let _ = match told {
        Some(told) => writeln!(err, "{told}"),
        None => write!(err, "{}", error.render()),
    };
    status::USAGE
}

fn in_chinese(error: &clap::Error) -> Option<String> {
    let of = |kind| error.get(kind).map(words);
    let argument = of(ContextKind::InvalidArg).unwrap_or_default();
    let told = match error.kind() {
        ErrorKind::UnknownArgument => format!("不认识的参数：{argument}"),
        ErrorKind::InvalidSubcommand => {
            format!("没有这个命令：{}", of(ContextKind::InvalidSubcommand)?)
        }
        ErrorKind::MissingRequiredArgument => format!("缺少：{argument}"),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            match of(ContextKind::InvalidValue).filter(|value| !value.is_empty()) {
                Some(value) => format!("{argument} 不能是 \"{value}\""),
                None => format!("{argument} 需要一个值"),
            }
        }
        ErrorKind::ArgumentConflict => format!("{argument} 不能与其他选项同时使用"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的值的个数不对")
        }
        _ => return None,
    };
    let mut told = format!("错误：{}", printable(&told));
    if let Some(near) =
        of(ContextKind::SuggestedSubcommand).or_else(|| of(ContextKind::SuggestedArg))
    {
        told.push_str("\n您是不是想用：");
        told.push_str(&near);
    }
    told.push_str("\n在命令后加 --help 可查看用法和示例");
    Some(told)
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(many) => many.join("、"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(args: &[&str], env: &[(&str, &str)], configured: Option<Lang>) -> Lang {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let var = |name: &str| {
            let pair = env.iter().find(|(key, _)| *key == name);
            pair.map(|(_, value)| (*value).to_owned())
        };
        language(&args, var, configured)
    }

    fn of(args: &[&str], env: &[(&str, &str)]) -> Lang {
        over(args, env, None)
    }

    #[test]
    fn the_configuration_wins_over_the_locale_and_yields_to_what_is_said_for_this_time() {
        let en = Some(Lang::En);
        let locale = ("LANG", "zh_CN.UTF-8");
        assert_eq!(over(&["matchdesk"], &[locale], en), Lang::En);
        let own = ("MATCHDESK_LANG", "zh");
        assert_eq!(over(&["matchdesk"], &[locale, own], en), Lang::Zh);
        assert_eq!(over(&["matchdesk", "--lang", "zh"], &[], en), Lang::Zh);
    }

    #[test]
    fn the_option_wins_over_the_environment() {
        assert_eq!(
            of(&["matchdesk", "--lang", "en"], &[("LANG", "zh_CN.UTF-8")]),
            Lang::En
        );
        assert_eq!(of(&["matchdesk", "queue", "--lang=zh"], &[]), Lang::Zh);
        assert_eq!(
            of(&["matchdesk"], &[("LC_ALL", ""), ("LANG", "zh_CN.UTF-8")]),
            Lang::Zh
        );
        assert_eq!(of(&["matchdesk"], &[]), Lang::En);
    }
}
