//! Attacks on the model file: every one is refused with words that name the fault, and none panics.
//! Then what a sound file promises: the same model and the same bytes back, and a page judged
//! whatever is written on it.

use std::path::Path;

use dechaff::{
    Error, Filter, Model, Page, Verdict,
    digest::Digest,
    features::{context::WIDTH, edge, position, schema, stretch},
    filter::Scratch,
    model::{
        Additive, Basis, Calibration, Card, ColumnScale, Cross, KindModel, Knots, LineModel,
        OperatingCurve, OperatingPoint, PageModel, Policy, SpanModel, Table,
    },
    text::{Kind, words},
};
use proptest::prelude::*;
use safetensors::{
    SafeTensors,
    tensor::{Dtype, TensorView, serialize},
};
use serde_json::{Value, json};

/// A small model with a part of every sort; its weights mean nothing.
fn model() -> Model {
    let weight = |i: i32| (i * 37 % 255 - 127) as i8;
    let single = |n: i32| (0..n).map(|i| [weight(i)]).collect();
    let pairs = (0..256).map(|i| [weight(2 * i), weight(2 * i + 1)]).collect();
    let table = Table { bits: 8, scales: [0.02, 0.01], weights: pairs };
    let words_table = Table { bits: 4, scales: [0.25], weights: single(16) };
    let band = |bias: f32| {
        let columns: Vec<Knots> = (0..WIDTH)
            .map(|i| Knots((0..i % 4).map(|k| k as f32 - 0.5 * (i % 3) as f32).collect()))
            .collect();
        let cross = Cross {
            columns: [0, WIDTH - 1],
            knots: [Knots(vec![-1.0, 0.0, 2.0]), Knots(vec![0.0, 1.0])],
        };
        let basis = Basis { columns, crosses: vec![cross] };
        let weights = (0..basis.len()).map(|i| (i % 5) as f32 * 0.25 - 0.5).collect();
        Additive { basis, weights, bias }
    };
    let curves = |width: usize, bias: f32| {
        let columns: Vec<Knots> =
            (0..width).map(|i| Knots(vec![i as f32, 2.0 * i as f32 + 1.0])).collect();
        let weights = (0..width).map(|i| (i % 3) as f32 * 0.5 - 0.5).collect();
        Additive { basis: Basis { columns, crosses: Vec::new() }, weights, bias }
    };
    let span = SpanModel {
        table: Table { bits: 5, scales: [0.1], weights: single(32) },
        level: 2.5,
        positions: curves(position::WIDTH, -0.25),
        begins: curves(edge::WIDTH, 0.5),
        ends: curves(edge::WIDTH, 0.75),
        stretches: curves(stretch::WIDTH, -0.5),
        threshold: 0.75,
    };
    let kinds = KindModel {
        kinds: vec![Kind::SpiderPool, Kind::Nav, Kind::Debris],
        scales: vec![ColumnScale { mean: 0.5, inverse: 2.0 }; WIDTH],
        weights: (0..3 * WIDTH).map(|i| (i % 7) as f32 * 0.125 - 0.375).collect(),
        bias: vec![0.0, 0.5, -0.5],
        grams: (0..16).map(|i| i << 27).collect(),
        table: (0..48).map(weight).collect(),
        scale: 0.01,
    };
    let point = |threshold, junk_f1, article_loss| OperatingPoint {
        threshold,
        junk_f1,
        article_loss,
        loss_interval: Some([0.5 * article_loss, 2.0 * article_loss]),
    };
    Model {
        line: LineModel {
            table,
            form: true,
            biases: [-0.3, 0.2],
            words: words_table,
            words_bias: 0.1,
            gate: 1.5,
        },
        passes: vec![
            PageModel { bounds: vec![7.0, 29.0], bands: vec![band(0.1), band(0.2), band(0.3)] },
            PageModel { bounds: vec![], bands: vec![band(-0.7)] },
        ],
        span: Some(span),
        kinds: Some(kinds),
        tree: None,
        calibration: Calibration { slope: 0.9, offset: 0.05, length_cost: 0.0 },
        policy: Policy { threshold: 0.7, unsure: 0.4, guard: true, cut: true },
        operating: OperatingCurve {
            points: vec![point(0.9, 0.5, 0.001), point(0.7, 0.8, 0.01)],
            article_lines: 5000,
        },
        card: Card {
            schema: schema::digest(),
            words: words::dictionary_digest().to_string(),
            recipe: "seed = 1 # 种子\n".into(),
            fits: vec!["line model: 3 passes".into()],
            ..Card::default()
        },
        trained_on: vec![3, 14, 15, 92, u64::MAX],
    }
}

