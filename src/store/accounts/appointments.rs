//! Appointments by order, sheets of acquaintance, and all that says what offices a person holds: floor 1.

use chrono::NaiveDate;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::employments;
use crate::domain::people::{Appointment, Facts, Load};
use crate::domain::rights::Role;
use crate::domain::tenure;
use crate::store::rows::{Kind::Int, Kind::Text, Table};
use crate::store::{Db, Error};

/// The table as the history of changes knows it.
pub(in crate::store) static APPOINTMENTS: Table = Table {
    name: "appointments",
    key: 1,
    columns: &[
        ("id", Text),
        ("person", Text),
        ("role", Text),
        ("grade_from", Int),
        ("grade_to", Int),
        ("stands_for", Text),
        ("acting", Int),
        ("order_no", Text),
        ("order_date", Text),
        ("starts", Text),
        ("ends", Text),
        ("end_order", Text),
    ],
};

/// A line of a sheet of acquaintance (лист ознакомления).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcquaintanceRow {
    /// Number of the order.
    pub order_no: String,
    /// Date of the order, ISO; may be empty.
    pub order_date: String,
    /// Who has read it.
    pub person: String,
    /// When.
    pub read_at: String,
}

const COLUMNS: &str =
    "id, year, person, role, grade_from, grade_to, stands_for, acting, order_no, order_date, starts, ends,
    end_order";

fn appointment(row: &AnyRow) -> Result<Appointment, Error> {
    let day = |column: usize, name: &'static str| -> Result<Option<NaiveDate>, Error> {
        let text: String = row.try_get(column)?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse() {
            Ok(day) => Ok(Some(day)),
            Err(_) => Err(Error::Foreign { table: "appointments", column: name, value: text }),
        }
    };
    let role: String = row.try_get(3)?;
    let grade = |column: usize| -> Result<u8, Error> {
        let number: i64 = row.try_get(column)?;
        u8::try_from(number).map_err(|_| Error::Foreign {
            table: "appointments",
            column: "grade_from",
            value: number.to_string(),
        })
    };
    let grades = (grade(4)?, grade(5)?);
    Ok(Appointment {
        id: row.try_get(0)?,
        year: row.try_get(1)?,
        person: row.try_get(2)?,
        role: Role::parse(&role).ok_or(Error::Foreign { table: "appointments", column: "role", value: role })?,
        grades: (grades.0 > 0).then_some(grades),
        stands_for: row.try_get(6)?,
        acting: row.try_get::<i64, _>(7)? == 1,
        order_no: row.try_get(8)?,
        order_date: day(9, "order_date")?,
        starts: day(10, "starts")?,
        ends: day(11, "ends")?,
        end_order: row.try_get(12)?,
    })
}

/// An appointment's columns after its key, as texts in the table's order.
pub fn appointment_cells(one: &Appointment) -> Vec<String> {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let (from, to) = one.grades.unwrap_or_default();
    vec![
        one.person.clone(),
        one.role.as_str().to_owned(),
        from.to_string(),
        to.to_string(),
        one.stands_for.clone(),
        i64::from(one.acting).to_string(),
        one.order_no.clone(),
        day(one.order_date),
        day(one.starts),
        day(one.ends),
        one.end_order.clone(),
    ]
}

const FACTS: &str = "
    select 'staff', roles, '', '' from staff where school = $1 and year = $2 and id = $3
    union all
    select 'class', name, '', '' from classes where school = $1 and year = $2 and class_teacher = $3
    union all
    select 'course', id, class, teacher from courses where school = $1 and year = $2 and teacher = $3
    union all
    select 'course', id, class, teacher from courses where school = $1 and year = $2 and teacher <> $3 and id in
        (select course from earlier_teachers where school = $1 and year = $2 and teacher = $3 and until >= $4)
    union all
    select 'change', course, until, teacher from earlier_teachers where school = $1 and year = $2 and until >= $4
    union all
    select 'substitute', l.course, c.class, '' from lessons l
        join courses c on c.school = l.school and c.year = l.year and c.id = l.course
        where l.school = $1 and l.year = $2 and l.substitute = $3 and l.date = $4
    union all
    select 'work', hired_on, left_on, '' from employments where school = $1 and person = $3
    union all
    select 'self', id, class, '' from learners where school = $1 and year = $2 and id = $3 and (left_on = '' or left_on > $4)
    union all
    select 'child', g.learner, r.class, '' from guardian_learners g
        join learners r on r.school = g.school and r.year = $2 and r.id = g.learner
        where g.school = $1 and g.guardian = $3 and g.until = '' and (r.left_on = '' or r.left_on > $4)";

