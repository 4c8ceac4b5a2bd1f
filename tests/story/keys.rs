//! Keys: one in the browser, a lost one, a revoked one, one whose term is over, and a new authority of the school.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use letopis::domain::finding::Verdict;
use letopis::flow::keys::{self, Enrolment, Reason};
use letopis::flow::outdated::Why;
use letopis::flow::policy::{self, Adoption};
use letopis::flow::sign::{Choice, Desk, InHand, Pen};
use letopis::flow::verify::{VerifyOptions, verify_path};
use letopis::flow::{Act, Error, issue, reissue, remind};
use letopis::sign::keys::{Ed25519Key, new_ed25519};

use super::house::{COPIES, House, after, gesture, tell};

/// A teacher's choice over the first copy.
fn choice() -> Choice {
    Choice { copy: COPIES[0].into(), version: 1, stage: "subject_teacher".into(), refused: Vec::new() }
}

async fn enrol(house: &House, person: &str, key: &Ed25519Key, at: &Act) -> Result<(), Error> {
    let task = "task".to_owned();
    let proof = key.sign(keys::possession_text(person, &task, &key.public_key()).as_bytes()).to_vec();
    keys::enrol(house, person, &Enrolment { public_key: key.public_key(), task, proof }, at).await.map(drop)
}

/// What a browser signs of what the server would have it sign.
async fn in_hand(house: &House, person: &str, key: &Ed25519Key, at: &Act) -> Vec<InHand> {
    let made = Desk::open(house).await.expect("a desk").statements(person, &[choice()], at).await.expect("statements");
    let hand = |statement: &letopis::domain::statement::Statement| {
        let bytes = statement.to_signed_bytes();
        InHand { signature: STANDARD.encode(key.sign(&bytes)), body: String::from_utf8(bytes).expect("text") }
    };
    made.iter().map(hand).collect()
}

async fn press(house: &House, person: &str, hands: Vec<InHand>, at: &Act) -> Result<usize, Error> {
    let mut desk = Desk::with_pen(house, Pen::Browser(hands)).await?;
    Ok(desk.press(person, &[choice()], at).await?.remove(0).signed)
}

#[test]
fn a_key_made_in_the_browser_signs_and_the_server_never_has_it() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        let key = new_ed25519([7; 32]);
        enrol(&house, &teacher, &key, &after(5)).await.expect("a certificate");
        let refused = house.sign(COPIES[0], &teacher).await.expect_err("the server has no key");
        assert!(matches!(refused, Error::KeyOut { .. }), "{refused:?}");
        let hands = in_hand(&house, &teacher, &key, &after(10)).await;
        let mut altered = hands.clone();
        altered[0].body = altered[0].body.replacen("checked_and_correct", "refused", 1);
        for (hands, at) in [(altered, after(11)), (hands.clone(), after(40)), (Vec::new(), after(11))] {
            let refused = press(&house, &teacher, hands, &at).await.expect_err("not what she would sign now");
            assert!(matches!(refused, Error::NotInHand), "{refused:?}");
        }
        let foreign = in_hand(&house, &teacher, &new_ed25519([8; 32]), &after(10)).await;
        press(&house, &teacher, foreign, &after(11)).await.expect_err("another key");
        assert!(press(&house, &teacher, hands, &after(12)).await.expect("her own") > 0);
        assert_eq!(house.doctor().await, Vec::<String>::new());
        let again = enrol(&house, &teacher, &key, &after(13)).await.expect_err("the same key twice");
        assert!(matches!(again, Error::Key(keys::Refusal::Known)), "{again:?}");
        let unproven =
            Enrolment { public_key: new_ed25519([9; 32]).public_key(), task: "task".into(), proof: vec![0; 64] };
        let unproven = keys::enrol(&house, &teacher, &unproven, &after(13)).await.expect_err("no proof");
        assert!(matches!(unproven, Error::Key(keys::Refusal::NoProof)), "{unproven:?}");
    });
}

