//! `dechaff completions` and `dechaff man`: what shells and readers of manuals need, made from the
//! definitions of the command line itself.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Result;

/// Write shell completions to standard output.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff completions bash > ~/.local/share/bash-completion/completions/dechaff
  dechaff completions zsh > ~/.zfunc/_dechaff
  dechaff completions fish > ~/.config/fish/completions/dechaff.fish")]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

/// Write the manual page to standard output.
///
/// One page for the program and all of its commands, as a man page in roff.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  dechaff man > ~/.local/share/man/man1/dechaff.1
  dechaff man | man -l -")]
pub struct ManArgs {}

/// Writes the completions of `command`.
///
/// # Errors
/// If standard output cannot be written.
pub fn completions(args: &CompletionsArgs, mut command: clap::Command) -> Result<ExitCode> {
    // In memory first: the generator takes no errors.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "dechaff", &mut script);
    write(&script)
}

/// Writes the manual page of `command`.
///
/// # Errors
/// If standard output cannot be written.
pub fn man(command: clap::Command) -> Result<ExitCode> {
    let mut page = Vec::new();
    let mut command = command;
    command.build();
    let whole = clap_mangen::Man::new(command.clone());
    whole.render_title(&mut page)?;
    whole.render_name_section(&mut page)?;
    whole.render_synopsis_section(&mut page)?;
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        // Each command as a part of the page, under its own heading.
        let name = format!("dechaff {}", sub.get_name());
        writeln!(page, ".SH \"{}\"", name.to_uppercase())?;
        section(&mut page, &clap_mangen::Man::new(sub.clone().bin_name(name)))?;
        // Those of `model`.
        for inner in sub.get_subcommands().filter(|inner| inner.get_name() != "help") {
            let name = format!("dechaff {} {}", sub.get_name(), inner.get_name());
            writeln!(page, ".SH \"{}\"", name.to_uppercase())?;
            section(&mut page, &clap_mangen::Man::new(inner.clone().bin_name(name)))?;
        }
    }
    whole.render_extra_section(&mut page)?;
    write(&page)
}

/// A command's own part; its headings are one level below.
fn section(page: &mut Vec<u8>, man: &clap_mangen::Man) -> Result<()> {
    let mut own = Vec::new();
    man.render_synopsis_section(&mut own)?;
    man.render_description_section(&mut own)?;
    man.render_options_section(&mut own)?;
    man.render_extra_section(&mut own)?;
    let own = String::from_utf8_lossy(&own).replace(".SH EXTRA\n", "").replace("\n.SH ", "\n.SS ");
    let own = own.strip_prefix(".SH ").map_or(own.clone(), |rest| format!(".SS {rest}"));
    page.extend_from_slice(own.as_bytes());
    Ok(())
}

fn write(bytes: &[u8]) -> Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
