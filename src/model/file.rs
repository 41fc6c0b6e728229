//! The model file: safetensors, so that any tool can open it. The weights are tensors; everything
//! else is one JSON text under the metadata key `dechaff`, with a digest of text and tensors: a weight
//! that was damaged looks like any other. Every byte is untrusted when read, and one [`validate`]
//! serves reader and writer.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read as _, Write as _},
    path::Path,
};

use safetensors::{
    SafeTensors,
    tensor::{Dtype, TensorView, serialize},
};
use serde::{Deserialize, Serialize};

use super::{
    Additive, Basis, Calibration, Card, ColumnScale, HEADS, KindModel, Level, LineModel, Model,
    OperatingCurve, PageModel, Policy, SpanModel, Table, TreeModel,
};
use crate::{
    Error, Result,
    digest::Digest,
    features::{context::WIDTH, edge, position, schema, stretch, tree},
    text::{Kind, words},
};

/// The metadata key of the header.
const KEY: &str = "dechaff";
/// Raised when a reader of the old form could not read the new one.
const FORMAT: u32 = 4;
/// No model comes near this; a larger file is not read into memory.
const MAX_BYTES: u64 = 256 << 20;
/// The most passes a model may ask for.
const MAX_PASSES: usize = 8;

/// The tensors' names.
const TABLE: &str = "line.table";
const WORDS: &str = "line.words";
const SPAN: &str = "span.table";
const SPAN_PARTS: &str = "span";
const KIND_COLUMNS: &str = "kind.columns";
const KIND_GRAMS: &str = "kind.grams";
const KIND_TABLE: &str = "kind.table";
const TRAINED_ON: &str = "training.pages";

const TREE_TOKENS: &str = "tree.tokens";

/// `head` is `page`, `tree` or [`SPAN_PARTS`], which has one pass.
fn band_name(head: &str, pass: usize, band: usize) -> String {
    format!("{head}.{pass}.{band}.weights")
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    /// See [`digest`].
    digest: String,
    card: Card,
    line: LineHeader,
    passes: Vec<PassHeader>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    span: Option<SpanHeader>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kinds: Option<KindHeader>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tree: Option<TreeHeader>,
    calibration: Calibration,
    policy: Policy,
    operating: OperatingCurve,
}

#[derive(Serialize, Deserialize)]
struct LineHeader {
    form: bool,
    scales: [f32; HEADS],
    biases: [f32; HEADS],
    words_scale: f32,
    words_bias: f32,
    gate: f32,
}

#[derive(Serialize, Deserialize)]
struct SpanHeader {
    schema: String,
    scale: f32,
    level: f32,
    /// Positions, beginnings, ends, stretches.
    parts: [BandHeader; 4],
    threshold: f32,
}

#[derive(Serialize, Deserialize)]
struct KindHeader {
    kinds: Vec<Kind>,
    scales: Vec<ColumnScale>,
    bias: Vec<f32>,
    scale: f32,
}

#[derive(Serialize, Deserialize)]
struct TreeHeader {
    schema: String,
    scale: f32,
    bias: f32,
    passes: Vec<PassHeader>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<Level>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    averages: bool,
    calibration: Calibration,
    policy: Policy,
    operating: OperatingCurve,
}

#[derive(Serialize, Deserialize)]
struct PassHeader {
    bounds: Vec<f32>,
    bands: Vec<BandHeader>,
}

#[derive(Serialize, Deserialize)]
struct BandHeader {
    bias: f32,
    basis: Basis,
}

impl PassHeader {
    fn of(pass: &PageModel) -> Self {
        let bands = pass.bands.iter().map(BandHeader::of).collect();
        PassHeader { bounds: pass.bounds.clone(), bands }
    }
}

impl BandHeader {
    fn of(band: &Additive) -> Self {
        BandHeader { bias: band.bias, basis: band.basis.clone() }
    }
}

/// Only the version, so that a newer header is told apart before it is misread.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

