//! A new model from the labels under review, trained while the windows go on, and compared with the one
//! that asks the questions. Nothing is written until somebody says that the new model is to be kept,
//! and then under a name that no file has.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use serde_json::{Value, json};

use super::server::Review;
use crate::input::{LabelledPage, read_labelled};
use crate::label::existing::machine_made;
use crate::train::compare::{Comparison, Contest, Flip, compare};
use crate::train::made::Materials;
use crate::train::recipe::Recipe;
use crate::train::trainer;
use crate::{Error, Filter, Model, Result};

/// Lines that are judged otherwise go out, of those that are now wrong and of those that are now right.
const MAX_FLIPS: usize = 25;
/// Characters of such a line.
const MAX_SHOWN: usize = 200;
/// Names that are tried for a new model.
const MAX_NAMES: u32 = 10_000;

/// How models are trained from the review.
#[derive(Debug)]
pub struct Training {
    /// Every parameter.
    pub recipe: Recipe,
    /// Where the prose and word lists of the recipe are, where they are anywhere. A folder that is not there
    /// is an error of the training, not of the review.
    pub data: Option<PathBuf>,
    /// Parts that the sites are dealt into for the comparison.
    pub folds: usize,
    /// Where the work is done.
    pub pool: rayon::ThreadPool,
}

/// The training of a review: none yet, one that runs, or one that has ended.
#[derive(Debug)]
pub struct Retraining {
    training: Training,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    None,
    Running { step: String, since: Instant, missing: Vec<String> },
    Failed(String),
    Done(Box<Trained>),
}

#[derive(Debug)]
struct Trained {
    model: Model,
    comparison: Comparison,
    /// What the recipe names and was not found.
    missing: Vec<String>,
    /// Where it was written, once somebody wanted it.
    kept: Option<PathBuf>,
}

