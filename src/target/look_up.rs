//! One person by name.

use uuid::Uuid;

use super::name::Name;
use crate::{
    error::{Code, Error, Result},
    say,
    service::{
        graph::Graph,
        user::{self, Person},
    },
};

/// People who are looked up side by side: several full batches, few enough that a caller who stops reading stops them.
pub(super) const IN_FLIGHT: usize = 256;

/// The person whom a name means.
pub(super) async fn look_up(graph: &Graph, name: &Name) -> Result<Person> {
    let Some(key) = &name.key else { return Err(name.unknown()) };
    let reply = graph.call(user::read(key)).await?;
    let person = user::found(reply)?.ok_or_else(|| name.unknown())?;
    object_id(&person)?;
    Ok(person)
}

/// The immutable id of a person.
pub(super) fn object_id(person: &Person) -> Result<Uuid> {
    parse_id(&person.id)
}

/// An id that the service gave.
pub(super) fn parse_id(id: &str) -> Result<Uuid> {
    Uuid::try_parse(id).map_err(|_| {
        Error::new(Code::Decode, say!("person_without_id", "the service gave a person without an object id"))
    })
}

/// Whether an error is about one person only, so that the others can go on.
pub(super) fn concerns_one(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::NotFound
            | Code::Rejected
            | Code::Throttled
            | Code::ServiceFault
            | Code::AnswerLost
            | Code::Conflict
            | Code::Decode
    )
}