impl Model {
    /// Reads a model file.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, [`Error::BadModel`] where it is not a model, damaged,
    /// of another version, or made for features that this library computes otherwise.
    pub fn load(path: &Path) -> Result<Model> {
        let too_long = |length| Error::model(path, format!("{length} are more than a model has"));
        let file = File::open(path).map_err(|e| Error::io(path, e))?;
        let length = file.metadata().map_err(|e| Error::io(path, e))?.len();
        if length > MAX_BYTES {
            return Err(too_long(format!("{length} bytes")));
        }
        let mut bytes = Vec::new();
        // A device has no length that would tell.
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Error::io(path, e))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(too_long(format!("over {MAX_BYTES} bytes")));
        }
        Model::from_bytes(&bytes, path)
    }

    /// Reads a model from memory; `path` is only named in errors.
    ///
    /// # Errors
    /// As [`Model::load`], but for reading.
    pub fn from_bytes(bytes: &[u8], path: &Path) -> Result<Model> {
        let model = parse(bytes).map_err(|reason| Error::model(path, reason))?;
        validate(&model).map_err(|reason| Error::model(path, reason))?;
        Ok(model)
    }

    /// The file's bytes; the same for the same model.
    ///
    /// # Errors
    /// [`Error::BadModel`] where the model could not be read back.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let place = Path::new("in memory");
        validate(self).map_err(|reason| Error::model(place, reason))?;
        write(self).map_err(|reason| Error::model(place, reason))
    }

    /// Writes a model file: aside first, then renamed, so that no half-written file is ever seen.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let bytes = self.to_bytes()?;
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".dechaff-");
        #[cfg(unix)]
        {
            // As any program's files: the user's umask decides, not the privacy of a temporary file.
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let written = builder.tempfile_in(folder).and_then(|mut aside| {
            aside.write_all(&bytes)?;
            aside.as_file().sync_all()?;
            aside.persist(path).map_err(|e| e.error)?;
            Ok(())
        });
        written.map_err(|e| Error::io(path, e))
    }
}

fn write(model: &Model) -> Result<Vec<u8>, String> {
    let mut header = Header {
        format: FORMAT,
        digest: String::new(),
        card: model.card.clone(),
        line: LineHeader {
            form: model.line.form,
            scales: model.line.table.scales,
            biases: model.line.biases,
            words_scale: model.line.words.scales[0],
            words_bias: model.line.words_bias,
            gate: model.line.gate,
        },
        passes: model.passes.iter().map(PassHeader::of).collect(),
        span: model.span.as_ref().map(|span| SpanHeader {
            schema: schema::span_digest(),
            scale: span.table.scales[0],
            level: span.level,
            parts: span_parts(span).map(BandHeader::of),
            threshold: span.threshold,
        }),
        kinds: model.kinds.as_ref().map(|k| KindHeader {
            kinds: k.kinds.clone(),
            scales: k.scales.clone(),
            bias: k.bias.clone(),
            scale: k.scale,
        }),
        tree: model.tree.as_ref().map(|tree| TreeHeader {
            schema: schema::tree_digest(),
            scale: tree.tokens.scales[0],
            bias: tree.tokens_bias,
            passes: tree.passes.iter().map(PassHeader::of).collect(),
            level: tree.level,
            averages: tree.averages,
            calibration: tree.calibration,
            policy: tree.policy,
            operating: tree.operating.clone(),
        }),
        calibration: model.calibration,
        policy: model.policy,
        operating: model.operating.clone(),
    };

    let mut tensors: Tensors = vec![
        (TABLE.into(), Dtype::I8, table_bytes(&model.line.table)),
        (WORDS.into(), Dtype::I8, table_bytes(&model.line.words)),
        (
            TRAINED_ON.into(),
            Dtype::U64,
            model.trained_on.iter().flat_map(|d| d.to_le_bytes()).collect(),
        ),
    ];
    if let Some(span) = &model.span {
        tensors.push((SPAN.into(), Dtype::I8, table_bytes(&span.table)));
        push_bands(SPAN_PARTS, 0, span_parts(span), &mut tensors);
    }
    if let Some(kinds) = &model.kinds {
        let bytes = kinds.weights.iter().flat_map(|w| w.to_le_bytes()).collect();
        tensors.push((KIND_COLUMNS.into(), Dtype::F32, bytes));
        let bytes = kinds.grams.iter().flat_map(|g| g.to_le_bytes()).collect();
        tensors.push((KIND_GRAMS.into(), Dtype::U32, bytes));
        let bytes = kinds.table.iter().flat_map(|w| w.to_le_bytes()).collect();
        tensors.push((KIND_TABLE.into(), Dtype::I8, bytes));
    }
    push_passes("page", &model.passes, &mut tensors);
    if let Some(tree) = &model.tree {
        tensors.push((TREE_TOKENS.into(), Dtype::I8, table_bytes(&tree.tokens)));
        push_passes("tree", &tree.passes, &mut tensors);
    }
    let views: Vec<_> = tensors
        .iter()
        .map(|(name, dtype, bytes)| {
            let length = bytes.len() * 8 / dtype.bitsize();
            TensorView::new(*dtype, vec![length], bytes).map(|view| (name.as_str(), view))
        })
        .collect::<Result<_, _>>()
        .map_err(|e| e.to_string())?;
    let parts = tensors.iter().map(|(name, _, bytes)| (name.as_str(), bytes.as_slice()));
    let bare = serde_json::to_string(&header).map_err(|e| e.to_string())?;
    header.digest = digest(&bare, parts.collect());
    let header = serde_json::to_string(&header).map_err(|e| e.to_string())?;
    // One key only: the order of a hash map's keys would change the bytes.
    let metadata = HashMap::from([(KEY.to_string(), header)]);
    serialize(views, Some(metadata)).map_err(|e| e.to_string())
}

