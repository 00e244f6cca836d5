//! One person by name.

use super::name::Name;
use crate::{
    error::{Code, Result},
    service::{
        graph::{Graph, Reply},
        user::{self, Person},
    },
};

/// People who are looked up side by side: several full batches, few enough that a caller who stops reading stops them.
pub(super) const IN_FLIGHT: usize = 256;

/// The person whom a name means. The outer error would befall everybody; the inner one is about this name only.
pub(super) async fn look_up(graph: &Graph, name: &Name) -> Result<Result<Person>> {
    match &name.key {
        Some(key) => found(name, graph.call(user::read(key)).await),
        None => Ok(Err(name.unknown())),
    }
}

fn found(name: &Name, reply: Result<Reply>) -> Result<Result<Person>> {
    let reply = match reply {
        Ok(reply) => reply,
        // The others of its batch were answered.
        Err(error) if error.code() == Code::AnswerLost => return Ok(Err(error)),
        // Whatever else leaves a call without an answer is no statement about this person; a batch that an endpoint
        // does not know would otherwise look like twenty people who do not exist.
        Err(error) => return Err(error),
    };
    if matches!(reply.status, 401 | 403) {
        return Err(reply.error());
    }
    Ok(user::found(reply).and_then(|person| person.ok_or_else(|| name.unknown())))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;
    use crate::{error::Error, say};

    fn answered(status: u16, body: &'static str) -> Result<Result<Person>> {
        let reply = Reply {
            status,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
            client_request_id: String::new(),
            date: None,
        };
        found(&Name::new("a@x"), Ok(reply))
    }

    #[test]
    fn only_its_own_answer_says_that_somebody_does_not_exist() {
        assert_eq!(answered(404, "{}").unwrap().unwrap_err().facts().message_id, "user_unknown");
        let batch = Error::new(Code::NotFound, say!("x", "the endpoint knows no batches"));
        assert_eq!(found(&Name::new("a@x"), Err(batch.clone())).unwrap_err(), batch);
        let unreachable = Error::new(Code::Unreachable, say!("x", "x"));
        assert_eq!(found(&Name::new("a@x"), Err(unreachable.clone())).unwrap_err(), unreachable);
    }

    #[test]
    fn what_befalls_one_does_not_stop_the_others_and_a_refusal_does() {
        let lost = Error::new(Code::AnswerLost, say!("x", "x"));
        assert_eq!(found(&Name::new("a@x"), Err(lost.clone())).unwrap().unwrap_err(), lost);
        assert_eq!(answered(500, "").unwrap().unwrap_err().code(), Code::ServiceFault);
        assert_eq!(answered(403, "").unwrap_err().code(), Code::Forbidden);
        assert_eq!(answered(401, "").unwrap_err().code(), Code::Unauthenticated);
    }

    #[test]
    fn a_page_of_people_is_nobody() {
        let page = r#"{"value":[{"id":"3f0a4b2c-1111-4222-8333-444455556666"}]}"#;
        assert_eq!(answered(200, page).unwrap().unwrap_err().code(), Code::Decode);
        let person = r#"{"id":"3f0a4b2c-1111-4222-8333-444455556666","userPrincipalName":"a@x"}"#;
        assert_eq!(answered(200, person).unwrap().unwrap().user_principal_name, "a@x");
    }
}
