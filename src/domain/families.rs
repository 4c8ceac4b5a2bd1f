//! Parents as a class teacher has them: a table with the child in one column and parents in the others, pasted as text. Floor 0.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::names;

/// A learner of the class: identifier, surname, given name, patronymic.
pub type Child<'a> = (&'a str, [&'a str; 3]);

/// A parent with the children that the list names, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Surname, given name, patronymic; the last may be empty.
    pub name: [String; 3],
    /// Identifiers of children.
    pub children: Vec<String>,
}

/// What a pasted list says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Parents, in the order of the list. The same full name beside two children of one class is one person.
    pub parents: Vec<Parent>,
    /// Cells passed over: numbers, telephones, addresses. The house does not keep them.
    pub passed_over: u64,
}

/// Reads a list: a line for each child, cells parted by tabs, or by semicolons where there is no tab; a number of order may stand first,
/// headings above. A child is named in full, by surname and given name, or by the code.
///
/// # Errors
/// All at once: a child that is not in the class or is not the only one of that name, a parent without a given name. The place is the line.
pub fn read(text: &str, class: &[Child<'_>]) -> Result<Listed, Vec<Finding>> {
    let (mut listed, mut findings) = (Listed::default(), Vec::new());
    let mut parents: BTreeMap<String, usize> = BTreeMap::new();
    let mut is_first = true;
    for (no, line) in (1..).zip(text.lines()) {
        let parting = if line.contains('\t') { '\t' } else { ';' };
        let cells: Vec<&str> = line.split(parting).map(str::trim).collect();
        let ordinal = usize::from(cells.first().is_some_and(|first| is_ordinal(first)));
        let Some((child, others)) = cells[ordinal..].split_first() else { continue };
        if cells.iter().all(|cell| cell.is_empty()) {
            continue;
        }
        let found = of_name(child, class);
        // Headings name no child, and say what they are.
        if std::mem::take(&mut is_first) && found.is_empty() && is_heading(child) {
            continue;
        }
        let place = format!("строка {no}");
        let [child] = found.as_slice() else {
            let message = match found.as_slice() {
                [] => "такого ученика в классе нет",
                _ => "учеников с таким именем несколько: напишите отчество или код",
            };
            let expected = "фамилия и имя ученика, как в списке класса";
            findings.push(Finding::new("families.child", place, message).expected_found(expected, *child));
            continue;
        };
        for cell in others.iter().flat_map(|cell| cell.split([',', '/'])).map(str::trim).filter(|cell| !cell.is_empty())
        {
            if cell.chars().any(|c| c.is_ascii_digit() || c == '@') {
                listed.passed_over += 1;
                continue;
            }
            let mut words = cell.split_whitespace();
            let (Some(surname), Some(given)) = (words.next(), words.next()) else {
                let message = "у родителя нужны фамилия и имя";
                let finding = Finding::new("families.parent", place.clone(), message);
                findings.push(finding.expected_found("Фамилия Имя Отчество", cell));
                continue;
            };
            let name = [surname.to_owned(), given.to_owned(), words.collect::<Vec<_>>().join(" ")];
            let at = *parents.entry(key(&name)).or_insert_with(|| {
                listed.parents.push(Parent { name, children: Vec::new() });
                listed.parents.len() - 1
            });
            let children = &mut listed.parents[at].children;
            if !children.iter().any(|known| known == child) {
                children.push((*child).to_owned());
            }
        }
    }
    if findings.is_empty() { Ok(listed) } else { Err(findings) }
}

/// By what two parents are one: the full name, ё and е and letter case apart.
pub fn key(name: &[String; 3]) -> String {
    names::fold(&names::full_name(&name[0], &name[1], &name[2]))
}

/// «12» or «12.».
fn is_ordinal(cell: &str) -> bool {
    let bare = cell.trim_end_matches('.');
    bare.is_empty() && cell.is_empty() || !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit())
}

fn is_heading(cell: &str) -> bool {
    let folded = names::fold(cell);
    ["учени", "обучающ", "ребен", "фио", "ф.и.о", "фамилия", "№"].iter().any(|word| folded.starts_with(word))
}

fn of_name<'c>(text: &str, class: &[Child<'c>]) -> Vec<&'c str> {
    let wanted = names::fold(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let is_named = |(id, [surname, given, patronymic]): &&Child<'c>| {
        let full = names::fold(&names::full_name(surname, given, patronymic));
        let short = names::fold(&names::list_name(surname, given));
        wanted == full || wanted == short || text == *id
    };
    let named: Vec<&str> = class.iter().filter(is_named).map(|(id, _)| *id).collect();
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASS: [Child<'static>; 4] = [
        ("L00001", ["Ёлкин", "Пётр", "Ильич"]),
        ("L00002", ["Ёлкина", "Анна", "Ильинична"]),
        ("L00003", ["Яшмин", "Олег", "Юрьевич"]),
        ("L00004", ["Яшмин", "Олег", "Павлович"]),
    ];

    fn parent(name: [&str; 3], children: &[&str]) -> Parent {
        Parent { name: name.map(str::to_owned), children: children.iter().map(|one| (*one).to_owned()).collect() }
    }

    #[test]
    fn a_table_pasted_from_an_office_file_is_read() {
        let text = "№\tФИО ученика\tМать\tОтец\tТелефон\n\
                    1\tЕлкин Петр Ильич\tЁлкина Вера Павловна\tЁлкин Илья\t8 900 000-00-00\n\
                    \n\
                    2\tЁлкина  Анна\tЕлкина Вера Павловна\t\t\n\
                    3.\tЯшмин Олег Юрьевич\tЯшмин Юрий Олегович, Яшмина Ольга Львовна";
        let listed = read(text, &CLASS).unwrap();
        assert_eq!(
            listed.parents,
            [
                parent(["Ёлкина", "Вера", "Павловна"], &["L00001", "L00002"]),
                parent(["Ёлкин", "Илья", ""], &["L00001"]),
                parent(["Яшмин", "Юрий", "Олегович"], &["L00003"]),
                parent(["Яшмина", "Ольга", "Львовна"], &["L00003"]),
            ]
        );
        assert_eq!(listed.passed_over, 1, "the telephone is not kept");
        assert_eq!(read("L00004; Яшмина Ольга", &CLASS).unwrap().parents[0].children, ["L00004"]);
        assert_eq!(read(" \n", &CLASS), Ok(Listed::default()));
    }

    #[test]
    fn every_line_that_cannot_be_read_is_told_and_nothing_is_taken() {
        let found = read("Ёлкин Пётр;Ёлкина\nБерёзов Иван;Берёзова Анна\nЯшмин Олег;Яшмина Ольга", &CLASS).unwrap_err();
        let told: Vec<String> =
            found.iter().map(|one| format!("{}: {}: {}", one.place, one.message, one.found)).collect();
        assert_eq!(
            told,
            [
                "строка 1: у родителя нужны фамилия и имя: Ёлкина",
                "строка 2: такого ученика в классе нет: Берёзов Иван",
                "строка 3: учеников с таким именем несколько: напишите отчество или код: Яшмин Олег",
            ]
        );
    }
}
