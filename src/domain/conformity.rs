//! Conformity with ГОСТ Р ИСО 15489-1: each requirement of a record's four properties, what shows it now, what is missing (000 Рег 3.9). Floor 0.
//!
//! Every line is judged by facts that can come out either way; what no fact of the house could refute is not claimed. The clauses are
//! those of the edition of 2007, which the regulation names; the edition of 2019 has the same four properties.

use chrono::NaiveDate;

use super::words::{self, date_short};

/// A property of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Property {
    /// It is what it claims to be.
    Authenticity,
    /// Its content can be trusted.
    Reliability,
    /// It is complete and unaltered.
    Integrity,
    /// It can be found, read and understood.
    Usability,
}

impl Property {
    /// In the order of the standard.
    pub const ALL: [Self; 4] = [Self::Authenticity, Self::Reliability, Self::Integrity, Self::Usability];

    /// The standard's word for it.
    pub fn as_russian(self) -> &'static str {
        match self {
            Self::Authenticity => "Аутентичность",
            Self::Reliability => "Достоверность",
            Self::Integrity => "Целостность",
            Self::Usability => "Пригодность для использования",
        }
    }

    /// Clauses of the editions of 2007 and of 2019.
    pub fn clauses(self) -> &'static str {
        match self {
            Self::Authenticity => "п. 7.2.2 (в редакции 2019 года 5.2.2.1)",
            Self::Reliability => "п. 7.2.3 (в редакции 2019 года 5.2.2.2)",
            Self::Integrity => "п. 7.2.4 (в редакции 2019 года 5.2.2.3)",
            Self::Usability => "п. 7.2.5 (в редакции 2019 года 5.2.2.4)",
        }
    }
}

/// A reading of the archive, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// Day.
    pub on: NaiveDate,
    /// Records that were listed.
    pub listed: u64,
    /// Those that were absent, unreadable or changed.
    pub faulty: u64,
}

/// How paper twins stand, where the school keeps paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Twins {
    /// Sealed copies whose paper has its place.
    pub placed: u64,
    /// Sealed copies without paper.
    pub lonely: u64,
    /// Sealed copies whose paper has no place yet.
    pub unplaced: u64,
}

/// What the house knows on a day. Nothing here is computed by reading the archive: checks are the newest on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The day.
    pub today: NaiveDate,
    /// Lines of the register of sealed copies.
    pub sealed: u64,
    /// The last number that the register gave.
    pub last_number: u64,
    /// The newest reading of the whole archive.
    pub reading: Option<Reading>,
    /// The day by which the next one is due.
    pub reading_due: Option<NaiveDate>,
    /// The newest check by the doctor that found something, when nothing whole was read since.
    pub alarm: Option<NaiveDate>,
    /// Statements of signers.
    pub statements: u64,
    /// Certificates that they were made by.
    pub certificates: u64,
    /// Statements by a certificate that this house never gave.
    pub strange: u64,
    /// «приказ от 01.09.2026 № 12»; empty when the school took no rules by order.
    pub order: String,
    /// Size of the log.
    pub log_size: u64,
    /// Its root, hexadecimal.
    pub log_root: String,
    /// Size and day of the newest signed checkpoint.
    pub checkpoint: Option<(u64, NaiveDate)>,
    /// Copies with late entries that no supplement has taken up.
    pub late: u64,
    /// Periods of classes that are over and of which the rules want a copy.
    pub over: u64,
    /// Those that have no issued copy: «5А, I четверть».
    pub uncopied: Vec<String>,
    /// Changes under a foreign name that nobody decided on.
    pub undecided: u64,
    /// Guards of the database that are gone or altered.
    pub guards: Vec<String>,
    /// Rooms in which the rules want the archive.
    pub rooms: u32,
    /// Sealed copies that stand on carriers in so many rooms.
    pub covered: u64,
    /// The newest backup on a carrier in use.
    pub backup: Option<NaiveDate>,
    /// The newest restore that was tried, and whether it passed.
    pub rehearsal: Option<(NaiveDate, bool)>,
    /// The day by which the next rehearsal is due.
    pub rehearsal_due: Option<NaiveDate>,
    /// Paper twins; `None` where the rules have abolished paper.
    pub twins: Option<Twins>,
    /// Records whose line names no last day of keeping.
    pub termless: u64,
    /// Years of keeping: journal, summary sheet.
    pub keep_years: (u32, u32),
    /// Do the school's own rules say them?
    pub keep_said: bool,
    /// Calendar year of the file plan and its lines, once it was entered.
    pub plan: Option<(i32, u64)>,
}

