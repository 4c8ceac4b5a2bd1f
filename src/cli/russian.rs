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
    let names: Vec<String> = headings.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    names.into_iter().fold(headings, |command, name| command.mut_subcommand(name, localise))
}

/// Help text with the parser's fixed English words put into Russian.
pub fn help(text: &str) -> String {
    [
        ("[OPTIONS]", "[ПАРАМЕТРЫ]"),
        ("[default: ", "[по умолчанию: "),
        ("[possible values: ", "[возможно: "),
        ("[env: ", "[переменная: "),
        ("[aliases: ", "[иначе: "),
    ]
    .iter()
    .fold(text.to_owned(), |text, (english, russian)| text.replace(english, russian))
}

/// A message of ours with the words that the operating system and libraries put into it in Russian.
pub fn world(text: &str) -> String {
    [
        ("No such file or directory (os error 2)", "нет такого файла или папки"),
        ("Permission denied (os error 13)", "нет прав"),
        ("File exists (os error 17)", "такой файл уже есть"),
        ("Not a directory (os error 20)", "это не папка"),
        ("Is a directory (os error 21)", "это папка, а не файл"),
        ("No space left on device (os error 28)", "на диске не осталось места"),
        ("Read-only file system (os error 30)", "диск только для чтения"),
        ("Address already in use (os error 98)", "занят другой программой"),
        ("stream did not contain valid UTF-8", "это не текст в кодировке UTF-8"),
        ("invalid Zip archive: Could not find EOCD", "это не папка и не архив .zip"),
        ("invalid digit found in string", "нужно целое число"),
        (" is not in ", ": вне пределов "),
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
            let source = std::error::Error::source(error).map(|source| format!(": {source}")).unwrap_or_default();
            format!("значение «{value}» у «{argument}» недопустимо{source}")
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
