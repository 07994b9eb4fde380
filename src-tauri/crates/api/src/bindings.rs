//! Writes `ui/src/backend/bindings.ts`: the views, through ts-rs, and the table
//! of commands. The file is committed; a test compares it with what this
//! makes, and `cargo xtask bindings` writes it anew.

use std::fmt::Write as _;

use kith_model::{DialogId, MessageId, UploadId, UserId};
use ts_rs::{Config, TS};

use crate::commands::{Arg, COMMANDS};
use crate::error::{Code, UiError};
use crate::feed::FeedEvent;
use crate::view::*;

/// A type that can stand in the table of commands, by its name in TypeScript.
pub(crate) trait Script {
    /// The name.
    fn script() -> String;
}

macro_rules! scripts {
    ($($rust:ty => $name:literal),* $(,)?) => {
        $(impl Script for $rust {
            fn script() -> String {
                $name.to_owned()
            }
        })*
    };
}

scripts! {
    () => "null",
    bool => "boolean",
    i32 => "number",
    u32 => "number",
    u64 => "number",
    i64 => "Millis",
    String => "string",
    UserId => "UserId",
    DialogId => "DialogId",
    MessageId => "MessageId",
    UploadId => "UploadId",
    std::collections::BTreeMap<String, String> => "Record<string, string>",
}

impl<T: Script> Script for Option<T> {
    fn script() -> String {
        format!("{} | null", T::script())
    }
}

impl<T: Script> Script for Vec<T> {
    fn script() -> String {
        format!("{}[]", T::script())
    }
}

impl Arg {
    /// As it stands in the table of commands.
    fn script(&self) -> String {
        let mark = if self.is_optional { "?" } else { "" };
        format!("{}{mark}: {}", self.name, self.kind)
    }
}

/// The views, in the order of the file.
macro_rules! views {
    ($($view:ident),* $(,)?) => {
        $(impl Script for $view {
            fn script() -> String {
                stringify!($view).to_owned()
            }
        })*

        fn declarations(config: &Config) -> Vec<String> {
            vec![$(declaration::<$view>(config)),*]
        }
    };
}

views! {
    Delivery, FailureReason, DialogKind, AttachmentKind, Code, UiError, PersonView, FindBy,
    LinkState, LinkReason, LinkView, AttachedView, LastMessageView, Role, Rights, DialogView, PropertyView, SavedView, PlaceView, UploadState, UploadView, AttachmentView, TransferProblem, TransferView,
    ReplyView, ForwardView, ReactionView, SystemKind, SystemView, DeedView, MessageView,
    ReceiptView, ReactionDetail, JournalView, MessageDetails, WaitingView,
    DeletedMessages, LinkShared, HoleView, DialogInfo, MembersView, DirectoryEntry, DirectoryView,
    PreviewView, SnippetPart, FoundView, FoundPage, UnreadReason, WhyUnread, DeletedDialogs, StagedView, DraftView,
    Remember, Security, ConnectionView, KnownView, AccountView, ProblemView, AppView, TypingView, PresenceView,
    DeedKind, RefusalView, ReadingPlaceView, HomeSnapshot, HomePatch, TimelineSnapshot, TimelinePage, TimelinePatch, FeedEvent,
}

const HEAD: &str = "\
// Made from the Rust types in src-tauri/crates/api by `cargo xtask bindings`. Do not edit.

export type UserId = number;
export type DialogId = string;
export type MessageId = string;
export type UploadId = number;

/** Milliseconds since 1970 UTC. */
export type Millis = number;
";

/// The whole file.
#[must_use]
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut text = HEAD.to_owned();
    for declaration in declarations(&config) {
        let _ = write!(text, "\n{declaration}\n");
    }
    text.push_str("\nexport type NoArgs = Record<string, never>;\n");
    text.push_str(
        "\n/** Every command: its arguments and its answer. */\nexport type Commands = {\n",
    );
    for command in COMMANDS {
        let args: Vec<String> = (command.args)().iter().map(Arg::script).collect();
        let args = if args.is_empty() {
            "NoArgs".to_owned()
        } else {
            format!("{{ {} }}", args.join("; "))
        };
        let _ = writeln!(
            text,
            "{}  {}: {{ args: {args}; answer: {} }};",
            comment("  ", command.docs.iter().map(|line| line.trim())),
            command.name,
            (command.answer)(),
        );
    }
    text.push_str("};\n");
    text
}

