//! Every key of `letopis.toml`: what it is for, its unit, default and environment name. The reader, the example and the guide are made of it.

use std::net::{IpAddr, SocketAddr};

/// What a key may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `[a-z0-9-]`, 1 to 40 characters.
    Identifier,
    /// `sqlite` or `postgres://…`.
    Database,
    /// `+03:00`.
    Offset,
    /// `127.0.0.1:8017`.
    Address,
    /// `https://…` without a trailing slash, or empty.
    Url,
    /// Addresses between commas, or empty.
    Addresses,
    /// A whole number between two, both allowed.
    Number(u64, u64),
    /// `true` or `false`.
    Switch,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any text, may be empty.
    Text,
    /// A text that is never shown, may be empty.
    Secret,
}

/// One key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// `section.name`, or the name alone at the head of the file.
    pub path: &'static str,
    /// Name of the environment variable that overrides the file; empty where nothing may.
    pub env: &'static str,
    /// What it may hold.
    pub kind: Kind,
    /// Value when the file and the environment are silent; empty for a key that the file must have.
    pub default: &'static str,
    /// Unit in Russian, may be empty.
    pub unit: &'static str,
    /// What it is for, a sentence or two in Russian.
    pub about: &'static str,
}

const fn key(
    path: &'static str,
    env: &'static str,
    kind: Kind,
    default: &'static str,
    unit: &'static str,
    about: &'static str,
) -> Key {
    Key { path, env, kind, default, unit, about }
}

/// Keys that a file must have.
pub const REQUIRED: [&str; 3] = ["school", "database", "utc_offset"];