#[test]
fn a_lost_key_signs_nothing_any_more_and_its_replacement_does() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teachers = house.signers(COPIES[0], "subject_teacher").await;
        house.sign(COPIES[0], &teachers[0]).await.expect("signed before it was lost");
        for teacher in &teachers[..2] {
            keys::revoke(&house, teacher, Reason::Lost, "", &after(11)).await.expect("a revocation");
        }
        let refused = Desk::open(&house).await.expect("a desk").press(&teachers[1], &[choice()], &after(12)).await;
        let said = refused.expect_err("revoked").to_string();
        assert!(said.contains("отозван") && said.contains("утрачен"), "{said}");
        let nothing = keys::revoke(&house, &teachers[1], Reason::Lost, "", &after(12)).await.expect_err("revoked once");
        assert!(matches!(nothing, Error::Key(keys::Refusal::NothingServes(_))), "{nothing:?}");
        let gone = keys::replace_key(&house, &teachers[1], Reason::Dismissed, "", &after(13)).await.expect_err("gone");
        assert!(matches!(gone, Error::Key(keys::Refusal::Dismissed)), "{gone:?}");
        keys::replace_key(&house, &teachers[1], Reason::Lost, "", &after(13)).await.expect("a new key");
        house
            .gesture(super::house::gesture(&teachers[1], &[COPIES[0]]))
            .await
            .expect_err("before the new certificate began");
        let ids = [COPIES[0].to_owned(), COPIES[1].to_owned()];
        keys::replace_key(&house, &teachers[0], Reason::Lost, "", &after(13)).await.expect("a new key");
        Desk::open(&house).await.expect("a desk").sign_all(&ids, &|| after(20), |_, _| {}).await.expect("signatures");
        house.seal_everything(50).await.expect("seals");
        assert_eq!(verify_path(&house.archive(), &VerifyOptions::default()).verdict, Verdict::Valid);
        assert_eq!(house.doctor().await, Vec::<String>::new(), "what a key signed before it was lost stays");
    });
}

#[test]
fn a_key_whose_term_is_over_signs_nothing() {
    tell(async {
        let house = House::with_issued_copies().await;
        let teacher = house.signers(COPIES[0], "subject_teacher").await.remove(0);
        let late = after(3 * 365 * 24 * 60);
        let refused = Desk::open(&house).await.expect("a desk").press(&teacher, &[choice()], &late).await;
        let said = refused.expect_err("expired").to_string();
        assert!(said.contains("истёк"), "{said}");
        keys::replace_key(&house, &teacher, Reason::Replaced, "", &late).await.expect("a new key");
        let done =
            Desk::open(&house).await.expect("a desk").press(&teacher, &[choice()], &late).await.expect("a gesture");
        assert!(done[0].signed > 0, "{done:?}");
    });
}

#[test]
fn a_new_authority_serves_new_versions_and_leaves_old_records_valid() {
    tell(async {
        let house = House::with_sealed_copies().await;
        reissue::reissue(&house, COPIES[0], "уточнение", &after(61)).await.expect("a next version");
        let frozen = house.copy(COPIES[0]).await;
        issue::issue(&house, &[frozen], &after(62), |_| {}).await.expect("an issue");
        let staff = keys::replace_authority(&house, &after(63)).await.expect("a new authority");
        assert!(staff > 3, "{staff} certificates");
        let teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let refused =
            Desk::open(&house).await.expect("a desk").sign_all(&[COPIES[0].to_owned()], &|| after(64), |_, _| {}).await;
        assert!(
            matches!(&refused, Err(Error::Outdated(refusal)) if refusal.why == Why::Former),
            "{teacher}: {refused:?}"
        );
        let said = refused.expect_err("a former authority").to_string();
        assert!(said.ends_with(&Why::Former.said(2)), "{said}");
        let reminded = remind::remind(&house, &after(64)).await.expect("a round");
        assert!(reminded.notices.is_empty(), "nobody is asked to sign under the old authority: {reminded:?}");
        assert!(keys::successor(&house).await.expect("authorities").is_some());
        reissue::reissue(&house, COPIES[0], "новый удостоверяющий центр", &after(65)).await.expect("a third version");
        let frozen = house.copy(COPIES[0]).await;
        issue::issue(&house, &[frozen], &after(66), |_| {}).await.expect("an issue");
        assert_eq!(
            house.db.list_statements(COPIES[0], 3).await.expect("statements"),
            [],
            "nothing hangs on the old authority"
        );
        Desk::open(&house)
            .await
            .expect("a desk")
            .sign_all(&[COPIES[0].to_owned()], &|| after(67), |_, _| {})
            .await
            .expect("signatures");
        house.seal_everything(70).await.expect("a seal");
        let found = house.doctor().await;
        assert_eq!(found, Vec::<String>::new(), "old records under the old authority, new ones under the new");
    });
}

