//! The gate as it always runs: the model inside the program on pages written for the repository,
//! against committed floors. After a change of the model that is meant, the floors are set anew:
//!
//! ```sh
//! dechaff evaluate training/samples/labelled.jsonl tests/gate/{pages,planted,hacked}.jsonl --json > figures.json
//! dechaff model gate figures.json --floors tests/gate/floors.toml --set-floors
//! dechaff evaluate tests/gate/inside.jsonl --cut --json > cut.json
//! dechaff model gate cut.json --floors tests/gate/inside.toml --set-floors
//! ```

mod common;

use std::path::Path;

use common::Bench;
use dechaff::evaluate::gate::{Figure, Floors, Outcome, State};
use dechaff::evaluate::{Evaluation, Judged, Options};
use dechaff::filter::Scratch;
use dechaff::input::{LabelledPage, read_labelled};
use dechaff::model::Policy;
use dechaff::{Filter, Model};

/// Pages with floors of their own.
struct Gate {
    pages: &'static [&'static str],
    floors: &'static str,
    /// Whether junk inside lines is cut out.
    cut: bool,
}

const LINES: Gate = Gate { pages: &PAGES, floors: "tests/gate/floors.toml", cut: false };
/// Articles with junk inside their lines, of another make than that of the training.
const SPANS: Gate =
    Gate { pages: &["tests/gate/inside.jsonl"], floors: "tests/gate/inside.toml", cut: true };
/// The last two were written without a look at the word lists of the training: articles with planted
/// lines, and whole pages of sites that were broken into. Their figures are of junk of another make.
const PAGES: [&str; 4] = [
    "training/samples/labelled.jsonl",
    "tests/gate/pages.jsonl",
    "tests/gate/planted.jsonl",
    "tests/gate/hacked.jsonl",
];

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

impl Gate {
    fn outcome(&self, model: Model) -> Outcome {
        let policy = Policy { cut: self.cut, ..*model.policy() };
        let options = Options { cut: self.cut, ..Options::new(policy.threshold) };
        let filter = Filter::new(model, policy);
        let pages = self.pages.iter().flat_map(|name| read_labelled(&path(name)).unwrap());
        let pages: Vec<LabelledPage> = pages.map(|page| page.unwrap()).collect();
        let mut scratch = Scratch::default();
        let judged: Vec<_> =
            pages.iter().map(|page| Judged::by(&filter, page, &mut scratch).unwrap()).collect();
        let evaluation = Evaluation::of(&judged, &options);
        let figures = serde_json::to_value(&evaluation).unwrap();
        let floors = std::fs::read_to_string(path(self.floors)).unwrap();
        let floors = Floors::parse(&floors, Path::new(self.floors)).unwrap();
        floors.check(&figures, Path::new("figures")).unwrap()
    }

    /// Says whether the gate shuts for the model inside with a change, and for that figure.
    fn falls(&self, change: fn(&mut Model), figure: Figure) {
        let mut model = Model::builtin().unwrap();
        change(&mut model);
        let outcome = self.outcome(model);
        let mut fallen = outcome.checked.iter().filter(|c| c.state == State::Falls);
        assert!(!outcome.passes() && fallen.any(|c| c.floor.figure == figure), "\n{outcome}");
    }
}

#[test]
fn the_model_inside_reaches_its_floors() {
    let outcome = LINES.outcome(Model::builtin().unwrap());
    assert!(outcome.passes(), "\n{outcome}");
    // Every set of pages has both floors.
    let names: Vec<_> = outcome.checked.iter().map(|c| (&*c.floor.set, c.floor.figure)).collect();
    use Figure::{ArticleLoss, CalibrationError, JunkF1};
    assert_eq!(
        names,
        [
            ("hacked", JunkF1),
            ("hacked", ArticleLoss),
            ("labelled", JunkF1),
            ("labelled", ArticleLoss),
            ("pages", JunkF1),
            ("pages", ArticleLoss),
            ("planted", JunkF1),
            ("planted", ArticleLoss),
            ("mean over sets", JunkF1),
            ("all", CalibrationError),
        ]
    );
}

