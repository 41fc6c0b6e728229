//! Arguments that several commands share: which pages, which model and how strictly, how to run.

use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context as _, Result};

use super::say::count;
use crate::filter::Filter;
use crate::input::{Format, Found, PassedOver, RecordOptions, Source, discover};
use crate::model::{Dial, Model, Point, Policy};

/// Which model judges, and how strictly.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Model")]
pub struct ModelArgs {
    /// Model file; the one inside the program unless given.
    #[arg(short, long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Remove a line from this probability of junk on, 0 to 1; the model's own threshold unless
    /// given.
    #[arg(long, value_name = "P", value_parser = share::<f32>, group = "point")]
    threshold: Option<f32>,
    /// Lose at most this share of the characters of articles, as measured on sites that the model
    /// did not learn from; 0.001 is one in a thousand. What those sites cannot support is refused.
    #[arg(long, value_name = "SHARE", value_parser = share::<f64>, group = "point")]
    max_article_loss: Option<f64>,
    /// Lose next to nothing: as --max-article-loss 0.001, and leave more junk in.
    #[arg(long, group = "point")]
    careful: bool,
    /// Leave less junk in: as --max-article-loss 0.05.
    #[arg(long, group = "point")]
    strict: bool,
}

impl ModelArgs {
    /// The model, and its policies at the operating point that was asked for.
    ///
    /// # Errors
    /// If the model cannot be read, or the operating point makes no sense for it.
    pub fn load(&self) -> Result<(Model, Policies)> {
        let model = match &self.model {
            Some(path) => Model::load(path)?,
            None => Model::builtin()?,
        };
        let point = match (self.threshold, self.max_article_loss) {
            (Some(threshold), _) => Point::Threshold(threshold),
            (None, Some(share)) => Point::Loss(share),
            (None, None) if self.careful => Point::Dial(Dial::Careful),
            (None, None) if self.strict => Point::Dial(Dial::Strict),
            (None, None) => Point::Default,
        };
        let policies =
            Policies { text: model.policy_at(point)?, html: model.html_policy_at(point)? };
        Ok((model, policies))
    }

    /// Which model it is, in words.
    pub fn name(&self) -> String {
        match &self.model {
            Some(path) => format!("model {}", path.display()),
            None => "the model inside the program".to_owned(),
        }
    }
}

/// How strictly text and HTML are judged.
#[derive(Debug, Clone, Copy)]
pub struct Policies {
    /// For text.
    pub text: Policy,
    /// For pages of HTML.
    pub html: Policy,
}

impl Policies {
    /// A filter that judges by them.
    pub fn filter(self, model: Model) -> Filter {
        Filter::new(model, self.text).with_html_policy(self.html)
    }
}

/// What is to be expected at a threshold, in one line; `None` where the model's training measured
/// nothing like it.
pub fn expectation(model: &Model, threshold: f32) -> Option<String> {
    let point = model.operating.expected(threshold)?;
    // Between two points, and of those the one that loses more.
    let bound = if point.threshold < threshold { "at most " } else { "" };
    let percent = |share: f64| format!("{:.2} %", 100.0 * share);
    let interval = point.loss_interval.map_or(String::new(), |[low, high]| {
        format!(" (95 % interval over sites: {} to {})", percent(low), percent(high))
    });
    Some(format!(
        "threshold {threshold:.4}; on held-out sites it lost {bound}{} of article characters{interval}, at junk F1 {:.3}",
        percent(point.article_loss),
        point.junk_f1
    ))
}

/// A number from 0 to 1.
fn share<T: FromStr + Into<f64> + Copy>(text: &str) -> Result<T, String> {
    let number = text.parse::<T>().map_err(|_| "not a number")?;
    let in_range = (0.0..=1.0).contains(&number.into());
    in_range.then_some(number).ok_or_else(|| "must be between 0 and 1".into())
}

/// How the program runs.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// Number of threads; one for each core unless given. The output is the same for any number.
    #[arg(short = 'j', long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    pub(super) threads: usize,
    /// Print nothing on standard error but errors.
    #[arg(short, long)]
    pub quiet: bool,
}

impl RunArgs {
    /// A pool of the threads that were asked for.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn pool(&self) -> Result<rayon::ThreadPool> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads).build();
        pool.context("cannot start the threads")
    }
}

/// Which pages.
#[derive(Debug, clap::Args)]
pub struct InputArgs {
    /// Files or folders; `-` is standard input. Pages are: a .txt or .html file; a line of a .jsonl file,
    /// with `text` (a string), `lines` (strings, or objects with `text`) or `html`; a record of text or
    /// HTML in a .warc or .wet file, which goes out as a line of JSON, {"id", "url", "text"}; a row of a
    /// .parquet file. All but parquet also as .gz and .zst.
    #[arg(value_name = "INPUT", default_value = "-")]
    inputs: Vec<PathBuf>,
    /// How to read standard input and files whose names do not tell; recognised unless given. WARC and
    /// parquet are recognised by their content whatever the name.
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<FormatArg>,
    /// The field of a JSON page, or the column of a parquet file, that holds the text; `text` unless
    /// given.
    #[arg(long, value_name = "NAME")]
    text_field: Option<String>,
}

