//! How fast the whole program is, beside a plain one that reads the same file, checks each line's UTF-8
//! with the standard library and writes it: `cargo bench --bench whole -- [FILE …] [--growth MB OUT.svg]`.
//!
//! Without a file it composes its own input from a seed: JSON Lines pages and one long text, Chinese and
//! English. A row is the median of five runs; all programs take turns, so that a busy machine is busy
//! for all of them. `--growth` runs sizes from 10 MB up to MB, each once, and draws processor time over
//! size, which other programs on the machine disturb less; on one thread, then on two.

mod common;

use std::error::Error;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use common::Writer;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Runs of each program, of which the median counts.
const RUNS: usize = 5;
/// Bytes of a composed input.
const SIZE: usize = 40 << 20;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1).filter(|a| a != "--bench");
    let (mut files, mut growth) = (Vec::new(), None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--plain" => return plain(Path::new(&arguments.next().ok_or("--plain FILE")?)),
            "--growth" => {
                let most: usize = arguments.next().ok_or("--growth MB OUT.svg")?.parse()?;
                growth =
                    Some((most, PathBuf::from(arguments.next().ok_or("--growth MB OUT.svg")?)));
            }
            _ => files.push(PathBuf::from(argument)),
        }
    }
    let folder = tempfile::tempdir()?;
    if files.is_empty() {
        files = compose(folder.path(), SIZE)?;
    }
    match growth {
        Some((most, out)) => grow(&files[0], most, &out, folder.path()),
        None => files.iter().try_for_each(|file| table(file)),
    }
}

/// The program that everything is compared with.
fn plain(path: &Path) -> Result<()> {
    let mut reader = BufReader::with_capacity(256 << 10, File::open(path)?);
    let mut writer = BufWriter::with_capacity(256 << 10, io::stdout().lock());
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        writer.write_all(std::str::from_utf8(&line)?.as_bytes())?;
        line.clear();
    }
    Ok(writer.flush()?)
}

fn plain_command(file: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--plain").arg(file);
    Ok(command)
}

fn filter_command(file: &Path, n_threads: usize) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dechaff"));
    command.args(["filter", "--quiet", "--threads", &n_threads.to_string()]).arg(file);
    command
}

/// What a run took.
#[derive(Debug, Clone, Copy)]
struct Cost {
    time: Duration,
    /// Of all threads, in user and system; 0 where the system does not tell.
    processor: Duration,
    /// The most resident memory, in MB; 0 where the system does not tell.
    memory: u64,
}

fn run(mut command: Command) -> Result<Cost> {
    let start = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let stat = format!("/proc/{}/stat", child.id());
    let (mut memory, mut processor) = (0, Duration::ZERO);
    let exit = loop {
        if let Some(exit) = child.try_wait()? {
            break exit;
        }
        // The high-water mark never falls: the last look before the end is as good as all.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kb = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        memory = memory.max(kb.unwrap_or(0) / 1024);
        processor = processor.max(processor_time(&fs::read_to_string(&stat).unwrap_or_default()));
        std::thread::sleep(Duration::from_millis(2));
    };
    let time = start.elapsed();
    if exit.success() {
        Ok(Cost { time, processor, memory })
    } else {
        Err(format!("{command:?}: {exit}").into())
    }
}

