//! Rights that the positions of a staff list give: «секретарь учебной части», «техник»; what was given, and to whom nothing, is told. Floor 1.
//!
//! One rule for every reader. Where a list states no roles, positions give them to whoever has none; a card that has roles keeps them. A list
//! with codes and a column of roles is the format's own table: an empty cell there is nobody's right.

use std::collections::{HashMap, HashSet};

use crate::domain::names;
use crate::domain::rights::Role;
use crate::domain::words;

use super::codes;
use super::found::{Found, Place};
use super::layout::File;
use super::sheet::{Row, Sheet};

/// Places of code, surname, position and roles, by the layout.
const CODE: usize = File::Staff.at("id");
const SURNAME: usize = File::Staff.at("surname");
const POSITION: usize = File::Staff.at("position");
const ROLES: usize = File::Staff.at("roles");

/// Lines of a staff list that state no roles; to be asked before cards are looked up, because what a list does not say is the card's.
pub(super) fn unsaid(sheets: &[Sheet<'_>]) -> HashSet<u32> {
    let Some(sheet) = sheets.iter().find(|sheet| sheet.file == File::Staff) else { return HashSet::new() };
    let (no_codes, no_roles) = (sheet.absent.contains(&CODE), sheet.absent.contains(&ROLES));
    if !no_codes && !no_roles {
        return HashSet::new();
    }
    let coming = sheet.rows.iter().filter(|row| row.line > 0);
    coming.filter(|row| no_roles || row.cell(ROLES).is_empty()).map(|row| row.line).collect()
}

/// Gives the rights of their positions to those of the lines `unsaid` who have none, and tells of it.
pub(super) fn give(sheets: &mut [Sheet<'_>], unsaid: &HashSet<u32>, found: &mut Found) {
    let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.file == File::Staff) else { return };
    let mut rights = Rights::default();
    for row in sheet.rows.iter_mut().filter(|row| unsaid.contains(&row.line)) {
        let roles = roles_of_all(row.cell(POSITION));
        rights.take(row.cell(SURNAME), row.cell(POSITION), &roles, row.cell(ROLES));
        if row.cell(ROLES).is_empty() {
            row.set(ROLES, roles);
        }
    }
    if let Some(message) = rights.told() {
        found.warning(Place::file(File::Staff), codes::LEFT_OUT, message);
    }
}

/// One person in several rows of a list without codes holds several posts: the first row takes the positions and the roles of the others, and
/// that is told, for two people of one full name are told apart by codes alone.
pub(super) fn join(sheet: &mut Sheet<'_>, who: impl Fn(&Row<'_>) -> String, found: &mut Found) {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut doubled = HashSet::new();
    for place in 0..sheet.rows.len() {
        let name = who(&sheet.rows[place]);
        if sheet.rows[place].line == 0 || name.is_empty() {
            continue;
        }
        let Some(&kept) = first.get(&name) else {
            first.insert(name, place);
            continue;
        };
        // A row that names no roles beside one that names some has those of its position, as it would have alone; where neither does,
        // `give` gives all.
        if [kept, place].iter().any(|at| !sheet.rows[*at].cell(ROLES).is_empty()) {
            for at in [kept, place] {
                let row = &mut sheet.rows[at];
                if row.cell(ROLES).is_empty() {
                    row.set(ROLES, roles_of_all(row.cell(POSITION)));
                }
            }
        }
        for (column, between) in [(POSITION, ", "), (ROLES, " ")] {
            let more = sheet.rows[place].cell(column).to_owned();
            for one in more.split(between).filter(|one| !one.is_empty()) {
                let held = sheet.rows[kept].cell(column);
                if !names::fold(held).split(between).any(|known| known == names::fold(one)) {
                    let joined = if held.is_empty() { one.to_owned() } else { format!("{held}{between}{one}") };
                    sheet.rows[kept].set(column, joined);
                }
            }
        }
        let (surname, earlier) =
            (sheet.rows[place].cell(SURNAME), found.place(Place::line(File::Staff, sheet.rows[kept].line)));
        let message = format!(
            "«{surname}» с теми же именем и отчеством есть и раньше ({earlier}): принято за одного человека, должности соединены — \
             «{}»; если это тёзки, дайте им коды в столбце «Код сотрудника»",
            sheet.rows[kept].cell(POSITION)
        );
        found.warning(Place::line(File::Staff, sheet.rows[place].line), codes::DUPLICATE_PERSON, message);
        doubled.insert(place);
    }
    let mut place = 0;
    sheet.rows.retain(|_| {
        place += 1;
        !doubled.contains(&(place - 1))
    });
}

