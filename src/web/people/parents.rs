//! What a pasted list of parents brought, in words. Floor 3.

use crate::domain::families::Child;
use crate::domain::finding::Finding;
use crate::domain::names;
use crate::domain::setup::spelling;
use crate::domain::words;
use crate::flow::people::Families;

/// What is wrong with a line of the list; a child that is not in the class is told with whom of `class` it may be.
pub(super) fn said(finding: &Finding, class: &[Child<'_>]) -> String {
    let near = if finding.code == "families.child" { near(&finding.found, class) } else { Vec::new() };
    let likely = if near.is_empty() { String::new() } else { format!("; возможно, {}", near.join(" или ")) };
    let Finding { place, message, found, expected, .. } = finding;
    format!("{place}: {message}{likely} (найдено: «{found}»; нужно: {expected})")
}

/// Learners of a class whose names are near to the written one, in quotation marks: by the whole name, surname and given name, or surname alone.
/// Empty for what is a learner's name as it is written: of namesakes none is likelier.
fn near(written: &str, class: &[Child<'_>]) -> Vec<String> {
    let spellings: Vec<(String, String)> = class
        .iter()
        .flat_map(|(_, [surname, given, patronymic])| {
            let full = names::full_name(surname, given, patronymic);
            let ways = [full.clone(), names::list_name(surname, given), (*surname).to_owned()];
            ways.map(|spelling| (names::fold(&spelling), full.clone()))
        })
        .collect();
    let folded = names::fold(written);
    let surnames: Vec<String> = class.iter().map(|(_, [surname, ..])| names::fold(surname)).collect();
    if spellings.iter().any(|(spelling, _)| *spelling == folded) && !surnames.contains(&folded) {
        return Vec::new();
    }
    let known = spellings.iter().map(|(spelling, full)| (spelling.as_str(), full.as_str()));
    spelling::near_people(written, known).into_iter().map(|one| format!("«{one}»")).collect()
}

/// «Внесено: 41 родитель; второй ребёнок записан: 1; внесены раньше: 2.»
pub(super) fn brought(written: &Families, passed_over: u64) -> String {
    let count = |n| words::count(n, "родитель", "родителя", "родителей");
    let mut told = format!("Внесено: {}.", count(written.new));
    if written.joined > 0 {
        told.push_str(&format!(
            " Ребёнок добавлен: {}.",
            words::count(written.joined, "родителю", "родителям", "родителям")
        ));
    }
    if written.known > 0 {
        told.push_str(&format!(" Внесено раньше: {}.", count(written.known)));
    }
    if passed_over > 0 {
        told.push_str(&format!(" Телефоны, адреса и числа не хранятся: пропущено ячеек — {passed_over}."));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_child_is_told_with_whom_it_may_be_and_namesakes_are_not() {
        let class = [
            ("L00001", ["Барвинков", "Ясень", "Ильич"]),
            ("L00002", ["Яшмин", "Олег", "Юрьевич"]),
            ("L00003", ["Яшмин", "Олег", "Павлович"]),
        ];
        let told = |found: &str| {
            let finding = Finding::new("families.child", "строка 2", "такого ученика в классе нет");
            said(&finding.expected_found("фамилия и имя ученика", found), &class)
        };
        for written in ["Барвинкоф Ясень", "Барвинкоф  Ясень Ильич", "Барвинкоф"]
        {
            let told = told(written);
            assert!(told.contains("в классе нет; возможно, «Барвинков Ясень Ильич» (найдено: "), "{told}");
        }
        assert!(!told("Опалова Роза").contains("возможно"), "{}", told("Опалова Роза"));
        assert!(!told("Яшмин Олег").contains("возможно"), "{}", told("Яшмин Олег"));
    }
}
