//! OneRoster 1.2 CSV (1EdTech): the roster of a school in the form that learning tools exchange. Floor 1.
//!
//! Staff, learners, classes (homerooms), courses (scheduled classes) and who is in them. What the standard has no place for travels in
//! `metadata.*` columns, which the standard allows; a set of another program without them is read by the standard's own columns.

mod write;

use std::collections::{HashMap, HashSet};

use crate::domain::finding::{Finding, Severity};

use super::given::PlacedRows;
use super::layout::File;
use super::sheet::plain;
use super::source::BundleFile;
use super::{codes, encoding, table};

pub use write::write;

/// A table's rows with their places, and the file that they come from.
type Made<'g> = (File, &'g str, PlacedRows);

/// Is it a set of OneRoster?
pub fn is_set(files: &[BundleFile]) -> bool {
    let has = |name: &str| files.iter().any(|file| file.name == name);
    has("users.csv") && has("orgs.csv") && (has("manifest.csv") || has("enrollments.csv"))
}

/// One record of a file.
struct Record<'g> {
    file: &'g str,
    line: u32,
    cells: HashMap<String, String>,
}

impl Record<'_> {
    fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    fn has(&self, column: &str) -> bool {
        self.cells.contains_key(column)
    }

    fn id(&self) -> &str {
        self.get("sourcedId")
    }

    fn place(&self) -> String {
        format!("{}, строка {}", self.file, self.line)
    }
}

struct Set<'g> {
    records: HashMap<&'static str, Vec<Record<'g>>>,
    findings: Vec<Finding>,
}

const FILES: [&str; 9] = [
    "manifest.csv",
    "academicSessions.csv",
    "orgs.csv",
    "users.csv",
    "roles.csv",
    "demographics.csv",
    "courses.csv",
    "classes.csv",
    "enrollments.csv",
];

/// Reads a set as tables of a bundle.
pub fn read(files: &[BundleFile]) -> (Vec<Made<'_>>, Vec<Finding>) {
    let mut set = Set { records: HashMap::new(), findings: Vec::new() };
    for file in files {
        set.open(file);
    }
    let made = set.tables();
    (made, set.findings)
}

impl<'g> Set<'g> {
    fn open(&mut self, file: &'g BundleFile) {
        let Some(name) = FILES.into_iter().find(|name| *name == file.name) else {
            let message = "этот файл OneRoster в журнале не нужен и не прочитан";
            self.findings.push(Finding::new(codes::LEFT_OUT, &file.name, message).weighing(Severity::Note));
            return;
        };
        let text = match encoding::text(&file.bytes) {
            Ok((text, _)) => text,
            Err(error) => {
                let place = format!("{name}, строка {}", error.line);
                let message = "OneRoster пишется в UTF-8";
                let finding = Finding::new(codes::WRONG_ENCODING, place, message);
                self.findings.push(finding.expected_found("UTF-8", error.looks_like.unwrap_or_default()));
                return;
            }
        };
        let mut lines = table::records(&text, table::separator(&text)).into_iter();
        let Some(header) = lines.next() else {
            self.findings.push(Finding::new(codes::EMPTY_FILE, name, "файл пуст: нет даже строки заголовков"));
            return;
        };
        let names: Vec<String> = header.fields.iter().map(|field| field.trim().to_owned()).collect();
        let mut records = Vec::new();
        for record in lines {
            let place = format!("{name}, строка {}", record.line);
            if record.fault.is_some() {
                self.findings.push(Finding::new(codes::BROKEN_QUOTES, place, "кавычки расставлены не по RFC 4180"));
                continue;
            }
            if record.fields.len() != names.len() {
                let finding = Finding::new(codes::FIELD_COUNT, place, "полей в строке не столько, сколько столбцов");
                self.findings.push(finding.expected_found(names.len().to_string(), record.fields.len().to_string()));
                continue;
            }
            let cells: HashMap<String, String> =
                names.iter().cloned().zip(record.fields.into_iter().map(|field| plain(field).into_owned())).collect();
            // A delta set may tell of records that go; an addition takes nothing away.
            if cells.get("status").is_some_and(|status| status == "tobedeleted") {
                let message = "запись помечена к удалению (tobedeleted) и не прочитана";
                self.findings.push(Finding::new(codes::LEFT_OUT, place, message).weighing(Severity::Note));
                continue;
            }
            records.push(Record { file: &file.name, line: record.line, cells });
        }
        self.records.insert(name, records);
    }

    fn of(&self, name: &str) -> &[Record<'g>] {
        self.records.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    fn tables(&mut self) -> Vec<Made<'g>> {
        let roles = self.roles();
        let mut made = vec![self.school(), self.periods(), self.staff(&roles)];
        let (classes, class_names) = self.classes();
        made.push(classes);
        let (learners, class_of) = self.learners(&roles, &class_names);
        made.push(learners);
        let (courses, groups, mut findings) = self.courses(&class_of);
        self.findings.append(&mut findings);
        made.push(courses);
        made.push(groups);
        made.into_iter().filter(|(_, _, rows)| !rows.is_empty()).collect()
    }

