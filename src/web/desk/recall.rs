//! Recall of a signed copy for correction: by the director or a deputy, on a ground, with the sheets that are wrong. Floor 3.

use axum::extract::{Path, State};
use axum::response::Response;

use super::changed::{Changed, changed};
use crate::domain::copy::State as CopyState;
use crate::domain::journal::YEAR;
use crate::domain::people::Visitor;
use crate::domain::rights::{Action, Role};
use crate::domain::route::BY_SHEETS;
use crate::domain::snapshot::supplement_no;
use crate::domain::words;
use crate::flow::papers::Paper;
use crate::flow::{Error, desk, recall};
use crate::store::{CopyRow, RecallRow};
use crate::web::WebState;
use crate::web::answer::{self, Refusal};
use crate::web::fields::Fields;
use crate::web::frame::Frame;
use crate::web::query::segment;
use crate::web::records::copy_again;
use crate::web::route::{Access, Route, SubjectOf, post};

/// Routes of these pages.
pub(super) fn routes() -> Vec<Route> {
    vec![post("/copies/{copy}/recall", Access::Does(Action::IssueCopies), SubjectOf::Copy, press)]
}

/// Does the visitor decide over what everybody has signed?
fn leads(visitor: &Visitor) -> bool {
    visitor.holds(Role::Director) || visitor.holds(Role::Deputy)
}

/// May the visitor, who issues copies, put another version in the place of one in this state? After all signatures the director or a deputy
/// decides it: by a recall, after which whoever issues copies may go on, or by the next version itself.
pub(in crate::web) fn decides(visitor: &Visitor, state: CopyState, recalled: bool) -> bool {
    !state.is_decided() || recalled || leads(visitor)
}

/// What the page of a copy says of its recall.
pub(in crate::web) struct Recalls {
    /// The recall that stands.
    pub(in crate::web) standing: Option<Standing>,
    /// Sheets to choose from, identifier, name and whether it was ticked, for who may recall the copy now; empty for everybody else.
    pub(in crate::web) sheets: Vec<(String, String, bool)>,
    /// What a recall that was not taken brought.
    pub(in crate::web) sent: Sent,
}

/// What was ticked and typed, kept when the form comes back, and the words beside each field that was left empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::web) struct Sent {
    sheets: Vec<String>,
    pub(in crate::web) ground: String,
    pub(in crate::web) wrong_sheets: &'static str,
    pub(in crate::web) wrong_ground: &'static str,
}

impl Sent {
    /// Out of the form; with words at the fields that say nothing.
    fn of(fields: &Fields) -> Self {
        let (sheets, ground) = (fields.all("sheet"), fields.value("ground").to_owned());
        let unless = |is_said: bool, words: &'static str| if is_said { "" } else { words };
        Self {
            wrong_sheets: unless(!sheets.is_empty(), "Отметьте лист, на котором ошибка; можно несколько."),
            wrong_ground: unless(!ground.is_empty(), "Напишите, в чём ошибка: без этого копия не возвращается."),
            sheets,
            ground,
        }
    }

    /// Was something not taken?
    pub(in crate::web) fn is_wrong(&self) -> bool {
        !self.wrong_sheets.is_empty() || !self.wrong_ground.is_empty()
    }
}

/// A recall that stands.
pub(in crate::web) struct Standing {
    /// «24 октября 2025 г., 14:05».
    pub(in crate::web) when: String,
    pub(in crate::web) ground: String,
    /// Their names, as the end of a sentence.
    pub(in crate::web) sheets: String,
    /// In which of these sheets nothing was changed since, a sentence; empty where all are corrected.
    pub(in crate::web) unmended: String,
    /// What was changed in these sheets since.
    pub(in crate::web) changed: Vec<Changed>,
    /// Who issues the next version, in words.
    pub(in crate::web) issuers: String,
    /// Is the record for the visitor to correct: is an own sheet marked, or do they bring the corrected journal in?
    pub(in crate::web) mends: bool,
    /// What the visitor has to do about it besides, a sentence: for most, nothing. Empty where the steps say all.
    pub(in crate::web) to_you: &'static str,
    /// Was nothing written, and may the visitor take the recall back?
    pub(in crate::web) may_withdraw: bool,
    /// May the visitor bring the corrected journal in?
    pub(in crate::web) may_load: bool,
    /// Who may, in words.
    pub(in crate::web) loaders: String,
}

impl Recalls {
    /// For the version shown; `issues`: the visitor issues copies of this class, and the version is the last; `sent` is a form that comes back.
    pub(in crate::web) async fn of(
        state: &WebState,
        visitor: &Visitor,
        row: &CopyRow,
        issues: bool,
        sent: Sent,
    ) -> Result<Self, Refusal> {
        let found = state.house.db.find_recall(&row.id).await?.filter(|one| one.version == row.version);
        let standing = match found {
            Some(one) => Some(Standing::of(state, visitor, row, one, issues).await?),
            None => None,
        };
        let may = issues
            && standing.is_none()
            && row.state.is_decided()
            && row.period != YEAR
            && supplement_no(&row.id).is_none()
            && leads(visitor);
        let sheets = match may {
            true => {
                let paper = state.house.papers.get(&state.house, row.snapshot).await?;
                let choice = |id: &String, name: &str| (id.clone(), words::capitalised(name), sent.sheets.contains(id));
                paper.sheets.iter().map(|sheet| choice(&sheet.id, &sheet.name)).collect()
            }
            false => Vec::new(),
        };
        Ok(Self { standing, sheets, sent })
    }

