//! Acquaintance with orders: each order of the year has one sheet, that of an appointment too (лист ознакомления, EXC-05). Floor 2.
//!
//! An appointment by order puts its order into the year's list and the person on its sheet. What earlier versions kept apart
//! (`appointment_readings`, which only grows) counts as seen on the sheet of the same order.

use super::super::change::Edit;
use super::super::setup::{self, Outcome};
use super::super::{Act, Error, House};
use crate::domain::people::{Appointment, Unfit};
use crate::domain::rights::Role;
use crate::domain::setup::layout::{ACQUAINTANCES, ORDERS};
use crate::domain::setup::{Acquaintance, Order};

/// An order with its sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// School year of the list; empty for an order that no list has yet.
    pub year: String,
    /// The order; its identifier is empty while no list has it.
    pub order: Order,
    /// Lines, one for each person.
    pub lines: Vec<Acquaintance>,
}

/// The year whose list new orders enter; nothing before there is a school, and none that is closed.
async fn open_year(house: &House) -> Result<Option<String>, Error> {
    let Some(year) = house.db.list_years().await?.pop() else { return Ok(None) };
    let closed = house.db.list_closed_years().await?.into_iter().any(|row| row.year == year);
    Ok(Some(year).filter(|_| !closed))
}

fn is_of(order: &Order, one: &Appointment) -> bool {
    order.number == one.order_no && one.order_date == Some(order.date)
}

/// An office as an order gives it: the role, and is it acting.
type Given = (Role, bool);

/// The title that an order of appointment gets of itself: the offices that it gives, each once.
fn title_of(given: &[Given]) -> String {
    /// Offices named; of more than these the first two are.
    const NAMED: usize = 3;
    let mut offices: Vec<String> = Vec::new();
    for office in given.iter().map(|(role, acting)| role.words(*acting)) {
        if !offices.contains(&office) {
            offices.push(office);
        }
    }
    let others = if offices.len() > NAMED { offices.split_off(NAMED - 1).len() } else { 0 };
    let others = if others > 0 { format!(" и ещё {others}") } else { String::new() };
    format!("О назначении: {}{others}", offices.join(", "))
}

/// What an appointment by order puts into the year's list: its order, when it is not there, and the person's line without a day.
pub(super) async fn edits(house: &House, one: &Appointment) -> Result<Vec<Edit>, Error> {
    let (Some(year), Some(date)) = (open_year(house).await?, one.order_date) else { return Ok(Vec::new()) };
    if one.order_no.is_empty() {
        return Ok(Vec::new());
    }
    let setup = house.db.load_setup(&year).await?;
    let mut edits = Vec::new();
    let id = match setup.orders.iter().find(|order| is_of(order, one)) {
        Some(order) => order.id.clone(),
        None => {
            let used = setup.orders.iter().filter_map(|order| order.id.parse::<u32>().ok()).max().unwrap_or_default();
            let id = format!("{:04}", used + 1);
            let title = title_of(&[(one.role, one.acting)]);
            let cells = [&one.order_no, &date.to_string(), "order", title.as_str(), ""];
            edits.push(Edit::put(ORDERS.table, &year, &[&id], &cells));
            id
        }
    };
    if !setup.acquaintances.iter().any(|line| line.order == id && line.person == one.person) {
        edits.push(Edit::put(ACQUAINTANCES.table, &year, &[&id, &one.person], &["", "", ""]));
    }
    Ok(edits)
}

