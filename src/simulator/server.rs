//! The server: one address on loopback for all three services.
//!
//! It reads requests whole, asks the part that answers them, and adds what every answer of the services carries. It owns
//! its connections down to the socket, because a fault may have to break one.

use std::{
    fmt,
    net::Ipv4Addr,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderName, HeaderValue, Response, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};
use uuid::Uuid;

use super::{
    exchange,
    fault::{self, Played},
    graph,
    line::Line,
    outgoing::Outgoing,
    sign_in,
    traffic::Exchange,
    wire::{Answer, Request, Service},
    world::World,
};

/// The largest body that is read, in bytes; more is answered with 413.
const BODY_LIMIT: usize = 4 * 1024 * 1024;
/// How much of a body that is too large is let pass by, in bytes, before the connection is closed on it.
const PATIENCE: usize = 64 * 1024 * 1024;
/// How long the accept loop rests when the system is out of sockets.
const OUT_OF_SOCKETS: Duration = Duration::from_millis(50);

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// A bound address that nothing is served on yet.
#[derive(Debug)]
pub(super) struct Bound {
    listener: TcpListener,
    /// The TCP port that was taken.
    pub(super) port: u16,
}

impl Bound {
    /// Takes a port on 127.0.0.1; 0 takes any free one.
    pub(super) async fn new(port: u16) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// Serves until the server is stopped or dropped.
    pub(super) fn serve(self, world: Arc<World>, tls: Option<TlsAcceptor>) -> Server {
        let stop = CancellationToken::new();
        let tasks = TaskTracker::new();
        tasks.spawn(accept(self.listener, world, tls, stop.clone(), tasks.clone()));
        tasks.close();
        Server { stop: stop.drop_guard(), tasks }
    }
}

/// A server at work.
#[derive(Debug)]
pub(super) struct Server {
    stop: DropGuard,
    tasks: TaskTracker,
}

impl Server {
    /// Ends all connections and waits until they are gone.
    pub(super) async fn stop(self) {
        drop(self.stop);
        self.tasks.wait().await;
    }
}

async fn accept(
    listener: TcpListener,
    world: Arc<World>,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                tasks.spawn(connection(stream, Arc::clone(&world), tls.clone(), stop.clone()));
            }
            Err(_) => tokio::time::sleep(OUT_OF_SOCKETS).await,
        }
    }
}

/// Serves one connection until it ends, the server stops, or a fault cuts it.
async fn connection(stream: TcpStream, world: Arc<World>, tls: Option<TlsAcceptor>, stop: CancellationToken) {
    // Small answers are not held back for more; without it they are still right, only later.
    stream.set_nodelay(true).unwrap_or_default();
    let cut = CancellationToken::new();
    let line = Line::new(stream, cut.clone());
    let conversation = async {
        match tls {
            None => converse(line, world, cut.clone()).await,
            // Whoever does not finish the handshake is not a client of ours.
            Some(tls) => {
                if let Ok(line) = tls.accept(line).await {
                    converse(line, world, cut.clone()).await;
                }
            }
        }
    };
    tokio::select! {
        () = conversation => {}
        () = cut.cancelled() => {}
        () = stop.cancelled() => {}
    }
}

async fn converse(line: impl AsyncRead + AsyncWrite + Unpin + 'static, world: Arc<World>, cut: CancellationToken) {
    let service = service_fn(move |request| {
        let world = Arc::clone(&world);
        let cut = cut.clone();
        async move { respond(&world, request, &cut).await }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    // How a connection ends is the client's affair; there is nobody to tell.
    builder.serve_connection(TokioIo::new(line), service).await.unwrap_or_default();
}

/// There is no answer: the connection is being reset.
#[derive(Debug)]
struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection is reset, as the plan of faults wants it")
    }
}

impl std::error::Error for Lost {}

async fn respond(
    world: &World,
    request: http::Request<Incoming>,
    cut: &CancellationToken,
) -> Result<Response<Outgoing>, Lost> {
    let (head, body) = request.into_parts();
    let mut request = Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body: Bytes::new(),
    };
    name(&mut request);
    let played = match whole(body).await {
        Ok(body) => {
            request.body = body;
            let fault = world.faults.next(&request, false);
            fault::play(world, &request, fault, route(world, &request)).await
        }
        Err(status) => Played::Whole(Answer::empty(status)),
    };
    if world.options.latency_milliseconds > 0 {
        tokio::time::sleep(Duration::from_millis(world.options.latency_milliseconds)).await;
    }
    world.traffic.add(Exchange {
        method: request.method.to_string(),
        path: request.path.clone(),
        body: Exchange::text(&request.body),
        at: Instant::now(),
        status: match &played {
            Played::Whole(answer) | Played::Cut(answer) => Some(answer.status),
            Played::Lost => None,
        },
    });
    match played {
        Played::Whole(answer) => Ok(seal(answer, &request, Outgoing::whole)),
        // Of nothing there is no half: such an answer is lost altogether.
        Played::Cut(answer) if !answer.body.is_empty() => Ok(seal(answer, &request, Outgoing::cut)),
        Played::Cut(_) | Played::Lost => {
            cut.cancel();
            Err(Lost)
        }
    }
}

/// The whole body, or the status that refuses it. What is too much is let pass by, because a client that is still
/// sending when the connection closes never sees the answer.
async fn whole(body: Incoming) -> Result<Bytes, u16> {
    let mut body = Limited::new(body, PATIENCE);
    let mut read = Some(BytesMut::new());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| if error.is::<LengthLimitError>() { 413 } else { 400_u16 })?;
        let Ok(data) = frame.into_data() else { continue };
        read = read.filter(|read| read.len().saturating_add(data.len()) <= BODY_LIMIT);
        if let Some(read) = &mut read {
            read.extend_from_slice(&data);
        }
    }
    read.map(BytesMut::freeze).ok_or(413)
}

/// Gives the request the ids that its answer, and the body of an error, will carry.
fn name(request: &mut Request) {
    let id = HeaderValue::from_str(&Uuid::new_v4().to_string()).unwrap_or(HeaderValue::from_static("0"));
    request.headers.entry(CLIENT_REQUEST_ID).or_insert_with(|| id.clone());
    request.headers.insert(REQUEST_ID, id);
}

async fn route(world: &World, request: &Request) -> Answer {
    match Service::of(&request.path) {
        Service::Graph => graph::answer(world, request).await,
        Service::Exchange => exchange::answer(world, request).await,
        Service::SignIn => sign_in::answer(world, request).await.unwrap_or_else(|| Answer::empty(404)),
    }
}

fn seal(answer: Answer, request: &Request, body: fn(Bytes) -> Outgoing) -> Response<Outgoing> {
    let mut response = Response::new(body(answer.body));
    *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
    *response.headers_mut() = answer.headers;
    for id in [REQUEST_ID, CLIENT_REQUEST_ID] {
        if let Some(value) = request.headers.get(&id) {
            response.headers_mut().insert(id, value.clone());
        }
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests;
