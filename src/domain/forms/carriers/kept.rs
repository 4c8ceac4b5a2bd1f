//! Where a carrier was when a copy was written on it, as the custody log has it: for the act of writing. Floor 0.

use super::super::People;
use crate::domain::carrier::{Carrier, Step, Trip};
use crate::domain::words;

/// A sentence on a carrier, as a pattern, of the moment (RFC 3339) at which a copy was written on it: in somebody's hands, with a place for the
/// ink of who puts it into the safe, or not given out at all. What was signed later is in the log, so that the act reads the same on any day.
pub fn kept(carrier: &Carrier, at: &str, trips: &[Trip], people: &People) -> String {
    let id = &carrier.id;
    // Moments of one house have one offset, so that their texts stand in the order of time.
    let taken = |trip: &&Trip| trip.signed(Step::Taken).is_some_and(|signed| signed.at.as_str() <= at);
    let was_out = |trip: &&Trip| trip.signed(Step::Accepted).is_none_or(|signed| at < signed.at.as_str());
    let mut own = trips.iter().rev().filter(|trip| trip.carrier == *id);
    let Some(trip) = own.find(|trip| taken(trip) && was_out(trip)) else {
        let place = match carrier.place_words.as_str() {
            "" => String::new(),
            place => format!("; место хранения по учёту: {}", place.replace(['{', '}'], "")),
        };
        return format!("Носитель {id}: когда копию записывали, по журналу пользования никому не выдан{place}.");
    };
    let is_late = words::moment_of(at).is_some_and(|at| at.date_naive() > trip.due_on);
    let late = if is_late { ", в срок не возвращён" } else { "" };
    let (who, due) = (people.get(&trip.taker).short, words::date_short(trip.due_on));
    format!(
        "Носитель {id}, когда копию записывали, на руках: {who}, вернуть до {due}{late} (запись №\u{a0}{} журнала пользования). Сдан в \
         канцелярию, помещён в сейф: {{(дата, подпись секретаря)}}.",
        trip.no
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::carrier::{Kind, Purpose, Signed};

    const AT: &str = "2025-11-10T03:00:00+05:00";

    fn said(steps: &[(Step, &str)]) -> String {
        let signed = |(step, at): &(Step, &str)| Signed {
            step: *step,
            person: "Ромашкина Л.К.".to_owned(),
            office: String::new(),
            note: String::new(),
            at: (*at).to_owned(),
        };
        let trip = Trip {
            no: 3,
            carrier: "Н-1".to_owned(),
            purpose: String::new(),
            due_on: "2025-11-06".parse().unwrap_or_default(),
            taker: "Опалов А.А.".to_owned(),
            at: "2025-11-05T09:00:00+05:00".to_owned(),
            steps: steps.iter().map(signed).collect(),
            orders: Vec::new(),
            dropped: None,
        };
        let carrier = Carrier {
            id: "Н-1".to_owned(),
            kind: Kind::Disk,
            label: String::new(),
            serial: String::new(),
            capacity: String::new(),
            purpose: Purpose::Main,
            mark: String::new(),
            place: String::new(),
            room: String::new(),
            place_words: "кабинет 12, сейф".to_owned(),
            path: String::new(),
            registered_at: String::new(),
            written_off: false,
            written_at: String::new(),
        };
        // Whoever is not on the list is known by what stands there.
        kept(&carrier, AT, &[trip], &People::default())
    }

    #[test]
    fn what_is_said_is_of_the_moment_of_writing_whatever_was_signed_later() {
        let taken = (Step::Taken, "2025-11-05T10:00:00+05:00");
        let out = said(&[taken]);
        let words = "Носитель Н-1, когда копию записывали, на руках: Опалов А.А., вернуть до 06.11.2025, в срок не возвращён (запись №\u{a0}3 \
                     журнала пользования). Сдан в канцелярию, помещён в сейф: {(дата, подпись секретаря)}.";
        assert_eq!(out, words);
        // Put into the safe later: the log says so, and the act reads as it did.
        assert_eq!(said(&[taken, (Step::Accepted, "2025-11-10T09:15:00+05:00")]), out);
        // Back before the copy was written, or never out: nobody handed it in with this copy.
        for steps in [&[][..], &[taken, (Step::Accepted, "2025-11-08T10:00:00+05:00")]] {
            let never = said(steps);
            assert!(never.contains("никому не выдан; место хранения по учёту: кабинет 12, сейф"), "{never}");
            assert!(!never.contains("помещён"), "{never}");
        }
    }
}
