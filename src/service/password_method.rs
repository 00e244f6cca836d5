//! The password as an authentication method: a reset that is written back to on-premises, and that takes its time.
//!
//! learn.microsoft.com/graph/api/authenticationmethod-resetpassword, learn.microsoft.com/graph/api/longrunningoperation-get

use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use url::Url;

use super::{
    graph::{Call, Graph, Reply},
    user,
};
use crate::{
    error::{Code, Error, Result},
    http::fault,
    say,
};

/// Id of everybody's password method.
const PASSWORD_METHOD: &str = "28c10230-6103-485e-b985-444c60001490";
/// How long the end is waited for.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often it is asked for where the service does not say.
const INTERVAL: Duration = Duration::from_secs(2);

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    status: String,
    #[serde(default)]
    status_detail: Option<String>,
}

/// How a reset ended.
enum End {
    /// Done, at the service's time.
    Succeeded(Option<Timestamp>),
    /// Given up by the service, for the reason that it says.
    GivenUp(String),
}

/// Resets a password and follows the reset to its end: taken is not done. Gives the service's time of the end.
pub(crate) async fn reset(user_id: &str, secret: &SecretString, graph: &Graph) -> Result<Option<Timestamp>> {
    let path = format!("{}/authentication/methods/{PASSWORD_METHOD}/resetPassword", user::path(user_id));
    let call = Call::new(Method::POST, path).secret_body(json!({ "newPassword": secret.expose_secret() }));
    let taken = graph.call(call).await?.success()?;
    // The page says that the address may be missing; then only the state can tell.
    let Some(place) = location(&taken) else { return Ok(taken.date) };
    match follow(&place, &taken, graph).await {
        Ok(End::Succeeded(at)) => Ok(at),
        Ok(End::GivenUp(why)) => Err(given_up(&why)),
        // Whatever stands in the way of asking says nothing about the reset, which goes on without us.
        Err(error) => Err(unfollowed(&error)),
    }
}

async fn follow(place: &Url, taken: &Reply, graph: &Graph) -> Result<End> {
    let started = Instant::now();
    let mut wait = interval(taken, graph);
    loop {
        graph.pause(wait).await?;
        let reply = graph.follow(place.clone()).await?.success()?;
        let operation: Operation = reply.json()?;
        match operation.status.as_str() {
            "succeeded" => return Ok(End::Succeeded(reply.date)),
            "failed" => return Ok(End::GivenUp(operation.status_detail.unwrap_or_default())),
            _ if started.elapsed() > graph.scaled(PATIENCE) => return Err(still_working()),
            _ => wait = interval(&reply, graph),
        }
    }
}

fn given_up(why: &str) -> Error {
    Error::new(
        Code::Rejected,
        say!("reset_failed", "the service began the reset and then gave it up: {why}", why = why),
    )
    .advise(say!(
        "reset_failed_advice",
        "look at the on-premises password policy and at password writeback; the old password still holds"
    ))
}

fn unfollowed(error: &Error) -> Error {
    if error.code() == Code::AnswerLost {
        return error.clone();
    }
    Error::new(
        Code::AnswerLost,
        say!(
            "reset_unfollowed",
            "the service took the reset, but how it ended could not be learned: {why}",
            why = error
        )
        .quoting("why", error),
    )
    .answered_as(error)
}

fn still_working() -> Error {
    Error::new(
        Code::AnswerLost,
        say!(
            "reset_pending",
            "the service is still working on the reset after {seconds} seconds",
            seconds = PATIENCE.as_secs()
        ),
    )
}

fn location(reply: &Reply) -> Option<Url> {
    reply.headers.get(http::header::LOCATION)?.to_str().ok()?.parse().ok()
}

fn interval(reply: &Reply, graph: &Graph) -> Duration {
    fault::retry_after(&reply.headers, Timestamp::now()).unwrap_or_else(|| graph.scaled(INTERVAL))
}