/// The digest of the header's text, as it is where its own digest is empty, and of all tensors by name.
fn digest(header: &str, mut tensors: Vec<(&str, &[u8])>) -> String {
    tensors.sort_unstable();
    let mut digest = Digest::new();
    digest.field(header);
    for (name, bytes) in tensors {
        digest.field(name).field(bytes);
    }
    digest.hex()
}

type Tensors = Vec<(String, Dtype, Vec<u8>)>;

fn push_passes(head: &str, passes: &[PageModel], tensors: &mut Tensors) {
    for (number, pass) in passes.iter().enumerate() {
        push_bands(head, number, &pass.bands, tensors);
    }
}

fn push_bands<'a>(
    head: &str,
    pass: usize,
    bands: impl IntoIterator<Item = &'a Additive>,
    tensors: &mut Tensors,
) {
    for (number, band) in bands.into_iter().enumerate() {
        let bytes = band.weights.iter().flat_map(|w| w.to_le_bytes()).collect();
        tensors.push((band_name(head, pass, number), Dtype::F32, bytes));
    }
}

fn read_passes(
    head: &str,
    headers: Vec<PassHeader>,
    tensors: &SafeTensors<'_>,
) -> Result<Vec<PageModel>, String> {
    let read = |(number, PassHeader { bounds, bands }): (usize, PassHeader)| {
        let bands = bands.into_iter().enumerate();
        let bands = bands.map(|(band, header)| read_band(head, [number, band], header, tensors));
        Ok(PageModel { bounds, bands: bands.collect::<Result<_, String>>()? })
    };
    headers.into_iter().enumerate().map(read).collect()
}

fn read_band(
    head: &str,
    [pass, band]: [usize; 2],
    BandHeader { bias, basis }: BandHeader,
    tensors: &SafeTensors<'_>,
) -> Result<Additive, String> {
    let data = tensor(tensors, &band_name(head, pass, band), Dtype::F32)?;
    Ok(Additive { basis, weights: numbers(data, f32::from_le_bytes), bias })
}

