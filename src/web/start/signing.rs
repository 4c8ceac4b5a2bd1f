//! Copies on their way to the seal: what waits for the own hand, what came back, and, for who leads them, who is owed. Floor 3.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::super::answer::Refusal;
use super::super::desk::open_scans;
use super::super::query::segment;
use super::super::scans::differing;
use super::super::waiting::Awaited;
use super::{Desk, Wait, shortened};
use crate::domain::copy::State as CopyState;
use crate::domain::names;
use crate::domain::rights::{Action, Role};
use crate::domain::route::BY_SHEETS;
use crate::domain::words;
use crate::flow::desk::{self, Mending};
use crate::flow::outdated::Why;
use crate::flow::sign::REFUSED;
use crate::store::CopyRow;

/// A copy that came back, and what became of it since.
struct Back<'c> {
    copy: &'c Awaited,
    mending: Mending,
    /// Does the visitor issue its next version?
    leads: bool,
}

impl Back<'_> {
    /// The class, and where something else was changed, what was not: «5А (в листе «Биология» ничего не изменено; …)».
    fn not_yet(&self, reader: &str) -> String {
        let class = &self.copy.row.class;
        match self.mending.others.is_empty() {
            true => class.clone(),
            false => format!("{class} ({})", self.mending.said(reader)),
        }
    }
}

