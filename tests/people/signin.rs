//! Sign-in told as stories and attacks.

use std::sync::Arc;
use std::time::{Duration, Instant};

use letopis::domain::rights::{Action, Role};
use letopis::flow::signin::credentials::{Chain, Slip};
use letopis::flow::signin::{Cost, Entered, Origin, Refusal, SignIn, Stage, Terms, factor, token_digest};
use letopis::flow::{Error, House};

use super::house::{CHEAP, act, after, on_every_engine};

/// A password that a person chose.
const OWN: &str = "три рыжих кота";

fn from(address: &str) -> Origin {
    Origin { address: address.into(), agent: "Firefox".into() }
}

async fn issue(house: &House, person: &str) -> Slip {
    let people = [person.to_owned()];
    house.sign_in.issue(house, &Chain::Staff, &people, &act("T06", 0)).await.unwrap().remove(0)
}

async fn enter(house: &House, login: &str, password: &str, minutes: i64) -> Result<Entered, Error> {
    house.sign_in.sign_in(house, login, password, &from("10.0.0.1"), after(minutes)).await
}

/// A member of staff with a password of the own; hands back the login.
async fn settled(house: &House, person: &str) -> String {
    let slip = issue(house, person).await;
    let entered = enter(house, &slip.login, &slip.password, 1).await.unwrap();
    assert_eq!(entered.visit.stage, Stage::ChangePassword);
    let changed =
        house.sign_in.change_password(house, &entered.token, &slip.password, OWN, &from("10.0.0.1"), after(1)).await;
    changed.unwrap();
    slip.login
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, Error>) -> Refusal {
    match answer {
        Err(Error::SignIn(refusal)) => refusal,
        other => panic!("no refusal: {other:?}"),
    }
}

#[test]
fn a_one_time_password_opens_only_the_way_to_an_own_one() {
    on_every_engine(|house| async move {
        let slip = issue(&house, "T04").await;
        assert!(slip.login.starts_with("u-") && slip.login.len() == 7, "{}", slip.login);
        let row = house.db.find_account("T04").await.unwrap().unwrap();
        assert!(row.secret.starts_with("$argon2id$v=19$"), "{}", row.secret);
        let entered = enter(&house, &slip.login, &slip.password, 1).await.unwrap();
        assert_eq!(entered.visit.stage, Stage::ChangePassword);
        let origin = from("10.0.0.1");
        let change = |old: &'static str, new: &'static str| {
            let (house, token, origin) = (house.clone(), entered.token.clone(), origin.clone());
            async move { house.sign_in.change_password(&house, &token, old, new, &origin, after(2)).await }
        };
        assert_eq!(refusal(change("не он", OWN).await), Refusal::WrongPassword);
        let one_time: &'static str = Box::leak(slip.password.clone().into_boxed_str());
        assert!(matches!(refusal(change(one_time, "1234567890").await), Refusal::TooEasy(_)));
        let open = change(one_time, OWN).await.unwrap();
        assert_eq!(open.visit.stage, Stage::Open);
        assert_ne!(open.token, entered.token, "the token is new");
        assert_eq!(house.sign_in.visit(&house, &entered.token, after(3)).await.unwrap(), None);
        assert!(open.visit.visitor.holds(Role::SubjectTeacher));
        assert_eq!(refusal(enter(&house, &slip.login, &slip.password, 4).await), Refusal::NotThem);
        assert!(enter(&house, &slip.login, OWN, 5).await.is_ok());
    });
}

