//! A small web server for the files of one folder, for local use.
//!
//! It supports what a browser needs to load the page (correct content types, no caching) and nothing else: only GET and
//! HEAD. It is not meant for a network.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::Duration;

/// The greatest size of a request.
const REQUEST_BYTES_MAX: u64 = 16 * 1024;

/// The time after which an idle connection is closed.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// What the page needs; the browser forbids it all else. See docs/decisions/0015-the-page-runs-under-a-strict-policy.md.
const POLICY: &str =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'";

/// A response.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    /// The status code with its phrase.
    status: &'static str,
    /// The content type.
    content_type: &'static str,
    /// The content.
    body: Vec<u8>,
}

/// Serves the files of a folder, until the process ends.
pub fn serve(listener: &TcpListener, folder: &Path) {
    for stream in listener.incoming().flatten() {
        let folder = folder.to_path_buf();
        // An error on a connection affects no other one.
        thread::spawn(move || drop(converse(&stream, &folder)));
    }
}

/// Reads one request and answers it.
fn converse(mut stream: &TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    stream.set_write_timeout(Some(SILENCE_MAX))?;
    let mut reader = BufReader::new(stream.take(REQUEST_BYTES_MAX));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    // The headers are not used, but have to be read.
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let answer = answer(&request, folder);
    let head = format!(
        "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: {POLICY}\r\nConnection: close\r\n\r\n",
        answer.status,
        answer.content_type,
        answer.body.len()
    );
    stream.write_all(head.as_bytes())?;
    if !request.starts_with("HEAD ") {
        stream.write_all(&answer.body)?;
    }
    stream.flush()
}

/// The response to a request line.
fn answer(request: &str, folder: &Path) -> Answer {
    let refuse = |status| Answer { status, content_type: "text/plain; charset=utf-8", body: status.into() };
    let mut words = request.split_whitespace();
    let (Some("GET" | "HEAD"), Some(target)) = (words.next(), words.next()) else {
        return refuse("405 Method Not Allowed");
    };
    let Some(file) = file_of(target, folder) else {
        return refuse("400 Bad Request");
    };
    match fs::read(&file) {
        Ok(body) => Answer { status: "200 OK", content_type: content_type(&file), body },
        Err(_) => refuse("404 Not Found"),
    }
}

/// The file of a request target. None outside the folder.
fn file_of(target: &str, folder: &Path) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let path = decode(path)?;
    let relative = Path::new(path.trim_start_matches('/'));
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = folder.join(relative);
    Some(if file.is_dir() { file.join("index.html") } else { file })
}

/// Decodes the percent-encoding of a path.
fn decode(path: &str) -> Option<String> {
    let mut bytes = path.bytes();
    let mut decoded = Vec::with_capacity(path.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next()?, bytes.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            decoded.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

/// The content type by file extension. Browsers compile WebAssembly while it loads only with its own type.
fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|ending| ending.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "webmanifest") => "application/json; charset=utf-8",
        Some("md" | "txt") => "text/plain; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    /// Request targets and the files they refer to.
    #[test]
    fn targets_stay_inside_the_folder() {
        let folder = Path::new("/page");
        let file = |target: &str| file_of(target, folder).map(|file| file.display().to_string());
        assert_eq!(file("/a.js?v=1").as_deref(), Some("/page/a.js"));
        assert_eq!(file("/a%20b.css").as_deref(), Some("/page/a b.css"));
        assert_eq!(file("/../secret"), None);
        assert_eq!(file("/%2e%2e/secret"), None);
        assert_eq!(file("/%zz"), None);
    }

    /// Typical requests of a browser, over a real connection.
    #[test]
    fn answers_what_a_browser_asks() {
        let folder = std::env::temp_dir().join(format!("raft-lab-http-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        fs::write(folder.join("index.html"), "<p>hello").expect("the file can be written");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let served = folder.clone();
        thread::spawn(move || serve(&listener, &served));
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).expect("the server listens");
            stream.write_all(request.as_bytes()).expect("the request can be sent");
            let mut answer = String::new();
            stream.read_to_string(&mut answer).expect("the answer can be read");
            answer
        };
        let page = ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html"), "{page}");
        assert!(page.ends_with("\r\n\r\n<p>hello"), "{page}");
        assert!(page.contains("\r\nContent-Security-Policy: default-src 'none'; script-src 'self' "), "{page}");
        let head = ask("HEAD / HTTP/1.1\r\n\r\n");
        assert!(head.ends_with("\r\n\r\n"), "{head}");
        assert!(ask("GET /none HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404"));
        assert!(ask("POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
        fs::remove_dir_all(&folder).expect("the folder can be removed");
    }
}
