//! Case notes beside a snapshot: the file stays what it is to the byte, and what was written about it is found again.

use super::{Kept, keep, names, open};
use billing::time::Timestamp;
use operations::host::{Actor, FixedHost, Host};
use operations::notes::{note_act, note_preview, notes};
use operations::timeline::tenant_timeline;
use operations::wire::{NoteRequest, SnapshotRequest};
use store::Store;
use support::firm::{self, Order};
use support::{Ledger, World, at};

on_every_engine!(case_notes_are_kept_beside_the_file, what_is_beside_the_file_need_not_be_notes);

/// A person whose clock goes on while the snapshot's stands.
pub(super) struct Person(pub FixedHost);

pub(super) const WRITTEN: &str = "2026-08-01T09:00:00Z";

impl Host for Person {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn now_of_people(&self) -> Timestamp {
        at(WRITTEN)
    }

    fn new_uuid(&self) -> uuid::Uuid {
        self.0.new_uuid()
    }

    fn actor(&self) -> Actor {
        Actor::new("sam")
    }
}

async fn kept(ledger: &Ledger) -> (World, Kept) {
    let world = firm::make(&ledger.store, 3, Order::Forward).await.unwrap();
    let kept = keep(&ledger.store, &world, &SnapshotRequest::default()).await;
    (world, kept)
}

fn request(world: &World, place: usize, text: &str) -> NoteRequest {
    NoteRequest { tenant_id: world.tenants[place].to_string(), text: text.to_owned() }
}

async fn write(store: &Store, world: &World, place: usize, text: &str) -> operations::error::Result<()> {
    let (person, request) = (Person(FixedHost::at(world.now)), request(world, place, text));
    let shown = note_preview(store, &person, &request).await?;
    note_act(store, &person, &request, &shown.fingerprint).await.map(|_| ())
}

async fn case_notes_are_kept_beside_the_file(ledger: Ledger) {
    let (world, kept) = kept(&ledger).await;
    let bytes = std::fs::read(kept.file()).unwrap();
    let snapshot = open(&kept.file()).await.unwrap();
    write(&snapshot, &world, 0, "Called: they dispute the calls of the 3rd").await.unwrap();
    write(&snapshot, &world, 0, "Second line\nof a note").await.unwrap();
    write(&snapshot, &world, 1, "Of another tenant").await.unwrap();
    let why = operations::look::database_status(&snapshot, world.now).await.unwrap().read_only_because;
    assert_eq!(why.as_deref(), Some("A snapshot is never changed."), "on every face in the same words");
    assert_eq!(std::fs::read(kept.file()).unwrap(), bytes, "not a byte of the snapshot is another one");
    assert_eq!(names(kept.folder.path()), ["a.chsnapshot", "a.chsnapshot.notes"], "one file is beside it");
    snapshot.close().await;

    let again = open(&kept.file()).await.unwrap();
    let tenant = world.tenants[0];
    let found = notes(&again, world.now, tenant).await.unwrap().notes;
    let texts: Vec<_> = found.iter().map(|note| (note.at.as_str(), note.actor.as_str(), note.text.as_str())).collect();
    let first = (WRITTEN, "sam", "Called: they dispute the calls of the 3rd");
    assert_eq!(texts, [(WRITTEN, "sam", "Second line\nof a note"), first], "the newest first, of this tenant alone");
    let page = tenant_timeline(&again, world.now, tenant, None).await.unwrap();
    let told: Vec<_> = page.rows.iter().take(2).map(|row| (row.kind.as_str(), row.detail.as_str())).collect();
    assert_eq!(told, [("note", "Second line\nof a note"), ("note", first.2)], "its line of time begins with them");
    assert!(page.rows.len() > 2, "what the snapshot holds follows");

    let live = notes(&ledger.store, world.now, tenant).await.unwrap();
    assert!(live.notes.is_empty(), "the database that it came from has none of them");
}

fn notes_of(kept: &Kept) -> String {
    std::fs::read_to_string(kept.folder.path().join("a.chsnapshot.notes")).unwrap()
}

async fn what_is_beside_the_file_need_not_be_notes(ledger: Ledger) {
    let (world, kept) = kept(&ledger).await;
    let file = kept.folder.path().join("a.chsnapshot.notes");
    let snapshot = open(&kept.file()).await.unwrap();
    write(&snapshot, &world, 0, "kept").await.unwrap();
    let tenant = world.tenants[0];
    let sound = notes_of(&kept);

    let foreign = sound.replace(snapshot.fingerprint().unwrap(), &"0".repeat(64));
    std::fs::write(&file, foreign).unwrap();
    assert!(notes(&snapshot, world.now, tenant).await.unwrap().notes.is_empty(), "notes of another file");

    std::fs::write(&file, format!("{sound}{}", &sound[..sound.len() / 2])).unwrap();
    write(&snapshot, &world, 0, "after a kill").await.unwrap();
    let found = notes(&snapshot, world.now, tenant).await.unwrap().notes;
    let texts: Vec<_> = found.iter().map(|note| note.text.as_str()).collect();
    assert_eq!(texts, ["after a kill", "kept"], "what a kill left of a line costs that line alone");

    for (what, content, code) in [
        ("a line that is none", format!("{sound}{{\"at\": 1}}\n"), "notes_damaged"),
        ("too long", "\n".repeat(1024 * 1024 + 1), "notes_refused"),
    ] {
        std::fs::write(&file, content).unwrap();
        let error = notes(&snapshot, world.now, tenant).await.unwrap_err();
        assert_eq!(error.code(), code, "{what}: {error}");
    }
    std::fs::write(&file, "\n".repeat(1024 * 1024)).unwrap();
    assert_eq!(write(&snapshot, &world, 0, "more").await.unwrap_err().code(), "notes_full", "no room is said");

    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", &file).unwrap();
    let error = write(&snapshot, &world, 0, "through a link").await.unwrap_err();
    assert_eq!(error.code(), "notes_refused", "a link leads elsewhere");
}
