//! The tables of the year's set-up: floor 1, inside `store`. Their columns are those of `domain::setup::layout`; a test compares them.

use super::super::rows::{Kind, Table};

use Kind::{Int, Text};

pub(in crate::store) static CALENDAR_DAYS: Table = Table {
    name: "calendar_days",
    key: 2,
    columns: &[("starts", Text), ("scope", Text), ("ends", Text), ("kind", Text), ("name", Text), ("follows", Int)],
};
pub(in crate::store) static REGIMES: Table =
    Table { name: "regimes", key: 1, columns: &[("scope", Text), ("week_days", Int), ("shift", Int), ("bells", Text)] };
pub(in crate::store) static BELLS: Table =
    Table { name: "bells", key: 2, columns: &[("schedule", Text), ("number", Int), ("starts", Text), ("ends", Text)] };
pub(in crate::store) static EVENTS: Table = Table {
    name: "events",
    key: 1,
    columns: &[
        ("id", Text),
        ("starts", Text),
        ("ends", Text),
        ("clock", Text),
        ("scope", Text),
        ("title", Text),
        ("place", Text),
        ("responsible", Text),
        ("note", Text),
    ],
};
pub(in crate::store) static ROOMS: Table =
    Table { name: "rooms", key: 1, columns: &[("name", Text), ("seats", Int), ("purpose", Text), ("keeper", Text)] };
pub(in crate::store) static COURSE_DETAILS: Table = Table {
    name: "course_details",
    key: 1,
    columns: &[("course", Text), ("kind", Text), ("stream", Text), ("room", Text)],
};
pub(in crate::store) static INDIVIDUAL_PLANS: Table = Table {
    name: "individual_plans",
    key: 2,
    columns: &[
        ("learner", Text),
        ("subject", Text),
        ("hours_centi", Int),
        ("course", Text),
        ("ground", Text),
        ("note", Text),
    ],
};
pub(in crate::store) static CURRICULUM: Table = Table {
    name: "curriculum",
    key: 3,
    columns: &[("grade", Int), ("profile", Text), ("subject", Text), ("hours_centi", Int), ("part", Text)],
};
pub(in crate::store) static TEACHING_LOAD: Table = Table {
    name: "teaching_load",
    key: 2,
    columns: &[("teacher", Text), ("course", Text), ("hours_centi", Int), ("note", Text)],
};
pub(in crate::store) static EARLIER_TEACHERS: Table = Table {
    name: "earlier_teachers",
    key: 2,
    columns: &[("course", Text), ("until", Text), ("teacher", Text), ("ground", Text), ("signer", Text)],
};
pub(in crate::store) static TIMETABLE: Table = Table {
    name: "timetable",
    key: 5,
    columns: &[
        ("course", Text),
        ("weekday", Int),
        ("number", Int),
        ("week", Text),
        ("since", Text),
        ("until", Text),
        ("room", Text),
        ("teacher", Text),
    ],
};
pub(in crate::store) static PLAN_TOPICS: Table = Table {
    name: "plan_topics",
    key: 2,
    columns: &[
        ("course", Text),
        ("ordinal", Int),
        ("section", Text),
        ("topic", Text),
        ("hours_centi", Int),
        ("planned", Text),
        ("kind_of_work", Text),
        ("homework", Text),
    ],
};
pub(in crate::store) static CONTROL_WORKS: Table = Table {
    name: "control_works",
    key: 2,
    columns: &[("course", Text), ("date", Text), ("kind_of_work", Text), ("title", Text), ("level", Text)],
};
pub(in crate::store) static STAYS: Table = Table {
    name: "stays",
    key: 2,
    columns: &[
        ("learner", Text),
        ("starts", Text),
        ("class", Text),
        ("entry", Text),
        ("entry_order", Text),
        ("entry_order_date", Text),
        ("whence", Text),
        ("ends", Text),
        ("exit", Text),
        ("exit_order", Text),
        ("exit_order_date", Text),
        ("whither", Text),
    ],
};
pub(in crate::store) static FOREIGN_MARKS: Table = Table {
    name: "foreign_marks",
    key: 2,
    columns: &[
        ("learner", Text),
        ("id", Text),
        ("origin", Text),
        ("their_subject", Text),
        ("subject", Text),
        ("dated", Text),
        ("value", Text),
        ("note", Text),
    ],
};
pub(in crate::store) static ORDERS: Table = Table {
    name: "orders",
    key: 1,
    columns: &[("id", Text), ("number", Text), ("date", Text), ("kind", Text), ("title", Text), ("body", Text)],
};
pub(in crate::store) static ACQUAINTANCES: Table = Table {
    name: "acquaintances",
    key: 2,
    columns: &[("order_id", Text), ("person", Text), ("seen_on", Text), ("way", Text), ("note", Text)],
};
/// Every table of the set-up, in an order in which they can be written.
pub(in crate::store) static ALL: [&Table; 17] = [
    &CALENDAR_DAYS,
    &REGIMES,
    &BELLS,
    &EVENTS,
    &ROOMS,
    &COURSE_DETAILS,
    &INDIVIDUAL_PLANS,
    &CURRICULUM,
    &TEACHING_LOAD,
    &EARLIER_TEACHERS,
    &TIMETABLE,
    &PLAN_TOPICS,
    &CONTROL_WORKS,
    &STAYS,
    &FOREIGN_MARKS,
    &ORDERS,
    &ACQUAINTANCES,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::setup::layout::{Layout, SETUP};

    #[test]
    fn the_store_and_the_layouts_speak_of_the_same_columns() {
        for (table, layout) in ALL.iter().zip(SETUP) {
            assert_eq!((table.name, table.key), (layout.table, layout.key));
            let columns: Vec<(&str, bool)> = table.columns.iter().map(|(name, kind)| (*name, *kind == Int)).collect();
            let laid: Vec<(&str, bool)> = layout.columns.iter().map(|c| (c.name, Layout::is_number(c))).collect();
            assert_eq!(columns, laid, "{}", table.name);
        }
    }
}