fn bytes() -> Vec<u8> {
    model().to_bytes().unwrap()
}

fn read(bytes: &[u8]) -> dechaff::Result<Model> {
    Model::from_bytes(bytes, Path::new("attack.dechaff"))
}

/// Bytes are refused as a bad model, by name and with a reason that holds `word`.
#[track_caller]
fn refused(bytes: &[u8], word: &str) {
    match read(bytes) {
        Err(error @ Error::BadModel { .. }) => {
            let message = error.to_string();
            assert!(message.starts_with("model attack.dechaff: "), "{message}");
            assert!(message.contains(word), "expected {word:?} in: {message}");
        }
        Err(error) => panic!("another error than BadModel: {error:?}"),
        Ok(_) => panic!("read without complaint; expected a word of {word:?}"),
    }
}

/// A tensor as it is before it is written.
type Tensor = (String, Dtype, Vec<u8>);

/// What the file format says of the digest, once more.
fn digest(header: &Value, tensors: &[Tensor]) -> String {
    let mut digest = Digest::new();
    digest.field(header.to_string());
    let mut tensors: Vec<_> = tensors.iter().collect();
    tensors.sort();
    for (name, _, bytes) in tensors {
        digest.field(name).field(bytes);
    }
    digest.hex()
}

/// The file of the small model after its header and tensors were tampered with by someone who knows to
/// mend the digest.
fn tampered(change: impl FnOnce(&mut Value, &mut Vec<Tensor>)) -> Vec<u8> {
    let bytes = bytes();
    let (_, metadata) = SafeTensors::read_metadata(&bytes).unwrap();
    let mut metadata = metadata.metadata().clone().unwrap();
    let mut header: Value = serde_json::from_str(&metadata["dechaff"]).unwrap();
    let read = SafeTensors::deserialize(&bytes).unwrap();
    let mut tensors: Vec<Tensor> = read
        .iter()
        .map(|(name, view)| (name.to_string(), view.dtype(), view.data().to_vec()))
        .collect();
    header["digest"] = json!("");
    change(&mut header, &mut tensors);
    if header.get("digest").is_some() {
        header["digest"] = json!(digest(&header, &tensors));
    }
    metadata.insert("dechaff".into(), header.to_string());
    let views = tensors.iter().map(|(name, dtype, data)| {
        let length = data.len() * 8 / dtype.bitsize();
        (name.as_str(), TensorView::new(*dtype, vec![length], data).unwrap())
    });
    serialize(views, Some(metadata)).unwrap()
}

fn with_header(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    tampered(|header, _| change(header))
}

fn with_tensor(name: &str, change: impl FnOnce(&mut Tensor)) -> Vec<u8> {
    tampered(|_, tensors| change(tensors.iter_mut().find(|t| t.0 == name).unwrap()))
}

#[test]
fn a_model_comes_back_as_it_was() {
    let (model, bytes) = (model(), bytes());
    let back = read(&bytes).unwrap();
    assert_eq!(back, model);
    assert_eq!(back.to_bytes().unwrap(), bytes);
    // Tampering with nothing changes nothing, or the attacks below would prove nothing.
    assert_eq!(read(&tampered(|_, _| ())).unwrap(), model);
    // Any tool can open it.
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    assert_eq!(tensors.tensor("line.table").unwrap().shape(), [512]);
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    refused(b"", "empty");
    refused(b"\0", "not a model file");
    refused(&[0xFF; 4096], "not a model file");
    refused("标题\n正文。\n".repeat(99).as_bytes(), "not a model file");
    let mut noise = 1u32;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    })
    .take(10_000)
    .collect();
    refused(&noise, "not a model file");

    let weights = [0u8; 16];
    let foreign = || [("embedding", TensorView::new(Dtype::F32, vec![2, 2], &weights).unwrap())];
    refused(&serialize(foreign(), None).unwrap(), "not one of dechaff");
    let about = [("format".to_string(), "pt".to_string())].into();
    refused(&serialize(foreign(), Some(about)).unwrap(), "not one of dechaff");
    let about = [("dechaff".to_string(), "tea".to_string())].into();
    refused(&serialize(foreign(), Some(about)).unwrap(), "header cannot be read");
}

