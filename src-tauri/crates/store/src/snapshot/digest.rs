//! Hashes and sums of what is in a snapshot, computed the same when it is written and when it is opened.

use super::cell::{Cell, hash_row};
use super::manifest::{TableDigest, hex};
use super::schema::Table;
use crate::error::{Result, StoreError};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The hash of a table's rows, row by row.
pub(crate) struct OfTable {
    name: String,
    rows: u64,
    hash: Sha256,
    buffer: Vec<u8>,
}

impl OfTable {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), rows: 0, hash: Sha256::new(), buffer: Vec::with_capacity(1024) }
    }

    pub fn add(&mut self, row: &[Cell]) {
        self.rows += 1;
        hash_row(row, &mut self.buffer, &mut self.hash);
    }

    pub fn finish(self) -> TableDigest {
        TableDigest { name: self.name, rows: self.rows, sha256: hex(&self.hash.finalize()) }
    }
}

/// What one meter of a tenant has on one day.
#[derive(Default)]
struct Day {
    events: i64,
    quantity: i128,
    contribution: i128,
    leaves: Sha256,
}

/// A row of `snapshot_days`, in order of its columns.
pub(crate) type DayRow = Vec<Cell>;

/// The days of the ledger's rows, which come in order of tenant, source and key.
pub(crate) struct Days {
    places: Places,
    tenant: Vec<u8>,
    days: BTreeMap<(i64, Vec<u8>), Day>,
    done: Vec<DayRow>,
}

struct Places {
    tenant: usize,
    day: usize,
    meter: usize,
    quantity: usize,
    contribution: usize,
    leaf: usize,
}

impl Days {
    /// For rows of the ledger's table.
    pub fn new(events: &Table) -> Result<Self> {
        let places = Places {
            tenant: events.column("tenant_id")?,
            day: events.column("day")?,
            meter: events.column("meter_id")?,
            quantity: events.column("quantity")?,
            contribution: events.column("contribution")?,
            leaf: events.column("leaf")?,
        };
        Ok(Self { places, tenant: Vec::new(), days: BTreeMap::new(), done: Vec::new() })
    }

    pub fn add(&mut self, row: &[Cell]) -> Result<()> {
        let tenant = bytes(row, self.places.tenant)?;
        if tenant != self.tenant {
            self.close();
            self.tenant = tenant.to_vec();
        }
        let key = (integer(row, self.places.day)?, bytes(row, self.places.meter)?.to_vec());
        let day = self.days.entry(key).or_default();
        day.events += 1;
        day.quantity += i128::from(integer(row, self.places.quantity)?);
        day.contribution += i128::from(integer(row, self.places.contribution)?);
        day.leaves.update(bytes(row, self.places.leaf)?);
        Ok(())
    }

    fn close(&mut self) {
        for ((day, meter), sums) in std::mem::take(&mut self.days) {
            self.done.push(vec![
                Cell::Blob(self.tenant.clone()),
                Cell::Integer(day),
                Cell::Blob(meter),
                Cell::Integer(sums.events),
                Cell::Text(sums.quantity.to_string()),
                Cell::Text(sums.contribution.to_string()),
                Cell::Blob(sums.leaves.finalize().to_vec()),
            ]);
        }
    }

    /// The days of tenants that are complete.
    pub fn take(&mut self) -> Vec<DayRow> {
        std::mem::take(&mut self.done)
    }

    /// The days of the last tenant, too.
    pub fn finish(mut self) -> Vec<DayRow> {
        self.close();
        self.done
    }
}

fn bytes(row: &[Cell], place: usize) -> Result<&[u8]> {
    match row.get(place) {
        Some(Cell::Blob(bytes)) => Ok(bytes),
        _ => Err(StoreError::corrupt("a row of the ledger without an id or hash")),
    }
}

fn integer(row: &[Cell], place: usize) -> Result<i64> {
    match row.get(place) {
        Some(Cell::Integer(number)) => Ok(*number),
        _ => Err(StoreError::corrupt("a row of the ledger without a number")),
    }
}
