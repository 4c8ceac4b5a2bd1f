//! The school's own templates of forms: checked on made-up data, put in force and taken out by an act, and unable to do any harm.

use letopis::domain::canon::Digest;
use letopis::domain::desk_forms::{Bound, signature_sheet};
use letopis::flow::desk;
use letopis::flow::office::forms::{Asked, make};
use letopis::flow::office::templates;
use letopis::vault::{self, Depth};

use super::house::{COPIES, House, after, tell};

const OURS: &str = include_str!("../../typst-templates/form/1/main.typ");

/// A house whose templates are set by the program, as in a school.
async fn with_journal() -> House {
    // Four seconds: an attack that never ends is waited for to the end.
    templates::by_program(env!("CARGO_BIN_EXE_letopis").into(), 4);
    House::with_journal().await
}

#[test]
fn a_template_of_the_school_is_checked_before_it_is_used() {
    tell(async {
        let house = with_journal().await;
        let form =
            make(&house, "remarks", &Asked::from([("class".to_owned(), "5А".to_owned())]), &after(60)).await.unwrap();
        let folder = house.root.join("templates");
        std::fs::create_dir_all(&folder).unwrap();
        let at = "2025-10-27T13:00:00+03:00";
        let usual = templates::typeset(&house, &form, at).unwrap();
        let poor =
            "#let data = json(\"/data/form.json\")\n#set text(font: \"PT Serif\", lang: \"ru\")\n#data.form.title";
        std::fs::write(folder.join("form-remarks.typ"), poor).unwrap();
        let said = templates::typeset(&house, &form, at).unwrap_err().to_string();
        assert!(said.contains("templates/form-remarks.typ") && said.contains("нет слов формы"), "{said}");
        std::fs::write(folder.join("form-remarks.typ"), "#let x =").unwrap();
        let said = templates::typeset(&house, &form, at).unwrap_err().to_string();
        assert!(said.contains("строка 1, место") && said.contains("здесь нужно выражение"), "{said}");
        let own = include_str!("../../typst-templates/form/1/main.typ").replace("size: 14pt", "size: 16pt");
        std::fs::write(folder.join("form-remarks.typ"), &own).unwrap();
        let own_pages = templates::typeset(&house, &form, at).unwrap().pdf;
        assert_ne!(own_pages, usual.pdf);
        // The pages say by which template they were set.
        let digest = letopis::domain::canon::Digest::of(own.as_bytes()).to_hex();
        let holds = |pdf: &[u8]| pdf.windows(digest.len()).any(|window| window == digest.as_bytes());
        assert!(holds(&own_pages) && !holds(&usual.pdf));

        // The check names every file, its place and what is wrong; a good one is written down with its digest.
        std::fs::write(folder.join("form-timesheet.typ"), "#let a = 1\n#let b = nothing-of-this\n").unwrap();
        std::fs::write(folder.join("form-what.typ"), "x").unwrap();
        let checked = templates::check(&house, &after(61)).await.unwrap();
        let told: Vec<_> = checked.iter().map(|one| (one.file.as_str(), one.faults.len())).collect();
        assert_eq!(
            told,
            [("templates/form-remarks.typ", 0), ("templates/form-timesheet.typ", 1), ("templates/form-what.typ", 1)]
        );
        assert_eq!(checked[0].digest, digest);
        assert!(checked[1].faults[0].contains("строка 2"), "{:?}", checked[1].faults);
        let seen = templates::preview(&house, &checked, &house.outside("preview"), at).unwrap();
        assert_eq!(seen, [house.outside("preview/remarks.pdf")], "only what fits has pages");
        assert!(holds(&std::fs::read(&seen[0]).unwrap()), "set by the school's own template");
        let written = templates::begin(&house, Some("timesheet")).unwrap_err().to_string();
        assert!(written.contains("уже есть"), "{written}");
        assert_eq!(templates::begin(&house, Some("fallback")).unwrap(), "templates/form-fallback.typ");
        assert!(templates::check(&house, &after(62)).await.unwrap()[0].faults.is_empty());
    });
}

