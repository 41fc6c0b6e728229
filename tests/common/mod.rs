//! The bench for black-box tests: a folder of its own, the program run in it, and, where a test fails,
//! the whole of what it said. The model here calls a line junk if it holds the character 魍, and
//! nothing else, so that what is expected can be written out whatever the default model learns.

// Each file of tests is a program of its own, and not every one needs every helper.
#![allow(dead_code)]

use std::collections::HashSet;
use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};

use dechaff::Model;
use dechaff::features::{ngrams, schema};
use dechaff::model::{Calibration, Card, HEADS, LineModel, OperatingCurve, Policy, Table};
use dechaff::text::{fold, words};

/// A folder that goes with the test.
pub struct Bench {
    folder: tempfile::TempDir,
}

/// What the program did.
pub struct Outcome {
    command: String,
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Bench {
    /// An empty folder but for the model, `m.dechaff`.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        marker_model().save(&folder.path().join("m.dechaff")).unwrap();
        Bench { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders on the way to it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    /// The names in the folder and below, sorted, without the model.
    pub fn names(&self) -> Vec<String> {
        let mut names = vec![];
        let mut folders = vec![self.folder.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.folder.path()).unwrap();
                    names.push(name.to_str().unwrap().to_owned());
                }
            }
        }
        names.retain(|name| name != "m.dechaff");
        names.sort();
        names
    }

    /// The program with some arguments, ready to run in the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dechaff"));
        command.current_dir(self.folder.path()).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program with nothing on standard input.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, b"")
    }

    /// Runs the program without some variables of the environment.
    pub fn run_without(&self, variables: &[&str], arguments: &[&str]) -> Outcome {
        let mut command = self.command(arguments);
        for variable in variables {
            command.env_remove(variable);
        }
        self.finish(command, arguments, b"")
    }

    /// Runs the program with bytes on standard input.
    pub fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Outcome {
        self.finish(self.command(arguments), arguments, stdin)
    }

    fn finish(&self, mut command: Command, arguments: &[&str], stdin: &[u8]) -> Outcome {
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        let stdin = stdin.to_vec();
        let feeder = std::thread::spawn(move || {
            // The program may well end before it has read everything.
            let _ = pipe.write_all(&stdin);
        });
        let output = child.wait_with_output().unwrap();
        feeder.join().unwrap();
        Outcome {
            command: format!("dechaff {}", arguments.join(" ")),
            status: output.status,
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs `dechaff filter -m m.dechaff` with further arguments.
    pub fn filter(&self, arguments: &[&str]) -> Outcome {
        self.run(&[&["filter", "-m", "m.dechaff"], arguments].concat())
    }
}

impl Outcome {
    /// Fails with everything there is to know, unless `holds`.
    #[track_caller]
    pub fn check(&self, holds: bool, what: &str) -> &Self {
        assert!(
            holds,
            "{what}\n$ {}\n{}\n--- stdout ({} bytes)\n{}\n--- stderr\n{}",
            self.command,
            self.status,
            self.stdout.len(),
            String::from_utf8_lossy(&self.stdout[..self.stdout.len().min(2000)]),
            self.stderr
        );
        self
    }

    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        self.check(self.status.code() == Some(code), &format!("expected exit code {code}"))
    }

    #[track_caller]
    pub fn prints(&self, stdout: impl AsRef<[u8]>) -> &Self {
        let expected = String::from_utf8_lossy(stdout.as_ref()).into_owned();
        let start: String = expected.chars().take(2000).collect();
        self.check(self.stdout == stdout.as_ref(), &format!("expected on stdout:\n{start}"))
    }

    #[track_caller]
    pub fn says(&self, part: &str) -> &Self {
        self.check(self.stderr.contains(part), &format!("expected on stderr: {part}"))
    }
}

/// A member of gzip.
pub fn gzip(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), Default::default());
    gz.write_all(bytes.as_ref()).unwrap();
    gz.finish().unwrap()
}

/// What all members hold.
pub fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut text).unwrap();
    text
}

/// Junk is what holds the character 魍.
fn marker_model() -> Model {
    // The one n-gram that two lines share is the character itself.
    let [one, two] = ["甲魍乙", "丙魍丁"].map(|text| {
        let mut codes = vec![];
        fold::fold_line(text, &mut codes);
        let mut hashes = HashSet::new();
        ngrams::emit(&codes, ngrams::CHARACTERS, |hash| {
            hashes.insert(hash);
        });
        hashes
    });
    let shared: Vec<_> = one.intersection(&two).collect();
    assert_eq!(shared.len(), 1);
    let mut table = Table { bits: 18, scales: [1.0; HEADS], weights: vec![[0; HEADS]; 1 << 18] };
    table.weights[ngrams::bucket(*shared[0], 18)] = [127, 0];
    Model {
        // The margin is 127/√n or nothing: above the bias for lines of up to some million characters.
        line: LineModel {
            table,
            form: false,
            biases: [-0.01, 0.0],
            words: Table::empty(),
            words_bias: 0.0,
            gate: 0.0,
        },
        passes: vec![],
        span: None,
        kinds: None,
        tree: None,
        calibration: Calibration { slope: 1000.0, offset: 0.0, length_cost: 0.0 },
        policy: Policy { threshold: 0.5, unsure: 0.5, guard: false, cut: false },
        operating: OperatingCurve { points: vec![], article_lines: 0 },
        card: Card {
            schema: schema::digest().to_string(),
            words: words::dictionary_digest().to_string(),
            ..Card::default()
        },
        trained_on: vec![],
    }
}