fn parse(bytes: &[u8]) -> Result<Model, String> {
    if bytes.is_empty() {
        return Err("the file is empty".into());
    }
    let foreign = |e| format!("not a model file, or damaged: {e}");
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(foreign)?;
    let text = metadata
        .metadata()
        .as_ref()
        .and_then(|m| m.get(KEY))
        .ok_or("a safetensors file, but not one of dechaff")?;
    let damaged = |e| format!("the header cannot be read: {e}");
    let Version { format } = serde_json::from_str(text).map_err(damaged)?;
    if format != FORMAT {
        let age = if format < FORMAT { "retrain it with this version" } else { "update dechaff" };
        return Err(format!("format {format}; this program reads format {FORMAT}: {age}"));
    }
    let header: Header = serde_json::from_str(text).map_err(damaged)?;

    let tensors = SafeTensors::deserialize(bytes).map_err(foreign)?;
    let views: Vec<_> = tensors.iter().map(|(name, view)| (name, view.data())).collect();
    if header.digest != digest(&text.replacen(&header.digest, "", 1), views) {
        return Err("damaged: its content is not what its digest says; get it anew".into());
    }
    let count = |passes: &[PassHeader]| passes.iter().map(|p| p.bands.len()).sum::<usize>();
    let expected = 3
        + header.span.as_ref().map_or(0, |span| 1 + span.parts.len())
        + 3 * usize::from(header.kinds.is_some())
        + count(&header.passes)
        + header.tree.as_ref().map_or(0, |tree| 1 + count(&tree.passes));
    if tensors.len() != expected {
        return Err(format!("{} tensors, not {expected}", tensors.len()));
    }
    let line = LineModel {
        table: table(&tensors, TABLE, header.line.scales)?,
        form: header.line.form,
        biases: header.line.biases,
        words: table(&tensors, WORDS, [header.line.words_scale])?,
        words_bias: header.line.words_bias,
        gate: header.line.gate,
    };
    let passes = read_passes("page", header.passes, &tensors)?;
    let span = match header.span {
        Some(span) if span.schema != schema::span_digest() => {
            return Err(format!(
                "made for other features of spans (schema {}, this program's is {}): retrain it with this version",
                short(&span.schema),
                short(&schema::span_digest())
            ));
        }
        Some(SpanHeader { scale, level, parts, threshold, .. }) => {
            let mut number = 0;
            let mut read = |header| {
                number += 1;
                read_band(SPAN_PARTS, [0, number - 1], header, &tensors)
            };
            let [positions, begins, ends, stretches] = parts;
            let (positions, begins) = (read(positions)?, read(begins)?);
            let (ends, stretches) = (read(ends)?, read(stretches)?);
            let table = table(&tensors, SPAN, [scale])?;
            Some(SpanModel { table, level, positions, begins, ends, stretches, threshold })
        }
        None => None,
    };
    let kinds = match header.kinds {
        Some(KindHeader { kinds, scales, bias, scale }) => {
            let weights = tensor(&tensors, KIND_COLUMNS, Dtype::F32)?;
            let grams = tensor(&tensors, KIND_GRAMS, Dtype::U32)?;
            let table = tensor(&tensors, KIND_TABLE, Dtype::I8)?;
            Some(KindModel {
                kinds,
                scales,
                weights: numbers(weights, f32::from_le_bytes),
                bias,
                grams: numbers(grams, u32::from_le_bytes),
                table: numbers(table, i8::from_le_bytes),
                scale,
            })
        }
        None => None,
    };
    let tree = match header.tree {
        Some(tree) if tree.schema != schema::tree_digest() => {
            return Err(format!(
                "made for other features of HTML (schema {}, this program's is {}): retrain it with this version",
                short(&tree.schema),
                short(&schema::tree_digest())
            ));
        }
        Some(tree) => Some(TreeModel {
            tokens: table(&tensors, TREE_TOKENS, [tree.scale])?,
            tokens_bias: tree.bias,
            passes: read_passes("tree", tree.passes, &tensors)?,
            level: tree.level,
            averages: tree.averages,
            calibration: tree.calibration,
            policy: tree.policy,
            operating: tree.operating,
        }),
        None => None,
    };
    Ok(Model {
        line,
        passes,
        span,
        kinds,
        tree,
        calibration: header.calibration,
        policy: header.policy,
        operating: header.operating,
        card: header.card,
        trained_on: numbers(tensor(&tensors, TRAINED_ON, Dtype::U64)?, u64::from_le_bytes),
    })
}

fn numbers<T, const N: usize>(data: &[u8], read: impl Fn([u8; N]) -> T) -> Vec<T> {
    data.as_chunks::<N>().0.iter().map(|bytes| read(*bytes)).collect()
}

fn tensor<'a>(tensors: &SafeTensors<'a>, name: &str, dtype: Dtype) -> Result<&'a [u8], String> {
    let view = tensors.tensor(name).map_err(|_| format!("tensor {name} is missing"))?;
    if view.dtype() != dtype || view.shape().len() != 1 {
        return Err(format!("tensor {name} is {:?} {:?}", view.dtype(), view.shape()));
    }
    Ok(view.data())
}

