//! Clauses of regulations, which policy files write short, in words. Floor 0.

/// Documents by their short names, and what people call them.
const DOCUMENTS: [(&str, &str); 11] = [
    ("Приказ", "Приказ"),
    ("План", "План-график"),
    ("Рег", "Регламент учёта"),
    ("Усл", "Регламент услуги"),
    ("Пом", "Регламент помощи"),
    ("Инс", "Инструкция"),
    ("Рук", "Обязанности руководителя"),
    ("Зам", "Обязанности заместителя"),
    ("Уч", "Обязанности учителя"),
    ("Кл", "Обязанности классного руководителя"),
    ("Адм", "Обязанности администратора"),
];

/// What a clause that names no document is a clause of.
const UNNAMED: &str = "Положение";

/// Offices as clauses shorten them.
const OFFICES: [(&str, &str); 4] = [
    ("кл. рук.", "классный руководитель"),
    ("тех. спец.", "технический специалист"),
    ("отв.", "ответственный"),
    ("зам.", "заместитель"),
];

/// A clause as people read it: «000 Инс 5.2 секретарь а» is «Инструкция 000, п. 5.2 «а», секретарь». What is written otherwise comes back as
/// it is.
pub fn clause_words(clause: &str) -> String {
    let (mut number, mut document) = ("", UNNAMED);
    let mut said = Vec::new();
    for part in clause.split("; ") {
        let (before, code) = part.rsplit_once(": ").unwrap_or(("", part));
        let (own, rest) = match code.split_once(' ') {
            Some((own, rest)) if own.len() == 3 && own.bytes().all(|byte| byte.is_ascii_digit()) => (own, rest),
            _ => (number, code),
        };
        let (short, point) = rest.split_once(' ').unwrap_or((rest, ""));
        let known = DOCUMENTS.iter().find(|(known, _)| *known == short.trim_end_matches([',', '.']));
        let (named, point) = match known {
            Some((_, named)) => (*named, point),
            // A further clause of the document that was named before.
            None if is_point(rest) && code == rest => (document, rest),
            None if is_point(rest) || rest.starts_with("п. ") => (UNNAMED, rest),
            None => ("", rest),
        };
        if own.is_empty() || named.is_empty() {
            // What stands behind a clause is kept: «000 Рег 3.8: срок не назван».
            said.push(match part.split_once(": ") {
                Some((head, tail)) => format!("{}: {tail}", clause_words(head)),
                None => part.to_owned(),
            });
            continue;
        }
        (number, document) = (own, named);
        let before = if before.is_empty() { String::new() } else { format!("{before}: ") };
        let point = if point.is_empty() { String::new() } else { format!(", {}", point_words(point)) };
        said.push(format!("{before}{named} {own}{point}"));
    }
    said.join("; ")
}

/// A clause in words without the program's own number of its document, which nobody outside knows: «Регламент учёта, п. 3.4». What shows it
/// names the documents once.
pub fn unnumbered(clause: &str) -> String {
    const NUMBERS: [&str; 5] = [" 000", " 001", " 002", " 003", " 004"];
    NUMBERS.iter().fold(clause_words(clause), |said, number| said.replace(number, ""))
}

/// A sentence whose clauses stand in brackets, «раз в неделю (002 4.3)», with each of them in words; other brackets stay as they are.
pub fn with_clauses(text: &str) -> String {
    let mut said = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('(') {
        let Some((inside, after)) = tail.split_once(')') else { break };
        said.push_str(&format!("{before}({})", clause_words(inside)));
        rest = after;
    }
    said + rest
}

/// Does a text begin with the number of a point, «5.2»? «63-ФЗ» is none.
fn is_point(text: &str) -> bool {
    let no = text.split(' ').next().unwrap_or_default();
    no.starts_with(|first: char| first.is_ascii_digit())
        && no.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | ','))
}

