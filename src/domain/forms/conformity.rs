//! The school's own declaration that its records meet ГОСТ Р ИСО 15489-1, requirement by requirement (000 Рег 3.9). Floor 0.

use chrono::NaiveDate;

use super::super::conformity::{Line, Property};
use super::super::form::{Block, Form, Signature, Table};
use super::super::policy::Policy;
use super::super::words::{self, date_short};
use super::Letterhead;

/// Rules on the rooms that carriers stand in.
const ROOMS: &str = "backup.rooms";

/// The school's own rules by their whole name, and their clause on carriers; `None` where they do not speak of them.
fn by_rules(rules: &Policy) -> Option<Block> {
    let clause = words::unnumbered(rules.clause(ROOMS));
    let named = [rules.title.clone(), rules.order()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let text = format!("Правила школы: {}. Носители и помещения для них: {clause}.", named.join(", "));
    (rules.is_said(ROOMS) && !clause.is_empty()).then_some(Block::Note { text })
}

/// The declaration of a day: what is not met stands in it as well, with what is to be done.
pub fn declaration(letterhead: &Letterhead, today: NaiveDate, lines: &[Line], rules: &Policy) -> Form {
    let mut table = Table::new(&[
        ("№\nп/п", 5),
        ("Требование", 24),
        ("Чем обеспечено", 34),
        ("Свидетельство", 36),
        ("Выполнено; что сделать", 30),
    ])
    .named("Требования")
    .sized(90)
    .middle(&[0]);
    let mut no = 0;
    for property in Property::ALL {
        table = table.section(&format!("{}, {}", property.as_russian(), property.clauses()));
        for line in lines.iter().filter(|line| line.property == property) {
            no += 1;
            let verdict = match line.todo.as_str() {
                "" => "выполнено".to_owned(),
                todo => format!("не выполнено: {todo}"),
            };
            table = table.line(vec![
                no.to_string(),
                line.what.to_owned(),
                line.how.to_owned(),
                line.shown.clone(),
                verdict,
            ]);
        }
    }
    let met = lines.iter().filter(|line| line.is_met()).count();
    let count = |n: usize| words::count(n as u64, "требование", "требования", "требований");
    let verdict = match lines.len() - met {
        0 => "Документы, которые ведутся в электронном виде, этим требованиям соответствуют.".to_owned(),
        left => format!("Не выполнено {}: до устранения соответствие этим требованиям не заявляется.", count(left)),
    };
    letterhead
        .form("conformity", "ЗАЯВЛЕНИЕ О СООТВЕТСТВИИ")
        .landscape()
        .subtitle("электронного журнала и архива его копий требованиям ГОСТ Р ИСО 15489-1 к документам")
        .text(&format!("Составлено {} по сведениям, которые «Летопись» хранит на этот день. Проверки не повторялись: названы последние и их дни.", date_short(today)), &[])
        .with(Block::Table(table))
        .text(&format!("Рассмотрено: {}, выполнено: {met}. {verdict}", count(lines.len())), &[])
        .with(Block::Note {
            text: "Заявление делает сама школа; это не сертификат соответствия. ГОСТ Р ИСО 15489-1-2007 назван в положении об электронном журнале, с 2020 года действует редакция 2019 года."
                .to_owned(),
        })
        .maybe(by_rules(rules))
        .signatures(
            vec![
                Signature::of(&letterhead.head_post, &letterhead.head_name),
                Signature::of(&letterhead.clerk_post, &letterhead.clerk_name),
            ],
            true,
        )
}