/// The weights of a table: n-gram by n-gram, question by question.
fn table_bytes<const H: usize>(table: &Table<H>) -> Vec<u8> {
    table.weights.as_flattened().iter().map(|w| w.to_le_bytes()[0]).collect()
}

fn table<const H: usize>(
    tensors: &SafeTensors<'_>,
    name: &str,
    scales: [f32; H],
) -> Result<Table<H>, String> {
    let data = tensor(tensors, name, Dtype::I8)?;
    let (rows, rest) = data.as_chunks::<H>();
    if !rest.is_empty() || !rows.len().is_power_of_two() || !(2..=1 << 24).contains(&rows.len()) {
        return Err(format!(
            "{name} has {} weights, not {H} for each of a power of two of n-grams",
            data.len()
        ));
    }
    let weights = rows.iter().map(|row| row.map(|b| i8::from_le_bytes([b]))).collect();
    Ok(Table { bits: rows.len().trailing_zeros(), scales, weights })
}

/// What must hold of every model, read or written.
fn validate(model: &Model) -> Result<(), String> {
    let schema = schema::digest();
    if model.card.schema != schema {
        return Err(format!(
            "made for other features (schema {}, this program's is {}): retrain it with this version",
            short(&model.card.schema),
            short(&schema)
        ));
    }
    if model.card.words != words::dictionary_digest() {
        return Err("made with another dictionary of words: retrain it with this version".into());
    }
    let finite = |name: &str, values: &[f32]| match values.iter().find(|v| !v.is_finite()) {
        Some(value) => Err(format!("{name} holds {value}")),
        None => Ok(()),
    };
    let line = &model.line;
    finite("line model", &[line.words_bias, line.gate])?;
    finite("line model", &line.biases)?;
    for &scale in line.table.scales.iter().chain(&line.words.scales) {
        if !(scale.is_finite() && scale > 0.0) {
            return Err(format!("a scale of weights is {scale}"));
        }
    }
    validate_passes(&model.passes, WIDTH)?;
    if let Some(span) = &model.span {
        validate_span(span)?;
    }
    if let Some(kinds) = &model.kinds {
        validate_kinds(kinds)?;
    }
    if let Some(tree) = &model.tree {
        let fault = |reason| format!("the head for HTML: {reason}");
        validate_tree(tree).map_err(fault)?;
    }
    validate_operation(model.calibration, model.policy, &model.operating)?;
    if !model.trained_on.is_sorted() {
        return Err("the digests of training pages are not in order".into());
    }
    Ok(())
}

fn validate_passes(passes: &[PageModel], width: usize) -> Result<(), String> {
    if passes.len() > MAX_PASSES {
        return Err(format!("{} passes; at most {MAX_PASSES} make sense", passes.len()));
    }
    for (number, pass) in passes.iter().enumerate() {
        let fault = |reason| format!("pass {number}: {reason}");
        let rises = pass.bounds.windows(2).all(|b| b[0] < b[1]);
        if !rises || pass.bounds.iter().any(|b| !b.is_finite()) {
            return Err(fault("the bounds of its bands do not rise".into()));
        }
        if pass.bands.len() != pass.bounds.len() + 1 {
            let (bands, bounds) = (pass.bands.len(), pass.bounds.len());
            return Err(fault(format!("{bands} bands for {bounds} bounds")));
        }
        for band in &pass.bands {
            validate_band(band, width).map_err(fault)?;
        }
    }
    Ok(())
}

fn validate_tree(tree: &TreeModel) -> Result<(), String> {
    let scale = tree.tokens.scales[0];
    if !(scale.is_finite() && scale > 0.0 && tree.tokens_bias.is_finite()) {
        return Err(format!("its tokens have scale {scale} and bias {}", tree.tokens_bias));
    }
    validate_passes(&tree.passes, tree::WIDTH)?;
    tree.level.as_ref().map_or(Ok(()), Level::check)?;
    validate_operation(tree.calibration, tree.policy, &tree.operating)
}

