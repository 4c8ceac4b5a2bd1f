//! A stolen password: noted, found, undone with one command, nothing else touched; on each engine.

use letopis::domain::copy::State;
use letopis::domain::finding::Severity;
use letopis::flow::change::{Edit, apply, undo};
use letopis::flow::close::{self, Closing};
use letopis::flow::compromise::{self, Refusal, Report, Standing, Target, Which};
use letopis::flow::sign::Desk;
use letopis::flow::{Error, House, doctor, import, issue, log, recall, reissue, remind, seal};
use letopis::store::{ChangeFilter, CopyRow};

use super::house::{YEAR, at, bundle, on_every_engine};
use super::mechanism::{every_row, some_marks};

/// The administrator whose password was stolen, and somebody who works on honestly.
const ADMINISTRATOR: &str = "T00001";
const TEACHER: &str = "T00002";

fn mark(key: &[String], value: &str) -> Edit {
    let key: Vec<&str> = key.iter().map(String::as_str).collect();
    Edit::put("marks", YEAR, &key, &["", value])
}

async fn write(house: &House, by: &str, minutes: i64, edits: &[Edit]) {
    apply(house, &at(by, minutes), "journal", edits).await.expect("a change");
}

fn report(since: i64) -> Report {
    Report {
        account: ADMINISTRATOR.into(),
        since: at("", since).at,
        learnt_at: at("", 100).at,
        reason: "пароль подсмотрен".into(),
    }
}

/// 51 marks changed with a stolen password in three acts, among honest work before, between and after.
async fn stolen(house: &House) -> Vec<(Vec<String>, Vec<String>)> {
    let marks = some_marks(house, 60).await;
    write(house, ADMINISTRATOR, 5, &[mark(&marks[0].0, "Н/А")]).await;
    for (minutes, part) in [(20, &marks[1..20]), (30, &marks[20..40]), (45, &marks[40..52])] {
        let edits: Vec<Edit> = part.iter().map(|(key, _)| mark(key, "П5")).collect();
        write(house, ADMINISTRATOR, minutes, &edits).await;
        write(house, TEACHER, minutes + 1, &[mark(&marks[52 + minutes as usize / 20].0, "4+")]).await;
    }
    marks
}

