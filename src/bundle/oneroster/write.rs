//! A roster as a set of OneRoster 1.2 CSV files. Floor 1.

use std::collections::BTreeMap;

use crate::domain::journal::{Journal, PeriodKind, StaffMember};
use crate::domain::names;
use crate::domain::period::members;

use super::super::export::csv;
use super::super::tables::hours;

/// The organisation's identifier inside the set.
const ORG: &str = "school";

/// The files of a set, by name.
pub fn write(journal: &Journal) -> Vec<(String, Vec<u8>)> {
    let files: [(&str, Vec<Vec<String>>); 9] = [
        ("manifest.csv", manifest()),
        ("academicSessions.csv", sessions(journal)),
        ("orgs.csv", orgs(journal)),
        ("users.csv", users(journal)),
        ("roles.csv", roles(journal)),
        ("demographics.csv", demographics(journal)),
        ("courses.csv", courses(journal)),
        ("classes.csv", classes(journal)),
        ("enrollments.csv", enrollments(journal)),
    ];
    files.into_iter().map(|(name, rows)| (name.to_owned(), csv(&rows, b',').into_bytes())).collect()
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn manifest() -> Vec<Vec<String>> {
    let mut rows =
        vec![row(["propertyName", "value"]), row(["manifest.version", "1.0"]), row(["oneroster.version", "1.2"])];
    let bulk = ["academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "roles", "users"];
    let absent = [
        "categories",
        "classResources",
        "courseResources",
        "lineItemLearningObjectiveIds",
        "lineItems",
        "lineItemScoreScales",
        "resources",
        "resultLearningObjectiveIds",
        "results",
        "resultScoreScales",
        "scoreScales",
        "userProfiles",
        "userResources",
    ];
    let mut files: Vec<(&str, &str)> =
        bulk.map(|name| (name, "bulk")).into_iter().chain(absent.map(|name| (name, "absent"))).collect();
    files.sort_by_key(|(name, _)| name.to_lowercase());
    rows.extend(files.into_iter().map(|(name, mode)| row([&format!("file.{name}"), mode])));
    rows.push(row(["source.systemName", "Letopis"]));
    rows.push(row(["source.systemCode", env!("CARGO_PKG_VERSION")]));
    rows
}

/// The calendar year in which the school year ends, as the standard names school years.
fn end_year(journal: &Journal) -> &str {
    journal.school.year.split('/').nth(1).unwrap_or_default()
}

fn sessions(journal: &Journal) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "sourcedId",
        "status",
        "dateLastModified",
        "title",
        "type",
        "startDate",
        "endDate",
        "parentSourcedId",
        "schoolYear",
        "metadata.kind",
        "metadata.gradeFrom",
        "metadata.gradeTo",
    ])];
    let first = journal.periods.iter().map(|period| period.starts).min();
    let last = journal.periods.iter().map(|period| period.ends).max();
    let (first, last) = (first.map(|day| day.to_string()), last.map(|day| day.to_string()));
    let year = &journal.school.year;
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
    rows.push(row(["year", "", "", year, "schoolYear", &first, &last, "", end_year(journal), "", "", ""]));
    for period in &journal.periods {
        let kind = match period.kind {
            PeriodKind::Quarter => "gradingPeriod",
            PeriodKind::HalfYear => "semester",
            PeriodKind::Trimester => "term",
        };
        rows.push(row([
            &period.id,
            "",
            "",
            &period.name,
            kind,
            &period.starts.to_string(),
            &period.ends.to_string(),
            "year",
            end_year(journal),
            period.kind.as_str(),
            &period.grade_from.to_string(),
            &period.grade_to.to_string(),
        ]));
    }
    rows
}

fn orgs(journal: &Journal) -> Vec<Vec<String>> {
    let school = &journal.school;
    vec![
        row([
            "sourcedId",
            "status",
            "dateLastModified",
            "name",
            "type",
            "identifier",
            "parentSourcedId",
            "metadata.shortName",
            "metadata.town",
        ]),
        row([ORG, "", "", &school.name, "school", "", "", &school.short_name, &school.town]),
    ]
}