/// «5.2 кл. рук. г» is «п. 5.2 «г», классный руководитель».
fn point_words(point: &str) -> String {
    let whole = OFFICES.iter().fold(point.to_owned(), |said, (short, office)| said.replace(short, office));
    if !is_point(&whole) {
        return whole;
    }
    let is_letter = |text: &str| text.chars().count() == 1;
    match whole.split_once(' ').filter(|_| !whole.contains(',')) {
        Some((no, letter)) if is_letter(letter) => format!("п. {no} «{letter}»"),
        Some((no, who)) => match who.rsplit_once(' ').filter(|(_, letter)| is_letter(letter)) {
            Some((who, letter)) => format!("п. {no} «{letter}», {who}"),
            None => format!("п. {no}, {who}"),
        },
        None => format!("п. {whole}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_is_told_in_words_and_what_is_no_clause_as_it_stands() {
        for (clause, said) in [
            ("000 Инс 5.2 секретарь а", "Инструкция 000, п. 5.2 «а», секретарь"),
            ("000 Инс 5.2 кл. рук. г", "Инструкция 000, п. 5.2 «г», классный руководитель"),
            ("000 Инс 5.2 г", "Инструкция 000, п. 5.2 «г»"),
            ("000 План 2.5", "План-график 000, п. 2.5"),
            ("002 4.1, 4.2", "Положение 002, п. 4.1, 4.2"),
            ("001 п. 5.1", "Положение 001, п. 5.1"),
            ("003 Уч, право 2", "Обязанности учителя 003, право 2"),
            ("003 Адм", "Обязанности администратора 003"),
            ("003 Рук. 10", "Обязанности руководителя 003, п. 10"),
            ("000 Инс 4.8; 5.2 отв. в", "Инструкция 000, п. 4.8; Инструкция 000, п. 5.2 «в», ответственный"),
            ("000 Рег 3.7; Инс 4.7", "Регламент учёта 000, п. 3.7; Инструкция 000, п. 4.7"),
            (
                "положение молчит; взято из правил по умолчанию: 002 4.1",
                "положение молчит; взято из правил по умолчанию: Положение 002, п. 4.1",
            ),
            ("000 Рег 3.8: «в порядке», срок не назван", "Регламент учёта 000, п. 3.8: «в порядке», срок не назван"),
            ("63-ФЗ ст. 6 ч. 2", "63-ФЗ ст. 6 ч. 2"),
            ("002 6.2; 63-ФЗ ст. 6 ч. 2", "Положение 002, п. 6.2; 63-ФЗ ст. 6 ч. 2"),
            ("Положение школы, пункт 7", "Положение школы, пункт 7"),
            ("п. 3.2", "п. 3.2"),
            ("", ""),
        ] {
            assert_eq!(clause_words(clause), said);
        }
    }

    #[test]
    fn a_clause_for_people_outside_has_no_number_of_ours() {
        assert_eq!(unnumbered("000 Рег 3.4"), "Регламент учёта, п. 3.4");
        assert_eq!(unnumbered("001 п. 5.1"), "Положение, п. 5.1");
        assert_eq!(unnumbered("63-ФЗ ст. 6 ч. 2"), "63-ФЗ ст. 6 ч. 2");
    }

    #[test]
    fn clauses_in_the_brackets_of_a_sentence_are_told_in_words_and_other_brackets_stay() {
        for (text, said) in [
            ("раз в неделю (002 4.3)", "раз в неделю (Положение 002, п. 4.3)"),
            (
                "печатает секретарь (делопроизводитель) (002 4.5); не раньше",
                "печатает секретарь (делопроизводитель) (Положение 002, п. 4.5); не раньше",
            ),
            ("5А, Алгебра (2)", "5А, Алгебра (2)"),
            ("скобка (не закрыта", "скобка (не закрыта"),
            ("", ""),
        ] {
            assert_eq!(with_clauses(text), said);
        }
    }
}
