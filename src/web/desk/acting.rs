//! Who acts for the head today, told at the head's own desk: neither signs without knowing of the other. Floor 3.

use crate::domain::names;
use crate::domain::people::{Appointment, Visitor};
use crate::domain::rights::Role;
use crate::domain::words;
use crate::web::WebState;
use crate::web::answer::Refusal;
use crate::web::directory::Directory;

/// A sentence for each acting head of today, to the head alone; `owes`: copies wait for the head's own signature. Nothing is forbidden: each signs
/// the copies whose route names them (DOC-20).
pub(super) async fn acting(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
    owes: bool,
) -> Result<Vec<String>, Refusal> {
    if !visitor.offices.iter().any(|office| office.role == Role::Director && !office.acting) {
        return Ok(Vec::new());
    }
    let today = state.now().date_naive();
    let orders = state.house.db.list_appointments().await?;
    let acts = |one: &&Appointment| one.acting && one.role == Role::Director && one.holds_on(today);
    let others = orders.iter().filter(acts).filter(|one| one.person != visitor.account);
    Ok(others.map(|one| told(one, &named(directory, &one.person), owes)).collect())
}

fn named(directory: &Directory, person: &str) -> String {
    let member = directory.roster.staff_member(person);
    let name = member.map(|one| names::short_name(&one.surname, &one.given_name, &one.patronymic));
    name.unwrap_or_else(|| person.to_owned())
}

fn told(order: &Appointment, name: &str, owes: bool) -> String {
    let from = order.starts.map(|day| format!("с {} ", words::day_and_month(day))).unwrap_or_default();
    let to = order.ends.map(|day| format!("по {} ", words::date_words(day))).unwrap_or_default();
    let term = words::capitalised(&format!("{from}{to}обязанности директора исполняет {name}"));
    let by = match words::order_words(&order.order()) {
        order if order.is_empty() => String::new(),
        order => format!(" ({order})"),
    };
    let own = match owes {
        true => " Копии, которые показаны здесь, ждут вашей подписи: в их маршруте вы, и.о. их не подписывает.",
        false => "",
    };
    format!("{term}{by}: подписи под копиями, составленными в эти дни, ставит и.о.{own}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_reads_from_which_day_to_which_another_signs_and_which_copies_stay_the_heads_own() {
        let order = Appointment {
            id: "A00001".into(),
            year: "2025/2026".into(),
            person: "T02".into(),
            role: Role::Director,
            grades: None,
            stands_for: String::new(),
            acting: true,
            order_no: "12-к".into(),
            order_date: None,
            starts: "2025-10-01".parse().ok(),
            ends: "2025-10-10".parse().ok(),
            end_order: String::new(),
        };
        let said = told(&order, "Гранитов Р. И.", false);
        let term = "С 1 октября по 10 октября 2025 г. обязанности директора исполняет Гранитов Р. И. (приказ № 12-к): ";
        assert!(said.starts_with(term) && said.ends_with("ставит и.о."), "{said}");
        assert!(told(&order, "Гранитов Р. И.", true).ends_with("в их маршруте вы, и.о. их не подписывает."));
    }
}
