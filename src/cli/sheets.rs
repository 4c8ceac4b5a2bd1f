//! `sign --sheet`: which sheet of a copy is meant, and why the person cannot sign it or turn it away, in names that people know. Floor 3.

use crate::domain::route::{self, Refusal, Signed, Wish};
use crate::domain::snapshot::StageFacts;
use crate::flow::papers::PaperSheet;

/// A sheet by its identifier, or by its number in the copy, from 1.
pub(super) fn sheet_of<'s>(sheets: &'s [PaperSheet], named: &str) -> Option<&'s PaperSheet> {
    let by_number = || sheets.get(named.parse::<usize>().ok()?.checked_sub(1)?);
    sheets.iter().find(|sheet| sheet.id == named).or_else(by_number)
}

/// May the person do with these own sheets what is wished? `Ok` too where the route lets the person do nothing now.
pub(super) fn check_sheets(
    route: &[StageFacts],
    sheets: &[PaperSheet],
    stands: &[Signed],
    wish: &Wish,
    ids: &[String],
) -> Result<(), Refusal> {
    let Ok((stage, place)) = route::decide(route, stands, wish) else { return Ok(()) };
    let called = |id: &String| {
        let at = sheets.iter().position(|sheet| sheet.id == *id);
        at.map_or_else(|| id.clone(), |at| format!("{} «{}»", at + 1, sheets[at].name))
    };
    let who = route::called(&place.person);
    if let Some(id) = ids.iter().find(|id| !place.sheets.contains(id)) {
        let of_stage = stage.signers.iter().find(|other| other.sheets.contains(id));
        let signer = match of_stage {
            Some(other) => format!("{who}, а {}", route::called(&other.person)),
            None => format!("{who}: на ступени «{}» его не подписывают", stage.title),
        };
        return Err(Refusal::ForeignSheet { sheet: called(id), signer });
    }
    let left = route::left(&stage.id, place, stands);
    let unnamed: Vec<String> = left.iter().filter(|id| !ids.contains(id)).map(called).collect();
    let is_part = !wish.refuses && !unnamed.is_empty();
    if let Some(id) = ids.iter().find(|id| !left.contains(id)).filter(|_| wish.refuses || is_part) {
        return Err(Refusal::AlreadySigned {
            signer: format!("{who}, лист {}", called(id)),
            stage: stage.title.clone(),
        });
    }
    match is_part {
        true => Err(Refusal::PartOfSheets { missing: unnamed.join(", ") }),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::canon::Digest;
    use crate::domain::snapshot::{PersonFacts, SignerFacts};

    fn signer(id: &str, surname: &str, sheets: &[&str]) -> SignerFacts {
        let person = PersonFacts {
            id: id.to_owned(),
            surname: surname.to_owned(),
            given_name: "Ива".to_owned(),
            patronymic: "Ивовна".to_owned(),
            position: String::new(),
        };
        let sheets = sheets.iter().map(|sheet| (*sheet).to_owned()).collect();
        SignerFacts { person, office: "учитель".to_owned(), order: String::new(), sheets }
    }

    #[test]
    fn a_sheet_is_named_by_number_or_code_and_a_refusal_says_the_true_reason() {
        let sheets: Vec<PaperSheet> =
            [("title", "титульный лист"), ("c1", "Алгебра"), ("c2", "Химия"), ("c3", "Музыка")]
                .into_iter()
                .map(|(id, name)| PaperSheet {
                    id: id.to_owned(),
                    name: name.to_owned(),
                    course: String::new(),
                    digest: Digest::of(id.as_bytes()),
                })
                .collect();
        let found = |named: &str| sheet_of(&sheets, named).map(|sheet| sheet.id.as_str());
        assert_eq!((found("2"), found("c2"), found("0"), found("9")), (Some("c1"), Some("c2"), None, None));
        let stage = |id: &str, title: &str, signers: Vec<SignerFacts>| StageFacts {
            id: id.to_owned(),
            title: title.to_owned(),
            signers,
        };
        let route = [
            stage(
                "subject_teacher",
                "Учителя",
                vec![signer("T1", "Ольхина", &["c1", "c2"]), signer("T2", "Рябинина", &["c3"])],
            ),
            stage("class_teacher", "Классный руководитель", vec![signer("T3", "Осина", &["title"])]),
        ];
        let said = |who: &str, refuses: bool, stands: &[Signed], ids: &[&str]| {
            let wish = Wish { signer: who.to_owned(), refuses, ..Wish::default() };
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            check_sheets(&route, &sheets, stands, &wish, &ids).map_err(|refusal| refusal.to_string())
        };
        let told = |who: &str, refuses: bool, stands: &[Signed], ids: &[&str]| {
            said(who, refuses, stands, ids).expect_err("a refusal").replace('\u{a0}', " ")
        };
        assert_eq!(told("T1", false, &[], &["c3"]), "лист 4 «Музыка» подписывает не Ольхина И.И., а Рябинина И.И.");
        assert!(told("T1", false, &[], &["title"]).contains("на ступени «Учителя» его не подписывают"));
        assert_eq!(told("T1", false, &[], &["c1"]), "подписываются все свои листы сразу; не названы: 3 «Химия»");
        let part =
            [Signed { stage: "subject_teacher".to_owned(), signer: "T1".to_owned(), sheets: vec!["c1".to_owned()] }];
        // The signature under that sheet was kept from the version before: nothing of it is refused, and nothing else is signed for it.
        for refuses in [true, false] {
            let told = told("T1", refuses, &part, &["c1"]);
            assert!(
                told.starts_with("подпись (Ольхина И.И., лист 2 «Алгебра») на ступени «Учителя» уже стоит"),
                "{told}"
            );
        }
        assert_eq!(said("T1", true, &part, &["c2"]), Ok(()));
        assert_eq!(said("T1", false, &[], &["c1", "c2"]), Ok(()));
        // Whose turn has not come, and who has signed, hear that from the gesture.
        assert_eq!(said("T3", false, &[], &["c1"]), Ok(()));
    }
}
