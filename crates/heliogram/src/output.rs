//! What the commands print, and what becomes of it when nobody can read it.

use std::fmt;
use std::io::{self, ErrorKind, Write};

use anyhow::Context;

/// Says that whoever read standard output has gone, as `head` goes when it has seen enough: nothing to complain about, but
/// what the command found out was not heard.
#[derive(Debug)]
pub(crate) struct ReaderGone;

impl fmt::Display for ReaderGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nobody reads standard output any more")
    }
}

impl std::error::Error for ReaderGone {}

/// Prints a line on standard output. The error is [`ReaderGone`], or tells why it cannot be written.
pub(crate) fn line(text: impl fmt::Display) -> anyhow::Result<()> {
    self::text(format_args!("{text}\n"))
}

/// Prints a text on standard output as it is, at once. The error is that of [`line`].
pub(crate) fn text(text: impl fmt::Display) -> anyhow::Result<()> {
    // In one piece: a terminal never shows half of it, and a program reads it whole.
    write(&mut io::stdout().lock(), &text.to_string())
}

/// Prints a line on standard error; when that cannot be written there is nobody left to tell.
pub(crate) fn note(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

fn write(output: &mut impl Write, text: &str) -> anyhow::Result<()> {
    let written = output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(ReaderGone.into()),
        written => written.context("cannot write to standard output"),
    }
}