#[test]
fn a_one_time_password_is_not_asked_again_of_who_has_just_given_it() {
    on_every_engine(|house| async move {
        let change = |token: String, new: String, minutes: i64| {
            let house = house.clone();
            async move { house.sign_in.change_password(&house, &token, "", &new, &from("10.0.0.1"), after(minutes)).await }
        };
        let late = issue(&house, "T01").await;
        let left_open = enter(&house, &late.login, &late.password, 1).await.unwrap();
        assert!(!house.sign_in.just_entered(&house, &left_open.token, after(12)).await.unwrap());
        let too_late = change(left_open.token, OWN.into(), 12).await;
        assert_eq!(refusal(too_late), Refusal::WrongPassword, "left open too long");
        let slip = issue(&house, "T04").await;
        let entered = enter(&house, &slip.login, &slip.password, 1).await.unwrap();
        assert!(house.sign_in.just_entered(&house, &entered.token, after(9)).await.unwrap());
        let same = change(entered.token.clone(), slip.password.clone(), 2).await;
        assert!(matches!(refusal(same), Refusal::TooEasy(_)), "the slip's password is no own one");
        let open = change(entered.token, OWN.into(), 3).await.unwrap();
        assert_eq!(open.visit.stage, Stage::Open);
        // Who signed in by an own password gives it to change it.
        assert_eq!(refusal(change(open.token, "четыре серых мыши".into(), 4).await), Refusal::WrongPassword);
    });
}

#[test]
fn the_database_holds_no_token_and_no_password() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T04").await;
        let entered = enter(&house, &login, OWN, 2).await.unwrap();
        let sessions = house.db.list_sessions("T04").await.unwrap();
        assert!(sessions.iter().any(|row| row.token == token_digest(&entered.token)));
        assert!(sessions.iter().all(|row| row.token != entered.token && row.token.len() == 64));
        for entry in house.db.list_log().await.unwrap() {
            for secret in [OWN, &login, &entered.token, "Гранитов", "10.0.0.1"] {
                assert!(!entry.payload.contains(secret), "the log tells {secret}: {}", entry.payload);
            }
        }
    });
}

#[test]
fn a_director_enrols_a_second_factor_before_anything_else() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T01").await;
        let entered = enter(&house, &login, OWN, 2).await.unwrap();
        assert_eq!(entered.visit.stage, Stage::EnrolFactor);
        assert!(
            entered.visit.visitor.reach(Action::ReadJournal).is_empty(),
            "no office wakes before the second factor"
        );
        let enrolment = house.sign_in.begin_factor(&house, &entered.token, after(2)).await.unwrap();
        assert!(enrolment.address.starts_with("otpauth://totp/Letopis:u-") && enrolment.picture.starts_with("<svg"));
        let salt = house.db.find_account("T01").await.unwrap().unwrap().factor_salt;
        let code = |minutes: i64| factor::code_at(&house, "T01", &salt, after(minutes).timestamp()).unwrap();
        let origin = from("10.0.0.1");
        let confirm = |code: String, minutes| {
            let (house, token, origin) = (house.clone(), entered.token.clone(), origin.clone());
            async move { house.sign_in.confirm_factor(&house, &token, &code, &origin, after(minutes)).await }
        };
        assert_eq!(refusal(confirm(code(60), 3).await), Refusal::WrongCode);
        let (recovery, open) = confirm(code(3), 3).await.unwrap();
        assert_eq!((recovery.len(), open.visit.stage), (factor::RECOVERY_CODES, Stage::Open));
        assert!(!open.visit.visitor.reach(Action::ReadJournal).is_empty());

        // The next day: password, then a code; a code is good for one sign-in only.
        let give = |token: String, code: String, minutes| {
            let (house, origin) = (house.clone(), origin.clone());
            async move { house.sign_in.give_factor(&house, &token, &code, &origin, after(minutes)).await }
        };
        let half = enter(&house, &login, OWN, 1440).await.unwrap();
        assert_eq!(half.visit.stage, Stage::GiveFactor);
        let open = give(half.token.clone(), code(1440), 1440).await.unwrap();
        assert_eq!(open.visit.stage, Stage::Open);
        assert_eq!(house.sign_in.visit(&house, &half.token, after(1440)).await.unwrap(), None, "the token is new");
        let half = enter(&house, &login, OWN, 1440).await.unwrap();
        assert_eq!(refusal(give(half.token.clone(), code(1440), 1440).await), Refusal::UsedCode);
        // A lost phone: a recovery code, once, however it is typed.
        let typed = recovery[0].to_uppercase().replace('-', " ");
        assert!(give(half.token.clone(), typed.clone(), 1441).await.is_ok());
        let half = enter(&house, &login, OWN, 1442).await.unwrap();
        assert_eq!(refusal(give(half.token, typed, 1443).await), Refusal::WrongCode);
        assert_eq!(house.db.count_recovery_codes("T01").await.unwrap(), 9);
    });
}