fn validate_operation(
    calibration: Calibration,
    policy: Policy,
    operating: &OperatingCurve,
) -> Result<(), String> {
    let Calibration { slope, offset, length_cost } = calibration;
    if let Some(value) = [slope, offset, length_cost].iter().find(|v| !v.is_finite()) {
        return Err(format!("calibration holds {value}"));
    }
    if length_cost < 0.0 {
        return Err(format!("calibration length cost {length_cost} favours losing long lines"));
    }
    if slope <= 0.0 {
        return Err(format!("calibration slope {slope} turns probabilities around"));
    }
    let Policy { threshold, unsure, .. } = policy;
    if !((0.0..=1.0).contains(&threshold) && (0.0..=threshold).contains(&unsure)) {
        return Err(format!("thresholds {unsure} and {threshold} are not in order"));
    }
    let points = &operating.points;
    let in_range = |x: f64| (0.0..=1.0).contains(&x);
    let sound = points.iter().all(|p| {
        let interval = p.loss_interval.unwrap_or_default();
        [f64::from(p.threshold), p.junk_f1, p.article_loss].into_iter().all(in_range)
            && interval.into_iter().all(in_range)
            && interval[0] <= interval[1]
    });
    let sorted = points
        .windows(2)
        .all(|p| p[0].threshold > p[1].threshold && p[0].article_loss <= p[1].article_loss);
    if !sound || !sorted {
        return Err("the operating curve is not in order".into());
    }
    Ok(())
}

fn validate_band(band: &Additive, width: usize) -> Result<(), String> {
    let Basis { columns, crosses } = &band.basis;
    if columns.len() != width {
        return Err(format!("{} columns, not {width}", columns.len()));
    }
    if crosses.iter().any(|c| c.columns.iter().any(|&i| i >= width)) {
        return Err("a pair names a column that is not there".into());
    }
    let all = columns.iter().chain(crosses.iter().flat_map(|c| &c.knots));
    for knots in all {
        let rises = knots.0.windows(2).all(|k| k[0] < k[1]);
        if !rises || knots.0.iter().any(|k| !k.is_finite()) {
            return Err("knots do not rise".into());
        }
    }
    if band.weights.len() != band.basis.len() {
        return Err(format!("{} weights for {} ramps", band.weights.len(), band.basis.len()));
    }
    if !band.bias.is_finite() || band.weights.iter().any(|w| !w.is_finite()) {
        return Err("a weight is not a number".into());
    }
    Ok(())
}

/// The parts of a span model in the order of the file.
fn span_parts(span: &SpanModel) -> [&Additive; 4] {
    [&span.positions, &span.begins, &span.ends, &span.stretches]
}

fn validate_span(span: &SpanModel) -> Result<(), String> {
    let fault = |reason| format!("the span model: {reason}");
    let SpanModel { level, threshold, .. } = *span;
    let scale = span.table.scales[0];
    if !(scale.is_finite() && scale > 0.0 && level.is_finite() && threshold.is_finite()) {
        return Err(fault(format!("scale {scale}, level {level} and threshold {threshold}")));
    }
    validate_band(&span.positions, position::WIDTH).map_err(fault)?;
    validate_band(&span.begins, edge::WIDTH).map_err(fault)?;
    validate_band(&span.ends, edge::WIDTH).map_err(fault)?;
    validate_band(&span.stretches, stretch::WIDTH).map_err(fault)
}

fn validate_kinds(model: &KindModel) -> Result<(), String> {
    let KindModel { kinds, scales, weights, bias, grams, table, scale } = model;
    if kinds.is_empty() || !kinds.windows(2).all(|k| k[0] < k[1]) {
        return Err("the kinds of junk are not in order".into());
    }
    if !grams.windows(2).all(|g| g[0] < g[1]) {
        return Err("the n-grams of the kinds of junk are not in order".into());
    }
    let n = kinds.len();
    let lengths = [scales.len(), weights.len(), bias.len(), table.len()];
    let expected = [WIDTH, WIDTH * n, n, grams.len() * n];
    if lengths != expected {
        return Err(format!("a model of {n} kinds with {lengths:?} parts, not {expected:?}"));
    }
    let columns = scales.iter().flat_map(|s| [&s.mean, &s.inverse]);
    if weights.iter().chain(bias).chain(columns).chain([scale]).any(|v| !v.is_finite()) {
        return Err("the model of kinds holds what is not a number".into());
    }
    if *scale <= 0.0 || scales.iter().any(|s| s.inverse < 0.0) {
        return Err("the model of kinds has a scale that it cannot have".into());
    }
    Ok(())
}

fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
