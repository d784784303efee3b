//! What is printed: tables to standard output, what goes on to standard error.

use std::fmt;
use std::io::{self, Write};

use anyhow::Context;

/// Prints a line on standard output, at once.
pub(crate) fn line(text: impl fmt::Display) -> anyhow::Result<()> {
    let text = format!("{text}\n");
    let mut output = io::stdout().lock();
    output
        .write_all(text.as_bytes())
        .and_then(|()| output.flush())
        .context("cannot write to standard output")
}

/// Prints a line on standard error; when that cannot be written there is nobody left to tell.
pub(crate) fn note(text: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{text}");
}