#[test]
fn a_code_of_two_sign_ins_at_once_opens_one() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T01").await;
        let entered = enter(&house, &login, OWN, 2).await.unwrap();
        let salt = house.db.find_account("T01").await.unwrap().unwrap().factor_salt;
        let code = factor::code_at(&house, "T01", &salt, after(2).timestamp()).unwrap();
        house.sign_in.confirm_factor(&house, &entered.token, &code, &from("a"), after(2)).await.unwrap();
        let code = factor::code_at(&house, "T01", &salt, after(9).timestamp()).unwrap();
        let mut tasks = Vec::new();
        for _ in 0..8 {
            let half = enter(&house, &login, OWN, 9).await.unwrap();
            let (house, code) = (house.clone(), code.clone());
            tasks.push(tokio::spawn(async move {
                house.sign_in.give_factor(&house, &half.token, &code, &from("a"), after(9)).await.map(drop)
            }));
        }
        let mut opened = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(()) => opened += 1,
                // Whoever typed a right code is not told to look at the telephone's clock; the fifth in a row waits.
                refused => assert!(matches!(refusal(refused), Refusal::UsedCode | Refusal::Wait(_))),
            }
        }
        assert_eq!(opened, 1);
    });
}

#[test]
fn right_passwords_in_the_same_moment_are_all_let_in() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T04").await;
        let mut tasks = Vec::new();
        // More than the free slips of the finger: each is counted before its hash is known to be right.
        for _ in 0..12 {
            let (house, login) = (house.clone(), login.clone());
            tasks.push(tokio::spawn(async move { enter(&house, &login, OWN, 3).await }));
        }
        let mut tokens = Vec::new();
        for task in tasks {
            tokens.push(task.await.unwrap().expect("let in").token);
        }
        tokens.sort();
        tokens.dedup();
        assert_eq!(tokens.len(), 12, "a session each");
    });
}

#[test]
fn a_session_ends_idle_in_any_case_by_the_person_and_by_all_at_once() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T04").await;
        let visit = |token: String, minutes| {
            let house = house.clone();
            async move { house.sign_in.visit(&house, &token, after(minutes)).await.unwrap().is_some() }
        };
        let idle = enter(&house, &login, OWN, 10).await.unwrap();
        assert!(visit(idle.token.clone(), 129).await && visit(idle.token.clone(), 240).await, "in use, it goes on");
        assert!(!visit(idle.token.clone(), 240 + 122).await, "two hours without a request");
        let busy = enter(&house, &login, OWN, 1000).await.unwrap();
        for minutes in (1000..1000 + 720).step_by(100) {
            assert!(visit(busy.token.clone(), minutes).await);
        }
        assert!(!visit(busy.token.clone(), 1000 + 720).await, "twelve hours whatever happens");
        let (one, two) =
            (enter(&house, &login, OWN, 2000).await.unwrap(), enter(&house, &login, OWN, 2000).await.unwrap());
        let by = act("T04", 2001);
        assert!(house.sign_in.end_session(&house, "T04", &one.visit.session, &by).await.unwrap());
        assert!(!house.sign_in.end_session(&house, "T03", &two.visit.session, &by).await.unwrap(), "not the own one");
        assert!(!visit(one.token, 2001).await && visit(two.token.clone(), 2001).await);
        let three = enter(&house, &login, OWN, 2002).await.unwrap();
        house.sign_in.end_all(&house, "T04", &three.visit.session, &by).await.unwrap();
        assert!(!visit(two.token, 2002).await && visit(three.token.clone(), 2002).await);
        house.sign_in.sign_out(&house, &three.token, after(2003)).await.unwrap();
        assert!(!visit(three.token, 2003).await);
    });
}