/// One requirement and how the house meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Of which property.
    pub property: Property,
    /// What the standard asks for.
    pub what: &'static str,
    /// By what the house does it.
    pub how: &'static str,
    /// What shows it on the day.
    pub shown: String,
    /// What is to be done; empty when the requirement is met.
    pub todo: String,
    /// The page that shows it.
    pub href: &'static str,
    /// What that page is called.
    pub page: &'static str,
}

impl Line {
    /// Is the requirement met?
    pub fn is_met(&self) -> bool {
        self.todo.is_empty()
    }
}

/// Days that a grown log may wait for its next checkpoint: one is signed each day.
const CHECKPOINT_DAYS: i64 = 1;

/// Every requirement, judged.
pub fn judge(facts: &Facts) -> Vec<Line> {
    let mut lines = authenticity(facts);
    lines.extend(reliability(facts));
    lines.extend(integrity(facts));
    lines.extend(usability(facts));
    for line in &mut lines {
        line.shown = words::capitalised(&line.shown);
    }
    lines
}

/// The first thing to be done, of those whose condition holds.
fn first(todo: &[(bool, &str)]) -> String {
    todo.iter().find(|(is, _)| *is).map(|(_, what)| (*what).to_owned()).unwrap_or_default()
}

const NO_COPIES: &str = "ни одна копия ещё не скреплена печатью: закройте период, соберите подписи и скрепите копии";

fn authenticity(facts: &Facts) -> Vec<Line> {
    let line = |what, how, shown, todo, href, page| Line {
        property: Property::Authenticity,
        what,
        how,
        shown,
        todo,
        href,
        page,
    };
    let reading = facts.reading;
    let behind = facts.log_size > facts.checkpoint.map_or(0, |(size, _)| size);
    let stale = facts.checkpoint.is_none_or(|(_, on)| behind && (facts.today - on).num_days() > CHECKPOINT_DAYS);
    vec![
        line(
            "Документ является тем, чем должен быть",
            "Каждая скреплённая копия хранится с суммами SHA-256 всех файлов; архив перечитывается целиком",
            match reading {
                Some(one) => format!(
                    "скреплённых копий {}; последняя проверка {}: проверено {}, с нарушениями {}",
                    facts.sealed,
                    date_short(one.on),
                    one.listed,
                    one.faulty
                ),
                None => format!("скреплённых копий {}; архив целиком ещё не перечитывали", facts.sealed),
            },
            first(&[
                (facts.sealed == 0, NO_COPIES),
                (reading.is_none(), "перечитайте архив: «Проверить архив»"),
                (
                    reading.is_some_and(|one| one.faulty > 0),
                    "в архиве найдены нарушения: восстановите записи из резервной копии и проверьте снова",
                ),
                (
                    facts.reading_due.is_some_and(|due| due <= facts.today),
                    "срок проверки архива прошёл: перечитайте его",
                ),
            ]),
            "/office/files#check-title",
            "Дела и описи",
        ),
        line(
            "Документ создан уполномоченным лицом",
            "Листы подписывают те, кто вёл уроки, своим ключом по сертификату школы; порядок подписей держит маршрут",
            format!(
                "подписано заявлений {}, по сертификатам: {}; по неизвестным сертификатам {}",
                facts.statements, facts.certificates, facts.strange
            ),
            first(&[
                (facts.statements == 0, "под копиями ещё нет ни одной подписи: выпустите копии на подпись"),
                (
                    facts.strange > 0,
                    "под копиями есть подписи по сертификатам, которых школа не выдавала: выполните «letopis doctor» и соберите комиссию",
                ),
            ]),
            "/copies",
            "Копии",
        ),
        line(
            "Документ создан в то время, которое в нём обозначено",
            "Каждое действие входит в журнал событий; его корень подписывается каждый день и печатается на титульных листах",
            match facts.checkpoint {
                Some((size, on)) => format!(
                    "в журнале {} (корень {}…); подписанная контрольная точка {}: {}",
                    words::count(facts.log_size, "запись", "записи", "записей"),
                    facts.log_root.get(..12).unwrap_or_default(),
                    date_short(on),
                    words::count(size, "запись", "записи", "записей")
                ),
                None => format!(
                    "в журнале {}; контрольной точки ещё нет",
                    words::count(facts.log_size, "запись", "записи", "записей")
                ),
            },
            first(&[
                (
                    facts.checkpoint.is_some_and(|(size, _)| size > facts.log_size),
                    "журнал событий короче подписанной контрольной точки: базу вернули к прежнему состоянию; восстановите её из новой копии",
                ),
                (stale, "подпишите контрольную точку: «letopis log checkpoint» или оставьте программу работать"),
            ]),
            "/log/checkpoints",
            "Контрольные точки",
        ),
        line(
            "Создание, хранение и передача документов идут по утверждённым правилам",
            "Правила школы действуют с дня и по приказу, которыми введены; их сумма стоит в каждой копии",
            match facts.order.as_str() {
                "" => "школа ещё не ввела своё положение приказом: действуют правила, с которыми школа начала работу"
                    .to_owned(),
                order => format!("действуют правила, введённые: {order}"),
            },
            first(&[(
                facts.order.is_empty(),
                "введите положение школы приказом: «Действующие правила» → «Ввести правила приказом»",
            )]),
            "/policy",
            "Действующие правила",
        ),
    ]
}

