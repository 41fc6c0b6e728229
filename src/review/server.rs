//! The server of the review page: on the loopback interface only, behind a secret in its address, and
//! only for requests that say they are meant for it. A thread a connection, and one that writes the
//! labelled file when the windows are quiet.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::http::{self, Request, Response};
use super::retrain::{Retraining, Training};
use super::save::Shared;
use super::{Session, Study, api};
use crate::{Error, Result};

/// Connections that are served at a time; a browser opens six.
const MAX_CONNECTIONS: usize = 32;
/// The file is written when nobody has decided anything for so long …
const QUIET: Duration = Duration::from_secs(2);
/// … which is looked at so often.
const TICK: Duration = Duration::from_millis(500);
/// After this many changes it is written though nobody pauses.
const MANY: u64 = 50;

/// A review page that waits for a browser.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    review: Arc<Review>,
}

/// What every connection shares.
#[derive(Debug)]
pub struct Review {
    /// What is known of the lines.
    pub study: Study,
    /// What becomes of the labels.
    pub retraining: Retraining,
    session: Shared,
    token: String,
    port: u16,
    stop: AtomicBool,
    connections: AtomicUsize,
    /// Wakes the thread that writes the file.
    stopped: (Mutex<bool>, Condvar),
}

/// Ends a server from another thread.
#[derive(Debug, Clone)]
pub struct Stopper {
    review: Arc<Review>,
    address: SocketAddr,
}

impl Server {
    /// Takes a port of 127.0.0.1; 0 lets the system choose. Nobody is served before [`Server::run`].
    ///
    /// # Errors
    /// [`Error::BadParameter`] where the port is in use or not to be had, [`Error::Io`] where the system
    /// gives no random numbers.
    pub fn bind(port: u16, session: Session, study: Study, training: Training) -> Result<Server> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(|error| {
            let reason = match error.kind() {
                std::io::ErrorKind::AddrInUse => {
                    "is in use by another program; take another one, or leave it to the system"
                        .to_owned()
                }
                _ => format!("cannot be had: {error}"),
            };
            Error::parameter("--port", port, reason)
        })?;
        let address = listener.local_addr().map_err(|e| Error::io("127.0.0.1", e))?;
        let mut secret = [0u8; 16];
        getrandom::fill(&mut secret)
            .map_err(|e| Error::io("the system's random numbers", std::io::Error::other(e)))?;
        let review = Review {
            study,
            retraining: Retraining::new(training),
            session: Shared::new(session),
            token: secret.iter().map(|byte| format!("{byte:02x}")).collect(),
            port: address.port(),
            stop: AtomicBool::new(false),
            connections: AtomicUsize::new(0),
            stopped: (Mutex::new(false), Condvar::new()),
        };
        Ok(Server { listener, address, review: Arc::new(review) })
    }

    /// The address to open, with its secret.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.review.port, self.review.token)
    }

    /// Something that ends the server.
    pub fn stopper(&self) -> Stopper {
        Stopper { review: self.review.clone(), address: self.address }
    }

    /// Serves until it is stopped, then writes the file and removes the journal.
    ///
    /// # Errors
    /// As [`Session::end`]: the journal stays, and has every decision.
    pub fn run(self) -> Result<()> {
        let stopper = self.stopper();
        let Server { listener, review, .. } = self;
        let writer = std::thread::spawn({
            let review = review.clone();
            move || review.write_when_quiet()
        });
        for stream in listener.incoming() {
            if review.stop.load(Ordering::SeqCst) {
                break;
            }
            let Ok(stream) = stream else {
                // No file handles left, for example: not to be asked again at once.
                std::thread::sleep(Duration::from_millis(50));
                continue;
            };
            if review.connections.fetch_add(1, Ordering::SeqCst) >= MAX_CONNECTIONS {
                review.connections.fetch_sub(1, Ordering::SeqCst);
                continue;
            }
            let (shared, stopper) = (review.clone(), stopper.clone());
            let spawned = std::thread::Builder::new().spawn(move || {
                let ends = shared.serve(stream);
                shared.connections.fetch_sub(1, Ordering::SeqCst);
                if ends {
                    stopper.stop();
                }
            });
            if spawned.is_err() {
                review.connections.fetch_sub(1, Ordering::SeqCst);
            }
        }
        // It ends by itself; if it panicked, there is the journal.
        let _ = writer.join();
        review.session.end()
    }
}

