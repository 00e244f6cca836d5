//! Tokens of one service: asked for once however many wait, renewed before they end.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::Instant,
};

use super::claims::Claims;
use crate::error::{Error, Result};

/// Renewed this long before the end, or a fifth of its life, whichever is shorter.
const RENEWED_BEFORE: Duration = Duration::from_secs(5 * 60);
/// Not used in this last part of its life (or a twentieth of it), which a request may spend on its way.
const UNUSED_BEFORE: Duration = Duration::from_secs(30);

/// An access token.
pub(crate) struct Token {
    secret: SecretString,
    claims: Option<Claims>,
    life: Option<Life>,
    /// For people to read.
    expires_at: Option<Timestamp>,
}

/// Measured from before the token was asked for, by a clock that nobody sets: an own clock that is wrong does no harm.
#[derive(Debug, Clone, Copy)]
struct Life {
    renew_at: Instant,
    ends_at: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Fresh,
    /// Still good, and to be renewed.
    Due,
    Ended,
}

impl Token {
    /// A token that was asked for at `since` and lives for `lives`; without it, until the service refuses it.
    pub(crate) fn new(secret: SecretString, since: Instant, lives: Option<Duration>) -> Self {
        let claims = Claims::read(secrecy::ExposeSecret::expose_secret(&secret));
        let life = lives.map(|lives| Life {
            renew_at: since + lives.saturating_sub(RENEWED_BEFORE.min(lives / 5)),
            ends_at: since + lives.saturating_sub(UNUSED_BEFORE.min(lives / 20)),
        });
        let by_our_clock = || Timestamp::now().checked_add(lives?.saturating_sub(since.elapsed())).ok();
        let expires_at = claims.as_ref().and_then(Claims::expires_at).or_else(by_our_clock);
        Self { secret, claims, life, expires_at }
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// What it says of itself, where it can be read.
    pub(crate) fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }

    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    fn age(&self) -> Age {
        let now = Instant::now();
        match self.life {
            Some(life) if now >= life.ends_at => Age::Ended,
            Some(life) if now >= life.renew_at => Age::Due,
            _ => Age::Fresh,
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// How a token is asked for; with the claims of a challenge, if it answers one.
pub(crate) trait Issue {
    async fn issue(&self, claims: Option<&str>) -> Result<Token>;
}

/// The token of one service.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    current: RwLock<Option<Arc<Token>>>,
    /// Held by the one who asks.
    turn: Mutex<Turn>,
    /// How often was asked, successfully or not.
    asked: AtomicU64,
}

#[derive(Debug, Default)]
struct Turn {
    /// Why the last asking failed, if it did: an answer for those who waited for it.
    failure: Option<Error>,
    /// After a renewal that failed, the good token is used until then.
    not_before: Option<Instant>,
}

impl Tokens {
    fn current(&self) -> Option<Arc<Token>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A token that is good now.
    pub(crate) async fn get(&self, issue: &impl Issue) -> Result<Arc<Token>> {
        let Some(token) = self.current().filter(|token| token.age() != Age::Ended) else {
            return self.ask(issue, None, |token| token.age() != Age::Ended).await;
        };
        if token.age() == Age::Fresh {
            return Ok(token);
        }
        // One renews; the others go on with what is still good, and so does the one if nobody answers.
        let Ok(mut turn) = self.turn.try_lock() else { return Ok(token) };
        if turn.not_before.is_some_and(|time| Instant::now() < time) {
            return Ok(token);
        }
        if let Ok(renewed) = self.issue(&mut turn, issue, None).await {
            return Ok(renewed);
        }
        let left = token.life.map_or(Duration::ZERO, |life| life.ends_at.duration_since(Instant::now()));
        turn.not_before = Some(Instant::now() + left / 4);
        Ok(token)
    }

    /// A token that is not `refused`, which the service did not accept.
    pub(crate) async fn replace(
        &self,
        refused: &Arc<Token>,
        claims: Option<&str>,
        issue: &impl Issue,
    ) -> Result<Arc<Token>> {
        self.ask(issue, claims, |token| !Arc::ptr_eq(token, refused)).await
    }

    /// Asks, unless somebody else has done so by the time it is our turn: what came of it serves us too.
    async fn ask(
        &self,
        issue: &impl Issue,
        claims: Option<&str>,
        good: impl Fn(&Arc<Token>) -> bool,
    ) -> Result<Arc<Token>> {
        let seen = self.asked.load(Ordering::Acquire);
        let mut turn = self.turn.lock().await;
        if let Some(token) = self.current().filter(&good) {
            return Ok(token);
        }
        if self.asked.load(Ordering::Acquire) != seen
            && let Some(failure) = &turn.failure
        {
            return Err(failure.clone());
        }
        self.issue(&mut turn, issue, claims).await
    }

    async fn issue(
        &self,
        turn: &mut MutexGuard<'_, Turn>,
        issue: &impl Issue,
        claims: Option<&str>,
    ) -> Result<Arc<Token>> {
        let issued = issue.issue(claims).await;
        self.asked.fetch_add(1, Ordering::AcqRel);
        turn.failure = issued.as_ref().err().cloned();
        turn.not_before = None;
        let token = Arc::new(issued?);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&token));
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::{error::Code, say};

    /// Issues tokens that live `lives` seconds after a second's thought; fails while `broken`.
    struct Source {
        lives: u64,
        issued: AtomicU64,
        broken: std::sync::atomic::AtomicBool,
    }

    impl Source {
        fn new(lives: u64) -> Self {
            Self { lives, issued: AtomicU64::new(0), broken: false.into() }
        }

        fn issued(&self) -> u64 {
            self.issued.load(Ordering::Relaxed)
        }
    }

    impl Issue for Source {
        async fn issue(&self, _claims: Option<&str>) -> Result<Token> {
            let since = Instant::now();
            let number = self.issued.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.broken.load(Ordering::Relaxed) {
                return Err(Error::new(Code::Unauthenticated, say!("test", "planted")));
            }
            Ok(Token::new(format!("t{number}").into(), since, Some(Duration::from_secs(self.lives))))
        }
    }

    async fn many(tokens: &Tokens, source: &Source) -> Vec<Result<Arc<Token>>> {
        join_all((0..50).map(|_| tokens.get(source))).await
    }

    #[tokio::test(start_paused = true)]
    async fn many_who_wait_cause_one_request() {
        let (tokens, source) = (Tokens::default(), Source::new(3_600));
        assert!(many(&tokens, &source).await.iter().all(Result::is_ok));
        assert_eq!(source.issued(), 1);
        tokio::time::advance(Duration::from_secs(3_200)).await;
        assert!(many(&tokens, &source).await.iter().all(Result::is_ok));
        assert_eq!(source.issued(), 1, "more than five minutes are left");
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_shared_by_those_who_waited_and_forgotten_after() {
        let (tokens, source) = (Tokens::default(), Source::new(3_600));
        source.broken.store(true, Ordering::Relaxed);
        assert!(many(&tokens, &source).await.iter().all(Result::is_err));
        assert_eq!(source.issued(), 1);
        source.broken.store(false, Ordering::Relaxed);
        assert!(tokens.get(&source).await.is_ok());
        assert_eq!(source.issued(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_before_it_ends_by_one_while_the_others_go_on() {
        let (tokens, source) = (Tokens::default(), Source::new(3_600));
        let first = tokens.get(&source).await.unwrap();
        tokio::time::advance(Duration::from_secs(3_300)).await;
        let got = many(&tokens, &source).await;
        assert_eq!(source.issued(), 2);
        let kept = got.iter().filter(|token| Arc::ptr_eq(token.as_ref().unwrap(), &first)).count();
        assert_eq!(kept, 49);
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_life_is_renewed_in_its_last_fifth() {
        let (tokens, source) = (Tokens::default(), Source::new(60));
        tokens.get(&source).await.unwrap();
        tokio::time::advance(Duration::from_secs(46)).await;
        tokens.get(&source).await.unwrap();
        assert_eq!(source.issued(), 1);
        tokio::time::advance(Duration::from_secs(2)).await;
        tokens.get(&source).await.unwrap();
        assert_eq!(source.issued(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_renewal_leaves_the_good_token_and_is_not_repeated_at_once() {
        let (tokens, source) = (Tokens::default(), Source::new(3_600));
        tokens.get(&source).await.unwrap();
        source.broken.store(true, Ordering::Relaxed);
        tokio::time::advance(Duration::from_secs(3_300)).await;
        for _ in 0..10 {
            assert!(tokens.get(&source).await.is_ok());
        }
        assert_eq!(source.issued(), 2);
        tokio::time::advance(Duration::from_secs(290)).await;
        assert!(tokens.get(&source).await.is_err(), "it has ended");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_replaced_once_for_all_who_were_refused() {
        let (tokens, source) = (Tokens::default(), Source::new(3_600));
        let refused = tokens.get(&source).await.unwrap();
        let got = join_all((0..50).map(|_| tokens.replace(&refused, None, &source))).await;
        assert!(got.iter().all(|token| !Arc::ptr_eq(token.as_ref().unwrap(), &refused)));
        assert_eq!(source.issued(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_gives_up_in_the_middle_stops_nobody() {
        let (tokens, source) = (Tokens::default(), Source::new(3_600));
        let mut impatient = Box::pin(tokens.get(&source));
        assert!(futures_util::poll!(&mut impatient).is_pending());
        drop(impatient);
        assert!(tokens.get(&source).await.is_ok());
    }

    #[test]
    fn a_token_does_not_print_itself() {
        let token = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(async { Token::new("planted".into(), Instant::now(), None) });
        assert!(!format!("{token:?}").contains("planted"));
    }
}
