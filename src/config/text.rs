//! The settings as people read them: the file of a new house, the full example, the table of values in force, the guide.

use std::fmt::Write as _;

use super::keys::{KEYS, Key, Kind, OTHER_VARIABLES};
use super::{Config, Origin, format_offset};

/// A value as it stands in the file.
fn literal(key: &Key, value: &str) -> String {
    if key.kind.is_bare() {
        value.to_owned()
    } else {
        format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

/// Section and name of a key; the section is empty at the head of the file.
fn parts(path: &str) -> (&str, &str) {
    path.split_once('.').unwrap_or(("", path))
}

impl Config {
    /// The file of a new house: what is its own; everything else has a default.
    pub fn to_text(&self) -> String {
        format!(
            "# Дом «Летописи». Все ключи с пояснениями: letopis config example; действующие значения: letopis config show.\n\
             # Идентификатор школы: часть имени каждой записи архива. Не меняется никогда.\n\
             school = \"{}\"\n\
             # База данных: \"sqlite\" (файл letopis.db в этой папке) или адрес postgres://…\n\
             database = \"{}\"\n\
             # Часовой пояс школы: печатается в каждой отметке времени.\n\
             utc_offset = \"{}\"\n",
            self.school,
            self.database,
            format_offset(self.utc_offset_minutes)
        )
    }

    /// Every key with its value in force and where that comes from, in the order of the guide. Secrets are never among them.
    pub fn listing(&self) -> Vec<Setting> {
        KEYS.iter()
            .map(|key| {
                let (value, origin) = self.value(key);
                let shown = match key.kind {
                    Kind::Secret if value.is_empty() => String::new(),
                    Kind::Secret => "•••".to_owned(),
                    Kind::Database => without_password(&value),
                    _ => value,
                };
                Setting { key: key.path, value: shown, origin, unit: key.unit, env: key.env, about: key.about }
            })
            .collect()
    }
}

/// One line of [`Config::listing`].
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Setting {
    /// `section.name`.
    pub key: &'static str,
    /// Value in force; a secret is dots.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Unit in Russian, may be empty.
    pub unit: &'static str,
    /// Environment name, may be empty.
    pub env: &'static str,
    /// What it is for.
    pub about: &'static str,
}

/// `postgres://user:secret@host/db` without what stands between colon and at.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let Some((user, host)) = rest.rsplit_once('@') else { return url.to_owned() };
    match user.split_once(':') {
        Some((name, _)) => format!("{scheme}://{name}:•••@{host}"),
        None => url.to_owned(),
    }
}

/// A whole `letopis.toml`: every key with its sentence, unit, environment name and default; those with a default are commented out.
pub fn example() -> String {
    let mut text = String::from(
        "# Все ключи letopis.toml. Закомментированы те, у которых есть значение по умолчанию: оно и показано.\n",
    );
    let mut section = "";
    for key in KEYS {
        let (own, name) = parts(key.path);
        if own != section {
            let _ = writeln!(text, "\n[{own}]");
            section = own;
        }
        let _ = writeln!(text, "\n# {}", key.about);
        let mut facts = vec![format!("Значение: {}", key.kind.as_russian())];
        if !key.unit.is_empty() {
            facts.push(format!("единица: {}", key.unit));
        }
        if !key.env.is_empty() {
            facts.push(format!("переменная: {}", key.env));
        }
        let _ = writeln!(text, "# {}.", facts.join("; "));
        let sample = match key.path {
            "school" => "sosh-17",
            "database" => "sqlite",
            "utc_offset" => "+03:00",
            _ => key.default,
        };
        let mark = if super::keys::REQUIRED.contains(&key.path) { "" } else { "# " };
        let _ = writeln!(text, "{mark}{name} = {}", literal(key, sample));
    }
    text
}

/// What a section of the file is about; empty for the lines before the first.
fn titled(section: &str) -> &'static str {
    match section {
        "" => "",
        "print" => "Печатные формы",
        "serve" => "Адрес и запуск",
        "sessions" => "Сроки входа",
        "limits" => "Ограничения",
        "log" => "Журнал программы",
        "metrics" => "Показатели работы",
        "jobs" => "Долгие работы",
        "oidc" => "Вход через внешнюю систему",
        "mail" => "Почта",
        _ => "Прочее",
    }
}

/// The guide `settings.ru.md`, made of the same table as the reader: it cannot go stale.
pub fn guide() -> String {
    let mut text = String::from(
        "# Настройки дома: letopis.toml\n\n\
         Файл лежит в папке дома. Каждый ключ можно переопределить переменной окружения; неизвестный ключ — ошибка с подсказкой.\n\
         Строки пишут в кавычках, числа и true/false — без них.\n\n\
         - `letopis config show` — действующие значения и откуда они взяты (секреты не показываются);\n\
         - `letopis config check` — проверить файл и переменные, ничего не запуская;\n\
         - `letopis config example` — этот же перечень готовым файлом.\n\n\
         Этот файл составлен по самой программе и сверяется с нею тестом.\n",
    );
    let mut section = "-";
    for key in KEYS {
        let (own, name) = parts(key.path);
        if own != section {
            let heading = match titled(own) {
                "" => "В начале файла".to_owned(),
                title => format!("{title}: раздел [{own}]"),
            };
            let _ = write!(
                text,
                "\n## {heading}\n\n| ключ | значение | по умолчанию | единица | переменная | для чего |\n|---|---|---|---|---|---|\n"
            );
            section = own;
        }
        let or_dash = |text: &str| if text.is_empty() { "—".to_owned() } else { format!("`{text}`") };
        let default = if super::keys::REQUIRED.contains(&key.path) {
            "обязателен".to_owned()
        } else {
            or_dash(key.default)
        };
        let unit = if key.unit.is_empty() { "—" } else { key.unit };
        let _ = writeln!(
            text,
            "| `{name}` | {} | {default} | {unit} | {} | {} |",
            key.kind.as_russian(),
            or_dash(key.env),
            key.about
        );
    }
    text.push_str("\n## Прочие переменные окружения\n\n| переменная | для чего |\n|---|---|\n");
    for (name, about) in OTHER_VARIABLES {
        let _ = writeln!(text, "| `{name}` | {about} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(without_password("postgres://a:b@h/d"), "postgres://a:•••@h/d");
        assert_eq!(without_password("sqlite"), "sqlite");
    }
}