/// The roles of a cell with one position or several, «делопроизводитель, учитель музыки»: each once, in their order.
fn roles_of_all(positions: &str) -> String {
    let mut roles: Vec<&str> = Vec::new();
    for role in positions.split(',').flat_map(|one| roles_of(one.trim()).split_whitespace()) {
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    roles.join(" ")
}

/// The role or roles that a position names, as `staff.csv` has them; empty for none of the journal's.
pub(super) fn roles_of(position: &str) -> &'static str {
    let folded = names::fold(position);
    let has = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    let is_household = has(&["хозяйств", "ахч", "ахр", "безопасност"]);
    if folded.starts_with("директор") {
        return "director";
    }
    if (folded.starts_with("заместитель директора")
        || folded.starts_with("зам. директора")
        || folded.starts_with("зам.директора"))
        && !is_household
    {
        return "deputy";
    }
    let keeps_paper = has(&["секретар", "делопроизводител", "документовед"]);
    let keeps_staff = has(&["по кадрам", "по кадров", "отдел кадров", "отдела кадров", "отделом кадров", "кадровик"]);
    match (keeps_paper, keeps_staff) {
        (true, true) => return "secretary human_resources",
        (true, false) => return "secretary",
        (false, true) => return "human_resources",
        (false, false) => {}
    }
    // A class teacher is a teacher; whose class it is, the list of classes says.
    if has(&["учител", "преподавател", "педагог", "классный руководител"]) {
        return "teacher";
    }
    if is_technical(&folded) { "technical_specialist" } else { "" }
}

/// Does a folded position look after the school's computers? Spaces, stops and hyphens inside it are as people type them.
fn is_technical(folded: &str) -> bool {
    let letters: String = folded.chars().filter(|letter| letter.is_alphabetic()).collect();
    let joined =
        ["системныйадминистратор", "техническийспециалист", "техспециалист", "техническойподдержк", "техподдержк"];
    if joined.iter().any(|word| letters.contains(word)) {
        return true;
    }
    // «Инженер по охране труда» keeps no journal, and a plumber («сантехник») is no technician of it.
    let engineer = ["инженер", "программист"].iter().any(|word| folded.contains(word));
    let of_safety = ["охран", "безопасност"].iter().any(|word| folded.contains(word));
    let mut words = folded.split(|letter: char| !letter.is_alphabetic());
    (engineer && !of_safety) || words.any(|word| word.starts_with("техник"))
}

/// Does a position that gave no right sound as if it had one?
fn sounds_like_office(position: &str) -> bool {
    let folded = names::fold(position);
    let words = ["директор", "заместител", "завуч", "руководител", "администратор", "специалист", "архив", "журнал"];
    words.iter().any(|word| folded.contains(word))
}

/// What became of the rights of a staff list; teachers are not named.
#[derive(Debug, Default)]
struct Rights {
    /// «Гранатова: Директор → директор».
    given: Vec<String>,
    /// Cards whose own rights are others than the position would give.
    kept: Vec<String>,
    /// Positions that sound like an office and gave nothing.
    without: Vec<String>,
}

impl Rights {
    /// Counts somebody. `roles`: what the position gives; `own`: what the card has.
    fn take(&mut self, surname: &str, position: &str, roles: &str, own: &str) {
        let said = format!("{surname}: {position}");
        if own.is_empty() {
            let silent = position.split(',').map(str::trim).filter(|one| roles_of(one).is_empty());
            self.without.extend(silent.filter(|one| sounds_like_office(one)).map(|one| format!("{surname}: {one}")));
        }
        match (own, roles) {
            ("", "" | "teacher") => {}
            ("", roles) => self.given.push(format!("{said} → {}", in_words(roles))),
            (own, roles) => {
                let has = |role: &str| own.split_whitespace().any(|one| one == role);
                if !roles.split_whitespace().all(has) {
                    self.kept.push(format!("{said} — {}", in_words(own)));
                }
            }
        }
    }