/// The person's roles in the standard's words; staff without any is an aide.
fn standard_roles(person: &StaffMember) -> Vec<&'static str> {
    let mut roles: Vec<&str> = Vec::new();
    for (own, standard) in [
        ("director", "principal"),
        ("deputy", "siteAdministrator"),
        ("administrator", "systemAdministrator"),
        ("teacher", "teacher"),
    ] {
        if person.has_role(own) {
            roles.push(standard);
        }
    }
    if roles.is_empty() {
        roles.push("aide");
    }
    roles
}

fn users(journal: &Journal) -> Vec<Vec<String>> {
    const HEAD: [&str; 24] = [
        "sourcedId",
        "status",
        "dateLastModified",
        "enabledUser",
        "username",
        "userIds",
        "givenName",
        "familyName",
        "middleName",
        "identifier",
        "email",
        "sms",
        "phone",
        "agentSourcedIds",
        "grades",
        "password",
        "userMasterIdentifier",
        "resourceSourcedIds",
        "preferredGivenName",
        "preferredMiddleName",
        "preferredFamilyName",
        "primaryOrgSourcedId",
        "metadata.position",
        "metadata.roles",
    ];
    let user = |id: &str, names: [&str; 3], grade: &str, position: &str, roles: &str| {
        let mut cells = vec![String::new(); HEAD.len()];
        for (column, value) in [
            ("sourcedId", id),
            ("enabledUser", "true"),
            ("username", id),
            ("familyName", names[0]),
            ("givenName", names[1]),
            ("middleName", names[2]),
            ("grades", grade),
            ("primaryOrgSourcedId", ORG),
            ("metadata.position", position),
            ("metadata.roles", roles),
        ] {
            if let Some(place) = HEAD.iter().position(|name| *name == column) {
                value.clone_into(&mut cells[place]);
            }
        }
        cells
    };
    let mut rows = vec![row(HEAD)];
    for person in &journal.staff {
        let names = [person.surname.as_str(), &person.given_name, &person.patronymic];
        rows.push(user(&person.id, names, "", &person.position, &person.roles.join(" ")));
    }
    for learner in &journal.learners {
        let grade = journal.class(&learner.class).map(|class| format!("{:02}", class.grade)).unwrap_or_default();
        let names = [learner.surname.as_str(), &learner.given_name, &learner.patronymic];
        rows.push(user(&learner.id, names, &grade, "", ""));
    }
    rows
}

fn roles(journal: &Journal) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "sourcedId",
        "status",
        "dateLastModified",
        "userSourcedId",
        "roleType",
        "role",
        "beginDate",
        "endDate",
        "orgSourcedId",
        "userProfileSourcedId",
    ])];
    let mut add = |user: &str, nth: usize, role: &str| {
        let kind = if nth == 0 { "primary" } else { "secondary" };
        rows.push(row([&format!("role-{user}-{}", nth + 1), "", "", user, kind, role, "", "", ORG, ""]));
    };
    for person in &journal.staff {
        standard_roles(person).into_iter().enumerate().for_each(|(nth, role)| add(&person.id, nth, role));
    }
    journal.learners.iter().for_each(|learner| add(&learner.id, 0, "student"));
    rows
}

fn demographics(journal: &Journal) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "sourcedId",
        "status",
        "dateLastModified",
        "birthDate",
        "sex",
        "americanIndianOrAlaskaNative",
        "asian",
        "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander",
        "white",
        "demographicRaceTwoOrMoreRaces",
        "hispanicOrLatinoEthnicity",
        "countryOfBirthCode",
        "stateOfBirthAbbreviation",
        "cityOfBirth",
        "publicSchoolResidenceStatus",
    ])];
    for learner in &journal.learners {
        if let Some(born) = learner.born {
            let mut cells = vec![learner.id.clone(), String::new(), String::new(), born.to_string()];
            cells.resize(rows[0].len(), String::new());
            rows.push(cells);
        }
    }
    rows
}

/// Subjects with their identifiers in the set, by name.
fn subjects(journal: &Journal) -> BTreeMap<&str, String> {
    let mut subjects: BTreeMap<&str, String> =
        journal.courses.iter().map(|course| (course.subject.as_str(), String::new())).collect();
    for (number, id) in (1..).zip(subjects.values_mut()) {
        *id = format!("subject-{number:03}");
    }
    subjects
}