#[test]
fn a_template_comes_in_force_by_an_act_and_goes_out_of_it_and_every_one_is_kept() {
    tell(async {
        let house = with_journal().await;
        let form =
            make(&house, "remarks", &Asked::from([("class".to_owned(), "5А".to_owned())]), &after(60)).await.unwrap();
        let at = "2025-10-27T13:00:00+03:00";
        let set_by = |text: &str| {
            let digest = Digest::of(text.as_bytes()).to_hex();
            let pdf = templates::typeset(&house, &form, at).unwrap().pdf;
            pdf.windows(digest.len()).any(|window| window == digest.as_bytes())
        };
        let first = OURS.replace("size: 14pt", "size: 16pt");
        let second = OURS.replace("size: 14pt", "size: 15pt");
        let digest = |text: &str| Digest::of(text.as_bytes()).to_hex();
        let standing =
            async || templates::standings(&house).await.unwrap().into_iter().find(|one| one.form == "remarks").unwrap();

        // What was laid waits, and prints nothing.
        assert_eq!(templates::lay(&house, "remarks", first.clone().into_bytes(), &after(61)).await.unwrap(), [""; 0]);
        assert!(set_by(OURS) && standing().await.digest.is_empty());
        assert_eq!(standing().await.draft, digest(&first));
        // A press on a page that showed another one is refused: somebody has laid a new one since.
        let stale = templates::enact(&house, "remarks", &digest(&second), &after(62)).await.unwrap_err().to_string();
        assert!(stale.contains("уже другой шаблон"), "{stale}");
        templates::enact(&house, "remarks", &digest(&first), &after(62)).await.unwrap();
        let stands = standing().await;
        assert!(set_by(&first) && stands.draft.is_empty());
        assert_eq!((stands.digest, stands.since.unwrap().by), (digest(&first), after(0).by));

        // The next one takes its place; the one before is kept, and comes back the same way.
        templates::lay(&house, "remarks", second.clone().into_bytes(), &after(63)).await.unwrap();
        templates::enact(&house, "remarks", &digest(&second), &after(64)).await.unwrap();
        assert!(set_by(&second));
        templates::lay_kept(&house, "remarks", &digest(&first), &after(65)).await.unwrap();
        templates::enact(&house, "remarks", &digest(&first), &after(66)).await.unwrap();
        assert!(set_by(&first));
        templates::withdraw(&house, "remarks", &after(67)).await.unwrap();
        assert!(set_by(OURS));
        let nothing = templates::withdraw(&house, "remarks", &after(68)).await.unwrap_err().to_string();
        assert!(nothing.contains("снимать нечего"), "{nothing}");
        let told: Vec<(bool, String)> =
            standing().await.history.into_iter().map(|deed| (deed.enacted, deed.digest)).collect();
        let [one, two] = [digest(&first), digest(&second)];
        assert_eq!(told, [(false, one.clone()), (true, one.clone()), (true, two.clone()), (true, one.clone())]);
        for text in [&first, &second] {
            let kept = templates::text(&house, "remarks", templates::Which::Kept(&digest(text))).unwrap();
            assert_eq!(kept.as_ref(), Some(text));
        }
        // Nothing but a digest leads to a kept one, and nothing but a form to a file.
        for path in ["../../letopis.toml", "../form", ""] {
            assert_eq!(templates::text(&house, "remarks", templates::Which::Kept(path)).unwrap(), None);
            let refused = templates::lay(&house, path, first.clone().into_bytes(), &after(69)).await.unwrap_err();
            assert!(refused.to_string().contains("нет такой формы"), "{refused}");
        }
        // A file that somebody laid by hand prints, and no deed stands for it.
        std::fs::write(house.root.join("templates/form-remarks.typ"), &second).unwrap();
        let by_hand = standing().await;
        assert!(set_by(&second) && by_hand.since.is_none() && by_hand.digest == two);
        // A bad one is never put in force, whatever is pressed.
        let bad = "#let x = nothing-of-this\n";
        let faults = templates::lay(&house, "remarks", bad.as_bytes().to_vec(), &after(70)).await.unwrap();
        assert!(
            faults[0].starts_with("строка 1, место 10: нет переменной или функции «nothing-of-this»"),
            "{faults:?}"
        );
        let refused = templates::enact(&house, "remarks", &digest(bad), &after(71)).await.unwrap_err().to_string();
        assert!(refused.contains("строка 1, место 10"), "{refused}");
        templates::drop_draft(&house, "remarks").unwrap();
        assert_eq!(templates::draft_faults(&house, "remarks").await.unwrap(), None);
        assert!(letopis::flow::log::verify(&house).await.unwrap().is_empty());
    });
}

#[test]
fn a_template_reads_no_file_of_the_house_and_no_package_of_the_net() {
    tell(async {
        let house = with_journal().await;
        let secret = house.root.join("letopis.toml");
        let secret = secret.to_str().unwrap();
        for attack in [
            format!("#read(\"{secret}\")"),
            "#read(\"/etc/passwd\")".to_owned(),
            "#read(\"../../../../../../etc/passwd\")".to_owned(),
            "#image(\"/letopis.db\")".to_owned(),
            "#include \"/keys/log.pem\"".to_owned(),
            "#import \"../../../keys/seal.pem\": *".to_owned(),
            "#json(\"/data/../letopis.toml\")".to_owned(),
            "#import \"@preview/cetz:0.3.0\": *".to_owned(),
            "#import \"@local/spy:1.0.0\": *".to_owned(),
            "#plugin(\"/spy.wasm\")".to_owned(),
            "#bibliography(\"/etc/hosts\")".to_owned(),
        ] {
            let faults = templates::lay(&house, "remarks", attack.clone().into_bytes(), &after(61)).await.unwrap();
            let said = faults.join("; ");
            assert!(!faults.is_empty() && said.contains("шаблон просит файл"), "{attack}: {said}");
            assert!(!said.contains("school"), "what the file says comes out: {said}");
        }
    });
}