    /// What is said; `None` when nobody but teachers got any and no position sounds like an office.
    fn told(&self) -> Option<String> {
        let parts = [
            ("права взяты из должностей, проверьте", &self.given),
            ("права остались как на карточке, по списку не меняются", &self.kept),
            ("по этим должностям право не дано, назначьте его на карточке сотрудника", &self.without),
        ];
        let said = parts.into_iter().filter(|(_, list)| !list.is_empty());
        let said: Vec<String> = said.map(|(what, list)| format!("{what}: {}", list.join("; "))).collect();
        let others = "Остальные — учителя или без прав: другую должность даёт приказ на карточке сотрудника";
        let (first, rest) = said.split_first()?;
        let rest: String = rest.iter().map(|part| format!("{}. ", words::capitalised(part))).collect();
        Some(format!("{first}. {rest}{others}"))
    }
}

/// «секретарь, специалист по кадрам» of `secretary human_resources`.
fn in_words(roles: &str) -> String {
    let said = roles.split_whitespace().map(|word| Role::parse(word).map_or(word, |role| role.as_russian()));
    said.collect::<Vec<&str>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_keeps_staff_or_papers_is_known_by_the_position() {
        for position in ["Специалист по кадрам", "инспектор по кадрам", "Начальник отдела кадров"]
        {
            assert_eq!(roles_of(position), "human_resources", "{position}");
        }
        assert_eq!(roles_of("Специалист по кадровой работе"), "human_resources");
        for position in ["Делопроизводитель", "Секретарь руководителя", "Секретарь учебной части"]
        {
            assert_eq!(roles_of(position), "secretary", "{position}");
        }
        assert_eq!(roles_of("Секретарь, специалист по кадрам"), "secretary human_resources");
        assert_eq!(roles_of("Заместитель директора по кадрам"), "deputy");
    }

    #[test]
    fn a_technical_specialist_is_known_however_the_position_is_typed() {
        for position in [
            "технический специалист",
            "Технический  Специалист",
            "технический-специалист",
            "техспециалист",
            "Тех. специалист",
            "тех-специалист",
            "Специалист по технической поддержке",
            "специалист технической поддержки",
            "Специалист по техподдержке",
            "Системный администратор",
            "Старший техник",
            "Инженер-программист",
        ] {
            assert_eq!(roles_of(position), "technical_specialist", "{position}");
        }
        for position in ["Сантехник", "Инженер по охране труда", "Технический работник", "Уборщик"]
        {
            assert_eq!(roles_of(position), "", "{position}");
        }
        assert_eq!(roles_of("учитель технологии"), "teacher");
    }

    #[test]
    fn the_right_that_was_given_is_told_and_so_is_an_office_without_one() {
        let said = |rows: &[(&str, &str, &str)]| {
            let mut rights = Rights::default();
            for (surname, position, own) in rows {
                rights.take(surname, position, &roles_of_all(position), own);
            }
            rights.told()
        };
        let teacher = ("Яшмина", "учитель химии", "");
        assert_eq!(said(&[teacher, ("Кремнева", "повар", ""), ("Опалова", "классный руководитель", "")]), None);
        let given = said(&[teacher, ("Бузинин", "системный администратор", "")]).unwrap_or_default();
        assert!(given.contains("проверьте: Бузинин: системный администратор → технический специалист. Ост"), "{given}");
        let without = said(&[teacher, ("Кварцев", "заместитель директора по АХЧ", "")]).unwrap_or_default();
        let nothing = "по этим должностям право не дано, назначьте его на карточке сотрудника: Кварцев: заместитель";
        assert!(without.starts_with(nothing), "{without}");
        let both = said(&[("Гранатова", "Директор", ""), ("Кварцев", "и.о. директора", "")]).unwrap_or_default();
        assert!(both.contains("→ директор. По этим должностям право не дано"), "{both}");
        let acting =
            said(&[("Кварцев", "И.о. заместителя директора по ВР, учитель литературы", "")]).unwrap_or_default();
        assert!(acting.contains("Кварцев: И.о. заместителя директора по ВР."), "{acting}");
        assert_eq!(roles_of_all("Делопроизводитель, учитель музыки"), "secretary teacher");
        assert_eq!(roles_of_all("учитель истории,учитель права"), "teacher");
        // A card's own rights are neither widened nor narrowed by a list.
        assert_eq!(said(&[("Гранатова", "Директор", "director teacher")]), None);
        let kept = said(&[("Малахитов", "заместитель директора", "teacher")]).unwrap_or_default();
        assert!(kept.starts_with("права остались как на карточке"), "{kept}");
    }
}
