//! One request of a session, from its turn in the quotas to the answer that stands.

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Connected, Service, claims, reach::Reach, sign_in};
use crate::{
    error::{Code, Error, Result},
    http::{
        Cost, Request, Response, fault,
        retry::{Sent, Tries, Verdict},
    },
};

impl Connected {
    /// Sends a request with this session's token for the service: budgets, retry, a token that ended, a claims challenge.
    /// Any answer of the service is a response; an error means that there is none.
    ///
    /// Cancelling ends every wait. A request that writes and is already on its way is waited for: what became of it
    /// must be known.
    pub(crate) async fn send(
        &self,
        service: Service,
        request: Request,
        cancel: &CancellationToken,
    ) -> Result<Response> {
        let reach = unless_cancelled(cancel, self.reach()).await?;
        reach.check_address(service, &request.url)?;
        Sending { session: self, reach, service, request: &request, cancel, lost: None }.run().await
    }
}

async fn unless_cancelled<T>(cancel: &CancellationToken, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::cancelled()),
        done = work => done,
    }
}

struct Sending<'a> {
    session: &'a Connected,
    reach: &'a Reach,
    service: Service,
    request: &'a Request,
    cancel: &'a CancellationToken,
    /// An earlier sending whose effect is not known. It outweighs a later one that was not taken.
    lost: Option<Error>,
}

impl Sending<'_> {
    async fn run(mut self) -> Result<Response> {
        let mut tries = Tries::new(self.session.pace, self.request.repeat);
        loop {
            let sent = match self.once().await {
                Ok(sent) => sent,
                Err(error) => return Err(self.lost.unwrap_or(error)),
            };
            match tries.judge(&sent) {
                Verdict::Final => return self.last(sent),
                Verdict::Again { wait, everybody } => {
                    if everybody {
                        self.session.budget(self.service).pause_for(self.request.cost, wait);
                    }
                    self.remember(&sent);
                    if let Err(cancelled) = self.pause(wait).await {
                        return Err(self.lost.unwrap_or(cancelled));
                    }
                }
            }
        }
    }

    /// Sends once; once more with another token if this one is not accepted. An error outside of what was sent is one
    /// that no repetition mends: there is no token (those who ask for it have their own patience), or the caller
    /// cancelled while we waited for our turn.
    async fn once(&self) -> Result<Sent> {
        let token = unless_cancelled(self.cancel, self.reach.token(self.service)).await?;
        let answer = match self.attempt(token.secret()).await? {
            Ok(answer) => answer,
            sent => return Ok(sent),
        };
        let challenge = fault::claims_challenge(&answer.headers);
        if answer.status != 401 && challenge.is_none() {
            return Ok(Ok(answer));
        }
        if !self.reach.credential.is_renewable() {
            return Err(refused(&answer));
        }
        let claims = challenge.as_deref().and_then(claims::challenge);
        let another = self.reach.another_token(self.service, &token, claims.as_deref());
        let token = unless_cancelled(self.cancel, another).await?;
        self.attempt(token.secret()).await
    }

    async fn attempt(&self, token: &SecretString) -> Result<Sent> {
        let budget = self.session.budget(self.service);
        let permit = budget.draw(self.request.cost, self.cancel).await?;
        let since = Instant::now();
        let sending = self.reach.client(self.service).send(self.request, Some(token));
        let sent = if self.reads() { unless_cancelled(self.cancel, sending).await } else { sending.await };
        drop(permit);
        self.trace(&sent, since);
        if let Ok(answer) = &sent {
            budget.note(self.request.cost, &answer.headers);
        }
        Ok(sent)
    }

    fn reads(&self) -> bool {
        self.request.method == http::Method::GET
            || (self.request.cost.writes == 0 && self.request.cost != Cost::default())
    }

    fn trace(&self, sent: &Sent, since: Instant) {
        let (status, id) = match sent {
            Ok(answer) => (Some(answer.status), Some(answer.client_request_id.as_str())),
            Err(error) => (error.facts().http_status, error.facts().client_request_id.as_deref()),
        };
        // Neither path nor query: they can hold names of people.
        tracing::debug!(
            service = ?self.service,
            method = %self.request.method,
            status,
            client_request_id = id,
            error = sent.as_ref().err().map(|error| error.code().as_str()),
            milliseconds = since.elapsed().as_secs_f64() * 1_000.0,
            "sent"
        );
    }

    async fn pause(&self, wait: Duration) -> Result<()> {
        let asleep = async {
            tokio::time::sleep(wait).await;
            Ok(())
        };
        unless_cancelled(self.cancel, asleep).await
    }

    /// Keeps in mind that this sending may have had an effect.
    fn remember(&mut self, sent: &Sent) {
        if self.reads() || !effect_unknown(sent) {
            return;
        }
        self.lost = Some(match sent {
            Err(error) => error.clone(),
            Ok(answer) => fault::lost(answer.status, &answer.headers, &answer.body, Some(&answer.client_request_id)),
        });
    }

    /// What stands when nothing more is sent: an earlier sending that may have had an effect outweighs a last one that
    /// had none.
    fn last(self, sent: Sent) -> Result<Response> {
        let Some(lost) = self.lost else { return sent };
        let answer = match sent {
            Err(error) if error.code() == Code::AnswerLost => return Err(error),
            Err(_) => return Err(lost),
            Ok(answer) => answer,
        };
        let refusal = || fault::error(answer.status, &answer.headers, &answer.body, Some(&answer.client_request_id));
        match fault::still_lost(&lost, answer.status, &answer.headers, refusal) {
            Some(lost) => Err(lost),
            None => Ok(answer),
        }
    }
}

fn effect_unknown(sent: &Sent) -> bool {
    match sent {
        Err(error) => error.code() == Code::AnswerLost,
        Ok(answer) => fault::effect_unknown(answer.status, &answer.headers),
    }
}

/// A brought token that the service does not accept.
fn refused(answer: &Response) -> Error {
    fault::error(answer.status, &answer.headers, &answer.body, Some(&answer.client_request_id))
        .advise(sign_in::bring_another())
}
