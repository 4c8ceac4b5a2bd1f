//! What a form of the books brought when a rule refused it. Floor 3.

use super::Fields;

/// What a form that was not taken had brought: it comes back unfolded, and nothing is typed twice.
#[derive(Default)]
pub(super) struct Sent {
    /// Is it this form that was not taken?
    pub(super) open: bool,
    pub(super) carrier: String,
    pub(super) kind: String,
    pub(super) label: String,
    pub(super) serial: String,
    pub(super) capacity: String,
    pub(super) purpose: String,
    pub(super) room: String,
    pub(super) holder: String,
    pub(super) place: String,
    pub(super) path: String,
    pub(super) note: String,
}

impl Sent {
    /// Nothing where the form was another one.
    pub(super) fn of(fields: &Fields, acts: &[&str]) -> Self {
        if !acts.contains(&fields.value("act")) {
            return Self::default();
        }
        let value = |name: &str| fields.value(name).to_owned();
        Self {
            open: true,
            carrier: value("carrier"),
            kind: value("kind"),
            label: value("label"),
            serial: value("serial"),
            capacity: value("capacity"),
            purpose: value("purpose"),
            room: value("room"),
            holder: value("holder"),
            place: value("place"),
            path: value("path"),
            note: value("note"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_that_was_refused_comes_back_filled_and_the_others_stay_shut() {
        let fields = Fields::of("act=carrier&label=%D0%94%D0%B8%D1%81%D0%BA&serial=NA7X&place=%D0%9C-1");
        let sent = Sent::of(&fields, &["carrier"]);
        assert_eq!((sent.open, sent.label.as_str(), sent.serial.as_str()), (true, "Диск", "NA7X"));
        let other = Sent::of(&fields, &["move", "write_off"]);
        assert!(!other.open && other.label.is_empty());
        assert!(!Sent::of(&Fields::default(), &["carrier"]).open);
    }
}
