//! A made-up copy as it is frozen today: with all that earlier programs did not freeze yet.

use letopis::domain::snapshot::*;

/// The same copy as it is frozen today: founder, number among the copies, hours of the plans, the days of each month. Without them it is what
/// an earlier program froze.
pub fn of_today(mut snapshot: Snapshot) -> Snapshot {
    snapshot.school.founder = "Управление образования администрации Буквинского муниципального округа".to_owned();
    for (at, sheet) in snapshot.sheets.iter_mut().enumerate() {
        match sheet {
            Sheet::Title(title) => title.exemplar = "Копия № 1 из 1".to_owned(),
            Sheet::Course(course) => {
                let held = 100 * course.lessons.len() as u32;
                course.planned_centi = [Some(held + 250), Some(held), None][at % 3];
            }
            Sheet::Attendance(sheet) => {
                let days = [("2025-09", 30), ("2025-10", 24)];
                sheet.months = days.iter().map(|(name, last)| month(name, *last, &sheet.rows)).collect();
            }
            _ => {}
        }
    }
    snapshot
}

fn month(name: &str, last: u8, learners: &[AttendanceRow]) -> AttendanceMonth {
    let mut total = AttendanceCounts::default();
    let row = |(at, learner): (usize, &AttendanceRow)| {
        let mut counts = AttendanceCounts { late: at as u32 % 3, ..AttendanceCounts::default() };
        let mut days = Vec::new();
        for day in (1..=last).filter(|day| (at * 7 + usize::from(*day) * 3) % 17 == 0) {
            // The longest that a day has room for: eight lessons missed for three reasons.
            let (missed, ill, excused, unexplained) =
                [("6Б", 6, 0, 0), ("1У", 0, 1, 0), ("2н", 0, 0, 2), ("4Б 1У 3н", 4, 1, 3)][(at + usize::from(day)) % 4];
            days.push(MissedDay { day, missed: missed.to_owned() });
            counts.lessons += ill + excused + unexplained;
            counts.lessons_ill += ill;
            counts.lessons_excused += excused;
            counts.lessons_unexplained += unexplained;
        }
        total.lessons += counts.lessons;
        total.lessons_ill += counts.lessons_ill;
        total.lessons_excused += counts.lessons_excused;
        total.lessons_unexplained += counts.lessons_unexplained;
        total.late += counts.late;
        MonthRow { learner: learner.learner.clone(), days, counts }
    };
    let rows = learners.iter().enumerate().map(row).collect();
    AttendanceMonth { month: name.to_owned(), rows, total }
}
