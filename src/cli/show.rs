//! `dechaff show`: a page in the terminal, with what would become of each line.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::ExitCode;

use anstream::AutoStream;
use anstyle::{AnsiColor, Effects, Style};
use anyhow::Result;

use super::args::{ModelArgs, PageArgs};
use super::each_page::each_page;
use super::say::count;
use super::sites::SiteArgs;
use crate::filter::Scratch;
use crate::output::Summary;
use crate::text::visible::visible;
use crate::text::{Group, Kind};
use crate::{LineVerdict, Page, PageVerdict, Verdict};

/// Show pages as they are, with what would become of each line.
///
/// Before each line: `-` where it would be removed, `?` where it is kept although the model is unsure,
/// its probability of junk, and its kind. On a terminal, junk is dimmed and coloured by its kind, and
/// spans that would be cut out (with --cut) are struck through; without colours they stand in [-…-].
/// Control characters in the page are shown as pictures.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff show page.txt
  dechaff show pages.jsonl --page 4711 --cut
  dechaff show crawl/ --color always | less -R")]
pub struct Args {
    #[command(flatten)]
    pages: PageArgs,
    /// Only the page of this id.
    #[arg(long, value_name = "ID")]
    page: Option<String>,
    /// Whether to use colours; auto: on a terminal, unless NO_COLOR is set.
    #[arg(long, value_name = "WHEN", default_value_t = clap::ColorChoice::Auto)]
    color: clap::ColorChoice,
    #[command(flatten)]
    sites: SiteArgs,
    #[command(flatten)]
    model: ModelArgs,
}

