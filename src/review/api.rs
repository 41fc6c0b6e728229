//! What the page asks and is told, in JSON. Every answer is bounded, however long the page or the line:
//! lines go out in windows. Nothing here names a file: there is no path that could lead elsewhere.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::http::{Request, Response};
use super::retrain::Retraining;
use super::server::Review;
use super::session::{At, Decision, Done, Refusal, Session};
use super::study::texts;
use crate::features::glossary::{in_words, meaning};
use crate::model::GramPart;
use crate::text::{Kind, Label};

/// Lines in a window at most.
const MAX_LINES: usize = 200;
/// Characters of a line in a window; of the line in question more are shown.
const MAX_SHOWN: usize = 1_000;
const MAX_IN_QUESTION: usize = 20_000;
/// Lines that a search lists.
const MAX_FOUND: usize = 50;
/// Siblings that are shown.
const MAX_SIBLINGS: usize = 4;
/// Parts of the score that are shown.
const MAX_PARTS: usize = 8;
/// An n-gram that adds less is not shown.
const LEAST: f32 = 0.005;

const HTML: &str = include_str!("assets/review.html");
const CSS: &str = include_str!("assets/review.css");
const JS: &str = include_str!("assets/review.js");

/// The answer to a request that was found to be meant for this page, and whether the review ends with
/// it.
pub(super) fn answer(review: &Arc<Review>, request: &Request) -> (Response, bool) {
    let path = review.within(&request.path).unwrap_or_default();
    let response = match (request.method.as_str(), path) {
        ("GET", "") => asset("text/html; charset=utf-8", HTML),
        ("GET", "review.css") => asset("text/css; charset=utf-8", CSS),
        ("GET", "review.js") => asset("text/javascript; charset=utf-8", JS),
        ("GET", "api/state") => ok(&state(review, &review.lock())),
        ("GET", "api/next") => ok(&next(review, request.number("after"))),
        ("GET", "api/lines") => lines(review, request),
        ("GET", "api/line") => line(review, request),
        ("GET", "api/search") => search(review, request),
        ("GET", "api/train") => ok(&review.retraining.told()),
        ("POST", "api/train" | "api/keep" | "api/decide" | "api/undo" | "api/finish") => {
            return post(review, request, path);
        }
        (_, "api/keep" | "api/decide" | "api/undo" | "api/finish") | ("POST", _) => {
            Response::text(405, "Not this way.")
        }
        _ => Response::text(404, "There is no such page."),
    };
    (response, false)
}

fn asset(media: &'static str, text: &str) -> Response {
    Response { status: 200, media, body: text.as_bytes().to_vec() }
}

fn ok(value: &Value) -> Response {
    with_status(200, value)
}

fn with_status(status: u16, value: &Value) -> Response {
    Response { status, media: "application/json", body: value.to_string().into_bytes() }
}

/// Words for a person; `error` is for the page, which says it in its own language.
fn fault(status: u16, error: &str, message: &str) -> Response {
    with_status(status, &json!({"error": error, "message": message}))
}

fn no_such_line() -> Response {
    fault(404, "no_such_line", "There is no such line.")
}

/// How far the review is.
fn state(review: &Review, session: &Session) -> Value {
    let file = session.file();
    let lines = || file.pages.iter().flat_map(|page| &page.lines);
    let questions = &review.study.queue;
    json!({
        "file": session.path().file_name().map(|name| name.to_string_lossy()),
        "pages": file.pages.len(),
        "passed_over": file.passed_over,
        "lines": file.n_lines(),
        "by_hand": lines().filter(|line| line.state.by_hand).count(),
        "questions": questions.len(),
        "questions_left": questions.iter().filter(|&&at| is_open(review, session, at)).count(),
        "decisions": session.n_decided(),
        "is_saved": session.is_saved(),
        "trouble": session.trouble(),
        "kinds": Kind::ALL.map(Kind::name),
    })
}

/// Whether nobody has decided on a line of its group yet.
fn is_open(review: &Review, session: &Session, at: At) -> bool {
    let by_hand = |&at: &At| session.file().line(at).is_some_and(|line| line.state.by_hand);
    !review.study.siblings(at).iter().any(by_hand)
}