#[test]
fn a_shut_account_is_out_at_once_and_comes_back_with_its_password() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T04").await;
        let open = enter(&house, &login, OWN, 2).await.unwrap();
        assert!(house.sign_in.visit(&house, &open.token, after(3)).await.unwrap().is_some());
        house.sign_in.lock(&house, "T04", &act("T06", 3)).await.unwrap();
        assert_eq!(house.sign_in.visit(&house, &open.token, after(3)).await.unwrap(), None);
        assert_eq!(refusal(enter(&house, &login, OWN, 4).await), Refusal::Locked);
        assert_eq!(
            refusal(enter(&house, &login, "не тот пароль", 4).await),
            Refusal::NotThem,
            "only the owner learns it"
        );
        house.sign_in.unlock(&house, "T04", &act("T06", 5)).await.unwrap();
        assert!(enter(&house, &login, OWN, 6).await.is_ok());
    });
}

#[test]
fn a_printed_password_that_nobody_used_is_void_after_its_term() {
    on_every_engine(|house| async move {
        let slip = issue(&house, "T04").await;
        let late = 31 * 1440;
        assert_eq!(refusal(enter(&house, &slip.login, &slip.password, late).await), Refusal::Expired);
    });
}

#[test]
fn credentials_go_down_the_chain_and_nowhere_else() {
    on_every_engine(|house| async move {
        let chain = Chain::Families("5А".into());
        let family = ["L1", "L2", "P00001"].map(str::to_owned);
        let slips = house.sign_in.issue(&house, &chain, &family, &act("T03", 0)).await.unwrap();
        assert_eq!(slips.len(), 3);
        let parent = slips.iter().find(|slip| slip.person == "P00001").unwrap();
        let entered = enter(&house, &parent.login, &parent.password.replace(' ', ""), 1).await.unwrap();
        assert!(entered.visit.visitor.holds(Role::Parent));
        for stranger in ["L9", "T04", "operator"] {
            let answer = house.sign_in.issue(&house, &chain, &[stranger.to_owned()], &act("T03", 0)).await;
            assert_eq!(refusal(answer), Refusal::NotInTheChain(stranger.into()));
        }
        let answer = house.sign_in.issue(&house, &Chain::Staff, &["operator".to_owned()], &act("T06", 0)).await;
        assert_eq!(
            refusal(answer),
            Refusal::NotInTheChain("operator".into()),
            "the keyboard's account is the keyboard's"
        );
    });
}

#[test]
fn nine_hundred_people_sign_in_from_one_address_while_somebody_guesses_there() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T04").await;
        let victim = settled(&house, "T05").await;
        let mut right = 0;
        let mut guesses = 0;
        for number in 0..900 {
            // Within a quarter of an hour, one second after another; the attacker tries each second.
            let now = after(60) + chrono::Duration::seconds(number);
            let school = from("195.0.2.1");
            right += usize::from(house.sign_in.sign_in(&house, &login, OWN, &school, now).await.is_ok());
            let guess = house.sign_in.sign_in(&house, &victim, &format!("догадка {number}"), &school, now).await;
            guesses += usize::from(refusal(guess) == Refusal::NotThem);
        }
        assert_eq!(right, 900, "the school is let in, to the last");
        assert!((5..=12).contains(&guesses), "{guesses} guesses reached the password in a quarter of an hour");
        // Never for ever: after the longest pause the owner comes in, and the administrator can lift it before.
        let owner = |now| {
            let (house, victim) = (house.clone(), victim.clone());
            async move { house.sign_in.sign_in(&house, &victim, OWN, &from("195.0.2.1"), now).await }
        };
        assert!(matches!(refusal(owner(after(75)).await), Refusal::Wait(_)));
        house.sign_in.unlock(&house, "T05", &act("T06", 75)).await.unwrap();
        assert!(owner(after(75)).await.is_ok());
    });
}

