//! As much of the W3C's WebDriver protocol as it takes to type and click in headless Chromium, over
//! the same plain HTTP as the rest.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::exchange;

/// A browser with a profile of its own; it is closed with the test.
pub struct Browser {
    driver: Child,
    port: u16,
    session: String,
    _profile: tempfile::TempDir,
}

/// Keys as WebDriver names them.
pub const ENTER: &str = "\u{e007}";
pub const SHIFT: &str = "\u{e008}";
pub const DOWN: &str = "\u{e015}";
pub const LEFT: &str = "\u{e012}";
pub const ESCAPE: &str = "\u{e00c}";

impl Browser {
    /// Starts Chromium in a language; `None`, with a note, where there is no chromedriver.
    pub fn start(language: &str) -> Option<Browser> {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
        let Ok(mut driver) = command.spawn() else {
            // Not by a macro, whose words are shown for failures only.
            let note =
                "skipped: there is no chromedriver to test the review page with (chromium-driver)";
            let _ = writeln!(std::io::stderr(), "{note}");
            return None;
        };
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok()
        });
        // Read on, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().unwrap();
        let mut browser = Browser {
            driver,
            port: port.expect("chromedriver names its port"),
            session: String::new(),
            _profile: profile,
        };
        let user_data = format!("--user-data-dir={}", browser._profile.path().display());
        let options = json!({
            "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--disable-dev-shm-usage", "--window-size=1280,860", user_data,
                format!("--lang={language}"), format!("--accept-lang={language}"),
            ],
            "prefs": {"intl.accept_languages": language},
        });
        let capabilities =
            json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}});
        let answer = browser.call("POST", "/session", &capabilities);
        browser.session = answer["sessionId"].as_str().unwrap().into();
        Some(browser)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        );
        let answer = exchange(self.port, request.as_bytes());
        let value = answer.json()["value"].take();
        assert_eq!(answer.status, 200, "{method} {path}: {value}");
        value
    }

    fn within(&self, path: &str) -> String {
        format!("/session/{}{path}", self.session)
    }

    pub fn open(&self, address: &str) {
        self.call("POST", &self.within("/url"), &json!({"url": address}));
    }

    /// Opens another window and turns to it; the name of the one before.
    pub fn new_window(&self) -> String {
        let before = self.call("GET", &self.within("/window"), &Value::Null);
        let new = self.call("POST", &self.within("/window/new"), &json!({"type": "tab"}));
        self.turn_to(new["handle"].as_str().unwrap());
        before.as_str().unwrap().into()
    }

    pub fn turn_to(&self, window: &str) {
        self.call("POST", &self.within("/window"), &json!({"handle": window}));
    }

    /// The value of a script's `return`.
    pub fn ask(&self, script: &str) -> Value {
        let body = json!({"script": script, "args": []});
        self.call("POST", &self.within("/execute/sync"), &body)
    }

    /// Types keys one after the other, as a keyboard does.
    pub fn keys(&self, keys: &[&str]) {
        let press = keys
            .iter()
            .flat_map(|key| ["keyDown", "keyUp"].map(|t| json!({"type": t, "value": key})));
        self.act(press.collect());
    }

    /// Types a key with Shift held.
    pub fn shift(&self, key: &str) {
        let actions = [("keyDown", SHIFT), ("keyDown", key), ("keyUp", key), ("keyUp", SHIFT)];
        self.act(actions.iter().map(|(kind, key)| json!({"type": kind, "value": key})).collect());
    }

    fn act(&self, actions: Vec<Value>) {
        let body = json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]});
        self.call("POST", &self.within("/actions"), &body);
    }

    /// Clicks into the middle of what a selector finds first.
    pub fn click(&self, selector: &str) {
        let body = json!({"using": "css selector", "value": selector});
        let element = self.call("POST", &self.within("/element"), &body);
        let id = element.as_object().unwrap().values().next().unwrap().as_str().unwrap();
        self.call("POST", &self.within(&format!("/element/{id}/click")), &json!({}));
    }

    /// Waits until a script returns a value.
    #[track_caller]
    pub fn wait(&self, script: &str, expected: impl Into<Value>) {
        let expected = expected.into();
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let got = self.ask(script);
            if got == expected {
                return;
            }
            assert!(Instant::now() < deadline, "{script}\n is {got}\n and not {expected}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Writes what the window shows, where `DECHAFF_SCREENSHOTS` names a folder.
    pub fn screenshot(&self, name: &str) {
        let Some(folder) = std::env::var_os("DECHAFF_SCREENSHOTS") else { return };
        let image = self.call("GET", &self.within("/screenshot"), &Value::Null);
        let path = std::path::Path::new(&folder).join(format!("{name}.png"));
        std::fs::write(path, base64(image.as_str().unwrap())).unwrap();
    }

    /// Gives the window another size.
    pub fn resize(&self, width: u32, height: u32) {
        let body = json!({"width": width, "height": height});
        self.call("POST", &self.within("/window/rect"), &body);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Without a word where it does not work: the test may be failing for that very reason.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let path = self.within("");
            let host = format!("127.0.0.1:{}", self.port);
            let _ = write!(
                stream,
                "DELETE {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.read(&mut [0; 64]);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let (mut out, mut bits, mut n) = (Vec::new(), 0u32, 0);
    for value in text.bytes().filter_map(digit) {
        bits = bits << 6 | u32::from(value);
        n += 6;
        if n >= 8 {
            n -= 8;
            out.push((bits >> n) as u8);
        }
    }
    out
}