/// Every order of the newest year with its sheet, newest first; orders of appointments that no list has yet stand among them.
pub async fn sheets(house: &House) -> Result<Vec<Sheet>, Error> {
    let year = house.db.list_years().await?.pop().unwrap_or_default();
    let setup = house.db.load_setup(&year).await?;
    let mut sheets: Vec<Sheet> = setup
        .orders
        .iter()
        .map(|order| {
            let lines = setup.acquaintances.iter().filter(|line| line.order == order.id);
            Sheet { year: year.clone(), order: order.clone(), lines: lines.cloned().collect() }
        })
        .collect();
    let appointments = house.db.list_appointments().await?;
    for one in appointments.iter().filter(|one| !one.order_no.is_empty()) {
        let Some(date) = one.order_date else { continue };
        let at = match sheets.iter().position(|sheet| is_of(&sheet.order, one)) {
            Some(at) => at,
            None => {
                let order = Order {
                    id: String::new(),
                    number: one.order_no.clone(),
                    date,
                    kind: "order".to_owned(),
                    title: title_of(&[(one.role, one.acting)]),
                    body: String::new(),
                };
                sheets.push(Sheet { year: String::new(), order, lines: Vec::new() });
                sheets.len() - 1
            }
        };
        let sheet = &mut sheets[at];
        if !sheet.lines.iter().any(|line| line.person == one.person) {
            let order = sheet.order.id.clone();
            sheet.lines.push(Acquaintance { order, person: one.person.clone(), seen_on: None, way: String::new() });
        }
    }
    for sheet in &mut sheets {
        let of = appointments.iter().filter(|one| is_of(&sheet.order, one));
        let given: Vec<Given> = of.map(|one| (one.role, one.acting)).collect();
        // The title that the first appointment gave grows with the next ones; what people typed stays. Earlier versions titled an acting
        // office as the office itself.
        let own = |(role, acting): &Given| [title_of(&[(*role, *acting)]), title_of(&[(*role, false)])];
        if given.iter().any(|one| own(one).contains(&sheet.order.title)) {
            sheet.order.title = title_of(&given);
        }
    }
    for row in house.db.list_acquaintances().await? {
        let of_row =
            |sheet: &&mut Sheet| sheet.order.number == row.order_no && sheet.order.date.to_string() == row.order_date;
        let Some(sheet) = sheets.iter_mut().find(of_row) else { continue };
        let line = sheet.lines.iter_mut().find(|line| line.person == row.person && line.seen_on.is_none());
        if let (Some(line), Ok(day)) = (line, row.read_at.get(..10).unwrap_or_default().parse()) {
            line.seen_on = Some(day);
            line.way = "here".to_owned();
        }
    }
    sheets.sort_by(|a, b| (b.order.date, &b.order.number).cmp(&(a.order.date, &a.order.number)));
    Ok(sheets)
}

/// «С приказом ознакомлен»: the person says so of an order on whose sheet the person stands; said once.
pub async fn acquaint(house: &House, order_no: &str, order_date: &str, act: &Act) -> Result<(), Error> {
    let unknown = || Error::from(Unfit::Unknown(format!("приказ № {order_no}")));
    let of = |sheet: &Sheet| sheet.order.number == order_no && sheet.order.date.to_string() == order_date;
    let sheet = sheets(house).await?.into_iter().find(of).ok_or_else(unknown)?;
    let line = sheet.lines.iter().find(|line| line.person == act.by).ok_or_else(unknown)?;
    // A second press of the button changes nothing.
    if line.seen_on.is_some() {
        return Ok(());
    }
    let (year, id) = match open_year(house).await? {
        Some(year) if sheet.order.id.is_empty() => {
            // An appointment of an earlier version: its order enters the list now.
            let appointments = house.db.list_appointments_of(&act.by).await?;
            let one = appointments.iter().find(|one| is_of(&sheet.order, one)).ok_or_else(unknown)?;
            super::super::change::apply(house, act, ORDERS.table, &edits(house, one).await?).await?;
            let setup = house.db.load_setup(&year).await?;
            let order = setup.orders.into_iter().find(|order| is_of(order, one)).ok_or_else(unknown)?;
            (year, order.id)
        }
        _ => (sheet.year, sheet.order.id),
    };
    match setup::acquaint(house, act, &year, &id, &act.by, "here").await? {
        Outcome::Refused(findings) if findings.iter().any(|one| one.code != "order.seen-already") => Err(unknown()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_of_several_appointments_is_titled_by_all_its_offices() {
        use Role::{Administrator, Assistant, Deputy, Director, Secretary};
        let title = |roles: &[Role]| title_of(&roles.iter().map(|role| (*role, false)).collect::<Vec<_>>());
        assert_eq!(title(&[Secretary]), "О назначении: секретарь");
        assert_eq!(title(&[Deputy, Deputy]), "О назначении: заместитель директора");
        assert_eq!(title(&[Administrator, Secretary, Administrator]), "О назначении: администратор, секретарь");
        let all = [Administrator, Secretary, Deputy, Director, Assistant];
        assert_eq!(title(&all), "О назначении: администратор, секретарь и ещё 3");
        assert_eq!(title_of(&[(Director, true)]), "О назначении: и.о. директора");
    }
}
