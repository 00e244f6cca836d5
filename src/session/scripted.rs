//! A service on loopback that does what a test says: answers, resets, cuts, keeps silent. It remembers what it was asked.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

/// What it was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

impl Asked {
    pub(super) fn is_for_token(&self) -> bool {
        self.path.ends_with("/oauth2/v2.0/token")
    }

    /// A field of a form.
    pub(super) fn field(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.body.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What it does.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Resets the connection instead of answering.
    Reset,
    /// Answers 200 with half of what it announces.
    Cut,
    /// Never answers.
    Silence,
    /// Answers 204 once told to.
    Wait(Arc<Notify>),
}

impl Act {
    pub(super) fn answer(status: u16, body: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.to_owned()));
        }
        self
    }

    /// A token that lives for an hour.
    pub(super) fn token(token: &str) -> Self {
        Self::answer(200, &format!(r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"{token}"}}"#))
    }
}

pub(super) struct Scripted {
    pub(super) base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    serving: JoinHandle<()>,
}

impl Scripted {
    /// `script` gets a request and how many of its kind (for a token or not) came before.
    pub(super) async fn start(script: impl Fn(&Asked, usize) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::<Asked>::new()));
        let (script, remembered) = (Arc::new(script), Arc::clone(&asked));
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (script, remembered) = (Arc::clone(&script), Arc::clone(&remembered));
                tokio::spawn(async move { serve(stream, &*script, &remembered).await });
            }
        });
        Self { base, asked, serving }
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests for a token, and how many others.
    pub(super) fn counts(&self) -> (usize, usize) {
        let asked = self.asked();
        let tokens = asked.iter().filter(|asked| asked.is_for_token()).count();
        (tokens, asked.len() - tokens)
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut stream: TcpStream, script: &(impl Fn(&Asked, usize) -> Act + Sync), remembered: &Mutex<Vec<Asked>>) {
    let Some(asked) = read(&mut stream).await else { return };
    let before = {
        let mut remembered = remembered.lock().unwrap();
        let before = remembered.iter().filter(|one| one.is_for_token() == asked.is_for_token()).count();
        remembered.push(asked.clone());
        before
    };
    let act = match script(&asked, before) {
        Act::Wait(told) => {
            told.notified().await;
            Act::answer(204, "")
        }
        act => act,
    };
    let bytes = match act {
        Act::Answer { status, headers, body } => {
            let headers = headers.iter().fold(String::new(), |mut all, (name, value)| {
                write!(all, "{name}: {value}\r\n").unwrap();
                all
            });
            let length = body.len();
            let head = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n");
            [head.into_bytes(), body].concat()
        }
        Act::Cut => b"HTTP/1.1 200 OK\r\nrequest-id: cut-1\r\ncontent-length: 100\r\n\r\n{\"half\":".to_vec(),
        Act::Reset => {
            stream.set_zero_linger().unwrap();
            return;
        }
        Act::Silence | Act::Wait(_) => return std::future::pending().await,
    };
    // The client may have gone away, which is its own affair.
    stream.write_all(&bytes).await.unwrap_or_default();
    stream.shutdown().await.unwrap_or_default();
}

async fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    let (head, body_start) = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break (String::from_utf8(bytes[..end].to_vec()).ok()?, end + 4);
        }
    };
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < body_start + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&bytes[body_start..]).into_owned();
    Some(Asked { method: first.next()?.to_owned(), path: first.next()?.to_owned(), headers, body })
}
