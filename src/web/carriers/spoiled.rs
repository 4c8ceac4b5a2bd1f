//! Copies that were found changed, in words: what is to be done of each, and its mark in the list of copies. Floor 3.

use crate::domain::carrier::spoiled::{Next, kind_of};
use crate::domain::words::moment_short;
use crate::flow;
use crate::flow::carriers::{self, Overview, Presence, Spoiled};

/// A changed copy as the page of carriers shows it.
pub(super) struct SpoiledLine {
    /// What was found and what is to be done.
    pub(super) said: String,
    /// The carrier.
    pub(super) carrier: String,
    /// The copy to compare next; empty where one is to be written first.
    pub(super) compare: String,
    /// Is the carrier connected?
    pub(super) there: bool,
}

/// Those of which something is still to be done.
pub(super) fn lines(all: &Overview, spoiled: &[Spoiled<'_>], house: &flow::House) -> Vec<SpoiledLine> {
    let line = |one: &Spoiled<'_>| {
        let there = all.carrier(one.carrier).is_ok_and(|carrier| carriers::presence(house, carrier) == Presence::There);
        SpoiledLine {
            said: format!("{} — {}", one.named(), one.told(all, there)),
            carrier: one.carrier.to_owned(),
            compare: match one.next {
                Next::Compare(id) => id.to_owned(),
                Next::Write | Next::Replaced(_) => String::new(),
            },
            there,
        }
    };
    spoiled.iter().filter(|one| one.next.is_open()).map(line).collect()
}

/// The same for the first screen, one sentence a copy: what is to be done is told where it is done.
pub(super) fn short(all: &Overview) -> Vec<String> {
    let next = |one: &Spoiled<'_>| match one.next {
        Next::Compare(_) => "новая копия записана, её нужно сверить",
        Next::Write | Next::Replaced(_) => "сверка нашла расхождения, нужна новая копия",
    };
    let spoiled = all.spoiled();
    let open = spoiled.iter().filter(|one| one.next.is_open());
    open.map(|one| format!("{} — {}", one.named(), next(one))).collect()
}

/// Open data on carriers for the first screen, one sentence a carrier.
pub(super) fn open(all: &Overview) -> Vec<String> {
    let said = |carrier: &str, places: &str, at: &str| {
        format!("{carrier} — {places} (проверка {}): удалите их с носителя и сверьте его", moment_short(at))
    };
    all.open_data().iter().map(|one| said(one.carrier, &one.places, one.at)).collect()
}

/// The mark of a copy in the list for each carrier on which it was found changed: kind of the badge and words.
pub(super) fn marks(spoiled: &[Spoiled<'_>], copy: &str) -> Vec<(&'static str, String)> {
    let mark = |one: &Spoiled<'_>| match one.next.is_open() {
        true => ("bad", format!("{}: расхождения", one.carrier)),
        false => ("wait", format!("{}: расхождения, записана заново", one.carrier)),
    };
    spoiled.iter().filter(|one| one.id == copy).map(mark).collect()
}

/// What is said of the comparisons of a carrier: a good word on one copy does not cover another that was found changed.
pub(super) fn or(spoiled: &[Spoiled<'_>], carrier: &str, told: (&'static str, String)) -> (&'static str, String) {
    let open = |one: &&Spoiled<'_>| one.carrier == carrier && one.next.is_open();
    match spoiled.iter().rev().find(open) {
        Some(one) if told.0 != "bad" => {
            let of = one.row.map(|row| (kind_of(row.cause), moment_short(&row.at).replace(' ', "\u{a0}")));
            let what = of.map_or_else(|| "копия без записи".to_owned(), |(what, at)| format!("{what} от {at}"));
            ("bad", format!("{what}: расхождения"))
        }
        _ => told,
    }
}
