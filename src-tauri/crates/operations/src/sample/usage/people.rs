//! The people behind the random ids: users of every tenant, clients and sessions of those that transcribe.

use crate::sample::accounts::Account;
use crate::sample::names::PLACES;
use crate::sample::random::Random;
use billing::ids::SubjectId;

/// A subject of a tenant.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The random id that events carry.
    pub id: SubjectId,
    /// `user` or `client`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its id in the tenant's own systems.
    pub outside_id: String,
    /// Whether it asks to be erased at the end.
    pub leaves: bool,
}

/// The people of an account.
pub(crate) fn people(account: &Account, root: &Random) -> Vec<Person> {
    let mut random = root.stream("people", account.turn).stream(account.family, 0);
    let transcribes = account.contracts.iter().any(|contract| contract.family == "transcription");
    let users = random.between(2, 4);
    let clients = if transcribes { random.between(5, 9) } else { 0 };
    let mut people = Vec::new();
    for (kind, count) in [("user", users), ("client", clients)] {
        for number in 0..count {
            // A third of the clients come from elsewhere, so that scripts mix within one tenant.
            let place = if kind == "client" && number % 3 == 2 { random.pick(PLACES) } else { account.place };
            let name = match (kind, number) {
                ("client", 4) if account.turn % 5 == 1 => "<b onmouseover=alert(1)>Bold</b> 🕊️".to_owned(),
                _ => (*random.pick(place.people)).to_owned(),
            };
            people.push(Person {
                id: SubjectId::from_uuid(random.uuid()),
                kind,
                name,
                outside_id: format!("{}-{}-{}", account.outside_id, kind, number + 1),
                leaves: kind == "client" && number == 1 && account.turn.is_multiple_of(6),
            });
        }
    }
    people
}
