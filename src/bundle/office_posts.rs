//! Rights that the positions of a staff list give: «секретарь учебной части», «техник»; what was given, and to whom nothing, is told. Floor 1.

use crate::domain::names;
use crate::domain::rights::Role;

/// Places of surname, position and roles in a row of a staff list.
const SURNAME: usize = 0;
const POSITION: usize = 3;
const ROLES: usize = 4;

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
    if has(&["учител", "преподавател", "педагог"]) {
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
    ["директор", "администратор", "специалист", "архив", "журнал"].iter().any(|word| folded.contains(word))
}

/// What is said of the rights of a staff list; `None` when nobody but teachers got any and no position sounds like an office.
pub(super) fn told(rows: &[(String, Vec<String>)]) -> Option<String> {
    let rights = |roles: &str| {
        let words = roles.split_whitespace().map(|word| Role::parse(word).map_or(word, |role| role.as_russian()));
        words.collect::<Vec<&str>>().join(", ")
    };
    let (mut given, mut without) = (Vec::new(), Vec::new());
    for (_, row) in rows {
        let (surname, position, roles) = (&row[SURNAME], &row[POSITION], row[ROLES].as_str());
        match roles {
            "teacher" => {}
            "" if sounds_like_office(position) => without.push(format!("{surname}: {position}")),
            "" => {}
            roles => given.push(format!("{surname}: {position} → {}", rights(roles))),
        }
    }
    let others = "Остальные — учителя или без прав: другую должность даёт приказ на карточке сотрудника";
    let (given, without) = (given.join("; "), without.join("; "));
    match (given.is_empty(), without.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("права взяты из должностей, проверьте: {given}. {others}")),
        (true, false) => Some(format!("по этим должностям прав не дано: {without}. {others}")),
        (false, false) => Some(format!(
            "права взяты из должностей, проверьте: {given}. По этим должностям прав не дано: {without}. {others}"
        )),
    }
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
        let row = |surname: &str, position: &str| {
            let cells = [surname, "Ольга", "Петровна", position, roles_of(position)].map(str::to_owned);
            (String::new(), cells.to_vec())
        };
        let teacher = row("Яшмина", "учитель химии");
        assert_eq!(told(&[teacher.clone(), row("Кремнева", "повар")]), None);
        let said = told(&[teacher.clone(), row("Бузинин", "системный администратор")]).unwrap_or_default();
        assert!(said.contains("проверьте: Бузинин: системный администратор → технический специалист. Ост"), "{said}");
        let said = told(&[teacher, row("Кварцев", "заместитель директора по АХЧ")]).unwrap_or_default();
        assert!(said.starts_with("по этим должностям прав не дано: Кварцев: заместитель директора по АХЧ."), "{said}");
    }
}