/// Of `/proc/PID/stat`: user and system time, the fourteenth and fifteenth word, in hundredths.
fn processor_time(stat: &str) -> Duration {
    // The second word is the name in brackets, which may hold anything.
    let words = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks: u64 = words.skip(11).take(2).filter_map(|word| word.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

/// The median of each of some commands, which take turns.
fn medians(commands: &[&dyn Fn() -> Result<Command>]) -> Result<Vec<Cost>> {
    let mut costs = vec![Vec::new(); commands.len()];
    for _ in 0..RUNS {
        for (command, costs) in commands.iter().zip(&mut costs) {
            costs.push(run(command()?)?);
        }
    }
    let median = |mut costs: Vec<Cost>| {
        costs.sort_unstable_by_key(|cost| cost.time);
        let memory = costs.iter().map(|cost| cost.memory).max().unwrap_or(0);
        Cost { memory, ..costs[costs.len() / 2] }
    };
    Ok(costs.into_iter().map(median).collect())
}

fn table(file: &Path) -> Result<()> {
    let megabytes = fs::metadata(file)?.len() as f64 / 1e6;
    let commands: [(&str, &dyn Fn() -> Result<Command>); 3] = [
        ("plain", &|| plain_command(file)),
        ("filter, 1 thread", &|| Ok(filter_command(file, 1))),
        ("filter, 2 threads", &|| Ok(filter_command(file, 2))),
    ];
    let costs = medians(&commands.map(|(_, command)| command))?;
    let mut out = io::stdout().lock();
    writeln!(out, "{} ({megabytes:.0} MB)", file.display())?;
    for ((name, _), cost) in commands.iter().zip(&costs) {
        let seconds = cost.time.as_secs_f64();
        let ratio = costs[0].time.as_secs_f64() / seconds;
        let (speed, memory) = (megabytes / seconds, cost.memory);
        writeln!(
            out,
            "  {name:18} {speed:7.1} MB/s  {ratio:6.3} of plain  {memory:5} MB resident"
        )?;
    }
    Ok(())
}

/// Time over size, the input repeated or cut at a line end.
fn grow(file: &Path, most: usize, out: &Path, folder: &Path) -> Result<()> {
    let text = fs::read(file)?;
    let name = file.file_name().ok_or("a file without a name")?;
    let grown = folder.join(format!("grown-{}", name.display()));
    let mut points = Vec::new();
    let mut megabytes = 10;
    while megabytes <= most {
        let mut writer = BufWriter::new(File::create(&grown)?);
        let mut left = megabytes * 1_000_000;
        while left > 0 {
            let part = &text[..text.len().min(left)];
            let end = memchr::memrchr(b'\n', part).map_or(part.len(), |end| end + 1);
            writer.write_all(&part[..end])?;
            left -= if part.len() < text.len() { left } else { end };
        }
        writer.flush()?;
        drop(writer);
        let one = run(filter_command(&grown, 1))?;
        let two = run(filter_command(&grown, 2))?;
        let processor = one.processor.as_secs_f64();
        let (seconds, memory) = (one.time.as_secs_f64(), one.memory);
        writeln!(
            io::stdout(),
            "{megabytes:5} MB  {processor:8.2} s of processor, {seconds:8.2} s, {memory:5} MB resident; \
             2 threads {:8.2} s of processor, {:8.2} s, {:5} MB",
            two.processor.as_secs_f64(),
            two.time.as_secs_f64(),
            two.memory
        )?;
        points.push((megabytes as f64, processor.max(0.01)));
        megabytes = match megabytes {
            _ if megabytes == most => break,
            _ => (megabytes * 2).min(most),
        };
    }
    Ok(fs::write(out, plot(&points))?)
}

/// Both axes logarithmic, so that what is linear is a straight line of slope one.
fn plot(points: &[(f64, f64)]) -> String {
    let (width, height, edge) = (480.0, 320.0, 48.0);
    let bounds = |values: Vec<f64>| {
        let logs = values.iter().map(|v| v.ln());
        (logs.clone().fold(f64::MAX, f64::min), logs.fold(f64::MIN, f64::max))
    };
    let (x_from, x_to) = bounds(points.iter().map(|p| p.0).collect());
    let (y_from, y_to) = bounds(points.iter().map(|p| p.1).collect());
    let place = |value: f64, from: f64, to: f64| (value.ln() - from) / (to - from).max(1e-9);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{}\" y=\"20\">dechaff filter, 1 thread: processor seconds over megabytes</text>\n",
        edge
    );
    let mut line = String::new();
    for &(megabytes, seconds) in points {
        let x = edge + place(megabytes, x_from, x_to) * (width - 2.0 * edge);
        let y = height - edge - place(seconds, y_from, y_to) * (height - 2.0 * edge);
        let _ = write!(line, "{x:.1},{y:.1} ");
        let _ = writeln!(
            svg,
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/>\
             <text x=\"{x:.1}\" y=\"{:.1}\">{seconds:.2}</text>\
             <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{megabytes}</text>",
            y - 8.0,
            height - edge / 2.0
        );
    }
    let _ = writeln!(svg, "<polyline points=\"{line}\" fill=\"none\" stroke=\"black\"/>\n</svg>");
    svg
}

/// Writes pages of some forty lines as JSON Lines, and the same lines as one text, in both languages.
fn compose(folder: &Path, size: usize) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for (language, mut writer) in [("zh", Writer::chinese()), ("en", Writer::english())] {
        let pages = folder.join(format!("{language}.jsonl"));
        let text = folder.join(format!("{language}.txt"));
        let mut pages_out = BufWriter::new(File::create(&pages)?);
        let mut text_out = BufWriter::new(File::create(&text)?);
        let mut written = 0;
        while written < size {
            let mut page = String::new();
            for _ in 0..20 + writer.below(40) {
                let longest = if writer.below(3) == 0 { 80 } else { 6 };
                writer.line(longest, &mut page);
            }
            serde_json::to_writer(&mut pages_out, &serde_json::json!({ "text": page }))?;
            pages_out.write_all(b"\n")?;
            text_out.write_all(page.as_bytes())?;
            written += page.len();
        }
        pages_out.flush()?;
        text_out.flush()?;
        files.extend([pages, text]);
    }
    Ok(files)
}
