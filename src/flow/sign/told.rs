//! Who learns of a refusal, and in which words. Floor 2.

use std::collections::BTreeSet;

use super::choice::Reproof;
use super::{REFUSED, Wanted};
use crate::domain::people::Appointment;
use crate::domain::policy::Stage;
use crate::domain::rights::Role;
use crate::domain::route::{self, Refusal, Wish};
use crate::domain::snapshot::supplement_no;
use crate::domain::statement::Category;
use crate::domain::words;
use crate::flow::papers::Paper;
use crate::flow::{Act, Error, House, remind};
use crate::store::{CopyRow, StatementRow, Tx};

/// Which copy, as people name it: «9А, I четверть».
pub(super) fn copy_words(paper: &Paper) -> String {
    format!("{}, {}", paper.class, words::period_title(&paper.period.name))
}

/// The route's answer with the person's name, and, of a deputy of other grades, for which grades that is.
pub(super) async fn in_words(
    house: &House,
    appointments: &[Appointment],
    paper: &Paper,
    wish: &Wish,
    refusal: Refusal,
) -> Result<Refusal, Error> {
    let deputies = Stage::Deputy.as_str();
    let about_deputies = wish.stage.as_deref().is_none_or(|stage| stage == deputies);
    let grades = || {
        let own = |one: &&Appointment| one.person == wish.signer && one.role == Role::Deputy && one.ends.is_none();
        let own = appointments.iter().filter(own);
        let grades: Vec<(u8, u8)> = own.map(|one| one.grades).collect::<Option<_>>()?;
        let covers = grades.iter().any(|(from, to)| (*from..=*to).contains(&paper.grade));
        let range = |(from, to): (u8, u8)| if from == to { from.to_string() } else { format!("{from}–{to}") };
        let mut said: Vec<String> = grades.into_iter().map(range).collect();
        said.dedup();
        (!said.is_empty() && !covers).then(|| words::listed(&said))
    };
    let reach = match grades().filter(|_| about_deputies) {
        Some(grades) => format!(": заместитель директора {grades} классов не подписывает копии {}", paper.class),
        None => String::new(),
    };
    Ok(match refusal {
        Refusal::NotInRoute { signer, .. } => {
            let roster = house.db.load_roster(&paper.year).await?;
            let signer = roster.staff_member(&signer).map_or(signer, |own| route::called(&route::person_facts(own)));
            Refusal::NotInRoute { signer, reach }
        }
        Refusal::WrongStage { signer, stage, instead, .. } => Refusal::WrongStage { signer, stage, reach, instead },
        other => other,
    })
}

/// The remarks as the statement of refusal says them.
pub(super) fn remarks(paper: &Paper, wanted: &Wanted<'_>) -> String {
    match wanted.refusal {
        Some((Category::Other, remark)) => return remark.to_owned(),
        Some((category, remark)) => return format!("{}: {remark}", category.as_russian().to_lowercase()),
        None => {}
    }
    let said = |one: &Reproof| {
        let name = paper.sheet(&one.sheet).map_or(one.sheet.as_str(), |sheet| sheet.name.as_str());
        format!("{name}: {}: {}", one.category.as_russian().to_lowercase(), one.remark)
    };
    wanted.refused.iter().map(said).collect::<Vec<_>>().join("; ")
}

/// Everybody who signed, the class teacher and whoever answers for the copy learn that the version came back: inside, and by letter where the
/// house has a mail server and the person gave an address.
pub(super) async fn refusal(
    house: &House,
    tx: &mut Tx,
    (row, paper): (&CopyRow, &Paper),
    said: &[StatementRow],
    wanted: &Wanted<'_>,
    act: &Act,
) -> Result<(), Error> {
    let signed: BTreeSet<String> =
        said.iter().filter(|one| one.verdict != REFUSED).map(|one| one.signer.clone()).collect();
    let later = paper.route.iter().filter(|stage| stage.id != route::BY_SHEETS);
    let later = later.flat_map(|stage| stage.signers.iter().map(|signer| signer.person.id.clone()));
    let people: BTreeSet<String> = signed.iter().cloned().chain(later).filter(|id| id != wanted.signer).collect();
    for person in &people {
        tx.notify(person, "refused", &row.id, row.version, &act.moment()).await?;
        let (subject, text) = letter(house, (row, paper), wanted, signed.contains(person));
        remind::write_to(house, tx, person, &subject, &text, act).await?;
    }
    Ok(())
}

/// Subject and text of a letter on a refusal. It names class, period and kinds of remarks; the remark itself may name a learner and stays inside.
fn letter(house: &House, (row, paper): (&CopyRow, &Paper), wanted: &Wanted<'_>, has_signed: bool) -> (String, String) {
    let what = format!("{} класс, {}", row.class, paper.period.name);
    let subject = match supplement_no(&row.id) {
        Some(no) => format!("Дополнительный лист № {no} возвращён с замечанием: {what}"),
        None => format!("Копия журнала возвращена с замечанием: {what}"),
    };
    let mut kinds: Vec<&str> = wanted.refused.iter().map(|one| one.category.as_russian()).collect();
    kinds.dedup();
    let about = match (wanted.refused.len() as u64, kinds.is_empty()) {
        (_, true) => match wanted.refusal {
            Some((category, _)) if category != Category::Other => {
                format!("Замечание ко всей копии: {}.", category.as_russian().to_lowercase())
            }
            _ => "Замечание ко всей копии.".to_owned(),
        },
        (n, false) => {
            let sheets = words::count(n, "листу", "листам", "листам");
            format!("Замечание к {sheets}: {}.", kinds.join(", ").to_lowercase())
        }
    };
    let own = if has_signed {
        "Ваша подпись под этой версией хранится вместе с ней. После исправления выйдет следующая версия; листы, которые не изменятся, подписывать заново \
         не нужно."
    } else {
        "До следующей версии эту копию подписывать нельзя: она появится на странице «Подписание», когда её исправят и выпустят."
    };
    let place = remind::place(house, "страницу копии", &format!("/copies/{}", row.id));
    (subject, format!("Версия {} ({what}) возвращена с замечанием.\n\n{about}\n{own}\n\n{place}", row.version))
}
