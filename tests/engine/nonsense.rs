//! A service that answers every request with 200 and the same body, whatever was asked.

use std::{
    io::{Read, Write},
    net::TcpListener,
};

/// It serves until the test process ends.
pub(crate) struct Server(String);

impl Server {
    pub(crate) fn start(body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut asked = Vec::new();
                let mut part = [0; 4096];
                // The body's end is where the announced length is reached.
                while !is_whole(&asked) {
                    match stream.read(&mut part) {
                        Ok(read) if read > 0 => asked.extend_from_slice(&part[..read]),
                        _ => break,
                    }
                }
                let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                // A client that went away is not this server's affair.
                stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).ok();
            }
        });
        Self(address)
    }

    pub(crate) fn address(&self) -> &str {
        &self.0
    }
}

fn is_whole(asked: &[u8]) -> bool {
    let text = String::from_utf8_lossy(asked);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    body.len() >= length.unwrap_or(0)
}