#[test]
fn a_damaged_file_is_refused() {
    let bytes = bytes();
    refused(&bytes[..bytes.len() - 1], "not a model file, or damaged");
    for length in (1..bytes.len()).step_by(97) {
        refused(&bytes[..length], "damaged");
    }
    let mut longer = bytes.clone();
    longer.push(0);
    refused(&longer, "damaged");
    for length in [0, 1, 100_000_001, u64::MAX / 2, u64::MAX - 7, u64::MAX] {
        let mut huge = bytes.clone();
        huge[..8].copy_from_slice(&length.to_le_bytes());
        refused(&huge, "damaged");
    }
}

#[test]
fn a_file_with_any_byte_flipped_is_refused() {
    let bytes = bytes();
    for position in (0..bytes.len()).step_by(7) {
        for bits in [0xFF, 1] {
            let mut flipped = bytes.clone();
            flipped[position] ^= bits;
            refused(&flipped, "");
        }
    }
    let weight = bytes.len() - 1;
    let mut flipped = bytes;
    flipped[weight] ^= 1;
    refused(&flipped, "damaged: its content is not what its digest says");
    let undigested = with_header(|h| drop(h.as_object_mut().unwrap().remove("digest")));
    refused(&undigested, "missing field `digest`");
}

#[test]
fn another_version_is_told_apart_before_it_is_misread() {
    // A header of the future, of which only the number can be understood.
    let future = with_header(|h| *h = json!({"format": 5, "line": "quite different"}));
    refused(&future, "format 5; this program reads format 4: update dechaff");
    refused(
        &with_header(|h| h["format"] = json!(3)),
        "format 3; this program reads format 4: retrain",
    );
    refused(&with_header(|h| h["format"] = json!("1")), "header cannot be read");
    refused(&with_header(|h| h["format"] = json!(-1)), "header cannot be read");
    refused(&with_header(|h| h["card"]["schema"] = json!("feedfeedfeedfeed")), "feedfeedfeed,");
    refused(&with_header(|h| h["card"]["schema"] = json!("旧")), "other features");
    refused(&with_header(|h| h["card"]["words"] = json!("")), "dictionary");
    refused(&with_header(|h| drop(h["line"].as_object_mut().unwrap().remove("gate"))), "gate");
}

#[test]
fn numbers_that_are_none_are_refused() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let weights = with_tensor("page.1.0.weights", |(_, _, data)| {
            data[4..8].copy_from_slice(&bad.to_le_bytes());
        });
        refused(&weights, "pass 1: a weight is not a number");
    }
    // JSON has no NaN, and what is too large for f32 does not become infinite.
    refused(&with_header(|h| h["line"]["biases"] = Value::Null), "header cannot be read");
    refused(&with_header(|h| h["line"]["gate"] = json!(1e300)), "number out of range");
    refused(&with_header(|h| h["line"]["scales"][1] = json!(0.0)), "scale of weights is 0");
    refused(&with_header(|h| h["line"]["words_scale"] = json!(-1)), "scale of weights is -1");
    refused(&with_header(|h| h["calibration"]["slope"] = json!(-0.5)), "slope -0.5");
    refused(&with_header(|h| h["calibration"]["slope"] = json!(0)), "slope 0");
}

