//! What the custody log grows by: trips, orders about them, requests that were dropped, signatures. Floor 1.

use super::{Bound, Error, Tx};
use crate::domain::carrier::{Dropped, ReturnOrder, Signed, Trip};

impl Tx {
    /// A trip that was asked for, without signatures.
    pub async fn record_trip(&mut self, trip: &Trip, by: &str) -> Result<(), Error> {
        let due = trip.due_on.to_string();
        let cells = [
            ("no", Bound::Number(trip.no)),
            ("carrier", (&trip.carrier).into()),
            ("purpose", (&trip.purpose).into()),
            ("due_on", (&due).into()),
            ("taker", (&trip.taker).into()),
            ("at", (&trip.at).into()),
            ("by_person", by.into()),
        ];
        self.grow("custody_trips", &cells).await
    }

    /// The director's order about a trip whose taker has left; `no` from 1.
    pub async fn record_custody_order(&mut self, trip: u64, no: u64, order: &ReturnOrder) -> Result<(), Error> {
        let cells = [
            ("trip", Bound::Number(trip)),
            ("no", Bound::Number(no)),
            ("person", (&order.person).into()),
            ("from_whom", (&order.from).into()),
            ("ground", (&order.ground).into()),
            ("at", (&order.at).into()),
            ("by_person", (&order.by).into()),
        ];
        self.grow("custody_orders", &cells).await
    }

    /// How a request ended whose carrier never left the safe.
    pub async fn record_custody_drop(&mut self, trip: u64, dropped: &Dropped) -> Result<(), Error> {
        let cells = [
            ("trip", Bound::Number(trip)),
            ("reason", (&dropped.reason).into()),
            ("office", (&dropped.office).into()),
            ("at", (&dropped.at).into()),
            ("by_person", (&dropped.by).into()),
        ];
        self.grow("custody_drops", &cells).await
    }

    /// A signature of the custody log.
    pub async fn record_custody_step(&mut self, trip: u64, signed: &Signed) -> Result<(), Error> {
        let cells = [
            ("trip", Bound::Number(trip)),
            ("step", signed.step.as_str().into()),
            ("person", (&signed.person).into()),
            ("office", (&signed.office).into()),
            ("note", (&signed.note).into()),
            ("at", (&signed.at).into()),
        ];
        self.grow("custody_steps", &cells).await
    }
}