impl Db {
    /// All that says what offices a person holds on a day of a school year.
    pub async fn office_facts(&self, person: &str, year: &str, day: NaiveDate) -> Result<Facts, Error> {
        let mut facts = self.listed_facts(person, year, day).await?;
        facts.appointments = self.list_appointments_of(person).await?;
        let mut stood: Vec<String> = facts.appointments.iter().map(|one| one.stands_for.clone()).collect();
        stood.sort();
        stood.dedup();
        for person in stood.into_iter().filter(|person| !person.is_empty()) {
            let load = self.listed_facts(&person, year, day).await?.load;
            facts.stood_for.push((person, load));
        }
        Ok(facts)
    }

    async fn listed_facts(&self, person: &str, year: &str, day: NaiveDate) -> Result<Facts, Error> {
        let rows = sqlx::query(FACTS)
            .bind(self.school.clone())
            .bind(year.to_owned())
            .bind(person.to_owned())
            .bind(day.to_string())
            .fetch_all(&self.pool)
            .await?;
        let mut facts = Facts { load: Load::default(), ..Facts::default() };
        let mut courses: Vec<(String, String, String)> = Vec::new();
        let mut changes: Vec<(String, NaiveDate, String)> = Vec::new();
        for row in &rows {
            let (what, one, class): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            match what.as_str() {
                "staff" => facts.roles = one.split_whitespace().map(str::to_owned).collect(),
                "class" => facts.load.classes.push(one),
                "course" => courses.push((one, class, row.try_get(3)?)),
                "change" => {
                    if let Ok(until) = class.parse::<NaiveDate>() {
                        changes.push((one, until, row.try_get(3)?));
                    }
                }
                "substitute" => facts.substitutes_today.push((one, class)),
                "work" => facts.work.push((employments::day("hired_on", one)?, employments::day("left_on", class)?)),
                "self" => {
                    facts.is_learner = true;
                    facts.learners.push((one, class));
                }
                _ => facts.learners.push((one, class)),
            }
        }
        // A course whose teacher changes on a coming day is still the earlier one's.
        let has = |(course, _, present): &(String, String, String)| {
            let own = changes.iter().filter(|(of, ..)| of == course);
            tenure::of_day(present, own.map(|(_, until, teacher)| (*until, teacher.as_str())), day) == person
        };
        courses.retain(has);
        facts.load.courses = courses.into_iter().map(|(course, class, _)| (course, class)).collect();
        Ok(facts)
    }

    /// Every appointment of a person, by identifier.
    pub async fn list_appointments_of(&self, person: &str) -> Result<Vec<Appointment>, Error> {
        let sql = format!("select {COLUMNS} from appointments where school = $1 and person = $2 order by id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.school.clone())
            .bind(person.to_owned())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(appointment).collect()
    }

    /// Every appointment of the school, by identifier.
    pub async fn list_appointments(&self) -> Result<Vec<Appointment>, Error> {
        let sql = format!("select {COLUMNS} from appointments where school = $1 order by id");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(self.school.clone()).fetch_all(&self.pool).await?;
        rows.iter().map(appointment).collect()
    }

    /// Who has read which order, as versions before the common sheet of acquaintance put it on record; nothing is added any more.
    pub async fn list_acquaintances(&self) -> Result<Vec<AcquaintanceRow>, Error> {
        let rows = sqlx::query(
            "select order_no, order_date, person, read_at from appointment_readings where school = $1
             order by order_date, order_no, read_at, person",
        )
        .bind(self.school.clone())
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(AcquaintanceRow {
                    order_no: row.try_get(0)?,
                    order_date: row.try_get(1)?,
                    person: row.try_get(2)?,
                    read_at: row.try_get(3)?,
                })
            })
            .collect()
    }
}