fn reliability(facts: &Facts) -> Vec<Line> {
    let line = |what, how, shown, todo, href, page| Line {
        property: Property::Reliability,
        what,
        how,
        shown,
        todo,
        href,
        page,
    };
    /// Classes named in one cell of the printed form.
    const NAMED: usize = 6;
    let named = facts.uncopied[..facts.uncopied.len().min(NAMED)].join("; ");
    let rest = match facts.uncopied.len().saturating_sub(NAMED) {
        0 => String::new(),
        rest => format!(" и ещё {rest}"),
    };
    vec![
        line(
            "Содержание — полное и точное представление фактов",
            "Перед закрытием проверяется полнота; записи, внесённые позже, входят в дополнительный лист",
            format!(
                "скреплённых копий {}; с поздними записями вне дополнительного листа: {}",
                facts.sealed, facts.late
            ),
            first(&[(facts.sealed == 0, NO_COPIES), (facts.late > 0, "составьте дополнительные листы к этим копиям")]),
            "/copies?state=late",
            "Копии с поздними записями",
        ),
        line(
            "Документ создаётся во время события или сразу после него",
            "Копия выпускается в конце учётного периода, о котором она говорит",
            match facts.uncopied.len() {
                0 => format!("копий классов за прошедшие периоды нужно {}, выпущены все", facts.over),
                n => format!("копий классов за прошедшие периоды нужно {}, не выпущено {n}: {named}{rest}", facts.over),
            },
            first(&[
                (facts.over == 0, "ни один учётный период ещё не закончился: судить не по чему"),
                (!facts.uncopied.is_empty(), "закройте эти периоды и выпустите копии"),
            ]),
            "/copies",
            "Копии",
        ),
        line(
            "Документ создают лица, знающие факты",
            "Каждый пишет под своим именем; действия, сделанные чужой рукой, помечаются недействительными и решаются по одному",
            format!(
                "недействительных изменений, по которым нет решения: {}; заявлений подписи {}",
                facts.undecided, facts.statements
            ),
            first(&[
                (facts.undecided > 0, "решите о каждом недействительном изменении: подтвердить или отменить"),
                (facts.statements == 0, "под копиями ещё нет ни одной подписи: выпустите копии на подпись"),
            ]),
            "/compromise",
            "Компрометация",
        ),
    ]
}

fn integrity(facts: &Facts) -> Vec<Line> {
    let line =
        |what, how, shown, todo, href, page| Line { property: Property::Integrity, what, how, shown, todo, href, page };
    let least = format!("копий нет на носителях в {} разных помещениях: запишите резервную копию", facts.rooms);
    vec![
        line(
            "Документ полон и не изменён",
            "База, архив и журнал событий сверяются друг с другом; найденное расхождение записывается",
            match (facts.alarm, facts.reading) {
                (Some(on), _) => format!("последняя сверка {} нашла расхождения", date_short(on)),
                (None, Some(one)) => {
                    format!("после проверки {} расхождений не записано", date_short(one.on))
                }
                (None, None) => "архив с базой и журналом событий ещё не сверяли".to_owned(),
            },
            first(&[
                (facts.alarm.is_some(), "разберите расхождения: «letopis doctor», затем «Проверить архив»"),
                (facts.reading.is_none(), "перечитайте архив: «Проверить архив»"),
            ]),
            "/log",
            "Журнал событий",
        ),
        line(
            "Документ защищён от несанкционированного изменения",
            "Изменить или удалить закрытое не даёт сама база данных: её запреты сверяются с теми, что поставила программа",
            match facts.guards.len() {
                0 => format!("запреты базы данных сверены {}: все на месте", date_short(facts.today)),
                _ => format!("сняты или изменены запреты: {}", facts.guards.join(", ")),
            },
            first(&[(
                !facts.guards.is_empty(),
                "остановите работу, выясните, кто менял базу данных, и восстановите её из резервной копии",
            )]),
            "/help/administrator#если-что-то-не-так",
            "Если что-то не так",
        ),
        line(
            "Разрешённые дополнения и изменения обозначены и прослеживаются",
            "У скреплённой копии номер реестра даётся один раз и не удаляется; новая версия стоит рядом с прежней",
            format!("строк реестра {}, последний номер {}", facts.sealed, facts.last_number),
            first(&[
                (facts.sealed == 0, NO_COPIES),
                (
                    facts.sealed != facts.last_number,
                    "в реестре пропущен номер: выполните «letopis doctor» и разберите его находки",
                ),
            ]),
            "/register",
            "Реестр",
        ),
        line(
            "Документ сохраняется при утрате носителя",
            "Архив стоит на носителях в разных помещениях; носитель сверяется с записями «Летописи»",
            match facts.backup {
                Some(on) => format!(
                    "на носителях в {} помещениях: копий {} из {}; последняя резервная копия {}",
                    facts.rooms,
                    facts.covered,
                    facts.sealed,
                    date_short(on)
                ),
                None => format!("резервных копий нет; копий в архиве {}", facts.sealed),
            },
            first(&[(facts.sealed == 0, NO_COPIES), (facts.covered < facts.sealed, least.as_str())]),
            "/carriers",
            "Носители и копии",
        ),
    ]
}