#[test]
fn a_template_that_never_ends_or_takes_all_memory_is_ended_and_the_house_goes_on() {
    tell(async {
        let house = with_journal().await;
        for (attack, said) in [
            ("#while true {}", "цикл не кончается"),
            ("#let f(n) = f(n + 1)\n#f(0)", "без конца"),
            // Two to the sixtieth calls, no two of them alike: no loop, no depth, no end.
            (
                "#let f(n, a) = if n == 0 { 0 } else { f(n - 1, a + \"x\") + f(n - 1, a + \"y\") }\n#f(60, \"\")",
                "времени или памяти",
            ),
            ("#let a = range(0, 100000000000)\n#a.len()", "времени или памяти"),
            ("#let s = \"вся память \"\n#for _ in range(0, 60) { s = s + s }\n#s.len()", "времени или памяти"),
            ("#set page(height: 1pt, margin: 0pt)\n#for _ in range(0, 3000) { pagebreak(weak: false) }", "страниц"),
        ] {
            let faults = templates::lay(&house, "remarks", attack.as_bytes().to_vec(), &after(61)).await.unwrap();
            assert!(faults.join("; ").contains(said), "{attack}: {faults:?}");
            let form = make(&house, "remarks", &Asked::from([("class".to_owned(), "5А".to_owned())]), &after(62)).await;
            assert!(form.is_ok(), "the house answers no more");
        }
        // A real form that is longer than the check data meets the same bounds.
        std::fs::create_dir_all(house.root.join("templates")).unwrap();
        let late = format!(
            "#let many = json(\"/data/form.json\").form.blocks.first().rows.len()\n{OURS}\n#let f(n, a) = if n == 0 {{ 0 }} else {{ f(n - 1, a + \"x\") + f(n - 1, a + \"y\") }}\n#if many > 13 {{ f(60, \"\") }}"
        );
        std::fs::write(house.root.join("templates/form-remarks.typ"), late).unwrap();
        let mut form =
            make(&house, "remarks", &Asked::from([("class".to_owned(), "5А".to_owned())]), &after(62)).await.unwrap();
        let letopis::domain::form::Block::Table(table) = &mut form.blocks[0] else { panic!("a table") };
        *table = std::mem::take(table).blank(40);
        let said = templates::typeset(&house, &form, "2025-10-27T13:00:00+03:00").unwrap_err().to_string();
        assert!(said.contains("времени или памяти"), "{said}");
    });
}

/// Papers of the signing desk have no place in the office's list, and the school's template all the same.
#[test]
fn the_sheet_of_signatures_follows_the_school_s_template_and_the_one_in_a_record_does_not() {
    tell(async {
        templates::by_program(env!("CARGO_BIN_EXE_letopis").into(), 4);
        let house = House::with_issued_copies().await;
        house.sign_everything(10).await.expect("signatures");
        let copy = house.copy(COPIES[0]).await;
        let about = desk::about(&house, &copy).await.expect("a copy");
        let events = desk::events(&house, &copy).await.expect("events");
        let form = signature_sheet(&about, &events, Bound::UpToNow);
        let at = "2025-10-27T13:00:00+03:00";
        let usual = templates::typeset(&house, &form, at).unwrap().pdf;
        for form in ["signature-sheet", "version-differences"] {
            assert_eq!(templates::begin(&house, Some(form)).unwrap(), format!("templates/form-{form}.typ"));
        }
        let own = OURS.replace("size: 14pt", "size: 16pt");
        std::fs::write(house.root.join("templates/form-signature-sheet.typ"), &own).unwrap();
        let digest = Digest::of(own.as_bytes()).to_hex();
        let holds = |pdf: &[u8]| pdf.windows(digest.len()).any(|window| window == digest.as_bytes());
        assert!(holds(&templates::typeset(&house, &form, at).unwrap().pdf) && !holds(&usual));
        house.seal_everything(20).await.expect("seals");
        let object = house.archive().join(format!("{}-v1", COPIES[0]));
        let lying = vault::read_object(&object, Depth::Full).content;
        assert!(!holds(lying.bytes(vault::name::SIGNATURES).expect("a sheet of signatures")));
    });
}