/// A JSDoc comment, on one line where it is one.
fn comment<'a>(indent: &str, lines: impl Iterator<Item = &'a str>) -> String {
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    match lines.as_slice() {
        [] => String::new(),
        [line] => format!("{indent}/** {} */\n", unlinked(line)),
        many => {
            let mut text = format!("{indent}/**\n");
            for line in many {
                let _ = writeln!(text, "{indent} * {}", unlinked(line));
            }
            let _ = writeln!(text, "{indent} */");
            text
        }
    }
}

/// A link in Rust's documentation is a plain name here.
fn unlinked(line: &str) -> String {
    line.replace("[`", "`").replace("`]", "`")
}

/// One exported type. ts-rs writes it on few lines; this gives each field a
/// line of its own.
fn declaration<T: TS>(config: &Config) -> String {
    let docs = T::docs()
        .map(|docs| comment("", doc_lines(&docs)))
        .unwrap_or_default();
    let written = T::decl(config);
    let body = match written.split_once(" = ") {
        Some((head, body)) if body.starts_with('{') && !body.contains(" } | { ") => {
            format!("{head} = {}", fields(body))
        }
        Some((head, body)) => format!("{head} ={}", union(&bare(body))),
        None => written,
    };
    format!("{docs}export {body}")
}

fn doc_lines(docs: &str) -> impl Iterator<Item = &str> {
    docs.lines().map(|line| {
        line.trim()
            .trim_start_matches("/**")
            .trim_end_matches("*/")
            .trim_start_matches('*')
            .trim()
    })
}

/// Without comments, on one line, and names without quotes.
fn bare(body: &str) -> String {
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("/**") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .replace("\"kind\":", "kind:")
        .replace(", }", " }")
        .replace(", ", "; ")
}

/// `"a" | "b" | …`, on lines of a readable length.
fn union(body: &str) -> String {
    let body = body.trim_end_matches(';');
    let one_line = format!(" {body};");
    if one_line.len() < 100 {
        return one_line;
    }
    let mut text = String::new();
    let mut line = String::new();
    for part in body.split(" | ") {
        if !line.is_empty() && line.len() + part.len() > 96 {
            let _ = write!(text, "\n {line}");
            line.clear();
        }
        let _ = write!(line, " | {part}");
    }
    let _ = write!(text, "\n {line};");
    text
}

/// `{ a: string, b: number, }` with comments in between, a field a line.
fn fields(body: &str) -> String {
    let inner = body
        .trim()
        .trim_end_matches(';')
        .trim_start_matches('{')
        .trim_end_matches('}');
    let mut text = "{\n".to_owned();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("/**")
            && let Some((docs, after)) = after.split_once("*/")
        {
            text.push_str(&comment("  ", doc_lines(docs)));
            rest = after.trim_start();
            continue;
        }
        let end = field_end(rest);
        let field = rest
            .get(..end)
            .unwrap_or(rest)
            .replace("Array<UserId>", "UserId[]");
        let _ = writeln!(text, "  {};", arrays(field.trim()));
        rest = rest.get(end + 1..).unwrap_or_default().trim_start();
    }
    text.push_str("};");
    text
}

/// Where a field's comma stands: outside of all brackets.
fn field_end(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, character) in text.char_indices() {
        match character {
            '{' | '<' | '(' => depth += 1,
            '}' | '>' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// `Array<X>` as `X[]`.
fn arrays(field: &str) -> String {
    match field.split_once("Array<") {
        Some((before, after)) if after.ends_with('>') => {
            format!("{before}{}[]", after.trim_end_matches('>'))
        }
        _ => field.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `cargo xtask bindings` sets this to have the file written.
    const WRITE: &str = "KITH_WRITE_BINDINGS";

    #[test]
    fn the_committed_file_is_fresh() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../ui/src/backend/bindings.ts"
        );
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(path, typescript()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap().replace("\r\n", "\n");
        assert!(
            committed == typescript(),
            "ui/src/backend/bindings.ts is stale: run `cargo xtask bindings`"
        );
    }

    #[test]
    fn fields_stand_one_a_line() {
        let text =
            fields("{ a: string, \n/**\n * Why.\n */\nb: Array<X> | null, c: { d: string, }, }");
        assert_eq!(
            text,
            "{\n  a: string;\n  /** Why. */\n  b: Array<X> | null;\n  c: { d: string, };\n};"
        );
        assert_eq!(arrays("a: Array<X>"), "a: X[]");
    }
}