#[test]
fn the_rules_say_for_each_role_where_its_key_lies_and_a_refusal_names_the_clause() {
    tell(async {
        let house = House::with_issued_copies().await;
        let class_teacher = house.signers(COPIES[0], "class_teacher").await.remove(0);
        let other = house.signers(COPIES[1], "class_teacher").await.remove(0);
        let mut teachers = house.signers(COPIES[0], "subject_teacher").await;
        teachers.retain(|id| *id != class_teacher && *id != other);
        let (teacher, deputy) = (teachers.remove(0), house.signers(COPIES[0], "deputy").await.remove(0));
        let text = format!(
            "{}\n[signature.browser_keys]\nvalue = [\"subject_teacher\"]\nclause = \"Пол. 3.1\"\n\n\
             [signature.server_keys]\nvalue = [\"deputy\", \"director\"]\nclause = \"Пол. 3.2\"\n",
            letopis::domain::policy::builtin("default").expect("inside")
        );
        let adoption = Adoption {
            name: "school-2025".into(),
            text,
            from: Some("2025-10-28".parse().expect("a day")),
            order: "приказ от 27.10.2025 № 12".into(),
        };
        policy::adopt(&house, &adoption, &after(11)).await.expect("a policy");
        let next_day = |minutes: i64| after(24 * 60 + minutes);

        // A teacher signs in the own browser only: neither the key on the server signs nor is a new one made there.
        let signed =
            Desk::open(&house).await.expect("a desk").sign(&gesture(&teacher, &[COPIES[0]]), &next_day(1)).await;
        let refused = signed.expect_err("the server's key").to_string();
        assert!(refused.contains("в браузере владельца (Пол. 3.1)"), "{refused}");
        let refused = keys::replace_key(&house, &teacher, Reason::Replaced, "", &next_day(2)).await;
        assert!(matches!(&refused, Err(Error::Key(keys::Refusal::Elsewhere { clause, .. })) if clause == "Пол. 3.1"));
        let key = new_ed25519([7; 32]);
        enrol(&house, &teacher, &key, &next_day(3)).await.expect("a key in the browser");
        let hands = in_hand(&house, &teacher, &key, &next_day(4)).await;
        assert!(press(&house, &teacher, hands, &next_day(5)).await.expect("her own") > 0);

        // The deputy's key stays on the server.
        let refused = enrol(&house, &deputy, &new_ed25519([8; 32]), &next_day(6)).await;
        assert!(matches!(&refused, Err(Error::Key(keys::Refusal::Elsewhere { clause, .. })) if clause == "Пол. 3.2"));
        keys::replace_key(&house, &deputy, Reason::Replaced, "", &next_day(7)).await.expect("a new key on the server");
        assert_eq!(
            keys::place_of(&house, &class_teacher, &after(1)).await.expect("an answer"),
            None,
            "until that day all are free"
        );
    });
}

#[test]
fn who_keeps_the_key_in_the_browser_gets_none_on_the_server_with_the_journal() {
    tell(async {
        let house = House::empty().await;
        let text = format!(
            "{}\n[signature.browser_keys]\nvalue = [\"subject_teacher\", \"class_teacher\"]\nclause = \"Пол. 3.1\"\n\n\
             [signature.server_keys]\nvalue = [\"deputy\", \"class_teacher\"]\nclause = \"Пол. 3.2\"\n",
            letopis::domain::policy::builtin("default").expect("inside")
        );
        // A role that the rules send both ways is told of, and bound to neither.
        let policy = letopis::domain::policy::parse("school-2025", &text).expect("a policy");
        let issues = letopis::domain::lint::lint(&policy);
        let told: Vec<_> = issues.iter().filter(|issue| issue.finding.place == "signature.browser_keys").collect();
        assert_eq!(told.len(), 1, "{issues:#?}");
        assert!(told[0].finding.message.starts_with("классный руководитель — "), "{:?}", told[0]);
        assert_eq!(told[0].clauses, ["Пол. 3.1", "Пол. 3.2"]);
        let from = Some("2025-10-20".parse().expect("a day"));
        let order = "приказ от 17.10.2025 № 11".into();
        let adoption = Adoption { name: "school-2025".into(), text, from, order };
        policy::adopt(&house, &adoption, &after(-1)).await.expect("a policy");
        house.import(&super::house::Bundle::small(), false).await.expect("an import");
        let journal = house.db.load_journal(super::house::YEAR).await.expect("a journal");
        let kept: Vec<String> =
            house.db.list_certificates().await.expect("certificates").into_iter().map(|row| row.owner).collect();
        for member in &journal.staff {
            let teaches = journal.courses.iter().any(|course| course.teacher_id == member.id);
            let elsewhere = journal.classes.iter().any(|class| class.class_teacher_id == member.id)
                || member.roles.iter().any(|role| role == "deputy");
            assert_eq!(kept.contains(&member.id), !teaches || elsewhere, "{member:?}");
        }
        assert!(journal.staff.iter().any(|member| !kept.contains(&member.id)), "somebody keeps the own key");
    });
}