#[test]
fn a_hundred_guesses_at_once_are_a_hundred_and_not_one() {
    on_every_engine(|house| async move {
        let victim = settled(&house, "T05").await;
        let before = house.sign_in.hasher.computed();
        let mut tasks = Vec::new();
        for number in 0..100 {
            let (house, victim) = (house.clone(), victim.clone());
            tasks.push(tokio::spawn(async move {
                let guess = format!("догадка {number}");
                house.sign_in.sign_in(&house, &victim, &guess, &from("203.0.113.9"), after(60)).await.map(drop)
            }));
        }
        for task in tasks {
            assert!(task.await.unwrap().is_err());
        }
        let tried = house.sign_in.hasher.computed() - before;
        assert!(tried <= 6, "{tried} of 100 reached the password");
    });
}

#[test]
fn strangers_elsewhere_do_not_shut_the_owner_out_of_a_known_address() {
    on_every_engine(|house| async move {
        let victim = settled(&house, "T05").await;
        for number in 0..200 {
            let botnet = from(&format!("198.51.100.{number}"));
            let guess = house.sign_in.sign_in(&house, &victim, "догадка", &botnet, after(60)).await;
            assert!(guess.is_err());
        }
        let elsewhere = house.sign_in.sign_in(&house, &victim, OWN, &from("192.0.2.77"), after(60)).await;
        assert!(matches!(refusal(elsewhere), Refusal::Wait(_)), "a new address waits with everybody");
        assert!(enter(&house, &victim, OWN, 60).await.is_ok(), "where the owner has been before, the door is open");
    });
}

#[test]
fn one_password_over_three_hundred_logins_is_slowed_down_and_the_school_behind_the_same_address_is_not() {
    on_every_engine(|house| async move {
        let weak = settled(&house, "T04").await;
        let colleague = settled(&house, "T05").await;
        let fresh = issue(&house, "T03").await;
        let at = |second: i64| after(60) + chrono::Duration::seconds(second);
        // The colleague works in the school whence the guesses come; the attacked one has never come from there.
        let school = from("195.0.2.1");
        house.sign_in.sign_in(&house, &colleague, OWN, &school, at(0)).await.unwrap();
        let mut reached = 0;
        for number in 0..300 {
            let login = format!("u-{}", 10_000 + number);
            match refusal(house.sign_in.sign_in(&house, &login, OWN, &school, at(number)).await) {
                Refusal::NotThem => reached += 1,
                Refusal::Crowded(seconds) => assert!((1..=60).contains(&seconds)),
                other => panic!("{other:?}"),
            }
        }
        assert!((60..=110).contains(&reached), "{reached} of 300 were answered");
        // Even the right password of somebody who has not been there waits, in the words of a wrong one; who works there and who has a printed
        // password comes in.
        let guessed = house.sign_in.sign_in(&house, &weak, OWN, &school, at(299)).await;
        assert!(matches!(refusal(guessed), Refusal::Crowded(_)));
        house.sign_in.sign_in(&house, &colleague, OWN, &school, at(300)).await.unwrap();
        house.sign_in.sign_in(&house, &fresh.login, &fresh.password, &school, at(300)).await.unwrap();
        assert!(enter(&house, &weak, OWN, 65).await.is_ok(), "another address is not concerned");
        // Told once in the log, without an address, and on the administrator's page.
        let told = house.db.list_log().await.unwrap().into_iter().filter(|entry| entry.event == "passwords_sprayed");
        let told: Vec<String> = told.map(|entry| entry.payload).collect();
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("\"logins\":61") && !told[0].contains("195.0.2.1"), "{}", told[0]);
        let alarms = house.sign_in.alarms(after(60).timestamp());
        assert_eq!(
            alarms.iter().map(|one| (one.address.as_str(), one.logins)).collect::<Vec<_>>(),
            [("195.0.2.1", 61)]
        );
        // An hour later it is over.
        assert!(house.sign_in.sign_in(&house, &weak, OWN, &school, at(300 + 3600)).await.is_ok());
    });
}