    /// Does a recall stand?
    pub(in crate::web) fn stands(&self) -> bool {
        self.standing.is_some()
    }
}

impl Standing {
    async fn of(
        state: &WebState,
        visitor: &Visitor,
        row: &CopyRow,
        one: RecallRow,
        issues: bool,
    ) -> Result<Self, Refusal> {
        let still = desk::unchanged_since(&state.house, row, &one.at).await?;
        let mending = desk::mending(&state.house, row).await?;
        let grade = state.directory().await?.class(&row.class).map_or(0, |class| class.grade);
        let paper = state.house.papers.get(&state.house, row.snapshot).await?;
        let me = visitor.account.as_str();
        let (is_marked, signs) = places(&paper, &one.sheets, me);
        let (may_load, is_beside) =
            (visitor.may_anywhere(Action::ImportData), recall::is_beside(&paper, &one.sheets, me));
        let mends = may_load || is_marked;
        Ok(Self {
            mends,
            to_you: asked(mends || issues, signs, is_beside),
            when: words::moment_words(&one.at),
            sheets: words::stopped(&recall::sheets(&state.house, row, &one).await?.join(", ")),
            unmended: mending.sentence(me),
            changed: changed(state, visitor, (row, grade), &mending).await?,
            issuers: visitor.rules.who(Action::IssueCopies),
            may_withdraw: issues && leads(visitor) && still,
            may_load,
            loaders: visitor.rules.who(Action::ImportData),
            ground: one.ground,
        })
    }
}

/// Does a person sign a sheet that a recall marks, and does the person sign at all?
fn places(paper: &Paper, marked: &[String], person: &str) -> (bool, bool) {
    let all = || paper.route.iter().flat_map(|stage| stage.signers.iter().map(move |place| (stage, place)));
    let mut own = all().filter(|(_, place)| place.person.id == person);
    let is_marked =
        own.any(|(stage, place)| stage.id == BY_SHEETS && place.sheets.iter().any(|id| marked.contains(id)));
    (is_marked, all().any(|(_, place)| place.person.id == person))
}

/// What a recall asks of a visitor besides the steps that are told everybody. `acts`: do the steps speak to them?
fn asked(acts: bool, signs: bool, is_beside: bool) -> &'static str {
    match (signs && !is_beside, acts) {
        (true, true) => "Следующую версию вы подпишете снова.",
        (true, false) => "Вам сейчас делать ничего не нужно: следующую версию вы подпишете снова.",
        (false, true) => "",
        (false, false) if is_beside => "Вам делать ничего не нужно, пока ваши листы не изменены.",
        (false, false) => "Вам делать ничего не нужно.",
    }
}

/// `POST /copies/{copy}/recall`: `act` = `recall` with `sheet` (several) and `ground`, or `withdraw`. A form with something left out comes back.
async fn press(
    State(state): State<WebState>,
    Path(copy): Path<String>,
    visitor: Visitor,
    mut frame: Frame,
    fields: Fields,
) -> Result<Response, Refusal> {
    if !leads(&visitor) {
        let said = "Подписанную всеми копию возвращает на исправление директор или заместитель директора";
        return Err(Refusal::Rule(said.to_owned()));
    }
    let act = state.act(&visitor.account);
    let page = format!("/copies/{}", segment(&copy));
    match fields.value("act") {
        "withdraw" => {
            recall::withdraw(&state.house, &copy, &act).await?;
            Ok(answer::done(&page, "Возврат на исправление отменён: период снова закрыт"))
        }
        _ => {
            let done = recall::recall(&state.house, &copy, &fields.all("sheet"), fields.value("ground"), &act).await;
            match done {
                Err(Error::Recall(recall::Refusal::Unsaid)) => {
                    frame.address = page;
                    copy_again(&state, &copy, &visitor, frame, Sent::of(&fields)).await
                }
                done => {
                    done?;
                    Ok(answer::done(
                        &page,
                        "Копия возвращена на исправление, подписавшим сообщено: исправьте журнал и выпустите следующую версию",
                    ))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_neither_corrects_nor_issues_reads_that_nothing_is_to_be_done() {
        let beside = asked(false, true, true);
        assert!(beside.contains("делать ничего не нужно") && !beside.contains("подпишете"), "{beside}");
        let later = asked(false, true, false);
        assert!(later.contains("делать ничего не нужно") && later.contains("подпишете снова"), "{later}");
        assert_eq!(asked(false, false, false), "Вам делать ничего не нужно.");
        assert_eq!((asked(true, false, false), asked(true, true, true)), ("", ""));
    }

    #[test]
    fn a_recall_with_something_left_out_keeps_the_rest_and_says_what_at_its_field() {
        let no_sheet = Sent::of(&Fields::of("act=recall&ground=not+the+mark"));
        assert!(no_sheet.is_wrong() && no_sheet.wrong_ground.is_empty(), "{no_sheet:?}");
        assert_eq!(no_sheet.ground, "not the mark");
        let no_ground = Sent::of(&Fields::of("act=recall&sheet=course-1&sheet=course-2&ground=+"));
        assert!(no_ground.is_wrong() && no_ground.wrong_sheets.is_empty(), "{no_ground:?}");
        assert_eq!(no_ground.sheets, ["course-1", "course-2"]);
        assert!(!Sent::of(&Fields::of("act=recall&sheet=course-1&ground=x")).is_wrong());
        assert!(!Sent::default().is_wrong());
    }
}