#[test]
fn a_model_that_finds_nothing_or_keeps_nothing_falls() {
    LINES.falls(|m| m.policy.threshold = 1.0, Figure::JunkF1);
    LINES.falls(|m| m.policy.threshold = 0.0, Figure::ArticleLoss);
    LINES.falls(|m| m.calibration.slope *= 0.01, Figure::CalibrationError);
    // A quarter of its knowledge lost is enough.
    let forgets = |m: &mut Model| {
        m.line.table.weights.iter_mut().step_by(4).for_each(|w| *w = [0; 2]);
    };
    LINES.falls(forgets, Figure::JunkF1);
}

#[test]
fn the_model_inside_cuts_junk_out_of_lines() {
    let outcome = SPANS.outcome(Model::builtin().unwrap());
    assert!(outcome.passes(), "\n{outcome}");
    let figures: Vec<_> = outcome.checked.iter().map(|c| c.floor.figure).collect();
    assert!(figures.contains(&Figure::SpansFound) && figures.contains(&Figure::WronglyCut));
    SPANS.falls(|m| m.span = None, Figure::SpansFound);
    SPANS.falls(|m| m.span.as_mut().unwrap().threshold = -10.0, Figure::WronglyCut);
    SPANS.falls(|m| m.span.as_mut().unwrap().level += 20.0, Figure::SpansFound);
}

#[test]
fn the_command_says_what_falls_and_exits_with_1() {
    let bench = Bench::new();
    let gold = PAGES.map(|name| path(name).to_str().unwrap().to_owned());
    let gold = gold.each_ref().map(String::as_str);
    let evaluate = |name: &str, options: &[&str]| {
        let all = [&["evaluate", "--json", "-q"], &gold[..], options].concat();
        bench.write(name, &bench.run(&all).exits(0).stdout);
    };
    evaluate("good.json", &[]);
    evaluate("bad.json", &["--threshold", "1"]);
    let floors = path(LINES.floors);
    let floors = floors.to_str().unwrap();
    let gate = |arguments: &[&str]| bench.run(&[&["model", "gate"], arguments].concat());
    gate(&["good.json", "--floors", floors]).exits(0).check(true, "holds");
    let bad = gate(&["bad.json", "--floors", floors]);
    bad.exits(1).says("bad.json: the gate is shut");
    bad.check(String::from_utf8_lossy(&bad.stdout).contains("FALLS"), "the table");

    // Floors of one's own: set, kept, not lowered silently.
    gate(&["good.json", "--floors", "f.toml"]).exits(1).says("f.toml: No such file");
    gate(&["good.json", "--floors", "f.toml", "--set-floors"]).exits(0);
    let set = bench.read("f.toml");
    gate(&["good.json", "--floors", "f.toml"]).exits(0);
    let refused = gate(&["bad.json", "--floors", "f.toml", "--set-floors"]);
    refused.exits(1).says("which needs a reason").says("pages junk_f1: ");
    assert_eq!(bench.read("f.toml"), set);
    let lower = ["bad.json", "--floors", "f.toml", "--set-floors", "--lower", "only a test"];
    gate(&lower).exits(0);
    let lowered = String::from_utf8(bench.read("f.toml")).unwrap();
    assert!(lowered.contains("reason = \"only a test\""), "{lowered}");
    gate(&["bad.json", "--floors", "f.toml"]).exits(0);
    gate(&["bad.json", "--floors", "f.toml", "--lower", "why"]).exits(2);

    // Other pages are not compared.
    bench.write("g.jsonl", r#"{"lines": [{"text": "首页", "label": "junk"}]}"#);
    let other = bench.run(&["evaluate", "g.jsonl", "--json", "-q"]);
    bench.write("other.json", &other.exits(0).stdout);
    let out = gate(&["other.json", "--floors", "f.toml"]);
    out.exits(1).check(
        String::from_utf8_lossy(&out.stdout).contains("other pages or labels"),
        "why it cannot pass",
    );
}