#[test]
fn six_hundred_pupils_of_whom_one_in_twenty_mistypes_are_all_let_in() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T04").await;
        let school = from("195.0.2.1");
        for number in 0..600 {
            let now = after(60) + chrono::Duration::seconds(number * 3 / 2);
            if number % 20 == 7 {
                // A slip in the login, or in the password.
                let typed = if number % 40 == 7 { format!("u-{}", 20_000 + number) } else { login.clone() };
                let slip = house.sign_in.sign_in(&house, &typed, "три рыжих кита", &school, now).await;
                assert_eq!(refusal(slip), Refusal::NotThem);
            }
            let entered = house.sign_in.sign_in(&house, &login, OWN, &school, now).await;
            assert!(entered.is_ok(), "pupil {number}: {entered:?}");
        }
        assert_eq!(house.sign_in.alarms(0), []);
        // Somebody who has never been there, with a password of the own: let in as well.
        let newcomer = settled(&house, "T05").await;
        assert!(house.sign_in.sign_in(&house, &newcomer, OWN, &school, after(75)).await.is_ok());
    });
}

#[test]
fn a_login_that_does_not_exist_is_answered_like_a_wrong_password() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T04").await;
        let mut answers = Vec::new();
        for login in [login.as_str(), "u-00000"] {
            let mut told = Vec::new();
            for number in 0..12 {
                let before = house.sign_in.hasher.computed();
                let now = after(60) + chrono::Duration::seconds(number);
                let answer = house.sign_in.sign_in(&house, login, "не тот пароль", &from("203.0.113.1"), now).await;
                told.push((refusal(answer), house.sign_in.hasher.computed() - before));
            }
            answers.push(told);
        }
        // The decoy's own hash is made once, before the first answer.
        assert_eq!(answers[0], answers[1], "same words, same pauses, same hashes");
    });
}

#[test]
fn the_time_of_an_answer_does_not_tell_whether_a_login_exists() {
    on_every_engine(|house| async move {
        let login = settled(&house, "T04").await;
        // Dear enough that the hash is what takes the time, as in a real house.
        let cost = Cost { memory_kib: 4096, passes: 2, at_once: 1 };
        let dear = Arc::new(SignIn::new(cost, Terms::default()));
        let mut times: [Vec<Duration>; 2] = Default::default();
        let own = dear.hasher.hash(OWN).await.unwrap();
        let mut row = house.db.find_account("T04").await.unwrap().unwrap();
        row.secret = own;
        let mut tx = house.db.begin().await.unwrap();
        tx.write_account(&row).await.unwrap();
        let event = letopis::domain::audit::Event::new(letopis::domain::audit::EventKind::AccountChanged, "T06", "now");
        tx.record(&event, [1; 16]).await.unwrap().commit().await.unwrap();
        for number in 0..30 {
            for (which, login) in [login.as_str(), "u-00000"].into_iter().enumerate() {
                let origin = from(&format!("203.0.113.{number}"));
                // Far enough apart that no pause is met.
                let now = after(60 + 1000 * number);
                let began = Instant::now();
                let answer = dear.sign_in(&house, login, "не тот пароль", &origin, now).await;
                times[which].push(began.elapsed());
                assert_eq!(refusal(answer), Refusal::NotThem);
            }
        }
        // The least of thirty: what the work itself takes, whatever else this machine does meanwhile.
        let [real, none] = times.map(|times| times.into_iter().min().unwrap().as_secs_f64());
        let ratio = real / none;
        eprintln!("least with a login {real:.4} s, without {none:.4} s, ratio {ratio:.2}");
        assert!((0.6..1.7).contains(&ratio), "{real} s against {none} s");
    });
}

#[test]
fn the_cost_of_a_hash_is_that_of_the_standard() {
    let cost = Cost::default();
    assert!(cost.memory_kib >= 19 * 1024 && cost.passes >= 2, "OWASP's least for argon2id");
    assert!(CHEAP.memory_kib < cost.memory_kib, "the tests' own is a value and not the program's");
}