#[test]
fn a_stolen_password_with_51_changed_marks_is_found_and_undone_with_one_command_and_nothing_else_is_touched() {
    on_every_engine(|house| async move {
        let marks = stolen(&house).await;
        let honest = some_marks(&house, 60).await;
        let spoilt = every_row(&house).await;
        let noted = compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        assert_eq!((noted.no, noted.pending, noted.late), (1, 51, false));
        let survey = compromise::survey(&house).await.expect("a survey");
        assert!(
            survey.changes.iter().all(|c| c.standing == Standing::Pending(1) && c.row.voided && c.is.contains("П5"))
        );
        assert!(survey.changes[0].place.contains("отметка") && survey.changes[0].who.contains(ADMINISTRATOR));
        assert_eq!(every_row(&house).await, spoilt, "a notice changes no row");
        assert_eq!(compromise::struck(&house, YEAR).await.expect("struck rows").len(), 51);

        let decided = compromise::undo(&house, &Which::All, &at("operator", 120)).await.expect("an undoing");
        assert_eq!((decided.changes.len(), decided.rows, decided.left.len()), (51, 51, 0));
        let mut expected = spoilt;
        for (table, (key, others)) in &mut expected {
            let stolen = marks[1..52].iter().find(|(of, _)| *table == "marks" && of == key);
            if let Some((_, before)) = stolen {
                *others = before.clone();
            }
        }
        assert_eq!(every_row(&house).await, expected, "51 marks are what they were, everything else is as it was");
        assert_eq!(honest[0].1[1], "Н/А", "what the administrator did before the moment stands");

        let survey = compromise::survey(&house).await.expect("a survey");
        assert!(survey.changes.iter().all(|change| change.standing == Standing::Undone && change.row.voided));
        assert_eq!(compromise::struck(&house, YEAR).await.expect("struck rows"), []);
        let again = compromise::undo(&house, &Which::All, &at("operator", 130)).await.expect_err("nothing waits");
        assert!(matches!(&again, Error::Compromise(refusal) if **refusal == Refusal::NothingPending), "{again}");
        let kinds: Vec<String> =
            house.db.list_log().await.expect("log").into_iter().rev().take(2).map(|e| e.event).collect();
        assert_eq!(kinds, ["void_decided", "compromise_noted"]);
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}

#[test]
fn what_somebody_trustworthy_built_upon_is_said_and_left() {
    on_every_engine(|house| async move {
        let marks = some_marks(&house, 2).await;
        write(&house, ADMINISTRATOR, 20, &[mark(&marks[0].0, "5"), mark(&marks[1].0, "5")]).await;
        write(&house, TEACHER, 30, &[mark(&marks[0].0, "3")]).await;
        compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        let decided = compromise::undo(&house, &Which::All, &at("operator", 120)).await.expect("an undoing");
        assert_eq!((decided.changes.as_slice(), decided.left.len()), (&[2][..], 1));
        let left = &decided.left[0];
        assert!(left.seq == 1 && left.why.contains(TEACHER) && left.place.contains("отметка"), "{left:?}");
        let stands = house.db.find_row("marks", YEAR, &marks[0].0).await.expect("a read").expect("a row");
        assert_eq!(stands[1], "3", "the teacher's mark was not touched");
        // A person looks, and says that it may stay.
        let which = Which::These(vec![Target::Change(1)]);
        compromise::approve(&house, &which, &at("operator", 130)).await.expect("a decision");
        let waiting = compromise::survey(&house).await.expect("a survey");
        assert!(waiting.changes.iter().all(|change| !change.standing.is_pending()));
    });
}

#[test]
fn one_by_one_approved_and_undone() {
    on_every_engine(|house| async move {
        let marks = some_marks(&house, 3).await;
        let edits: Vec<Edit> = marks.iter().map(|(key, _)| mark(key, "5")).collect();
        write(&house, ADMINISTRATOR, 20, &edits).await;
        write(&house, ADMINISTRATOR, 25, &[mark(&marks[2].0, "1")]).await;
        compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        compromise::approve(&house, &Which::These(vec![Target::Change(1)]), &at("operator", 120)).await.expect("one");
        let which = Which::These(vec![Target::Change(3)]);
        let undone = compromise::undo(&house, &which, &at("operator", 121)).await.expect("another with what followed");
        assert_eq!(undone.changes, [3, 4]);
        let filter = ChangeFilter { actor: Some(ADMINISTRATOR.into()), ..ChangeFilter::default() };
        let rows = house.db.list_changes(&filter).await.expect("changes");
        let struck: Vec<u64> = rows.iter().filter(|row| row.voided).map(|row| row.seq).collect();
        assert_eq!(struck, [4, 3, 2], "the approved one is not struck through");
        let value = |at: usize| house.db.find_row("marks", YEAR, &marks[at].0);
        assert_eq!(value(0).await.expect("a read").expect("a row")[1], "5");
        assert_eq!(value(1).await.expect("a read").expect("a row")[1], "5", "nobody decided yet");
        assert_eq!(value(2).await.expect("a read").expect("a row"), marks[2].1);
    });
}

/// The copy of the first quarter of 5А.
const COPY: &str = "2025-05A-Q1";

/// Two marks of its first course.
async fn two_of_the_first_quarter(house: &House) -> Vec<(Vec<String>, Vec<String>)> {
    let own = |table: &str, key: &[String]| table == "marks" && key[0] == "C00001" && key[1].as_str() < "2025-10-20";
    let rows = every_row(house).await.into_iter().filter(|(table, (key, _))| own(table, key));
    let found: Vec<_> = rows.map(|(_, row)| row).take(2).collect();
    assert_eq!(found.len(), 2);
    found
}

async fn close_the_first_quarter(house: &House, by: &str) {
    let closing = Closing { year: YEAR.into(), period: "Q1".into(), classes: vec!["5А".into()], ground: None };
    let closed = close::close(house, &closing, &at(by, 30)).await.expect("a closing");
    assert!(closed[0].copy.is_some(), "{closed:?}");
}

async fn last(house: &House) -> CopyRow {
    house.db.list_versions(COPY).await.expect("versions").pop().expect("a copy")
}

/// The version that waits is issued, signed by everybody and sealed.
async fn see_through(house: &House, minutes: i64) {
    let act = |later: i64| at("operator", minutes + later);
    issue::issue(house, &[last(house).await], &act(0), |_| {}).await.expect("an issue");
    let mut desk = Desk::open(house).await.expect("a desk");
    desk.sign_all(&[COPY.to_owned()], &|| act(1), |_, _| {}).await.expect("signatures");
    seal::seal(house, &[last(house).await], &act(2), |_| {}).await.expect("a seal");
}

#[test]
fn a_void_change_goes_back_from_under_a_frozen_version_which_is_not_issued_any_more_and_void_acts_are_listed() {
    on_every_engine(|house| async move {
        let (key, was) = two_of_the_first_quarter(&house).await.remove(0);
        write(&house, ADMINISTRATOR, 20, &[mark(&key, "5")]).await;
        close_the_first_quarter(&house, ADMINISTRATOR).await;
        compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        let survey = compromise::survey(&house).await.expect("a survey");
        assert_eq!(survey.changes[0].copy.as_deref(), Some(COPY));
        let told: Vec<(&str, &str)> = survey.deeds.iter().map(|d| (d.kind.as_str(), d.copy.as_str())).collect();
        assert_eq!(told, [("period_closed", COPY)]);
        // A next version would hold the thief's mark as well: it is not even begun.
        let early = reissue::reissue(&house, COPY, "Уточнены сведения", &at("operator", 111)).await;
        let early = early.expect_err("undecided").to_string();
        assert!(early.contains("1\u{a0}недействительное изменение") && early.contains("undo --all"), "{early}");
        assert_eq!((last(&house).await.version, last(&house).await.state), (1, State::Frozen));

        let decided = compromise::undo(&house, &Which::All, &at("operator", 120)).await.expect("an answer");
        assert_eq!((decided.changes.len(), decided.left.len(), decided.opened.len()), (1, 0, 1));
        assert!(!decided.opened[0].recalled, "nobody has signed it");
        assert_eq!(last(&house).await.state, State::Frozen, "it is what it was");
        let stands = house.db.find_row("marks", YEAR, &key).await.expect("a read").expect("a row");
        assert_eq!(stands, was);
        let locked = apply(&house, &at(TEACHER, 121), "journal", &[mark(&key, "4")]).await.expect_err("closed as ever");
        assert!(locked.to_string().contains("закрыт"), "{locked}");
        let stale = issue::issue(&house, &[last(&house).await], &at("operator", 122), |_| {}).await;
        let stale = stale.expect_err("it holds the thief's mark").to_string();
        assert!(stale.contains("--reissue") && stale.contains("уведомление № 1"), "{stale}");
        reissue::reissue(&house, COPY, &decided.ground, &at("operator", 123)).await.expect("a next version");
        issue::issue(&house, &[last(&house).await], &at("operator", 124), |_| {}).await.expect("an issue");
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}

#[test]
fn nobody_signs_an_issued_version_whose_void_entries_were_undone() {
    on_every_engine(|house| async move {
        let (key, _) = two_of_the_first_quarter(&house).await.remove(0);
        write(&house, ADMINISTRATOR, 20, &[mark(&key, "5")]).await;
        close_the_first_quarter(&house, "operator").await;
        issue::issue(&house, &[last(&house).await], &at("operator", 40), |_| {}).await.expect("an issue");
        let reminded = remind::remind(&house, &at("operator", 41)).await.expect("reminders");
        assert!(reminded.notices.contains_key("due_today"), "{reminded:?}");
        compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        let decided = compromise::undo(&house, &Which::All, &at("operator", 120)).await.expect("an undoing");
        // Two days later it would be overdue; nobody is asked for what is never sealed.
        let reminded = remind::remind(&house, &at("operator", 2 * 24 * 60)).await.expect("an answer");
        assert_eq!(reminded, remind::Reminded::default());
        let said = decided.opened[0].said(COPY);
        assert!(said.contains("такой её не скрепить") && !said.contains("не выпустить"), "{said}");
        let mut desk = Desk::open(&house).await.expect("a desk");
        let signed = desk.sign_all(&[COPY.to_owned()], &|| at("operator", 121), |_, _| {}).await;
        let why = signed.expect_err("it is never sealed").to_string();
        assert!(why.contains("составлена с отменёнными записями: ждите версию 2"), "{why}");
        assert!(house.db.list_statements(COPY, 1).await.expect("statements").is_empty());
        reissue::reissue(&house, COPY, &decided.ground, &at("operator", 130)).await.expect("a next version");
        see_through(&house, 131).await;
        assert_eq!((last(&house).await.version, last(&house).await.state), (2, State::Sealed));
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}

#[test]
fn what_a_thief_imported_is_decided_with_the_last_of_its_rows() {
    on_every_engine(|house| async move {
        let before = every_row(&house).await;
        let folder = tempfile::tempdir().expect("a folder");
        let mut files = bundle();
        let (_, marks) = files.iter_mut().find(|(name, _)| name == "marks.csv").expect("marks");
        let text = String::from_utf8(marks.clone()).expect("UTF-8");
        let lines: Vec<&str> = text.lines().collect();
        *marks = format!("{}\n", lines[..lines.len() - 2].join("\n")).into_bytes();
        let place = folder.path().join("stolen");
        letopis::bundle::generate::write(&place, &files).expect("a bundle");
        import::import(&house, &place, false, &at(ADMINISTRATOR, 20)).await.expect("an import");
        compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        let survey = compromise::survey(&house).await.expect("a survey");
        let seqs: Vec<u64> = survey.changes.iter().map(|change| change.row.seq).collect();
        assert_eq!((seqs.len(), survey.deeds.len()), (2, 1), "{:?}", survey.deeds);
        let brought = &survey.deeds[0];
        assert!(brought.rows == 2 && brought.is_undoable() && brought.ways().contains("вместе со своими строками"));

        let first = Which::These(vec![Target::Change(seqs[0])]);
        let decided = compromise::undo(&house, &first, &at("operator", 120)).await.expect("one row");
        assert_eq!((decided.changes.len(), decided.events.len()), (1, 0), "the other one waits");
        let decided = compromise::undo(&house, &Which::All, &at("operator", 121)).await.expect("the rest");
        assert_eq!((decided.changes.as_slice(), decided.events.as_slice()), (&seqs[1..], &[brought.event][..]));
        assert!(decided.remaining.is_empty(), "{:?}", decided.remaining);
        let survey = compromise::survey(&house).await.expect("a survey");
        assert!(survey.changes.iter().all(|change| change.standing == Standing::Undone));
        assert!(survey.deeds.iter().all(|deed| deed.standing == Standing::Undone), "{:?}", survey.deeds);
        assert_eq!(every_row(&house).await, before);
        let again = compromise::undo(&house, &Which::All, &at("operator", 122)).await.expect_err("nothing waits");
        assert!(matches!(&again, Error::Compromise(refusal) if **refusal == Refusal::NothingPending), "{again}");
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}

#[test]
fn a_sealed_copy_with_stolen_marks_is_recalled_by_the_undoing_and_its_next_version_says_on_which_ground() {
    on_every_engine(|house| async move {
        let marks = two_of_the_first_quarter(&house).await;
        let edits: Vec<Edit> = marks.iter().map(|(key, _)| mark(key, "4")).collect();
        write(&house, ADMINISTRATOR, 20, &edits).await;
        close_the_first_quarter(&house, "operator").await;
        see_through(&house, 40).await;
        let noted = compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        assert_eq!(noted.pending, 2);
        let held = compromise::held(&house, &last(&house).await).await.expect("a read");
        assert_eq!((held.pending, held.undone), (2, 0));
        assert!(held.told()[0].contains("2\u{a0}недействительных изменения"), "{:?}", held.told());
        for minutes in [111, 112] {
            let refused = reissue::reissue(&house, COPY, "Компрометация", &at("operator", minutes)).await;
            assert!(refused.expect_err("undecided").to_string().contains("нет решения"));
        }
        let stands = last(&house).await;
        assert_eq!((stands.version, stands.state), (1, State::Sealed), "a refusal leaves nothing");

        // Who may not recall what everybody has signed reads who may.
        let left = compromise::undo_as(&house, &Which::All, false, &at(TEACHER, 115)).await.expect("an answer").left;
        assert!(left.len() == 2 && left[0].why.contains("директор"), "{left:?}");
        let decided = compromise::undo(&house, &Which::All, &at("operator", 120)).await.expect("an undoing");
        assert_eq!((decided.changes.len(), decided.left.len()), (2, 0), "what was left before is taken up");
        assert!(decided.opened[0].recalled && decided.opened[0].copy == COPY, "{:?}", decided.opened);
        for (key, was) in &marks {
            let stands = house.db.find_row("marks", YEAR, key).await.expect("a read").expect("a row");
            assert_eq!(stands, *was);
        }
        assert_eq!(last(&house).await.state, State::Sealed, "in force until the next one is sealed");
        let held = compromise::held(&house, &last(&house).await).await.expect("a read");
        assert_eq!((held.pending, held.undone), (0, 2));
        recall::withdraw(&house, COPY, &at("operator", 121)).await.expect_err("the journal says otherwise by now");

        reissue::reissue(&house, COPY, &decided.ground, &at("operator", 130)).await.expect("a next version");
        let text = house.db.load_snapshot_text(last(&house).await.snapshot).await.expect("a snapshot");
        for said in ["возвращено на исправление: компрометация учётной записи, уведомление № 1", "отменено 2"]
        {
            assert!(text.contains(said), "{said}");
        }
        see_through(&house, 131).await;
        let states: Vec<State> =
            house.db.list_versions(COPY).await.expect("versions").iter().map(|row| row.state).collect();
        assert_eq!(states, [State::Superseded, State::Sealed]);
        assert!(compromise::held(&house, &last(&house).await).await.expect("a read").is_empty());
        assert_eq!(log::verify(&house).await.expect("a check"), []);
        let found = doctor::examine(&house, &at("operator", 200)).await.expect("an examination").findings;
        let wrong: Vec<_> = found.iter().filter(|finding| finding.severity > Severity::Note).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}

#[test]
fn a_notice_needs_an_account_and_a_moment_that_is_past_and_says_when_it_is_late() {
    on_every_engine(|house| async move {
        let nobody = Report { account: "T99999".into(), ..report(10) };
        assert!(compromise::note(&house, &nobody, &at("operator", 110)).await.is_err());
        assert!(compromise::note(&house, &report(500), &at("operator", 110)).await.is_err(), "in the future");
        const DAY: i64 = 24 * 60;
        let late = compromise::note(&house, &report(10), &at("operator", 3 * DAY)).await.expect("a notice");
        assert!(late.late, "learnt on Monday, given on Thursday");
        assert_eq!(house.db.list_compromises().await.expect("notices").len(), 1);
    });
}

#[test]
fn at_the_keyboard_it_is_one_command_to_note_and_one_to_undo() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("house");
    let (before, spoilt) = super::house::block_on(async {
        let house = super::house::found(&root, "sqlite").await;
        super::house::bring_journal(&house, folder.path()).await;
        let before = every_row(&house).await;
        let marks = some_marks(&house, 51).await;
        let edits: Vec<Edit> = marks.iter().map(|(key, _)| mark(key, "П5")).collect();
        write(&house, ADMINISTRATOR, 20, &edits).await;
        let spoilt = every_row(&house).await;
        house.db.close().await;
        (before, spoilt)
    });
    assert_ne!(before, spoilt);
    let letopis = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_letopis"));
        let output = command.arg("--dir").arg(&root).args(arguments).output().expect("the program runs");
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        said
    };
    let said = letopis(&["compromise", "note", "--person", ADMINISTRATOR, "--since", "2025-10-27T12:10"]);
    assert!(said.contains("Ждут решения: 51 изменение"), "{said}");
    let shown = letopis(&["compromise", "show"]);
    assert_eq!(shown.matches("ждёт решения").count(), 51, "{shown}");
    let said = letopis(&["compromise", "undo", "--all"]);
    assert!(said.contains("Отменено: 51 действие"), "{said}");
    assert!(letopis(&["history", "--limit", "200"]).contains("недействительно"));
    letopis(&["log", "verify"]);
    super::house::block_on(async {
        let house = House::open(&root).await.expect("the house opens");
        assert_eq!(every_row(&house).await, before, "the whole journal is what it was");
    });
}

#[test]
fn holidays_and_moved_days_do_not_count_towards_the_one_working_day() {
    on_every_engine(|house| async move {
        let moment = |text: &str| text.parse::<chrono::DateTime<chrono::FixedOffset>>().expect("a moment");
        let given = |text: &str| letopis::flow::Act { by: "operator".into(), at: moment(text) };
        let learnt =
            |text: &str| Report { since: moment("2025-10-27T12:00:00+03:00"), learnt_at: moment(text), ..report(10) };
        write(&house, ADMINISTRATOR, 20, &[mark(&some_marks(&house, 1).await[0].0, "5")]).await;
        let is_late = async |knew: &str, gave: &str| {
            compromise::note(&house, &learnt(knew), &given(gave)).await.expect("a notice").late
        };
        // New Year: from 31 December to 11 January nobody works; a count of Mondays to Fridays would call the twelfth late.
        assert!(
            !is_late("2025-12-30T16:00:00+03:00", "2026-01-12T09:00:00+03:00").await,
            "the first working day after"
        );
        assert!(is_late("2025-12-30T16:00:00+03:00", "2026-01-13T09:00:00+03:00").await, "the second one");
        // 1 November 2025 was a working Saturday by the government's decree: learnt on Friday, given on Wednesday is late.
        assert!(
            is_late("2025-10-31T16:00:00+03:00", "2025-11-05T09:00:00+03:00").await,
            "Saturday was worked, Wednesday is the second day"
        );
    });
}

#[test]
fn a_void_token_is_revoked_with_everything_else_and_what_has_no_contrary_act_says_why() {
    on_every_engine(|house| async move {
        let wanted = letopis::flow::tokens::Wanted {
            label: "чужой".into(),
            scopes: vec![letopis::domain::token::SCOPES[0].word.to_owned()],
            expires_on: at(ADMINISTRATOR, 20).at.date_naive() + chrono::Days::new(30),
        };
        let (token, _) = letopis::flow::tokens::issue(&house, &wanted, &at(ADMINISTRATOR, 20)).await.expect("a token");
        let closing = Closing { year: YEAR.into(), period: "Q1".into(), classes: vec!["5А".into()], ground: None };
        close::close(&house, &closing, &at(ADMINISTRATOR, 30)).await.expect("a closing");
        compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        let decided = compromise::undo(&house, &Which::All, &at("operator", 120)).await.expect("an undoing");
        assert_eq!((decided.changes.len(), decided.events.len()), (0, 1));
        let row = house.db.list_tokens().await.expect("tokens").into_iter().find(|row| row.id == token.id);
        assert!(!row.expect("the token").revoked_at.is_empty(), "revoked");
        let survey = compromise::survey(&house).await.expect("a survey");
        let closed = survey.deeds.iter().find(|deed| deed.kind == "period_closed").expect("the closing");
        assert!(closed.standing.is_pending() && !closed.is_undoable());
        assert!(decided.remaining.len() == 1 && decided.remaining[0].contains("отменить нечем, потому что"));
        let nothing = compromise::undo(&house, &Which::All, &at("operator", 121)).await.expect_err("only approving");
        assert!(nothing.to_string().contains("закрытый период не открывают"), "{nothing}");
        let which = Which::These(vec![Target::Event(closed.event)]);
        let why =
            compromise::undo(&house, &which, &at("operator", 121)).await.expect_err("no contrary act").to_string();
        assert!(why.contains("закрытый период не открывают") && why.contains("новой версией"), "{why}");
    });
}

#[test]
fn a_void_lesson_does_not_go_from_under_marks_that_others_have_put_on_it() {
    on_every_engine(|house| async move {
        let marks = some_marks(&house, 1).await;
        let key: Vec<&str> = marks[0].0.iter().map(String::as_str).collect();
        // A day of the second quarter on which the course has no lesson yet.
        let lesson = ["C00001", "2025-11-16", "1"];
        let put = Edit::put("lessons", YEAR, &lesson, &["Подложная тема", "", "", ""]);
        write(&house, ADMINISTRATOR, 20, &[put]).await;
        let on_it = [lesson[0], lesson[1], lesson[2], key[3], "0"];
        write(&house, TEACHER, 30, &[Edit::put("marks", YEAR, &on_it, &["", "4"])]).await;
        compromise::note(&house, &report(10), &at("operator", 110)).await.expect("a notice");
        let decided = compromise::undo(&house, &Which::All, &at("operator", 120)).await.expect("an answer");
        assert_eq!((decided.changes.len(), decided.left.len()), (0, 1));
        let why = &decided.left[0].why;
        // Both ways on are offered: the lesson stays and is approved, or the mark goes with it.
        for word in ["1 запись", "№ 2", TEACHER, "подтвердите", "letopis undo 2, затем letopis compromise undo 1"]
        {
            assert!(why.contains(word), "{word}: {why}");
        }
        let names: Vec<String> = lesson.map(str::to_owned).to_vec();
        assert!(house.db.find_row("lessons", YEAR, &names).await.expect("a read").is_some(), "nothing was taken away");
        let plain = undo(&house, &at("operator", 121), &[1]).await.expect_err("the same at the keyboard").to_string();
        assert!(plain.contains("letopis undo 1 2"), "{plain}");
        // With its mark it goes.
        undo(&house, &at("operator", 122), &[1, 2]).await.expect("both");
        assert!(house.db.find_row("lessons", YEAR, &names).await.expect("a read").is_none());
        assert_eq!(log::verify(&house).await.expect("a check"), []);
    });
}