/// The first open question after a position in the queue, from the start again where there is none.
fn next(review: &Review, after: Option<usize>) -> Value {
    let session = review.lock();
    let queue = &review.study.queue;
    let start = after.map_or(0, |after| after.saturating_add(1).min(queue.len()));
    let mut positions = (start..queue.len()).chain(0..start);
    let found = positions.find_map(|position| {
        let &at = queue.get(position)?;
        is_open(review, &session, at).then_some((position, at))
    });
    match found {
        Some((position, (page, line))) => json!({"position": position, "page": page, "line": line}),
        None => json!({"position": null}),
    }
}

fn at(request: &Request) -> Option<At> {
    Some((request.number("page")?, request.number("line")?))
}

fn lines(review: &Review, request: &Request) -> Response {
    let session = review.lock();
    let number = |name, default| request.number(name).unwrap_or(default);
    let page_number = number("page", 0);
    let Some(page) = session.file().pages.get(page_number) else { return no_such_line() };
    let from = number("from", 0).min(page.lines.len());
    let to = from.saturating_add(number("count", MAX_LINES).min(MAX_LINES)).min(page.lines.len());
    let lines =
        (from..to).filter_map(|line| described(review, &session, (page_number, line), MAX_SHOWN));
    ok(&json!({
        "page": page_number,
        "id": page.id,
        "site": page.site,
        "n_lines": page.lines.len(),
        "from": from,
        "lines": lines.collect::<Vec<_>>(),
    }))
}

/// A line as the page shows it.
fn described(review: &Review, session: &Session, at: At, shown: usize) -> Option<Value> {
    let line = session.file().line(at)?;
    let verdict = review.study.verdict(at)?;
    let end = line.text.char_indices().nth(shown).map(|(end, _)| end);
    Some(json!({
        "page": at.0,
        "line": at.1,
        "n": line.number,
        "text": line.text.get(..end.unwrap_or(line.text.len())),
        "more": end.map_or(0, |end| line.text.get(end..).map_or(0, |rest| rest.chars().count())),
        "label": line.state.label,
        "kind": line.state.kind,
        "by_hand": line.state.by_hand,
        "from": line.state.from,
        "version": line.version,
        "p": rounded(verdict.probability),
        "verdict": verdict.verdict,
        "siblings": review.study.siblings(at).len(),
    }))
}

fn rounded(x: f32) -> f64 {
    (f64::from(x) * 1e4).round() / 1e4
}

/// The line in question: with what decided about it, and what is near-identical.
fn line(review: &Review, request: &Request) -> Response {
    let Some(at) = at(request) else { return no_such_line() };
    let texts = texts(review.lock().file(), at.0);
    let Some(why) = review.study.explain(&texts, at.1) else { return no_such_line() };
    let session = review.lock();
    let file = session.file();
    let described = described(review, &session, at, MAX_IN_QUESTION);
    let Some((line, mut described)) = file.line(at).zip(described) else { return no_such_line() };
    let page = why.page.as_ref();
    let columns = page.map(|page| {
        let parts = page.parts.iter().take(MAX_PARTS);
        let part = |part: &crate::model::ColumnPart| {
            let values: Vec<f64> = part.values.iter().map(|&value| rounded(value)).collect();
            let says = json!({
                "en": in_words(&part.name, |meaning| meaning.en),
                "zh": in_words(&part.name, |meaning| meaning.zh),
            });
            let unit = meaning(&part.name).map(|meaning| meaning.unit);
            json!({
                "name": part.name, "says": says, "unit": unit, "values": values,
                "adds": rounded(part.adds),
            })
        };
        parts.map(part).collect::<Vec<_>>()
    });
    let grams = |grams: &[GramPart]| -> Vec<Value> {
        let gram = |gram: &GramPart| json!({"text": gram.text, "adds": rounded(gram.adds)});
        let says = |gram: &&GramPart| gram.adds.abs() >= LEAST && !gram.text.trim().is_empty();
        grams.iter().filter(says).take(MAX_PARTS).map(gram).collect()
    };
    let siblings = review.study.siblings(at).iter().filter(|&&other| other != at);
    let sibling = |&(page, line): &At| {
        let (of, line) = (file.pages.get(page)?, file.line((page, line))?);
        let text: String = line.text.chars().take(200).collect();
        Some(json!({"page": of.id, "n": line.number, "text": text, "label": line.state.label}))
    };
    let more = json!({
        "rules": line.state.rules,
        "confidence": line.state.confidence,
        "log_odds": rounded(page.map_or(why.line.margin, |page| page.log_odds)),
        "margin": rounded(why.line.margin),
        "columns": columns,
        "grams": grams(&why.line.grams),
        "words": grams(&why.line.word_grams),
        "alike": siblings.take(MAX_SIBLINGS).filter_map(sibling).collect::<Vec<_>>(),
    });
    if let (Some(described), Value::Object(more)) = (described.as_object_mut(), more) {
        described.extend(more);
    }
    ok(&described)
}