/// Every key, in the order of the example and the guide.
pub const KEYS: &[Key] = &[
    key(
        "school",
        "",
        Kind::Identifier,
        "",
        "",
        "Идентификатор школы: часть имени каждой записи архива. Не меняется никогда.",
    ),
    key(
        "database",
        "LETOPIS_DATABASE_URL",
        Kind::Database,
        "",
        "",
        "База данных: «sqlite» (файл letopis.db в папке дома) или адрес postgres://….",
    ),
    key("utc_offset", "", Kind::Offset, "", "", "Часовой пояс школы: печатается в каждой отметке времени."),
    key(
        "print.founder",
        "LETOPIS_PRINT_FOUNDER",
        Kind::Text,
        "",
        "",
        "Учредитель школы: печатается над её именем на титульных листах копий журнала. Пустой — не печатается.",
    ),
    key(
        "serve.listen",
        "LETOPIS_SERVE_LISTEN",
        Kind::Address,
        "127.0.0.1:8017",
        "",
        "Адрес и порт, на которых открывается дом. Значение по умолчанию видно только с этого компьютера; порт 0 — любой свободный.",
    ),
    key(
        "serve.public_url",
        "LETOPIS_SERVE_PUBLIC_URL",
        Kind::Url,
        "",
        "",
        "Адрес, по которому дом открывают люди, без косой черты в конце. С https:// браузер хранит вход только для защищённого соединения и помнит, что дом открывают по https.",
    ),
    key(
        "serve.proxies",
        "LETOPIS_SERVE_PROXIES",
        Kind::Addresses,
        "127.0.0.1, ::1",
        "",
        "IP-адреса обратных прокси через запятую: только от них принимаются заголовки X-Forwarded-For (адрес посетителя) и X-Forwarded-Proto (пришёл ли он по https).",
    ),
    key(
        "serve.stop_seconds",
        "LETOPIS_SERVE_STOP_SECONDS",
        Kind::Number(1, 600),
        "20",
        "секунды",
        "Сколько при остановке ждать запросов, которые уже выполняются.",
    ),
    key(
        "sessions.idle_minutes",
        "LETOPIS_SESSIONS_IDLE_MINUTES",
        Kind::Number(1, 1440),
        "120",
        "минуты",
        "Через сколько минут без действий вход прекращается.",
    ),
    key(
        "sessions.absolute_hours",
        "LETOPIS_SESSIONS_ABSOLUTE_HOURS",
        Kind::Number(1, 720),
        "12",
        "часы",
        "Через сколько часов вход прекращается в любом случае.",
    ),
    key(
        "limits.connections",
        "LETOPIS_LIMITS_CONNECTIONS",
        Kind::Number(16, 100_000),
        "8192",
        "соединения",
        "Сколько соединений держать одновременно; следующие ждут.",
    ),
    key(
        "limits.header_seconds",
        "LETOPIS_LIMITS_HEADER_SECONDS",
        Kind::Number(1, 300),
        "15",
        "секунды",
        "За сколько секунд должен прийти весь заголовок запроса: защита от медленных соединений.",
    ),
    key(
        "limits.silence_seconds",
        "LETOPIS_LIMITS_SILENCE_SECONDS",
        Kind::Number(1, 600),
        "30",
        "секунды",
        "Через сколько секунд молчания соединение закрывается.",
    ),
    key(
        "limits.request_seconds",
        "LETOPIS_LIMITS_REQUEST_SECONDS",
        Kind::Number(1, 3600),
        "60",
        "секунды",
        "Сколько может выполняться один запрос; загрузка файлов и живой ход работ не ограничены.",
    ),
    key(
        "limits.form_kib",
        "LETOPIS_LIMITS_FORM_KIB",
        Kind::Number(16, 65_536),
        "2048",
        "КиБ",
        "Наибольшая форма или запрос к интерфейсу без файла.",
    ),
    key(
        "limits.upload_mib",
        "LETOPIS_LIMITS_UPLOAD_MIB",
        Kind::Number(1, 4096),
        "100",
        "МиБ",
        "Наибольший загружаемый файл.",
    ),
    key(
        "limits.free_mib",
        "LETOPIS_LIMITS_FREE_MIB",
        Kind::Number(1, 1_048_576),
        "512",
        "МиБ",
        "Если на диске архива остаётся меньше, дом отвечает, что не готов.",
    ),
    key(
        "log.level",
        "LETOPIS_LOG_LEVEL",
        Kind::Word(&["error", "warn", "info", "debug", "trace"]),
        "info",
        "",
        "Подробность журнала программы. Персональных данных в нём нет ни при каком значении.",
    ),
    key(
        "log.format",
        "LETOPIS_LOG_FORMAT",
        Kind::Word(&["text", "json"]),
        "text",
        "",
        "Вид журнала программы: строки для человека или JSON для сборщика.",
    ),
    key(
        "metrics.enabled",
        "LETOPIS_METRICS_ENABLED",
        Kind::Switch,
        "true",
        "",
        "Показывать ли показатели работы по адресу /metrics (формат Prometheus).",
    ),
    key(
        "metrics.token",
        "LETOPIS_METRICS_TOKEN",
        Kind::Secret,
        "",
        "",
        "Ключ для /metrics с другого компьютера («Authorization: Bearer …»). Пустой — только с этого компьютера.",
    ),
    key(
        "jobs.lease_seconds",
        "LETOPIS_JOBS_LEASE_SECONDS",
        Kind::Number(2, 3600),
        "60",
        "секунды",
        "Через сколько секунд без признаков жизни долгая работа достаётся другому процессу.",
    ),
    key(
        "oidc.enabled",
        "LETOPIS_OIDC_ENABLED",
        Kind::Switch,
        "false",
        "",
        "Разрешить вход через внешнюю систему (OpenID Connect, например ЕСИА) рядом с местным паролем.",
    ),
    key("oidc.issuer", "LETOPIS_OIDC_ISSUER", Kind::Url, "", "", "Адрес внешней системы входа (issuer)."),
    key("oidc.client_id", "LETOPIS_OIDC_CLIENT_ID", Kind::Text, "", "", "Имя дома во внешней системе входа."),
    key(
        "oidc.client_secret",
        "LETOPIS_OIDC_CLIENT_SECRET",
        Kind::Secret,
        "",
        "",
        "Секрет дома во внешней системе входа. Лучше задать переменной окружения, чем хранить в файле.",
    ),
    key(
        "mail.host",
        "LETOPIS_MAIL_HOST",
        Kind::Text,
        "",
        "",
        "Почтовый сервер (SMTP) для напоминаний о подписании. Пустой — писем нет, напоминания только на страницах дома.",
    ),
    key("mail.port", "LETOPIS_MAIL_PORT", Kind::Number(1, 65_535), "465", "", "Порт почтового сервера."),
    key(
        "mail.security",
        "LETOPIS_MAIL_SECURITY",
        Kind::Word(&["tls", "starttls", "none"]),
        "tls",
        "",
        "Защита соединения с почтовым сервером; none — только для сервера на этой же машине.",
    ),
    key("mail.user", "LETOPIS_MAIL_USER", Kind::Text, "", "", "Имя на почтовом сервере; пустое — без входа."),
    key(
        "mail.password",
        "LETOPIS_MAIL_PASSWORD",
        Kind::Secret,
        "",
        "",
        "Пароль на почтовом сервере. Лучше задать переменной окружения, чем хранить в файле.",
    ),
    key(
        "mail.from",
        "LETOPIS_MAIL_FROM",
        Kind::Text,
        "",
        "",
        "Адрес отправителя писем: «Летопись <archive@school.example>». Без него письма не отправляются.",
    ),
];