/// Which pages, and how they are read and judged.
#[derive(Debug, clap::Args)]
pub struct PageArgs {
    #[command(flatten)]
    input: InputArgs,
    /// Keep the `html` of JSON pages beside the text that was found in it, and put it beside that of
    /// WARC pages; it is left out otherwise.
    #[arg(long)]
    keep_html: bool,
    #[command(flatten)]
    extent: ExtentArgs,
}

/// What may go of a page.
#[derive(Debug, Default, clap::Args)]
pub struct ExtentArgs {
    /// Cut junk out of the middle of lines that are kept, where the model is sure of it. Slow: it
    /// reads every kept line once more, character by character.
    #[arg(long, overrides_with = "no_cut")]
    cut: bool,
    /// Keep or remove whole lines only: cut nothing out of a line.
    #[arg(long)]
    no_cut: bool,
    /// Do not keep a page whole where more would be removed than is plausible.
    #[arg(long)]
    no_guard: bool,
}

/// The formats that can be named on the command line.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FormatArg {
    /// The whole input is one page.
    Txt,
    /// The whole input is one page of HTML.
    Html,
    /// Every line is a page.
    Jsonl,
    /// WARC or WET: every record of text or HTML is a page.
    #[value(alias = "wet")]
    Warc,
    /// Every row is a page.
    Parquet,
}

/// What is to be read.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The files and streams, in order.
    pub sources: Vec<Source>,
    /// The inputs that are folders.
    pub folders: Vec<PathBuf>,
    /// What was named or found but cannot be read.
    pub errors: Vec<crate::Error>,
    /// Files in folders that are not read.
    pub passed_over: PassedOver,
}

impl InputArgs {
    /// Finds everything that was named. What is not there is an error among others, not the end.
    pub fn find(&self) -> Inputs {
        let format = self.format.map(|format| match format {
            FormatArg::Txt => Format::Text,
            FormatArg::Html => Format::Html,
            FormatArg::Jsonl => Format::JsonLines,
            FormatArg::Warc => Format::Warc,
            FormatArg::Parquet => Format::Parquet,
        });
        let mut inputs = Inputs::default();
        for input in &self.inputs {
            match discover(input) {
                Err(error) => inputs.errors.push(error),
                Ok(Found { sources, errors, passed_over, is_folder }) => {
                    if is_folder {
                        inputs.folders.push(input.clone());
                        if sources.is_empty() && errors.is_empty() {
                            let mut reason =
                                "holds no .txt, .html, .jsonl, .warc, .wet or .parquet files, \
                                 nor any of these as .gz or .zst"
                                    .to_owned();
                            if passed_over.n_packed() > 0 {
                                let files = count(passed_over.n_packed() as u64, "file");
                                reason += &format!(" ({files} {})", passed_over.why_packed());
                            }
                            let path = input.clone();
                            inputs.errors.push(crate::Error::BadInput { path, reason });
                        }
                    }
                    inputs.sources.extend(sources);
                    inputs.errors.extend(errors);
                    inputs.passed_over.add(passed_over);
                }
            }
        }
        for source in &mut inputs.sources {
            source.format = source.format.or(format);
        }
        inputs
    }

    /// How JSON pages are read.
    pub fn records(&self) -> RecordOptions<'_> {
        RecordOptions { text_field: self.text_field.as_deref(), ..RecordOptions::default() }
    }
}

impl PageArgs {
    /// Finds everything that was named. What is not there is an error among others, not the end.
    pub fn find(&self) -> Inputs {
        self.input.find()
    }

    /// How JSON pages are read.
    pub fn records(&self) -> RecordOptions<'_> {
        RecordOptions { keep_html: self.keep_html, ..self.input.records() }
    }

    /// What of this decides about the output, by the names of the options.
    pub fn deciding(&self) -> [(&'static str, Option<String>); 3] {
        [
            ("--text-field", self.input.text_field.clone()),
            ("--keep-html", self.keep_html.then(|| "given".into())),
            ("--format", self.input.format.map(|format| format!("{format:?}").to_lowercase())),
        ]
    }

    /// The policies with what was switched on or off.
    pub fn adjust(&self, policies: Policies) -> Policies {
        self.extent.adjust(policies)
    }
}

impl ExtentArgs {
    /// The policies with what was switched on or off.
    pub fn adjust(&self, policies: Policies) -> Policies {
        let adjust = |policy: Policy| {
            let cut = (policy.cut || self.cut) && !self.no_cut;
            Policy { cut, guard: policy.guard && !self.no_guard, ..policy }
        };
        Policies { text: adjust(policies.text), html: adjust(policies.html) }
    }
}