    /// Roles by user: of `roles.csv`, or of the older `role` column.
    fn roles(&self) -> HashMap<String, Vec<String>> {
        let mut roles: HashMap<String, Vec<String>> = HashMap::new();
        for record in self.of("roles.csv") {
            roles.entry(record.get("userSourcedId").to_owned()).or_default().push(record.get("role").to_owned());
        }
        for user in self.of("users.csv").iter().filter(|user| !user.get("role").is_empty()) {
            roles.entry(user.id().to_owned()).or_default().push(user.get("role").to_owned());
        }
        roles
    }

    /// The school itself and its periods come only from a set that tells what the journal needs to know of them.
    fn school(&self) -> Made<'g> {
        let year = self.of("academicSessions.csv").iter().find(|session| session.get("type") == "schoolYear");
        let rows = self.of("orgs.csv").iter().filter(|org| org.get("type") == "school" && org.has("metadata.town"));
        let rows = rows.take(1).map(|org| {
            let year = year.map(|session| session.get("title").to_owned()).unwrap_or_default();
            let cells = [org.get("name"), org.get("metadata.shortName"), org.get("metadata.town"), &year];
            (org.place(), cells.map(str::to_owned).to_vec())
        });
        (File::School, "orgs.csv", rows.collect())
    }

    fn periods(&self) -> Made<'g> {
        let own = self.of("academicSessions.csv").iter().filter(|session| !session.get("metadata.kind").is_empty());
        let rows = own.map(|session| {
            let columns = [
                "sourcedId",
                "title",
                "metadata.kind",
                "metadata.gradeFrom",
                "metadata.gradeTo",
                "startDate",
                "endDate",
            ];
            (session.place(), columns.map(|column| session.get(column).to_owned()).to_vec())
        });
        (File::Periods, "academicSessions.csv", rows.collect())
    }

    fn staff(&self, roles: &HashMap<String, Vec<String>>) -> Made<'g> {
        let mut rows = Vec::new();
        for user in self.of("users.csv") {
            let own = roles.get(user.id()).map(Vec::as_slice).unwrap_or_default();
            let (words, positions): (Vec<&str>, Vec<&str>) = own.iter().filter_map(|role| staff_role(role)).unzip();
            let Some(first) = positions.first() else { continue };
            let position = if user.get("metadata.position").is_empty() { first } else { user.get("metadata.position") };
            let told =
                if user.has("metadata.roles") { user.get("metadata.roles").to_owned() } else { distinct(&words) };
            let cells =
                [user.id(), user.get("familyName"), user.get("givenName"), user.get("middleName"), position, &told];
            rows.push((user.place(), cells.map(str::to_owned).to_vec()));
        }
        (File::Staff, "users.csv", rows)
    }

    /// Homerooms, and the name of each by its identifier.
    fn classes(&mut self) -> (Made<'g>, HashMap<String, String>) {
        let mut rows = Vec::new();
        let mut names = HashMap::new();
        let mut findings = Vec::new();
        for class in self.of("classes.csv").iter().filter(|class| class.get("classType") == "homeroom") {
            let grade = class.get("grades").split(',').next().unwrap_or_default().trim().trim_start_matches('0');
            let teacher = self.teacher(class.id());
            if teacher.is_none() {
                let message = "у класса нет классного руководителя: записи enrollments.csv с role=teacher";
                findings.push(Finding::new(codes::UNKNOWN_RECORD, class.place(), message));
            }
            names.insert(class.id().to_owned(), class.get("title").to_owned());
            let cells = [class.get("title"), grade, teacher.unwrap_or_default()];
            rows.push((class.place(), cells.map(str::to_owned).to_vec()));
        }
        self.findings.append(&mut findings);
        ((File::Classes, "classes.csv", rows), names)
    }

    /// The teacher of a class: the primary one, else the only one.
    fn teacher(&self, class: &str) -> Option<&str> {
        let own = |entry: &&Record<'_>| entry.get("classSourcedId") == class && entry.get("role") == "teacher";
        let mut all = self.of("enrollments.csv").iter().filter(own);
        let primary = self.of("enrollments.csv").iter().filter(own).find(|entry| entry.get("primary") == "true");
        primary.or_else(|| all.next()).map(|entry| entry.get("userSourcedId"))
    }

    /// Learners, and the class of each.
    fn learners(
        &mut self,
        roles: &HashMap<String, Vec<String>>,
        class_names: &HashMap<String, String>,
    ) -> (Made<'g>, HashMap<String, String>) {
        let mut rows = Vec::new();
        let mut class_of = HashMap::new();
        let mut findings = Vec::new();
        let born: HashMap<&str, &str> =
            self.of("demographics.csv").iter().map(|record| (record.id(), record.get("birthDate"))).collect();
        let mut homes: HashMap<&str, &Record<'_>> = HashMap::new();
        for entry in self.of("enrollments.csv").iter().filter(|entry| entry.get("role") == "student") {
            if class_names.contains_key(entry.get("classSourcedId")) {
                homes.insert(entry.get("userSourcedId"), entry);
            }
        }
        for user in self.of("users.csv") {
            if !roles.get(user.id()).is_some_and(|own| own.iter().any(|role| role == "student")) {
                continue;
            }
            let Some(home) = homes.get(user.id()) else {
                let message = "обучающийся не состоит ни в одном классе (homeroom)";
                findings.push(Finding::new(codes::UNKNOWN_RECORD, user.place(), message));
                continue;
            };
            let class = class_names.get(home.get("classSourcedId")).cloned().unwrap_or_default();
            class_of.insert(user.id().to_owned(), class.clone());
            let begins = if home.get("beginDate").is_empty() { self.first_day() } else { home.get("beginDate") };
            let cells = [
                user.id(),
                user.get("familyName"),
                user.get("givenName"),
                user.get("middleName"),
                born.get(user.id()).copied().unwrap_or_default(),
                &class,
                begins,
                home.get("metadata.enrolmentOrder"),
                home.get("endDate"),
                home.get("metadata.leavingOrder"),
            ];
            rows.push((user.place(), cells.map(str::to_owned).to_vec()));
        }
        self.findings.append(&mut findings);
        ((File::Learners, "users.csv", rows), class_of)
    }

    fn first_day(&self) -> &str {
        let year = self.of("academicSessions.csv").iter().find(|session| session.get("type") == "schoolYear");
        year.map_or("", |session| session.get("startDate"))
    }

    fn courses(&self, class_of: &HashMap<String, String>) -> (Made<'g>, Made<'g>, Vec<Finding>) {
        let subjects: HashMap<&str, &str> =
            self.of("courses.csv").iter().map(|course| (course.id(), course.get("title"))).collect();
        let (mut rows, mut groups, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        for class in self.of("classes.csv").iter().filter(|class| class.get("classType") != "homeroom") {
            let own = self.of("enrollments.csv").iter();
            let members: Vec<&Record<'_>> = own
                .filter(|entry| entry.get("classSourcedId") == class.id() && entry.get("role") == "student")
                .collect();
            let told = class.get("metadata.className");
            let of_members: HashSet<&str> = members
                .iter()
                .filter_map(|entry| class_of.get(entry.get("userSourcedId")))
                .map(String::as_str)
                .collect();
            let name = if told.is_empty() { of_members.iter().next().copied().unwrap_or_default() } else { told };
            let mut wrong = |message: &str| findings.push(Finding::new(codes::UNKNOWN_RECORD, class.place(), message));
            let subject = subjects.get(class.get("courseSourcedId")).copied();
            let teacher = self.teacher(class.id());
            if of_members.len() > 1 && told.is_empty() {
                wrong("в курсе обучающиеся нескольких классов: разделите его по классам");
                continue;
            }
            let (Some(subject), Some(teacher), false) = (subject, teacher, name.is_empty()) else {
                wrong("у курса нет предмета (courses.csv), учителя или обучающихся (enrollments.csv)");
                continue;
            };
            let hours = if class.has("metadata.hoursPerWeek") { class.get("metadata.hoursPerWeek") } else { "0" };
            let cells = [class.id(), name, subject, class.get("metadata.group"), teacher, hours];
            rows.push((class.place(), cells.map(str::to_owned).to_vec()));
            let whole = class_of.values().filter(|class| *class == name).count();
            let is_group = match class.get("metadata.wholeClass") {
                "" => members.len() < whole,
                told => told == "false",
            };
            for member in members.into_iter().filter(|_| is_group) {
                let cells = vec![class.id().to_owned(), member.get("userSourcedId").to_owned()];
                groups.push((member.place(), cells));
            }
        }
        ((File::Courses, "classes.csv", rows), (File::Groups, "enrollments.csv", groups), findings)
    }
}

fn distinct(words: &[&str]) -> String {
    let mut seen: Vec<&str> = Vec::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        if !seen.contains(word) {
            seen.push(word);
        }
    }
    seen.join(" ")
}

/// A role of the standard as the journal's role and the usual job title; `None` for learners and families.
fn staff_role(role: &str) -> Option<(&'static str, &'static str)> {
    Some(match role {
        "teacher" => ("teacher", "Учитель"),
        "principal" => ("director", "Директор"),
        "administrator" | "siteAdministrator" | "systemAdministrator" | "districtAdministrator" => {
            ("administrator", "Администратор")
        }
        "counselor" | "aide" | "proctor" => ("", "Сотрудник"),
        _ => return None,
    })
}