fn courses(journal: &Journal) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "sourcedId",
        "status",
        "dateLastModified",
        "schoolYearSourcedId",
        "title",
        "courseCode",
        "grades",
        "orgSourcedId",
        "subjects",
        "subjectCodes",
    ])];
    for (subject, id) in subjects(journal) {
        rows.push(row([&id, "", "", "year", subject, "", "", ORG, subject, ""]));
    }
    rows
}

fn class_id(name: &str) -> String {
    format!("class-{}", names::slug(name))
}

fn classes(journal: &Journal) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "sourcedId",
        "status",
        "dateLastModified",
        "title",
        "grades",
        "courseSourcedId",
        "classCode",
        "classType",
        "location",
        "schoolSourcedId",
        "termSourcedIds",
        "subjects",
        "subjectCodes",
        "periods",
        "metadata.className",
        "metadata.group",
        "metadata.hoursPerWeek",
        "metadata.wholeClass",
    ])];
    let subjects = subjects(journal);
    let terms = |grade: u8| {
        let own = journal.periods_of_grade(grade);
        own.iter().map(|period| period.id.as_str()).collect::<Vec<_>>().join(",")
    };
    for class in &journal.classes {
        let grade = format!("{:02}", class.grade);
        let id = class_id(&class.name);
        let terms = terms(class.grade);
        rows.push(row([
            &id,
            "",
            "",
            &class.name,
            &grade,
            "",
            &class.name,
            "homeroom",
            "",
            ORG,
            &terms,
            "",
            "",
            "",
            &class.name,
            "",
            "",
            "",
        ]));
    }
    for course in &journal.courses {
        let class = journal.class(&course.class);
        let grade = class.map(|class| format!("{:02}", class.grade)).unwrap_or_default();
        let title = match course.group.as_str() {
            "" => format!("{} {}", course.class, course.subject),
            group => format!("{} {}, {group}", course.class, course.subject),
        };
        rows.push(row([
            &course.id,
            "",
            "",
            &title,
            &grade,
            subjects.get(course.subject.as_str()).map_or("", String::as_str),
            "",
            "scheduled",
            "",
            ORG,
            &class.map(|class| terms(class.grade)).unwrap_or_default(),
            &course.subject,
            "",
            "",
            &course.class,
            &course.group,
            &hours(course.hours_per_week_centi),
            if course.members.is_empty() { "true" } else { "false" },
        ]));
    }
    rows
}

fn enrollments(journal: &Journal) -> Vec<Vec<String>> {
    let mut rows = vec![row([
        "sourcedId",
        "status",
        "dateLastModified",
        "classSourcedId",
        "schoolSourcedId",
        "userSourcedId",
        "role",
        "primary",
        "beginDate",
        "endDate",
        "metadata.enrolmentOrder",
        "metadata.leavingOrder",
    ])];
    let day = |date: Option<chrono::NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    for class in &journal.classes {
        let id = class_id(&class.name);
        let teacher = &class.class_teacher_id;
        rows.push(row([&format!("{id}-{teacher}"), "", "", &id, ORG, teacher, "teacher", "true", "", "", "", ""]));
        for learner in journal.learners.iter().filter(|learner| learner.class == class.name) {
            rows.push(row([
                &format!("{id}-{}", learner.id),
                "",
                "",
                &id,
                ORG,
                &learner.id,
                "student",
                "false",
                &learner.enrolled_on.to_string(),
                &day(learner.left_on),
                &learner.enrolment_order,
                &learner.leaving_order,
            ]));
        }
    }
    for course in &journal.courses {
        let (id, teacher) = (&course.id, &course.teacher_id);
        rows.push(row([&format!("{id}-{teacher}"), "", "", id, ORG, teacher, "teacher", "true", "", "", "", ""]));
        let all = members(course, &journal.learners);
        // Members in the order of the group, so that a journal comes back as it went.
        let mut order: Vec<&str> = course.members.iter().map(String::as_str).collect();
        if order.is_empty() {
            order = all.iter().map(|learner| learner.id.as_str()).collect();
        }
        for learner in order {
            let begins = all.iter().find(|own| own.id == learner);
            rows.push(row([
                &format!("{id}-{learner}"),
                "",
                "",
                id,
                ORG,
                learner,
                "student",
                "false",
                &begins.map(|own| own.enrolled_on.to_string()).unwrap_or_default(),
                &day(begins.and_then(|own| own.left_on)),
                "",
                "",
            ]));
        }
    }
    rows
}