#[test]
fn numbers_that_are_none_are_not_written() {
    let unwritten = |change: fn(&mut Model), word: &str| {
        let mut model = model();
        change(&mut model);
        let message = model.to_bytes().unwrap_err().to_string();
        assert!(message.contains(word), "expected {word:?} in: {message}");
    };
    unwritten(|m| m.line.biases[1] = f32::NAN, "line model holds NaN");
    unwritten(|m| m.line.gate = f32::INFINITY, "line model holds inf");
    unwritten(|m| m.line.table.scales[1] = f32::INFINITY, "scale of weights is inf");
    unwritten(|m| m.line.words.scales[0] = f32::NAN, "scale of weights is NaN");
    unwritten(|m| m.passes[0].bands[2].bias = f32::NAN, "pass 0: a weight is not a number");
    unwritten(|m| m.passes[0].bounds[1] = f32::INFINITY, "pass 0: the bounds");
    unwritten(|m| m.passes[1].bands[0].basis.columns[3].0[1] = f32::NAN, "pass 1: knots");
    unwritten(|m| m.passes[1].bands[0].basis.columns[3].0[2] = f32::INFINITY, "pass 1: knots");
    unwritten(|m| m.span.as_mut().unwrap().positions.bias = f32::NAN, "span model");
    unwritten(|m| m.span.as_mut().unwrap().ends.weights[0] = f32::INFINITY, "span model");
    unwritten(|m| m.span.as_mut().unwrap().threshold = f32::NAN, "span model");
    unwritten(|m| m.span.as_mut().unwrap().level = f32::INFINITY, "span model");
    unwritten(|m| m.span.as_mut().unwrap().table.scales[0] = f32::NAN, "span model");
    unwritten(|m| m.kinds.as_mut().unwrap().weights[3] = f32::NAN, "model of kinds");
    unwritten(|m| m.kinds.as_mut().unwrap().scales[3].mean = f32::INFINITY, "model of kinds");
    unwritten(|m| m.kinds.as_mut().unwrap().scale = f32::NAN, "model of kinds");
    unwritten(|m| m.calibration.offset = f32::NEG_INFINITY, "calibration holds -inf");
    unwritten(|m| m.calibration.slope = f32::NAN, "calibration holds NaN");
    unwritten(|m| m.policy.threshold = f32::NAN, "thresholds");
    unwritten(|m| m.policy.unsure = f32::NAN, "thresholds");
    unwritten(|m| m.operating.points[0].article_loss = f64::NAN, "operating curve");
    unwritten(|m| m.operating.points[0].loss_interval = Some([f64::NAN, 0.5]), "operating curve");
    unwritten(|m| m.passes = vec![m.passes[1].clone(); 9], "9 passes");
}

#[test]
fn curves_that_are_none_are_refused() {
    let knots =
        |knots: Value| with_header(|h| h["passes"][0]["bands"][1]["basis"]["columns"][3] = knots);
    refused(&knots(json!([0.0, 2.0, 1.0])), "pass 0: knots do not rise");
    refused(&knots(json!([0.0, 0.0, 1.0])), "knots do not rise");
    refused(&knots(json!([0.0, 1.0, 2.0, 3.0, 4.0])), "weights for");
    let basis =
        |change: fn(&mut Value)| with_header(|h| change(&mut h["passes"][1]["bands"][0]["basis"]));
    refused(&basis(|b| b["crosses"][0]["columns"][1] = json!(WIDTH)), "pair names a column");
    refused(&basis(|b| b["crosses"][0]["columns"][1] = json!(-1)), "header cannot be read");
    refused(&basis(|b| b["crosses"][0]["knots"][0] = json!([1.0, 0.0, -1.0])), "do not rise");
    refused(&basis(|b| b["crosses"] = json!([])), "weights for");
    refused(&basis(|b| drop(b["columns"].as_array_mut().unwrap().pop())), "columns, not");
    let bounds = |bounds: Value| with_header(|h| h["passes"][0]["bounds"] = bounds);
    refused(&bounds(json!([29.0, 7.0])), "bands do not rise");
    refused(&bounds(json!([7.0])), "3 bands for 1 bounds");
    let passes = with_header(|h| h["passes"] = json!([]));
    refused(&passes, "15 tensors, not 11");
}