fn usability(facts: &Facts) -> Vec<Line> {
    let line =
        |what, how, shown, todo, href, page| Line { property: Property::Usability, what, how, shown, todo, href, page };
    let (journal, summary) = facts.keep_years;
    let terms = format!(
        "журнал {}, сводная ведомость {}",
        words::count(journal.into(), "год", "года", "лет"),
        words::count(summary.into(), "год", "года", "лет")
    );
    // Where it is done while it is owed, else where it is told.
    let is_owed =
        facts.rehearsal.is_none_or(|(_, passed)| !passed) || facts.rehearsal_due.is_some_and(|due| due < facts.today);
    let (rehearse_at, rehearse_page) = match is_owed {
        true => ("/carriers/code", "Код доступа"),
        false => ("/carriers#checks", "Носители и копии"),
    };
    vec![
        line(
            "Документ можно локализовать и найти",
            "Номер реестра ведёт к записи архива и к бумажной паре на её месте хранения",
            match facts.twins {
                Some(twins) => format!(
                    "скреплённых копий {}: с бумажной парой на месте {}, без места {}, без пары {}",
                    facts.sealed, twins.placed, twins.unplaced, twins.lonely
                ),
                None => format!("скреплённых копий {}; бумагу правила школы отменили", facts.sealed),
            },
            first(&[
                (facts.sealed == 0, NO_COPIES),
                (facts.twins.is_some_and(|twins| twins.lonely > 0), "напечатайте бумажную пару этих копий"),
                (facts.twins.is_some_and(|twins| twins.unplaced > 0), "запишите место хранения этих бумажных копий"),
            ]),
            "/office/papers",
            "Бумажные копии",
        ),
        line(
            "Документ можно воспроизвести",
            "Восстановление из резервной копии пробуют не реже раза в квартал: все суммы, таблицы и случайные копии",
            match facts.rehearsal {
                Some((on, true)) => format!("последнее пробное восстановление {}: прошло", date_short(on)),
                Some((on, false)) => format!("последнее пробное восстановление {}: не прошло", date_short(on)),
                None => "восстановление ещё не пробовали".to_owned(),
            },
            first(&[
                (
                    facts.rehearsal.is_none(),
                    "проведите пробное восстановление на странице «Код доступа» или командой «letopis restore --rehearse»",
                ),
                (
                    facts.rehearsal.is_some_and(|(_, passed)| !passed),
                    "пробное восстановление не прошло: запишите новую копию и повторите",
                ),
                (
                    facts.rehearsal_due.is_some_and(|due| due < facts.today),
                    "срок пробного восстановления прошёл: повторите его на странице «Код доступа»",
                ),
            ]),
            rehearse_at,
            rehearse_page,
        ),
        line(
            "Видна связь документа с деятельностью, в которой он создан",
            "Копии складываются в дела номенклатуры",
            match facts.plan {
                Some((year, lines)) => format!("номенклатура на {year} год введена, дел {lines}"),
                None => "номенклатура на этот год не введена: показано лишь предложение".to_owned(),
            },
            first(&[(facts.plan.is_none(), "введите номенклатуру дел этого года")]),
            "/office/plan",
            "Номенклатура дел",
        ),
        line(
            "Документ хранится столько, сколько нужно (п. 9.2)",
            "У каждой записи архива есть последний день хранения; срок дают правила школы",
            format!("{terms}; записей без срока хранения {}", facts.termless),
            first(&[
                (facts.sealed == 0, NO_COPIES),
                (facts.termless > 0, "в реестре есть записи без срока хранения: выполните «letopis doctor»"),
                (!facts.keep_said, "сроки взяты из образца: назовите их в положении школы"),
            ]),
            "/policy",
            "Действующие правила",
        ),
    ]
}

#[cfg(test)]
mod tests;
