//! The command line's own words in Russian: help, usage and mistakes of the caller. Floor 3.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, Error};

const TEMPLATE: &str = "{about-with-newline}\nИспользование: {usage}\n\n{all-args}{after-help}\n";

/// Gives a command and all below it Russian headings.
pub fn localise(command: Command) -> Command {
    let headings = command
        .help_template(TEMPLATE)
        .subcommand_help_heading("Команды")
        .subcommand_value_name("КОМАНДА")
        .disable_help_subcommand(true);
    let headings = headings.mut_args(|arg| match (arg.get_help_heading().is_some(), arg.is_positional()) {
        (true, _) => arg,
        (false, true) => arg.help_heading("Что"),
        (false, false) => arg.help_heading("Параметры"),
    });
    // Help lists what stands by place in the order of places, not of names.
    let mut place = 0_usize;
    let headings = headings.mut_args(|arg| {
        if !arg.is_positional() {
            return arg;
        }
        place += 1;
        arg.display_order(place)
    });
    // «По умолчанию: ""» tells nobody anything.
    let headings = headings.mut_args(|arg| {
        let says_nothing = arg.get_default_values().iter().all(|value| value.is_empty());
        if says_nothing { arg.hide_default_value(true) } else { arg }
    });
    let names: Vec<String> = headings.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(headings, |command, name| command.mut_subcommand(name, localise))
}

/// Help text with the parser's fixed English words put into Russian.
pub fn help(text: &str) -> String {
    [
        ("[OPTIONS]", "[ПАРАМЕТРЫ]"),
        ("[default: ", "[по умолчанию: "),
        ("[possible values: ", "[возможно: "),
        ("Possible values:", "Возможные значения:"),
        ("[env: ", "[переменная: "),
        ("[aliases: ", "[иначе: "),
    ]
    .iter()
    .fold(text.to_owned(), |text, (english, russian)| text.replace(english, russian))
}

/// One sentence for a mistake on the command line: place, found, expected.
pub fn mistake(error: &Error) -> String {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        Some(ContextValue::StyledStrs(texts)) => texts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let argument = text(ContextKind::InvalidArg);
    let value = text(ContextKind::InvalidValue);
    let hint = |kind| match text(kind).as_str() {
        "" => String::new(),
        similar => format!("; вероятно, имелось в виду «{similar}»"),
    };
    let sentence = match error.kind() {
        ErrorKind::UnknownArgument => {
            format!("неизвестный параметр «{argument}»{}", hint(ContextKind::SuggestedArg))
        }
        ErrorKind::InvalidSubcommand => {
            let command = text(ContextKind::InvalidSubcommand);
            format!("неизвестная команда «{command}»{}", hint(ContextKind::SuggestedSubcommand))
        }
        ErrorKind::MissingSubcommand => {
            format!("не указана команда; есть: {}", text(ContextKind::ValidSubcommand))
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("у параметра «{argument}» нет значения"),
        ErrorKind::InvalidValue => {
            format!("значение «{value}» у «{argument}» недопустимо; возможно: {}", text(ContextKind::ValidValue))
        }
        ErrorKind::ValueValidation => {
            let source = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            format!("значение «{value}» у «{argument}» недопустимо{}", wanted(&source))
        }
        ErrorKind::NoEquals => format!("у «{argument}» нужно «=значение»"),
        ErrorKind::ArgumentConflict => {
            format!("«{argument}» нельзя вместе с «{}»", text(ContextKind::PriorArg))
        }
        ErrorKind::MissingRequiredArgument => format!("не указано: {argument}"),
        ErrorKind::TooManyValues => format!("лишнее значение «{value}» у «{argument}»"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("у «{argument}» указано не столько значений, сколько нужно")
        }
        ErrorKind::InvalidUtf8 => "в командной строке есть текст не в UTF-8".to_owned(),
        _ => "командная строка не разобрана".to_owned(),
    };
    format!("Ошибка: {sentence}.\nСправка: letopis --help")
}

/// What a number should have been, out of the parser's English reason.
fn wanted(reason: &str) -> String {
    match reason.split_once(" is not in ").and_then(|(_, range)| range.split_once("..=")) {
        Some((from, to)) => format!(": нужно число от {from} до {to}"),
        // A reader of our own says it in Russian.
        None if reason.chars().any(|letter| ('а'..='я').contains(&letter)) => format!(": {reason}"),
        None if reason.contains("digit") || reason.contains("number") || reason.contains("integer") => {
            ": нужно целое число".to_owned()
        }
        None => String::new(),
    }
}

/// A fault's sentence with what the system and the database say in English put into Russian.
pub fn fault(text: &str) -> String {
    [
        ("No such file or directory (os error 2)", "нет такого файла или папки"),
        ("Input/output error (os error 5)", "сбой чтения или записи на диск"),
        ("Permission denied (os error 13)", "нет прав доступа"),
        ("File exists (os error 17)", "такой файл уже есть"),
        ("Not a directory (os error 20)", "это не папка"),
        ("Is a directory (os error 21)", "это папка, а нужен файл"),
        ("No space left on device (os error 28)", "на диске нет места"),
        ("Read-only file system (os error 30)", "диск доступен только для чтения"),
        ("Address already in use (os error 98)", "он уже занят"),
        ("stream did not contain valid UTF-8", "это не текст в кодировке UTF-8"),
        ("invalid Zip archive: Could not find EOCD", "это не папка и не архив .zip"),
        ("error returned from database: ", ""),
        ("database or disk is full", "на диске нет места"),
        ("disk I/O error", "сбой чтения или записи на диск"),
        ("attempt to write a readonly database", "база данных доступна только для чтения"),
        ("unable to open database file", "файл базы данных не открывается"),
        ("file is not a database", "файл не является базой данных"),
        ("database disk image is malformed", "файл базы данных повреждён"),
        ("database is locked", "база данных занята другим процессом"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (english, russian)| text.replace(english, russian))
}