/// Lines that hold some words, whatever their case.
fn search(review: &Review, request: &Request) -> Response {
    let words = request.value("q").unwrap_or_default().trim().to_lowercase();
    let session = review.lock();
    let pages = session.file().pages.iter().enumerate();
    let all = pages.flat_map(|(page, of)| (0..of.lines.len()).map(move |line| (page, line)));
    let holds = |&at: &At| {
        let line = session.file().line(at);
        !words.is_empty() && line.is_some_and(|line| line.text.to_lowercase().contains(&words))
    };
    let (mut found, mut n) = (Vec::new(), 0);
    for at in all.filter(holds) {
        n += 1;
        if found.len() < MAX_FOUND {
            let page = session.file().pages.get(at.0).map(|page| &page.id);
            let line = described(review, &session, at, 200);
            found.push(json!({"id": page, "line": line}));
        }
    }
    ok(&json!({"found": n, "lines": found}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DecideBody {
    window: String,
    page: usize,
    line: usize,
    version: u32,
    label: Label,
    #[serde(default)]
    kind: Option<Kind>,
    #[serde(default)]
    siblings: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UndoBody {
    window: String,
}

/// Begins to train.
fn train(review: &Arc<Review>) -> Response {
    match Retraining::begin(review) {
        true => ok(&review.retraining.told()),
        false => fault(409, "training", "A training is running."),
    }
}

/// Writes the new model.
fn keep(review: &Review) -> Response {
    let labels = review.lock().path().to_path_buf();
    match review.retraining.keep(&labels) {
        Ok(Some(_)) => ok(&review.retraining.told()),
        Ok(None) => fault(409, "no_model", "There is no new model."),
        Err(error) => fault(507, "disk", &error.to_string()),
    }
}

/// Writes the file; the review ends if that went well.
fn finish(review: &Review) -> (Response, bool) {
    match review.write() {
        Ok(()) => (ok(&json!({"ended": true})), true),
        Err(error) => (fault(507, "disk", &error.to_string()), false),
    }
}

fn post(review: &Arc<Review>, request: &Request, path: &str) -> (Response, bool) {
    // Forms of other origins cannot send this type without asking first.
    if request.header("content-type").is_none_or(|media| !media.starts_with("application/json")) {
        return (Response::text(415, "Send application/json."), false);
    }
    match path {
        "api/train" => return (train(review), false),
        "api/keep" => return (keep(review), false),
        "api/finish" => return finish(review),
        _ => {}
    }
    let bad = |error: serde_json::Error| (fault(400, "bad_request", &error.to_string()), false);
    let mut session = review.lock();
    let done = match path {
        "api/decide" => {
            let body: DecideBody = match serde_json::from_slice(&request.body) {
                Ok(body) => body,
                Err(error) => return bad(error),
            };
            let at = (body.page, body.line);
            session.decide(&Decision {
                window: &body.window,
                at,
                version: body.version,
                label: body.label,
                kind: body.kind,
                siblings: if body.siblings { review.study.siblings(at) } else { &[] },
            })
        }
        _ => match serde_json::from_slice::<UndoBody>(&request.body) {
            Ok(body) => session.undo(&body.window),
            Err(error) => return bad(error),
        },
    };
    let response = match done {
        Ok(Done { at, changed, left }) => ok(&json!({
            "changed": changed,
            "left": left,
            "line": described(review, &session, at, MAX_SHOWN),
            "state": state(review, &session),
        })),
        Err(Refusal::Conflict(at)) => with_status(
            409,
            &json!({"error": "conflict", "line": described(review, &session, at, MAX_SHOWN)}),
        ),
        Err(Refusal::NoSuchLine) => no_such_line(),
        Err(Refusal::BadKind) => fault(422, "bad_kind", "Only junk has kinds."),
        Err(Refusal::NothingToUndo) => fault(409, "nothing_to_undo", "There is nothing to undo."),
        Err(Refusal::Ended) => fault(503, "ended", "The review has ended."),
        Err(Refusal::Disk(error)) => fault(507, "disk", &error.to_string()),
    };
    (response, false)
}