#[test]
fn span_models_that_are_none_are_refused() {
    let part = |number: usize, name: &str, value: Value| {
        with_header(|h| h["span"]["parts"][number][name] = value)
    };
    refused(&part(0, "basis", json!({"columns": [[0.0, 1.0]], "crosses": []})), "span model: ");
    refused(&part(3, "bias", Value::Null), "header cannot be read");
    let parts = |edit: fn(&mut Vec<Value>)| {
        with_header(|h| edit(h["span"]["parts"].as_array_mut().unwrap()))
    };
    refused(&parts(|bands| bands.swap(0, 1)), "span model: ");
    refused(&with_header(|h| h["span"]["parts"] = json!([])), "header cannot be read");
    refused(&parts(|bands| drop(bands.pop())), "header cannot be read");
    refused(&parts(|bands| bands.push(bands[0].clone())), "header cannot be read");
    refused(&with_header(|h| h["span"]["schema"] = json!("feedfeedfeedfeed")), "features of spans");
    refused(&with_header(|h| h["span"]["threshold"] = Value::Null), "header cannot be read");
    refused(&with_header(|h| h["span"]["scale"] = json!(0)), "span model: scale");
    refused(
        &with_tensor("span.table", |t| t.2.truncate(31)),
        "31 weights, not 1 for each of a power of two of n-grams",
    );
    // Without its header the table is one tensor too many; without both there is no span model.
    let headless = |h: &mut Value| drop(h.as_object_mut().unwrap().remove("span"));
    refused(&with_header(headless), "15 tensors, not 10");
    let spanless = tampered(|header, tensors| {
        headless(header);
        tensors.retain(|t| !t.0.starts_with("span."));
    });
    assert_eq!(read(&spanless).unwrap(), Model { span: None, ..model() });
}

#[test]
fn models_of_kinds_that_are_none_are_refused() {
    let kinds = |name: &str, value: Value| with_header(|h| h["kinds"][name] = value);
    refused(&kinds("kinds", json!(["nav", "spider_pool", "debris"])), "not in order");
    refused(&kinds("kinds", json!(["nav", "nav", "debris"])), "not in order");
    refused(&kinds("kinds", json!([])), "not in order");
    refused(&kinds("kinds", json!(["nav", "weather"])), "header cannot be read");
    refused(&kinds("kinds", json!(["nav", "debris"])), "a model of 2 kinds with");
    refused(&with_tensor("kind.grams", |t| t.2.truncate(60)), "a model of 3 kinds with");
    refused(&with_tensor("kind.grams", |t| t.2.rotate_left(4)), "n-grams of the kinds");
    refused(&with_tensor("kind.grams", |t| t.2[0..8].fill(0)), "n-grams of the kinds");
    refused(&kinds("bias", json!([0.5])), "a model of 3 kinds with");
    refused(&kinds("scales", json!([])), "a model of 3 kinds with");
    refused(&kinds("scale", json!(0)), "model of kinds has a scale");
    refused(&with_header(|h| h["kinds"]["scales"][1]["inverse"] = json!(-1)), "has a scale");
    refused(&with_tensor("kind.table", |t| t.2.truncate(47)), "a model of 3 kinds with");
    refused(&with_tensor("kind.columns", |t| t.2.extend([0; 4])), "a model of 3 kinds with");
    refused(&with_tensor("kind.table", |t| t.1 = Dtype::U8), "kind.table is U8");
    refused(&with_tensor("kind.columns", |t| t.0 = "kind.rows".into()), "kind.columns is missing");
    let kindless = tampered(|header, tensors| {
        header.as_object_mut().unwrap().remove("kinds");
        tensors.retain(|t| !t.0.starts_with("kind."));
    });
    assert_eq!(read(&kindless).unwrap(), Model { kinds: None, ..model() });
}

#[test]
fn tensors_that_do_not_fit_are_refused() {
    let missing = tampered(|_, tensors| tensors.retain(|t| t.0 != "line.words"));
    refused(&missing, "14 tensors, not 15");
    let renamed = with_tensor("line.words", |t| t.0 = "line.phrases".into());
    refused(&renamed, "line.words is missing");
    let extra = tampered(|_, tensors| tensors.push(("extra".into(), Dtype::U8, vec![0; 8])));
    refused(&extra, "16 tensors, not 15");
    refused(&with_tensor("line.table", |t| t.1 = Dtype::U8), "line.table is U8");
    refused(
        &with_tensor("line.table", |t| t.2.truncate(510)),
        "510 weights, not 2 for each of a power of two of n-grams",
    );
    refused(&with_tensor("line.table", |t| t.2.truncate(1)), "1 weights");
    refused(&with_tensor("line.words", |t| t.2.clear()), "0 weights");
    let short = with_tensor("page.0.2.weights", |t| t.2.truncate(8));
    refused(&short, "pass 0: 2 weights for");
    let long = with_tensor("page.0.0.weights", |t| t.2.extend([0; 4]));
    refused(&long, "weights for");
    let unsorted = with_tensor("training.pages", |t| t.2.rotate_left(8));
    refused(&unsorted, "training pages are not in order");
}

