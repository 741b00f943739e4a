//! `login`: what a login over SSH runs, set as `ForceCommand` (docs/install.md).
//!
//! Whoever logs in so shall use the machine's station and nothing else. What they asked SSH to run is taken apart into
//! words here and never goes through a shell; of the machine's files nothing is read or written.

use std::ffi::OsString;

use clap::{ArgMatches, Command};

use super::{Failure, Session, Verb, away, console, status};
use crate::domain::Lang;
use crate::domain::printable::printable;
use crate::{both, text};

pub const VERB: Verb = Verb {
    name: "login",
    about: text!(zh: "SSH 登录时运行：打开操作台，或执行 SSH 要求的 matchdesk 命令", en: "Run at a login over SSH: the console, or the matchdesk command that SSH was asked for"),
    examples: &[(
        "matchdesk login",
        text!(zh: "设为 sshd 的 ForceCommand：ssh station 打开操作台，ssh station matchdesk queue --json 执行一个命令",
            en: "as ForceCommand of sshd: ssh station opens the console, ssh station matchdesk queue --json runs one command"),
    )],
    args: |command: Command, _: Lang| command,
    run,
};

/// Where sshd leaves what it was asked to run.
const ASKED: &str = "SSH_ORIGINAL_COMMAND";

/// Verbs without the station that say something and touch nothing.
const TELL: [&str; 2] = ["help", "completions"];

fn run(_: &ArgMatches, session: &mut Session<'_>) -> Result<u8, Failure> {
    if away::named_socket().is_none() {
        return Err(Failure::usage(both!(
            zh: "login 用于本机的服务台；请在 sshd 的配置里用 SetEnv 设置 MATCHDESK_SOCKET",
            en: "login is for the machine's station; set MATCHDESK_SOCKET with SetEnv in sshd's configuration"
        )));
    }
    let asked = std::env::var_os(ASKED).unwrap_or_default();
    let args = words(asked)?;
    if args.is_empty() {
        return console::open(session);
    }
    Ok(super::run_asked(&args, session))
}

/// The words of what was asked, quoted as a shell would want them, with nothing expanded.
fn words(asked: OsString) -> Result<Vec<OsString>, Failure> {
    let asked = asked
        .into_string()
        .map_err(|asked| not_run(&asked.to_string_lossy()))?;
    let words = shell_words::split(&asked).map_err(|_| {
        let asked = printable(&asked);
        Failure::usage(both!(zh: "引号没有闭合：{asked}", en: "a quote is not closed: {asked}"))
    })?;
    match words.first() {
        Some(program) if program != "matchdesk" => Err(not_run(&asked)),
        _ => Ok(words.into_iter().map(OsString::from).collect()),
    }
}

/// That a command is not run over SSH.
fn not_run(asked: &str) -> Failure {
    let asked = printable(asked);
    Failure::usage(both!(
        zh: "这个登录不运行 {asked}；可以运行 matchdesk 的命令（如 ssh … matchdesk queue），不带命令则打开操作台",
        en: "this login does not run {asked}; it runs commands of matchdesk (as in ssh … matchdesk queue), or without one the console"
    ))
}

/// Checks that a login may run a verb that needs no station; the others are the station's to judge.
///
/// # Errors
/// When it would do something on the machine.
pub fn permit(verb: &str) -> Result<(), Failure> {
    if TELL.contains(&verb) {
        Ok(())
    } else {
        Err(not_run(&format!("matchdesk {verb}")))
    }
}

/// Hands a command line to the station, without any files, and says so when it wanted some.
///
/// # Errors
/// As [`away::run`].
pub fn ask(
    args: &[OsString],
    matches: &ArgMatches,
    session: &mut Session<'_>,
) -> Result<u8, Failure> {
    let status = away::run(args, away::Hand::Nothing, session);
    // A head of the journal may be named in place of a file: what was done wanted none.
    if !matches!(status, Ok(status::DONE)) && away::names_files(matches) {
        session.note(
            text!(
                zh: "这个登录不读写本机的文件；请在本机的终端里运行这个命令",
                en: "this login reads and writes no files of the machine; run this command in a shell there"
            )
            .get(session.lang),
        );
    }
    status
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(asked: &str) -> Option<Vec<String>> {
        let words = words(asked.into()).ok()?;
        let plain = words.into_iter().map(|word| word.into_string().unwrap());
        Some(plain.collect())
    }

    #[test]
    fn words_are_what_a_shell_would_pass_and_nothing_is_expanded() {
        let some = |words: &[&str]| Some(words.iter().map(|&word| word.to_owned()).collect());
        assert_eq!(of(""), some(&[]));
        assert_eq!(of("  "), some(&[]));
        assert_eq!(
            of("matchdesk queue --json"),
            some(&["matchdesk", "queue", "--json"])
        );
        assert_eq!(
            of(r#"matchdesk unmatch N1 V1 --reason "moved away; $(id) `id` *" 'a b' c\ d"#),
            some(&[
                "matchdesk",
                "unmatch",
                "N1",
                "V1",
                "--reason",
                "moved away; $(id) `id` *",
                "a b",
                "c d"
            ])
        );
        assert_eq!(
            of("matchdesk queue; id > /tmp/x && sh"),
            some(&["matchdesk", "queue;", "id", ">", "/tmp/x", "&&", "sh"])
        );
    }

    #[test]
    fn nothing_but_matchdesk_is_run() {
        for asked in [
            "sh",
            "/usr/bin/matchdesk queue",
            "MATCHDESK_NOW=1 matchdesk",
            "matchdesk 'queue",
            "scp -t /tmp",
        ] {
            assert_eq!(of(asked), None, "{asked}");
        }
        for verb in ["login", "station", "demo", "generate", "restore", "man"] {
            assert!(permit(verb).is_err(), "{verb}");
        }
    }
}
