//! Plays a fault around what a request would have done.

use std::future::Future;

use jiff::Timestamp;
use serde_json::json;

use super::Fault;
use crate::simulator::{
    clock::{self, seconds},
    exchange, graph,
    sign_in::token::{self, Audience, Unbelieved},
    wire::{Answer, Request, Service},
    world::World,
};

/// What is left for the one who sends the answer.
#[derive(Debug)]
pub enum Played {
    /// This answer.
    Whole(Answer),
    /// This answer, but not all of its body.
    Cut(Answer),
    /// No answer: the connection is reset, the item is missing.
    Lost,
}

/// Plays `fault`, if there is one, on a request whose effect and answer are `effect`.
pub async fn play(
    world: &World,
    request: &Request,
    fault: Option<Fault>,
    effect: impl Future<Output = Answer>,
) -> Played {
    match fault {
        None => Played::Whole(effect.await),
        Some(Fault::Status { status, retry_after, takes_effect }) => {
            if takes_effect {
                drop(effect.await);
            }
            let retry_after = retry_after.map(|wait| seconds(world.clock.scaled(wait)));
            Played::Whole(refusal(request, status, retry_after.as_deref()))
        }
        Some(Fault::ResetBefore) => Played::Lost,
        Some(Fault::ResetAfter) => {
            drop(effect.await);
            Played::Lost
        }
        Some(Fault::CutBody) => Played::Cut(effect.await),
        Some(Fault::Slow(time)) => {
            // First the effect: whoever loses patience has changed something nevertheless.
            let answer = effect.await;
            tokio::time::sleep(time).await;
            Played::Whole(answer)
        }
        Some(Fault::WithoutEffect) => Played::Whole(match Service::of(&request.path) {
            Service::Exchange => Answer::json(200, &json!({ "value": [] })),
            Service::Graph | Service::SignIn => Answer::empty(204),
        }),
        Some(Fault::ClockBehind(behind)) => {
            let (mut answer, date) = clock::behind(behind, async { (effect.await, clock::now()) }).await;
            answer.header("date", date.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
            Played::Whole(answer)
        }
        Some(Fault::ClaimsChallenge) => match challenge(world, request) {
            Some(challenge) => Played::Whole(challenge),
            None => Played::Whole(effect.await),
        },
    }
}

fn refusal(request: &Request, status: u16, retry_after: Option<&str>) -> Answer {
    match Service::of(&request.path) {
        Service::Graph => graph::unavailable(request, status, retry_after),
        Service::Exchange => exchange::unavailable(request, status, retry_after),
        // What stands before the sign-in service refuses without words.
        Service::SignIn => {
            let mut answer = Answer::empty(status);
            if let Some(seconds) = retry_after {
                answer.header("retry-after", seconds);
            }
            answer
        }
    }
}

/// A challenge, unless the token is bad anyway or was issued in answer to one.
fn challenge(world: &World, request: &Request) -> Option<Answer> {
    let service = Service::of(&request.path);
    let audience = match service {
        Service::Graph => Audience::Graph,
        Service::Exchange => Audience::Exchange,
        Service::SignIn => return None,
    };
    let caller = token::caller(world, &request.headers, audience).ok()?;
    let unbelieved = Unbelieved::Challenge(token::challenge(Timestamp::now()));
    (!caller.answered_challenge).then(|| match service {
        Service::Exchange => exchange::refused(world, &unbelieved),
        _ => graph::refused(world, request, &unbelieved),
    })
}