/// Variables of the environment that are read elsewhere than in the settings.
pub const OTHER_VARIABLES: &[(&str, &str)] = &[
    ("LETOPIS_DIR", "Папка дома, если не указан ключ --dir."),
    ("LETOPIS_PASSPHRASE", "Парольная фраза закрытых ключей; без неё она берётся из файла в папке keys."),
];

/// The key of a path.
pub fn find(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}

impl Kind {
    /// What is wrong with a value, in Russian; `None` when it is right.
    pub fn fault(self, value: &str) -> Option<String> {
        match self {
            Self::Identifier if super::is_identifier(value) => None,
            Self::Identifier => Some("нужны латинские строчные буквы, цифры и дефис".to_owned()),
            Self::Database
                if value == "sqlite"
                    || ["postgres://", "postgresql://", "sqlite:"].iter().any(|p| value.starts_with(p)) =>
            {
                None
            }
            Self::Database => Some("нужно «sqlite» или адрес postgres://…".to_owned()),
            Self::Offset if super::parse_offset(value).is_some() => None,
            Self::Offset => Some("нужно вида «+03:00»".to_owned()),
            Self::Address if value.parse::<SocketAddr>().is_ok() => None,
            Self::Address => Some("нужны адрес и порт вида «127.0.0.1:8017»".to_owned()),
            Self::Url if value.is_empty() || is_url(value) => None,
            Self::Url => Some("нужен адрес вида «https://school.example» без косой черты в конце".to_owned()),
            Self::Addresses if addresses(value).is_some() => None,
            Self::Addresses => Some("нужны IP-адреса через запятую".to_owned()),
            Self::Number(from, to) if value.parse::<u64>().is_ok_and(|number| (from..=to).contains(&number)) => None,
            Self::Number(from, to) => Some(format!("нужно целое число от {from} до {to}")),
            Self::Switch if ["true", "false"].contains(&value) => None,
            Self::Switch => Some("нужно true или false".to_owned()),
            Self::Word(words) if words.contains(&value) => None,
            Self::Word(words) => Some(format!("нужно одно из: {}", words.join(", "))),
            Self::Text | Self::Secret => None,
        }
    }

    /// Is the value written without quotes in the file?
    pub fn is_bare(self) -> bool {
        matches!(self, Self::Number(..) | Self::Switch)
    }

    /// What it may hold, in Russian.
    pub fn as_russian(self) -> String {
        match self {
            Self::Identifier => "латинские строчные буквы, цифры, дефис; до 40 знаков".to_owned(),
            Self::Database => "«sqlite» или postgres://…".to_owned(),
            Self::Offset => "от -12:00 до +14:00".to_owned(),
            Self::Address => "адрес:порт".to_owned(),
            Self::Url => "адрес http(s)://… или пусто".to_owned(),
            Self::Addresses => "IP-адреса через запятую или пусто".to_owned(),
            Self::Number(from, to) => format!("целое от {from} до {to}"),
            Self::Switch => "true или false".to_owned(),
            Self::Word(words) => words.join(", "),
            Self::Text => "строка или пусто".to_owned(),
            Self::Secret => "строка или пусто; нигде не показывается".to_owned(),
        }
    }
}

fn is_url(value: &str) -> bool {
    let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.ends_with('/') && !rest.contains(char::is_whitespace))
}

/// Reads a list of addresses between commas.
pub fn addresses(value: &str) -> Option<Vec<IpAddr>> {
    value.split(',').map(str::trim).filter(|part| !part.is_empty()).map(|part| part.parse().ok()).collect()
}
