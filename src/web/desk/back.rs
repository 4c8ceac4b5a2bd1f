//! Copies that came back, as the board shows them: whose sheet a remark is on, whether the journal was corrected, who issues next. Floor 3.

use super::changed::Changed;
use super::period_of;
use crate::domain::journal::Course;
use crate::domain::people::Visitor;
use crate::domain::rights::Action;
use crate::flow::change::names;
use crate::flow::desk::{self, Remark};
use crate::store::CopyRow;
use crate::web::WebState;
use crate::web::answer::Refusal;
use crate::web::directory::Directory;
use crate::web::query::segment;

/// One copy that came back.
pub(super) struct BackLine {
    pub(super) class: String,
    pub(super) period: String,
    pub(super) version: u32,
    pub(super) href: String,
    pub(super) remarks: Vec<RemarkLine>,
    /// Recalled after all signatures, on the ground that stands in the form.
    pub(super) recalled: bool,
    pub(super) may_issue: bool,
    /// In which sheet with a remark nothing was changed since, a sentence; empty for a corrected copy.
    pub(super) unmended: String,
    pub(super) key: String,
    pub(super) ground: String,
    /// Who brings the corrected journal in and who issues, for who may do neither.
    pub(super) onward: String,
}

/// One remark of it.
pub(super) struct RemarkLine {
    pub(super) sheet: String,
    pub(super) category: &'static str,
    pub(super) words: String,
    /// The visitor signs for that sheet.
    pub(super) own: bool,
    /// Page of the course whose sheet it is; empty for other sheets and for courses that the visitor does not read.
    pub(super) course: String,
    /// What was changed in that sheet since, one or none: whether it answers the remark, people judge.
    pub(super) changed: Vec<Changed>,
}

/// Those among the copies that the visitor sees.
pub(super) async fn lines(
    state: &WebState,
    directory: &Directory,
    visitor: &Visitor,
    visible: &[CopyRow],
) -> Result<Vec<BackLine>, Refusal> {
    let (issues, reads) = (visitor.reach(Action::IssueCopies), visitor.reach(Action::ReadJournal));
    let grade = |class: &str| directory.class(class).map_or(0, |class| class.grade);
    let (mut lines, mut known) = (Vec::new(), None);
    for one in desk::returned(&state.house, visible).await? {
        let row = one.row;
        let may_issue = issues.class(&row.class, grade(&row.class));
        let course = |id: &str| {
            // A part of a course that changed hands has its number behind a dot.
            let whole = || directory.course(id.rsplit_once('.')?.0);
            let course = directory.course(id).or_else(whole).filter(|_| row.year == directory.year);
            let read = course.filter(|course| reads.course(&course.id, &course.class, grade(&course.class)));
            let page = |course: &Course| format!("/course/{}?period={}", segment(&course.id), segment(&row.period));
            read.map(page).unwrap_or_default()
        };
        let mending = desk::mending(&state.house, &row).await?;
        if known.is_none() && !mending.changes.is_empty() {
            known = Some(names(&state.house).await?);
        }
        let changed = |sheet: &str| -> Vec<Changed> {
            let about = (&row, grade(&row.class));
            let names = known.as_ref().filter(|_| !mending.changed(sheet).is_empty());
            names.map(|names| Changed::of(names, visitor, about, (sheet, &mending))).into_iter().collect()
        };
        // Nothing is printed as corrected before something was.
        let of_remarks = || if mending.is_done() { ground(&one.remarks) } else { String::new() };
        let ground = one.recall.as_ref().map_or_else(of_remarks, |recall| recall.ground.clone());
        let remarks = one.remarks.into_iter().map(|remark| RemarkLine {
            changed: changed(&remark.sheet),
            course: course(&remark.course),
            own: remark.owner == visitor.account,
            sheet: remark.sheet,
            category: remark.category,
            words: remark.words,
        });
        let remarks: Vec<RemarkLine> = remarks.collect();
        lines.push(BackLine {
            period: period_of(directory, &row),
            href: format!("/copies/{}", segment(&row.id)),
            unmended: mending.sentence(&visitor.account),
            onward: match (may_issue, mending.is_done()) {
                (true, _) => String::new(),
                (false, true) => {
                    format!("Следующую версию выпускает {}.", visitor.rules.who(Action::IssueCopies))
                }
                (false, false) => format!(
                    "Запись исправляют в журнале школы; исправленный журнал загружает {}, следующую версию выпускает {}.",
                    visitor.rules.who(Action::ImportData),
                    visitor.rules.who(Action::IssueCopies)
                ),
            },
            may_issue,
            recalled: one.recall.is_some(),
            ground,
            remarks,
            version: row.version,
            key: segment(&row.id),
            class: row.class,
        });
    }
    Ok(lines)
}

/// What a next version's title page will say, out of the remarks.
pub(in crate::web) fn ground<'r>(remarks: impl IntoIterator<Item = &'r Remark>) -> String {
    let mut said: Vec<String> =
        remarks.into_iter().map(|one| format!("замечание ({})", one.category.to_lowercase())).collect();
    said.dedup();
    match said.is_empty() {
        true => "исправлено по замечанию".to_owned(),
        false => format!("исправлено: {}", said.join(", ")),
    }
}
