//! Which keys are in the ledger already, and with what content.

use crate::codec::{Id, hash32};
use crate::conn::{Conn, Read};
use crate::error::{Result, StoreError};
use crate::sql::statements;
use billing::event::{EventKey, Fingerprint};
use billing::ids::TenantId;
use std::collections::HashMap;

statements! {
    KNOWN = pair(
        // `offset 0` keeps it a look-up for each key: a ledger that was never analyzed would be read whole.
        "select e.tenant_id, e.source, e.event_key, e.fingerprint
           from unnest($1::uuid[], $2::text[], $3::text[]) as w(t, s, k)
          cross join lateral (select tenant_id, source, event_key, fingerprint from usage_events
                where tenant_id = w.t and source = w.s and event_key = w.k offset 0) e",
        "select e.tenant_id, e.source, e.event_key, e.fingerprint
           from json_each($1) w cross join usage_events e
             on e.tenant_id = unhex(w.value->>'t') and e.source = w.value->>'s' and e.event_key = w.value->>'k'"
    );
}

type KnownRow = (Id<TenantId>, String, String, Vec<u8>);

/// Keys per statement.
const KEYS_AT_ONCE: usize = 5_000;

#[derive(serde::Serialize)]
struct Wanted<'a> {
    t: String,
    s: &'a str,
    k: &'a str,
}

/// The fingerprints of those of these keys that are in the ledger. Import asks it for rows that would be put aside:
/// a row that is in already is a duplicate, however late it comes again.
///
/// # Errors
/// What the database gave.
pub async fn known(read: &mut Read, keys: &[&EventKey]) -> Result<HashMap<EventKey, Fingerprint>> {
    let mut found = HashMap::new();
    for chunk in keys.chunks(KEYS_AT_ONCE) {
        let fetched = match &mut read.conn {
            Conn::Postgres(tx) => {
                sqlx::query_as::<_, KnownRow>(KNOWN.postgres)
                    .bind(chunk.iter().map(|key| key.tenant.uuid()).collect::<Vec<_>>())
                    .bind(chunk.iter().map(|key| key.source.as_str()).collect::<Vec<_>>())
                    .bind(chunk.iter().map(|key| key.key.as_str()).collect::<Vec<_>>())
                    .fetch_all(&mut **tx)
                    .await
            }
            Conn::Sqlite(tx) => {
                let list = json_keys(chunk.iter().copied())?;
                sqlx::query_as::<_, KnownRow>(KNOWN.sqlite).bind(list).fetch_all(&mut **tx).await
            }
        };
        for (tenant, source, key, fingerprint) in fetched.map_err(|error| read.failed(error))? {
            found.insert(EventKey { tenant: tenant.0, source, key }, Fingerprint(hash32(&fingerprint)?));
        }
    }
    Ok(found)
}

/// Keys as the JSON list that the statements take.
pub(crate) fn json_keys<'a>(keys: impl Iterator<Item = &'a EventKey>) -> Result<String> {
    let list: Vec<Wanted<'_>> =
        keys.map(|key| Wanted { t: key.tenant.uuid().simple().to_string(), s: &key.source, k: &key.key }).collect();
    serde_json::to_string(&list).map_err(StoreError::corrupt)
}