impl Stopper {
    /// Ends the server; at once for whoever connects, while what is being done is done.
    pub fn stop(&self) {
        if !self.review.stop.swap(true, Ordering::SeqCst) {
            *self.review.stopped.0.lock().unwrap_or_else(|p| p.into_inner()) = true;
            self.review.stopped.1.notify_all();
            // It waits for a connection.
            let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        }
    }
}

impl Review {
    /// The session, for a moment.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.session.lock()
    }

    /// Writes the file; not for who holds the session.
    pub(super) fn write(&self) -> Result<()> {
        self.session.write()
    }

    /// Answers one connection; whether the review is to end.
    fn serve(self: &Arc<Self>, mut stream: TcpStream) -> bool {
        let (response, ends) = match http::read(&mut stream) {
            Ok(request) => match self.refusal(&request) {
                Some(refusal) => (refusal, false),
                None => api::answer(self, &request),
            },
            Err(Some(refusal)) => (refusal, false),
            Err(None) => return false,
        };
        // Who went away before the answer has the decision on disk all the same.
        let _ = http::send(&mut stream, &response);
        ends
    }

    /// What is not for this page: another host (a name that was made to point here), another origin, an
    /// address without the secret.
    fn refusal(&self, request: &Request) -> Option<Response> {
        let is_own = |host: &str| {
            let (name, port) = host.split_once(':').unwrap_or((host, "80"));
            let is_local = name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost");
            is_local && port == self.port.to_string()
        };
        if !request.header("host").is_some_and(is_own) {
            return Some(Response::text(403, "This is not the host that was asked for."));
        }
        let has = |name: &str| request.headers.iter().any(|(key, _)| key == name);
        let origin = request.header("origin").and_then(|origin| origin.strip_prefix("http://"));
        if has("origin") && !origin.is_some_and(is_own) {
            return Some(Response::text(403, "Requests from other origins are refused."));
        }
        let site = request.header("sec-fetch-site");
        if has("sec-fetch-site") && !site.is_some_and(|s| matches!(s, "same-origin" | "none")) {
            return Some(Response::text(403, "Requests from other sites are refused."));
        }
        if self.within(&request.path).is_none() {
            let text = "The address lacks the secret of this review. Open the address that `dechaff review` \
                        printed; it is another one each time.";
            return Some(Response::text(403, text));
        }
        None
    }

    /// The path below the secret.
    pub fn within<'a>(&self, path: &'a str) -> Option<&'a str> {
        let (token, rest) = path.strip_prefix('/')?.split_once('/')?;
        // All bytes are compared, so that time does not tell how many were right.
        let differs = token.bytes().zip(self.token.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        (token.len() == self.token.len() && differs == 0).then_some(rest)
    }

    fn write_when_quiet(&self) {
        let (stopped, wake) = &self.stopped;
        let mut stop = stopped.lock().unwrap_or_else(|p| p.into_inner());
        while !*stop {
            stop = wake.wait_timeout(stop, TICK).unwrap_or_else(|p| p.into_inner()).0;
            let is_due = {
                let session = self.lock();
                let is_long = session.last_change.elapsed() >= QUIET;
                !session.is_saved() && (is_long || session.unsaved() >= MANY)
            };
            if is_due && !*stop && self.write().is_err() {
                // The windows show it; tried again not at once.
                stop = wake.wait_timeout(stop, QUIET).unwrap_or_else(|p| p.into_inner()).0;
            }
        }
    }
}