/// «версию 2: 5А», «следующие версии: 5А, 6А».
fn versions(copies: &[&Back<'_>]) -> String {
    let classes = shortened(copies.iter().map(|one| one.copy.row.class.as_str()));
    match copies {
        [one] => format!("версию {}: {classes}", one.copy.row.version + 1),
        _ => format!("следующие версии: {classes}"),
    }
}

/// «лист изменён после замечания»: what is known of copies that were changed since they came back. Whether that answers the remark, people
/// judge.
fn changed(copies: &[&Back<'_>]) -> String {
    let after = if copies.iter().all(|one| one.copy.recalled) { "возврата" } else { "замечания" };
    let sheets: Vec<&String> = copies.iter().flat_map(|one| one.mending.changes.keys()).collect();
    // A copy that is judged as a whole has no sheet of its own to name.
    let what = match (sheets.iter().any(|name| name.is_empty()), sheets.len()) {
        (true, _) => "записи изменены",
        (false, 0 | 1) => "лист изменён",
        (false, _) => "листы изменены",
    };
    format!("{what} после {after}")
}

/// What is said of copies that wait for the seal, of which so many have scans with differences that nobody has looked at.
fn ready_words(open: u64) -> String {
    match open {
        0 => "все подписи стоят и проверены".to_owned(),
        open => {
            let copies = words::count(open, "копии", "копий", "копий");
            format!("все подписи стоят; на сканах {copies} есть непросмотренные отличия: посмотрите их до печати школы")
        }
    }
}

impl Desk<'_> {
    /// The own signatures: the same number as on the button of the desk, single sheets and copies as a whole. What is signed on paper is not
    /// ticked there and not counted here; it is said beside the number.
    pub(super) fn own_signatures(&self, copies: &[Awaited]) -> Option<Wait> {
        let person = self.visitor.account.as_str();
        let mine = copies.iter().filter(|copy| copy.waits_for(person) && copy.outdated.is_none());
        let (paper, here): (Vec<&Awaited>, Vec<&Awaited>) = mine.partition(|copy| copy.on_paper);
        let classes = |copies: &[&Awaited]| {
            let mut classes: Vec<&str> = copies.iter().map(|copy| copy.row.class.as_str()).collect();
            classes.dedup();
            shortened(classes.into_iter())
        };
        let wait = |count, what: &str, detail| Wait {
            count,
            what: what.to_owned(),
            detail,
            href: "/desk".to_owned(),
            urgent: false,
            why: String::new(),
        };
        if here.is_empty() {
            let n = paper.len() as u64;
            let what = words::plural(
                n,
                "копия ждёт подписи на бумаге",
                "копии ждут подписи на бумаге",
                "копий ждут подписи на бумаге",
            );
            return (n > 0).then(|| wait(n, what, format!("подпишите распечатку: {}", classes(&paper))));
        }
        let on_paper = match paper.is_empty() {
            true => String::new(),
            false => format!("; и на бумаге: {}", classes(&paper)),
        };
        let n: u64 = here.iter().map(|copy| copy.counted_for(person) as u64).sum();
        let whole = here.iter().filter(|copy| copy.sheets.is_empty()).count() as u64;
        let classes = classes(&here);
        let (what, detail) = if whole == 0 {
            let what =
                words::plural(n, "лист ждёт вашей подписи", "листа ждут вашей подписи", "листов ждут вашей подписи");
            (what, classes)
        } else if whole == n {
            let what =
                words::plural(n, "копия ждёт вашей подписи", "копии ждут вашей подписи", "копий ждут вашей подписи");
            (what, classes)
        } else {
            let sheets = words::count(n - whole, "лист", "листа", "листов");
            let whole = words::count(whole, "копия", "копии", "копий");
            let what = words::plural(n, "подпись за вами", "подписи за вами", "подписей за вами");
            (what, format!("{sheets} и {whole} целиком: {classes}"))
        };
        Some(wait(n, what, format!("{detail}{on_paper}")))
    }

    /// Copies that everybody has signed, for who puts the seal. Where scans of some differ and nobody has looked, it leads there: after the seal
    /// a scan undoes no signature.
    pub(super) async fn seals(&self, copies: &[Awaited]) -> Result<Option<Wait>, Refusal> {
        if !self.visitor.may_anywhere(Action::SealCopies) {
            return Ok(None);
        }
        let seen = self.visitor.reach(Action::ReadCopies);
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let ready = copies.iter().filter(|copy| copy.waits_for_seal()).map(|copy| &copy.row);
        let ready: Vec<&CopyRow> = ready.filter(|row| seen.class(&row.class, grade(&row.class))).collect();
        let n = ready.len() as u64;
        let open = open_scans(self.state, self.directory, &ready).await?;
        let href = match open.as_slice() {
            [] => "/copies?state=signed".to_owned(),
            [(_, scans)] => scans.clone(),
            _ => differing::ADDRESS.to_owned(),
        };
        Ok((n > 0).then(|| Wait {
            count: n,
            what: words::plural(n, "копия ждёт печати", "копии ждут печати", "копий ждут печати").to_owned(),
            detail: ready_words(open.len() as u64),
            href,
            urgent: false,
            why: String::new(),
        }))
    }

    /// Copies on their way with entries that were undone since or under an authority that was replaced, for who issues: nobody signs or seals them, the next version takes their place.
    /// What was recalled is told as what came back.
    pub(super) fn undone(&self, copies: &[Awaited]) -> Option<Wait> {
        let (seen, issues) = (self.visitor.reach(Action::ReadCopies), self.visitor.reach(Action::IssueCopies));
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let own = |class: &str| [&seen, &issues].iter().all(|reach| reach.class(class, grade(class)));
        let stale = copies.iter().filter(|copy| copy.outdated.is_some() && !copy.recalled && own(&copy.row.class));
        let stale: Vec<&Awaited> = stale.collect();
        let [one, ..] = stale.as_slice() else { return None };
        let n = stale.len() as u64;
        let what = words::plural(
            n,
            "копия ждёт следующей версии",
            "копии ждут следующих версий",
            "копий ждут следующих версий",
        );
        let has = |why: Why| stale.iter().any(|copy| copy.outdated == Some(why));
        let why = match (has(Why::Undone), has(Why::Former)) {
            (true, true) => "составлены с отменёнными записями или под прежним удостоверяющим центром школы",
            (_, is_former) => {
                let why = if is_former { Why::Former } else { Why::Undone };
                if n == 1 { why.as_russian() } else { why.as_russian_of_many() }
            }
        };
        let detail = match n {
            1 => format!("{why}, её не подписывают и не скрепляют печатью: выпустите следующую версию"),
            _ => format!("{why}, их не подписывают и не скрепляют печатью: выпустите следующие версии"),
        };
        let classes = shortened(stale.iter().map(|copy| copy.row.class.as_str()));
        Some(Wait {
            count: n,
            what: what.to_owned(),
            detail: format!("{detail}: {classes}"),
            href: if n == 1 {
                format!("/copies/{}", segment(&one.row.id))
            } else {
                "/copies?state=outdated".to_owned()
            },
            urgent: false,
            why: String::new(),
        })
    }

    /// Copies that came back, with the identifiers of those that are told here: to whose sheet the remark is, what is to be corrected and then
    /// what is waited for; to who issues, what is corrected and where the next version is issued; to everybody else of the class, that it came
    /// back and that nothing is asked of them.
    pub(super) async fn refused(&self, copies: &[Awaited]) -> Result<(Vec<Wait>, BTreeSet<String>), Refusal> {
        let (seen, issues) = (self.visitor.reach(Action::ReadCopies), self.visitor.reach(Action::IssueCopies));
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let mut back = Vec::new();
        for copy in copies.iter().filter(|copy| copy.row.state == CopyState::Refused || copy.recalled) {
            let class = copy.row.class.as_str();
            if seen.class(class, grade(class)) {
                let mending = desk::mending(&self.state.house, &copy.row).await?;
                back.push(Back { copy, mending, leads: issues.class(class, grade(class)) });
            }
        }
        let (mut waits, mut told) = self.remarked(&back).await?;
        let is_told = |one: &&Back<'_>| told.contains(&one.copy.row.id);
        let leads = back.iter().filter(|one| one.leads && !is_told(one));
        let (recalled, refused): (Vec<&Back<'_>>, Vec<&Back<'_>>) = leads.partition(|one| one.copy.recalled);
        let what = ["копия отклонена подписантом", "копии отклонены подписантами", "копий отклонено подписантами"];
        waits.extend(self.to_issue(&refused, what, true));
        let recall = [
            "подписанная копия возвращена на исправление",
            "подписанные копии возвращены на исправление",
            "подписанных копий возвращено на исправление",
        ];
        waits.extend(self.to_issue(&recalled, recall, false));
        let rest = back.iter().filter(|one| !one.leads && !one.copy.recalled && !is_told(one));
        let (mended, rest): (Vec<&Back<'_>>, Vec<&Back<'_>>) = rest.partition(|one| one.mending.is_done());
        if let [one, ..] = rest.as_slice() {
            let (loads, issues) =
                (self.visitor.rules.who(Action::ImportData), self.visitor.rules.who(Action::IssueCopies));
            let detail = match self.own_changed(&rest).await?.as_str() {
                "" => format!(
                    "от вас ничего не ждут: исправленный журнал загружает {loads}, новую версию выпускает {issues}; если изменится ваш лист, подпишете его снова"
                ),
                own => format!("{own}; новую версию выпускает {issues}"),
            };
            waits.push(self.came_back(one, rest.len() as u64, what, detail));
        }
        if let [one, ..] = mended.as_slice() {
            let what = [
                "отклонённая копия ждёт следующей версии",
                "отклонённые копии ждут следующих версий",
                "отклонённых копий ждут следующих версий",
            ];
            let detail = match self.own_changed(&mended).await?.as_str() {
                "" => format!("{}, ждём {}", changed(&mended), versions(&mended)),
                own => format!("{}, ждём {}; {own}", changed(&mended), versions(&mended)),
            };
            waits.push(self.came_back(one, mended.len() as u64, what, detail));
        }
        let here = back.iter().filter(|one| one.leads || !one.copy.recalled);
        told.extend(here.map(|one| one.copy.row.id.clone()));
        Ok((waits, told))
    }

    /// The visitor's own sheets that were changed after a remark on another: the next version asks for their signature. Empty where none was.
    async fn own_changed(&self, copies: &[&Back<'_>]) -> Result<String, Refusal> {
        let (house, me) = (&self.state.house, self.visitor.account.as_str());
        let (mut named, mut has_signed) = (Vec::new(), false);
        for one in copies {
            let row = &one.copy.row;
            let paper = house.papers.get(house, row.snapshot).await?;
            let places = paper.route.iter().filter(|stage| stage.id == BY_SHEETS).flat_map(|stage| &stage.signers);
            let own = places.filter(|place| place.person.id == me).flat_map(|place| &place.sheets);
            let own = own.filter_map(|id| paper.sheet(id)).filter(|sheet| one.mending.others.contains(&sheet.name));
            let before = named.len();
            named.extend(own.map(|sheet| match copies.len() {
                1 => format!("«{}»", sheet.name),
                _ => format!("«{}» ({})", sheet.name, row.class),
            }));
            if named.len() > before {
                let said = house.db.list_statements(&row.id, row.version).await?;
                has_signed |= said.iter().any(|said| said.signer == me && said.verdict != REFUSED);
            }
        }
        let anew = if has_signed { "подписать снова" } else { "подписать" };
        Ok(match named.as_slice() {
            [] => String::new(),
            [one] => format!("ваш лист {one} изменён: в новой версии его нужно будет {anew}"),
            many => {
                format!("ваши листы {} изменены: в новой версии их нужно будет {anew}", words::listed(many))
            }
        })
    }

    /// A quiet line on copies that came back and wait for others.
    fn came_back(&self, one: &Back<'_>, n: u64, [single, few, many]: [&str; 3], detail: String) -> Wait {
        Wait {
            count: n,
            what: words::plural(n, single, few, many).to_owned(),
            detail,
            href: self.place_of(one.copy, n),
            urgent: false,
            why: String::new(),
        }
    }

    /// Where copies that came back are read: the page of the only one, the desk, or the list for who signs nothing.
    fn place_of(&self, one: &Awaited, n: u64) -> String {
        match n {
            1 => format!("/copies/{}", segment(&one.row.id)),
            _ if self.visitor.may_anywhere(Action::SignCopies) => "/desk".to_owned(),
            _ if one.recalled => "/copies".to_owned(),
            _ => "/copies?state=refused".to_owned(),
        }
    }

    /// Remarks on the own sheets, and the copies that are told by them: those to be corrected, and those that were. Who issues the next version
    /// of a corrected one is told that instead.
    async fn remarked(&self, back: &[Back<'_>]) -> Result<(Vec<Wait>, BTreeSet<String>), Refusal> {
        let (mut open, mut mended, mut told) = (Vec::new(), Vec::new(), BTreeSet::new());
        for one in back {
            let row = &one.copy.row;
            let mut remarks = desk::remarks(&self.state.house, row).await?;
            remarks.retain(|remark| remark.version == row.version && remark.owner == self.visitor.account);
            let own = remarks.len() as u64;
            remarks.retain(|remark| one.mending.lacks(&remark.sheet));
            match remarks.first() {
                Some(first) => {
                    let elsewhere = match one.mending.others.is_empty() {
                        true => String::new(),
                        false => format!(" ({})", one.mending.said(&self.visitor.account)),
                    };
                    let said = format!("{}, {}: «{}»{elsewhere}", row.class, first.sheet, first.words);
                    open.push((one, said, remarks.len() as u64));
                }
                None if own > 0 && !one.leads => mended.push((one, own)),
                None => continue,
            }
            told.insert(row.id.clone());
        }
        let mut waits = Vec::new();
        if let [(one, said, _), ..] = open.as_slice() {
            let n: u64 = open.iter().map(|(_, _, remarks)| remarks).sum();
            let more = if n > 1 { format!(" и ещё {}", n - 1) } else { String::new() };
            waits.push(Wait {
                count: n,
                what: words::plural(
                    n,
                    "замечание к вашему листу",
                    "замечания к вашим листам",
                    "замечаний к вашим листам",
                )
                .to_owned(),
                detail: format!(
                    "{said}{more}; исправьте в журнале школы, исправленный журнал загружает {}, потом новую версию выпускает {}",
                    self.visitor.rules.who(Action::ImportData),
                    self.visitor.rules.who(Action::IssueCopies)
                ),
                href: self.place_of(one.copy, open.len() as u64),
                urgent: true,
                why: String::new(),
            });
        }
        if let [(one, _), ..] = mended.as_slice() {
            let n: u64 = mended.iter().map(|(_, remarks)| remarks).sum();
            let copies: Vec<&Back<'_>> = mended.iter().map(|(one, _)| *one).collect();
            let issues = self.visitor.rules.who(Action::IssueCopies);
            let what = words::plural(
                n,
                "замечание к вашему листу ждёт следующей версии",
                "замечания к вашим листам ждут следующей версии",
                "замечаний к вашим листам ждут следующей версии",
            );
            waits.push(Wait {
                count: n,
                what: what.to_owned(),
                detail: format!(
                    "{}, ждём {}; выпускает {issues}; что изменено — на странице копии",
                    changed(&copies),
                    versions(&copies)
                ),
                href: self.place_of(one.copy, copies.len() as u64),
                urgent: false,
                why: String::new(),
            });
        }
        Ok((waits, told))
    }

    /// Copies that came back, for who issues the next version: which are corrected by now and which are not.
    fn to_issue(&self, copies: &[&Back<'_>], [single, few, many]: [&str; 3], urgent: bool) -> Option<Wait> {
        let [one, ..] = copies else { return None };
        let (mended, not_yet): (Vec<&Back<'_>>, Vec<&Back<'_>>) =
            copies.iter().copied().partition(|one| one.mending.is_done());
        let mut detail = Vec::new();
        if !mended.is_empty() {
            detail.push(format!("{} — проверьте и выпустите {}", changed(&mended), versions(&mended)));
        }
        if !not_yet.is_empty() {
            let named: Vec<String> = not_yet.iter().map(|one| one.not_yet(&self.visitor.account)).collect();
            detail.push(format!("ещё не исправлено: {}", shortened(named.iter().map(String::as_str))));
        }
        let n = copies.len() as u64;
        Some(Wait {
            count: n,
            what: words::plural(n, single, few, many).to_owned(),
            detail: detail.join("; "),
            href: self.place_of(one.copy, n),
            urgent,
            why: String::new(),
        })
    }

    /// Copies that wait for the signatures of others, a next version of a sealed copy among them. What waits for the visitor alone is told as
    /// the own signature; what is signed on paper, whoever keeps the office's paper is told among its deeds.
    pub(super) fn signing(&self, copies: &[Awaited]) -> Option<Wait> {
        if !self.holds(&[Role::Secretary, Role::JournalKeeper]) {
            return None;
        }
        let roster = &self.directory.roster;
        let me = self.visitor.account.as_str();
        let reach = self.visitor.reach(Action::ReadCopies);
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let seen = copies.iter().filter(|copy| reach.class(&copy.row.class, grade(&copy.row.class)));
        let (mut n, mut owed) = (0_u64, BTreeMap::<&str, u64>::new());
        let files = [Action::KeepPaper, Action::ReceivePaper].iter().all(|action| self.visitor.may_anywhere(*action));
        let waits = |copy: &&Awaited| {
            copy.row.state == CopyState::Issued && copy.outdated.is_none() && !(files && copy.on_paper)
        };
        for copy in seen.filter(waits) {
            let others: Vec<&str> = copy.signers.iter().map(String::as_str).filter(|id| *id != me).collect();
            if others.is_empty() && !copy.signers.is_empty() {
                continue;
            }
            n += 1;
            for id in others {
                *owed.entry(id).or_default() += 1;
            }
        }
        // Who is owed the most stands first.
        let mut owed: Vec<(&str, u64)> = owed.into_iter().collect();
        owed.sort_by_key(|(_, copies)| Reverse(*copies));
        let name = |(id, _): &(&str, u64)| {
            let member = roster.staff_member(id);
            let short = member.map(|one| names::short_name(&one.surname, &one.given_name, &one.patronymic));
            short.unwrap_or_else(|| (*id).to_owned())
        };
        let named: Vec<String> = owed.iter().map(name).collect();
        let detail = match named.is_empty() {
            true => "видно, чья очередь".to_owned(),
            false => format!("ждём подписи: {}", shortened(named.iter().map(String::as_str))),
        };
        (n > 0).then(|| Wait {
            count: n,
            what: words::plural(n, "копия на подписании", "копии на подписании", "копий на подписании").to_owned(),
            detail,
            href: "/copies?state=issued".to_owned(),
            urgent: false,
            why: String::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_the_seal_is_called_checked_only_where_no_difference_of_a_scan_is_open() {
        assert_eq!(ready_words(0), "все подписи стоят и проверены");
        let (one, two) = (ready_words(1), ready_words(2));
        assert!(
            one.contains("на сканах 1\u{a0}копии есть непросмотренные отличия") && !one.contains("проверены"),
            "{one}"
        );
        assert!(two.contains("на сканах 2\u{a0}копий есть"), "{two}");
    }
}