/// Runs the command.
///
/// # Errors
/// If the model cannot be read or the output fails.
pub fn run(args: &Args) -> Result<ExitCode> {
    let (model, policies) = args.model.load()?;
    let filter = args.pages.adjust(policies).filter(model).with_kinds();
    let filter = filter.with_sites(args.sites.load()?);
    let sites = args.sites.sites();
    let mut scratch = Scratch::default();
    let choice = match args.color {
        clap::ColorChoice::Always => anstream::ColorChoice::AlwaysAnsi,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
        clap::ColorChoice::Auto => AutoStream::choice(&std::io::stdout()),
    };
    let has_colors = choice != anstream::ColorChoice::Never;
    let stdout = AutoStream::new(std::io::stdout(), choice);
    let mut out = std::io::BufWriter::new(stdout);
    let mut is_first = true;
    let n_errors = each_page(&args.pages, args.page.as_deref(), |page| {
        let site = sites.of(&page, &filter);
        let lines = page.lines().of_site(site);
        let verdict = match page.document() {
            Some(document) => filter.judge_document(document, site, &mut scratch),
            None => filter.judge(&lines, &mut scratch),
        };
        if !std::mem::take(&mut is_first) {
            writeln!(out)?;
        }
        let bold = if has_colors { Style::new().bold() } else { Style::new() };
        writeln!(out, "{bold}{}{bold:#}", visible(&page.id))?;
        show(&mut out, &lines, &verdict, has_colors)?;
        let figures = Summary::of_page(&page, &lines, &verdict);
        writeln!(out, "{bold}{}{bold:#}", closing(&figures))?;
        Ok(())
    })?;
    out.flush()?;
    Ok(if n_errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Blank lines in a row that are shown; more tell nothing.
const MAX_BLANK: u32 = 2;

fn show(
    out: &mut impl Write,
    lines: &Page<'_>,
    verdict: &PageVerdict,
    has_colors: bool,
) -> std::io::Result<()> {
    let kinds = verdict.lines.iter().filter_map(|v| v.kind).map(|kind| kind.name().len());
    let width = kinds.max().map_or(0, |width| width + 1);
    let mut last = 0;
    for (line, v) in lines.lines.iter().zip(&verdict.lines) {
        for _ in 0..(line.number - last - 1).min(MAX_BLANK) {
            writeln!(out)?;
        }
        last = line.number;
        let style = if has_colors { style_of(v) } else { Style::new() };
        let mark = match v.verdict {
            Verdict::Junk => '-',
            Verdict::Unsure => '?',
            Verdict::Article => ' ',
        };
        let kind = v.kind.map_or("", Kind::name);
        write!(out, "{style}{mark} {:.2} {kind:width$}", v.probability)?;
        let mut rest = 0;
        for cut in &v.cut {
            let (before, inside) = (line.text.get(rest..cut.start), line.text.get(cut.clone()));
            let (Some(before), Some(inside)) = (before, inside) else { continue };
            write!(out, "{}", visible(before))?;
            if has_colors {
                let struck = Style::new().effects(Effects::STRIKETHROUGH | Effects::DIMMED);
                write!(out, "{style:#}{struck}{}{struck:#}{style}", visible(inside))?;
            } else {
                write!(out, "[-{}-]", visible(inside))?;
            }
            rest = cut.end;
        }
        let text = line.text.get(rest..).unwrap_or_default();
        writeln!(out, "{}{style:#}", visible(text))?;
    }
    Ok(())
}

/// How a line is drawn.
fn style_of(v: &LineVerdict) -> Style {
    let color = match (v.verdict, v.kind) {
        (Verdict::Article, _) => return Style::new(),
        (Verdict::Unsure, _) => return Style::new().effects(Effects::UNDERLINE),
        (Verdict::Junk, None) => return Style::new().effects(Effects::DIMMED),
        (Verdict::Junk, Some(kind)) => match kind.group() {
            Group::Planted => AnsiColor::Red,
            Group::Selling => AnsiColor::Yellow,
            Group::Menus => AnsiColor::Blue,
            Group::Others => AnsiColor::Cyan,
            Group::SmallPrint => AnsiColor::Magenta,
            Group::LeftOver => AnsiColor::Green,
        },
    };
    Style::new().fg_color(Some(color.into())).effects(Effects::DIMMED)
}

/// The figures of a page in one line.
fn closing(s: &Summary) -> String {
    let kept = s.lines - s.removed_lines;
    let mut text = format!(
        "{}: {kept} kept, {} of them unsure; {} removed",
        count(s.lines, "line"),
        s.unsure_lines,
        s.removed_lines
    );
    let kinds: BTreeMap<_, _> = s.kinds.iter().map(|(kind, n)| ((u64::MAX - n, kind), n)).collect();
    let kinds: Vec<_> = kinds.iter().map(|((_, kind), n)| format!("{} {n}", kind.name())).collect();
    if !kinds.is_empty() {
        text += &format!(" ({})", kinds.join(", "));
    }
    if s.cut_spans > 0 {
        text += &format!(", {} cut out", count(s.cut_spans, "span"));
    }
    text += &format!("; {:.1} % of {}", 100.0 * s.removed_share(), count(s.chars, "character"));
    if s.guarded_pages > 0 {
        text += "; kept whole: more would have gone than is plausible (--no-guard removes it)";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_are_struck_out_and_unsure_lines_marked() {
        let text = "\n\n\n\n甲乙丙\n丁\n戊\n";
        let line = |probability, verdict, cut: Option<std::ops::Range<usize>>, kind| LineVerdict {
            probability,
            verdict,
            cut: cut.into_iter().collect(),
            kind,
        };
        let lines = vec![
            line(0.125, Verdict::Article, Some(3..6), None),
            line(0.5, Verdict::Unsure, None, None),
            line(1.0, Verdict::Junk, None, Some(Kind::Nav)),
        ];
        let verdict = PageVerdict { lines, ..PageVerdict::default() };
        let shown = |has_colors| {
            let mut out = Vec::new();
            show(&mut out, &Page::from_text(text), &verdict, has_colors).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert_eq!(shown(false), "\n\n  0.12     甲[-乙-]丙\n? 0.50     丁\n- 1.00 nav 戊\n");
        assert_eq!(
            shown(true),
            "\n\n  0.12     甲\u{1b}[2m\u{1b}[9m乙\u{1b}[0m丙\n\
             \u{1b}[4m? 0.50     丁\u{1b}[0m\n\
             \u{1b}[2m\u{1b}[34m- 1.00 nav 戊\u{1b}[0m\n"
        );
    }
}
