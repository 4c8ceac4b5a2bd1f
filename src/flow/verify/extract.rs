//! One learner's extract: the row, the signatures over the list that it stands in, the log. Floor 2.

use super::record::trusted_authority;
use super::sealing;
use super::statements::{self, Signed};
use super::{CopySeen, Trust, Walk};
use crate::domain::canon::{self, Digest};
use crate::domain::log_proof::object_id;
use crate::domain::rows::{self, LearnerFacts, RowProof};
use crate::domain::statement::Verdict;
use crate::flow::extract::{ROW, ROW_PROOF, lesson_path, speaks_for_all};
use crate::vault::{Content, name};

/// Is this content an extract?
pub(super) fn is_extract(content: &Content) -> bool {
    content.files.contains_key(ROW) || content.files.contains_key(ROW_PROOF)
}

/// Walks an extract.
pub(super) fn check(content: &Content, trust: &Trust<'_>, walk: &mut Walk) {
    let authority = trusted_authority(content.text(name::AUTHORITY), trust, walk);
    for file in statements::stray_certificates(content) {
        walk.found("record.stray-certificate", file, "Лишний сертификат: им не подписано ни одно заявление.");
    }
    let lying = statements::from_files(content, walk);
    let signed = statements::believe(&lying, authority.as_deref(), trust, walk);
    let Some(first) = signed.first() else {
        return walk.found("extract.unsigned", "statements/", "В выписке нет ни одного заявления с верной подписью.");
    };
    walk.copy = Some(CopySeen {
        id: first.statement.copy.clone(),
        version: first.statement.version,
        statements: signed.len(),
        ..CopySeen::default()
    });
    walk.checked.push(format!("Заявления с верной подписью: {}.", signed.len()));
    check_agreement(&signed, walk);
    let row = check_row(content, first.statement.rows_root, walk);
    if let Some(facts) = &row {
        check_lessons(facts, content, walk);
    }
    let school = authority.as_ref().map(|authority| authority.facts.identifier.clone()).unwrap_or_default();
    check_log(&school, first, &lying, content, authority.as_deref(), trust, walk);
}

/// All signers must have signed one and the same thing, and the list of learners with it.
fn check_agreement(signed: &[Signed], walk: &mut Walk) {
    let subject = |one: &Signed| {
        let statement = &one.statement;
        (statement.copy.clone(), statement.version, statement.snapshot, statement.rows_root, statement.issued_pdf)
    };
    for one in signed {
        if subject(one) != subject(&signed[0]) {
            walk.found(
                "statement.other-copy",
                &one.place,
                "Заявление сделано о другой копии или версии и перенесено сюда.",
            );
        }
        if one.statement.verdict != Verdict::CheckedAndCorrect || !one.statement.remarks.is_empty() {
            walk.found("statement.refused", &one.place, "Это отказ или заявление с замечаниями, а не подтверждение.");
        }
        if !speaks_for_all(&one.statement) {
            walk.found("extract.partial", &one.place, "Подписавший не отвечает за список учеников.");
        }
    }
}

fn check_row<'c>(content: &'c Content, root: Digest, walk: &mut Walk) -> Option<LearnerFacts<'c>> {
    let Some(bytes) = content.bytes(ROW) else {
        walk.found("record.missing-part", ROW, "Нет строки ученика.");
        return None;
    };
    let proof = content.text(ROW_PROOF).and_then(|text| RowProof::parse(text).ok());
    let Some(proof) = proof else {
        walk.found("extract.proof-unreadable", ROW_PROOF, "Доказательство строки отсутствует или не читается.");
        return None;
    };
    if !proof.verify(bytes, &root) {
        let message = "Строка ученика изменена: её нет среди строк, подписанных в этой копии.";
        walk.found("extract.row-changed", ROW, message);
        return None;
    }
    let facts: Option<LearnerFacts<'_>> = serde_json::from_slice(bytes).ok();
    match facts.filter(|facts| facts.format == rows::FORMAT && canon::to_bytes(facts) == bytes) {
        Some(facts) => {
            // How many rows there are is bound by no signature, so it is not told.
            walk.checked.push(format!("Строка ученика {} – одна из подписанных в копии.", facts.learner));
            Some(facts)
        }
        None => {
            walk.found("extract.row-unreadable", ROW, "Строка ученика не читается.");
            None
        }
    }
}

/// The lists of lessons are bound by their digests in the row.
fn check_lessons(facts: &LearnerFacts<'_>, content: &Content, walk: &mut Walk) {
    for course in &facts.courses {
        let path = lesson_path(&course.course);
        match content.digest(&path) {
            Some(found) if found == course.lessons => {}
            Some(_) => walk.found("extract.lessons-changed", path, format!("Уроки изменены: {}.", course.subject)),
            None => walk.found("record.missing-part", path, format!("Нет списка уроков: {}.", course.subject)),
        }
    }
    let known = |path: &str| facts.courses.iter().any(|course| lesson_path(&course.course) == path);
    for path in content.files.keys().filter(|path| path.starts_with("lessons/") && !known(path)) {
        walk.found("extract.stray-lessons", path, "Список уроков предмета, которого нет в строке ученика.");
    }
}

fn check_log(
    school: &str,
    first: &Signed,
    lying: &[statements::Lying],
    content: &Content,
    authority: Option<&super::certificates::Known>,
    trust: &Trust<'_>,
    walk: &mut Walk,
) {
    let Some(event) = sealing::believe(content, school, authority, trust, walk) else { return };
    let statement = &first.statement;
    let told = (&event.copy, event.version, event.snapshot, event.issued_pdf);
    let object = object_id(school, &statement.copy, statement.version);
    if told != (&statement.copy, statement.version, statement.snapshot, statement.issued_pdf) || event.object != object
    {
        walk.found("log.other-copy", name::LOG_PROOF, "Журнал событий говорит об опечатывании другой копии.");
    }
    for one in lying.iter().filter(|one| !event.statements.contains(&Digest::of(&one.signed_bytes))) {
        walk.found("log.other-statements", &one.place, "Этого заявления нет среди внесённых в журнал событий.");
    }
    if let Some(copy) = &mut walk.copy {
        copy.school = school.to_owned();
        copy.sealed_at.clone_from(&event.at);
        copy.register_no = event.register_no().unwrap_or_default();
    }
}
