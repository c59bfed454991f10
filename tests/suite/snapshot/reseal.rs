//! The seal of a snapshot, written a second time from its description: what a forger would do, who knows the format.

use sha2::{Digest, Sha256};
use std::path::Path;

const BLOCK: usize = 64 * 1024;
const TAIL: usize = 80;

/// The database of a plain snapshot, without its seal.
pub fn body(sealed: &[u8]) -> &[u8] {
    let tail = &sealed[sealed.len() - TAIL..];
    let length = u64::from_be_bytes(tail[24..32].try_into().unwrap());
    &sealed[..usize::try_from(length).unwrap()]
}

/// A seal that fits a body. Packing is 0 for a plain one, 1 for zstd.
pub fn sealed(body: &[u8], unpacked: usize, packing: u32) -> Vec<u8> {
    let hashes: Vec<u8> = body.chunks(BLOCK).flat_map(|block| Sha256::digest(block).to_vec()).collect();
    let mut head = b"countinghouse.snapshot.1".to_vec();
    head.extend((body.len() as u64).to_be_bytes());
    head.extend((unpacked as u64).to_be_bytes());
    head.extend(u32::try_from(BLOCK).unwrap().to_be_bytes());
    head.extend(packing.to_be_bytes());
    let root = Sha256::new().chain_update(&head).chain_update(&hashes).finalize();
    [body, &hashes, &head, &root].concat()
}

/// Writes a snapshot whose database was changed by statements, sealed as if it had been written so.
pub async fn forged(original: &[u8], statements: &str, file: &Path) {
    let body = changed(original, statements).await;
    std::fs::write(file, sealed(&body, body.len(), 0)).unwrap();
}

/// The database of a snapshot, changed by statements.
pub async fn changed(original: &[u8], statements: &str) -> Vec<u8> {
    use sqlx::ConnectOptions as _;
    use sqlx::Connection as _;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("forged.sqlite");
    std::fs::write(&database, body(original)).unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&database).foreign_keys(false);
    let mut conn = options.connect().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements.to_owned())).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
    std::fs::read(&database).unwrap()
}