#[test]
fn operating_points_that_make_no_sense_are_refused() {
    let policy = |name: &str, value: f64| with_header(|h| h["policy"][name] = json!(value));
    for threshold in [-0.1, 1.01, 1e30, 0.3] {
        // 0.3 is below where lines begin to be unsure.
        refused(&policy("threshold", threshold), "thresholds");
    }
    refused(&policy("unsure", -0.5), "thresholds");
    let point =
        |name: &str, value: f64| with_header(|h| h["operating"]["points"][1][name] = json!(value));
    refused(&point("threshold", 0.9), "operating curve");
    refused(&point("threshold", -1.0), "operating curve");
    refused(&point("article_loss", 0.0001), "operating curve");
    refused(&point("junk_f1", 1.5), "operating curve");
    let interval =
        |value: Value| with_header(|h| h["operating"]["points"][1]["loss_interval"] = value);
    refused(&interval(json!([0.5, 0.25])), "operating curve");
    refused(&interval(json!([0.5, 1.25])), "operating curve");
    // Models of before did not measure it.
    let unmeasured = read(&interval(Value::Null)).unwrap();
    assert_eq!(unmeasured.operating.points[1].loss_interval, None);
}

#[test]
fn a_model_that_could_not_be_read_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.dechaff");
    model().save(&path).unwrap();
    let mut bad = model();
    bad.passes[0].bands[0].weights[0] = f32::NAN;
    assert!(matches!(bad.save(&path), Err(Error::BadModel { .. })));
    assert!(matches!(bad.to_bytes(), Err(Error::BadModel { .. })));
    assert_eq!(Model::load(&path).unwrap(), model());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn saving_replaces_a_file_whole_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.dechaff");
    std::fs::write(&path, "an older one").unwrap();
    model().save(&path).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), bytes());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let nowhere = folder.path().join("none/m.dechaff");
    assert!(matches!(model().save(&nowhere), Err(Error::Io { .. })));
    assert!(matches!(Model::load(&nowhere), Err(Error::Io { .. })));
    assert!(matches!(Model::load(folder.path()), Err(Error::Io { .. })));
}

#[cfg(unix)]
#[test]
fn a_saved_model_may_be_read_by_whoever_may_read_other_files() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let (ordinary, saved) = (folder.path().join("o"), folder.path().join("m.dechaff"));
    std::fs::write(&ordinary, "").unwrap();
    model().save(&saved).unwrap();
    assert_eq!(mode(&saved), mode(&ordinary));
}

#[test]
fn a_file_larger_than_any_model_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge");
    // Sparse: it takes no room.
    std::fs::File::create(&path).unwrap().set_len((256 << 20) + 1).unwrap();
    let message = Model::load(&path).unwrap_err().to_string();
    assert!(message.contains("more than a model has"), "{message}");
    #[cfg(unix)]
    {
        let message = Model::load(Path::new("/dev/zero")).unwrap_err().to_string();
        assert!(message.contains("more than a model has"), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let is_refused = matches!(read(&bytes), Err(Error::BadModel { .. }));
        prop_assert!(is_refused);
    }

    #[test]
    fn any_lines_get_one_verdict_each(
        lines in proptest::collection::vec(
            prop_oneof!["\\PC{0,40}", "[ -~]{0,80}", "[一-龥,。|·0-9 ]{0,60}", any::<String>()],
            0..40,
        ),
    ) {
        let model = model();
        let policy = *model.policy();
        let filter = Filter::new(model, policy).with_kinds();
        let page = Page::from_lines(lines.iter().map(String::as_str));
        let mut scratch = Scratch::default();
        let verdict = filter.judge(&page, &mut scratch);
        prop_assert_eq!(verdict.lines.len(), page.lines.len());
        for (line, verdict) in page.lines.iter().zip(&verdict.lines) {
            prop_assert!((0.0..=1.0).contains(&verdict.probability));
            prop_assert!(verdict.cut.iter().all(|cut| line.text.get(cut.clone()).is_some()));
            prop_assert_eq!(verdict.kind.is_some(), verdict.verdict == Verdict::Junk);
        }
        // Buffers that have been used judge as new ones do.
        prop_assert_eq!(filter.judge(&page, &mut scratch), verdict);
    }
}
