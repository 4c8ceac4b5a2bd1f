//! Copies on their way to the seal: what waits for the own hand, what came back, and, for who leads them, who is owed. Floor 3.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::answer::Refusal;
use super::super::query::segment;
use super::super::waiting::Awaited;
use super::{Desk, Wait, shortened};
use crate::domain::copy::State as CopyState;
use crate::domain::names;
use crate::domain::rights::{Action, Role};
use crate::domain::words;
use crate::flow::desk;

impl Desk<'_> {
    /// The own signatures: the same number as on the button of the desk, single sheets and copies as a whole. What is signed on paper is not
    /// ticked there and not counted here; it is said beside the number.
    pub(super) fn own_signatures(&self, copies: &[Awaited]) -> Option<Wait> {
        let person = self.visitor.account.as_str();
        let mine = copies.iter().filter(|copy| copy.waits_for(person));
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

    /// Copies that everybody has signed, for who puts the seal.
    pub(super) fn seals(&self, copies: &[Awaited]) -> Option<Wait> {
        let seen = self.visitor.reach(Action::ReadCopies);
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let ready = copies.iter().filter(|copy| copy.row.state == CopyState::Signed && !copy.recalled);
        let n = ready.filter(|copy| seen.class(&copy.row.class, grade(&copy.row.class))).count() as u64;
        (n > 0 && self.visitor.may_anywhere(Action::SealCopies)).then(|| Wait {
            count: n,
            what: words::plural(n, "копия ждёт печати", "копии ждут печати", "копий ждут печати").to_owned(),
            detail: "все подписи стоят и проверены".to_owned(),
            href: "/copies?state=signed".to_owned(),
            urgent: false,
            why: String::new(),
        })
    }

    /// Copies that came back: to whose sheet the remark is, what is to be corrected; to who issues, what is corrected and where the next version
    /// is issued; to everybody else of the class, that it came back.
    pub(super) async fn refused(&self, copies: &[Awaited]) -> Result<Vec<Wait>, Refusal> {
        let (seen, issues) = (self.visitor.reach(Action::ReadCopies), self.visitor.reach(Action::IssueCopies));
        let grade = |class: &str| self.directory.class(class).map_or(0, |class| class.grade);
        let back = copies.iter().filter(|copy| copy.row.state == CopyState::Refused || copy.recalled);
        let back: Vec<&Awaited> = back.filter(|copy| seen.class(&copy.row.class, grade(&copy.row.class))).collect();
        let (own, told) = self.remarked(&back).await?;
        let mut waits: Vec<Wait> = own.into_iter().collect();
        let (leads, rest): (Vec<&Awaited>, Vec<&Awaited>) =
            back.into_iter().partition(|copy| issues.class(&copy.row.class, grade(&copy.row.class)));
        let (recalled, refused): (Vec<&Awaited>, Vec<&Awaited>) = leads.into_iter().partition(|copy| copy.recalled);
        let what = ["копия отклонена подписантом", "копии отклонены подписантами", "копий отклонено подписантами"];
        waits.extend(self.to_issue(&refused, what, true).await?);
        let recall = [
            "подписанная копия возвращена на исправление",
            "подписанные копии возвращены на исправление",
            "подписанных копий возвращено на исправление",
        ];
        waits.extend(self.to_issue(&recalled, recall, false).await?);
        let rest = rest.into_iter().filter(|copy| !copy.recalled && !told.contains(&copy.row.id));
        let rest: Vec<&Awaited> = rest.collect();
        let n = rest.len() as u64;
        if let [one, ..] = rest.as_slice() {
            let [single, few, many] = what;
            waits.push(Wait {
                count: n,
                what: words::plural(n, single, few, many).to_owned(),
                detail: format!(
                    "исправленный журнал загружает {}, новую версию выпускает {}; изменится ваш лист — подпишете его снова",
                    self.visitor.rules.who(Action::ImportData),
                    self.visitor.rules.who(Action::IssueCopies)
                ),
                href: self.place_of(one, n),
                urgent: true,
                why: String::new(),
            });
        }
        Ok(waits)
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

    /// Remarks on the own sheets, with the copies that they are on.
    async fn remarked(&self, back: &[&Awaited]) -> Result<(Option<Wait>, Vec<String>), Refusal> {
        let (mut open, mut told) = (Vec::new(), Vec::new());
        for copy in back {
            let mut remarks = desk::remarks(&self.state.house, &copy.row).await?;
            remarks.retain(|one| one.version == copy.row.version && one.owner == self.visitor.account);
            let Some(first) = remarks.first() else { continue };
            told.push(copy.row.id.clone());
            let recall = self.state.house.db.find_recall(&copy.row.id).await?;
            // What is corrected waits for others.
            if desk::is_mended(&self.state.house, &copy.row, recall.as_ref()).await? {
                continue;
            }
            let said = format!("{}, {}: «{}»", copy.row.class, first.sheet, first.words);
            open.push((*copy, said, remarks.len() as u64));
        }
        let Some((copy, said, _)) = open.first() else { return Ok((None, told)) };
        let n: u64 = open.iter().map(|(_, _, remarks)| remarks).sum();
        let more = if n > 1 { format!(" и ещё {}", n - 1) } else { String::new() };
        let wait = Wait {
            count: n,
            what: words::plural(n, "замечание к вашему листу", "замечания к вашим листам", "замечаний к вашим листам")
                .to_owned(),
            detail: format!(
                "{said}{more}; исправьте в журнале школы, исправленный журнал загружает {}, потом новую версию выпускает {}",
                self.visitor.rules.who(Action::ImportData),
                self.visitor.rules.who(Action::IssueCopies)
            ),
            href: self.place_of(copy, open.len() as u64),
            urgent: true,
            why: String::new(),
        };
        Ok((Some(wait), told))
    }

    /// Copies that came back, for who issues the next version: which are corrected by now and which are not.
    async fn to_issue(
        &self,
        copies: &[&Awaited],
        [single, few, many]: [&str; 3],
        urgent: bool,
    ) -> Result<Option<Wait>, Refusal> {
        let [one, ..] = copies else { return Ok(None) };
        let (mut mended, mut not_yet) = (Vec::new(), Vec::new());
        for copy in copies {
            let recall = self.state.house.db.find_recall(&copy.row.id).await?;
            match desk::is_mended(&self.state.house, &copy.row, recall.as_ref()).await? {
                true => mended.push(copy.row.class.as_str()),
                false => not_yet.push(copy.row.class.as_str()),
            }
        }
        let mut detail = Vec::new();
        if !mended.is_empty() {
            detail.push(format!("исправлено, выпустите новую версию: {}", shortened(mended.into_iter())));
        }
        if !not_yet.is_empty() {
            detail.push(format!("ещё не исправлено: {}", shortened(not_yet.into_iter())));
        }
        let n = copies.len() as u64;
        Ok(Some(Wait {
            count: n,
            what: words::plural(n, single, few, many).to_owned(),
            detail: detail.join("; "),
            href: self.place_of(one, n),
            urgent,
            why: String::new(),
        }))
    }

    /// Copies that wait for the signatures of others, a next version of a sealed copy among them. What waits for the visitor alone is told as
    /// the own signature.
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
        for copy in seen.filter(|copy| copy.row.state == CopyState::Issued) {
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