impl Retraining {
    /// Nothing is trained yet.
    pub fn new(training: Training) -> Self {
        Retraining { training, state: Mutex::new(State::None) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// How far it is, for the page.
    pub fn told(&self) -> Value {
        match &*self.lock() {
            State::None => json!({"state": "none"}),
            State::Running { step, since, missing } => json!({
                "state": "running",
                "step": step,
                "seconds": since.elapsed().as_secs(),
                "missing": self.missing(missing),
            }),
            State::Failed(reason) => json!({"state": "failed", "reason": reason}),
            State::Done(trained) => {
                let kept = trained.kept.as_deref().and_then(Path::file_name);
                json!({
                    "state": "done",
                    "kept": kept.map(|name| name.to_string_lossy()),
                    "comparison": shown(&trained.comparison),
                    "missing": self.missing(&trained.missing),
                })
            }
        }
    }

    fn missing(&self, names: &[String]) -> Value {
        json!({"names": names, "has_folder": self.training.data.is_some()})
    }

    /// Begins in a thread of its own, unless one runs already: then `false`. A model that was trained before
    /// and not kept is gone.
    pub fn begin(review: &Arc<Review>) -> bool {
        {
            let mut state = review.retraining.lock();
            if matches!(&*state, State::Running { .. }) {
                return false;
            }
            let (step, missing) = (String::new(), Vec::new());
            *state = State::Running { step, since: Instant::now(), missing };
        }
        let shared = review.clone();
        let spawned = std::thread::Builder::new().name("training".into()).spawn(move || {
            let work = std::panic::AssertUnwindSafe(|| {
                shared.retraining.training.pool.install(|| shared.retraining.work(&shared))
            });
            let done = match std::panic::catch_unwind(work) {
                Ok(Ok(trained)) => State::Done(Box::new(trained)),
                Ok(Err(error)) => State::Failed(error.to_string()),
                Err(_) => State::Failed("the training broke off; the terminal says where".into()),
            };
            *shared.retraining.lock() = done;
        });
        if let Err(error) = spawned {
            *review.retraining.lock() = State::Failed(error.to_string());
        }
        true
    }

    fn work(&self, review: &Review) -> Result<Trained> {
        let progress = |now: &str| {
            if let State::Running { step, .. } = &mut *self.lock() {
                now.clone_into(step);
            }
        };
        let Training { recipe, data, folds, .. } = &self.training;
        if let Some(folder) = data {
            std::fs::read_dir(folder).map_err(|e| {
                Error::parameter("--data or DECHAFF_DATA", folder.display(), e.to_string())
            })?;
        }
        progress("writing the file");
        let path = review.lock().path().to_path_buf();
        review.write()?;
        progress("reading labels");
        let pages: Vec<LabelledPage> = read_labelled(&path)?.collect::<Result<_>>()?;
        let by_machine = machine_made(&path)?;
        let materials = Materials::load(recipe, data.as_deref())?;
        if let State::Running { missing, .. } = &mut *self.lock() {
            missing.clone_from(&materials.missing);
        }
        // As the new ones: at the model's own operating point, whatever point the questions are asked at.
        let model = review.study.filter().model().clone();
        let policy = *model.policy();
        let current = Filter::new(model, policy);
        let contest = Contest {
            pages: &pages,
            machine_made: &by_machine,
            current: &current,
            recipe,
            materials: &materials,
            folds: *folds,
        };
        let comparison = compare(&contest, &progress)?;
        let told = |step: &str| progress(&format!("all pages: {step}"));
        let model = trainer::train_on(pages, recipe, &materials, &told)?;
        Ok(Trained { model, comparison, missing: materials.missing, kept: None })
    }

    /// Writes the new model beside the labels, as `labels.dechaff` or, where that is taken, `labels-2.dechaff`
    /// and so on: never over another file. Once; the place of it.
    ///
    /// # Errors
    /// [`Error::Io`], and [`Error::BadModel`]; `None` where there is no new model.
    pub fn keep(&self, labels: &Path) -> Result<Option<PathBuf>> {
        let mut state = self.lock();
        let State::Done(trained) = &mut *state else { return Ok(None) };
        if let Some(kept) = &trained.kept {
            return Ok(Some(kept.clone()));
        }
        let path = reserve(labels)?;
        if let Err(error) = trained.model.save(&path) {
            // It is empty, and nobody else's.
            let _ = std::fs::remove_file(&path);
            return Err(error);
        }
        trained.kept = Some(path.clone());
        Ok(Some(path))
    }
}

/// An empty file under the first name that is free.
fn reserve(labels: &Path) -> Result<PathBuf> {
    let stem = labels.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut last = None;
    for number in 1..=MAX_NAMES {
        let name = match number {
            1 => format!("{stem}.dechaff"),
            _ => format!("{stem}-{number}.dechaff"),
        };
        let path = labels.with_file_name(name);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = Some((path, error)),
            Err(error) => return Err(Error::io(&path, error)),
        }
    }
    let (path, error) = last.unwrap_or_else(|| (labels.into(), ErrorKind::AlreadyExists.into()));
    Err(Error::io(&path, error))
}

/// The comparison as the page shows it: a few of the lines, each as far as there is room.
fn shown(comparison: &Comparison) -> Value {
    let mut value = serde_json::to_value(comparison).unwrap_or_default();
    let of = |is_right: bool| {
        comparison.flips.iter().filter(move |flip| flip.is_right == is_right).take(MAX_FLIPS)
    };
    let flips = of(false).chain(of(true)).map(|flip| {
        let text: String = flip.text.chars().take(MAX_SHOWN).collect();
        Flip { text, ..flip.clone() }
    });
    value["flips"] = json!(flips.collect::<Vec<_>>());
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_model_takes_no_name_that_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let labels = folder.path().join("my labels.jsonl");
        std::fs::write(folder.path().join("my labels-2.dechaff"), "kept").unwrap();
        let name = || reserve(&labels).unwrap().file_name().unwrap().to_owned();
        assert_eq!(name(), "my labels.dechaff");
        assert_eq!(name(), "my labels-3.dechaff");
        let kept = std::fs::read_to_string(folder.path().join("my labels-2.dechaff")).unwrap();
        assert_eq!(kept, "kept");
        assert!(reserve(Path::new("no/such/folder/x.jsonl")).is_err());
    }
}
