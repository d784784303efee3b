//! The layout of JSON: as the documents print it, or without any space.

use std::io::{self, Write};

use serde::Deserialize;
use serde_json::ser::Formatter;

/// Says how answers are laid out. Parsers do not care, but one public program compares whole answers with the documents
/// and cuts values out of them at fixed positions.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonStyle {
    /// As printed: three spaces for each level, every element of an array on a line of its own, no space after a colon,
    /// and one space after the last brace [atompark-en "Successful method call response example"].
    #[default]
    Document,
    /// In one line and without a space.
    Compact,
}

/// Lays JSON out in a style, and knows how deep it is: a value may be begun here, and its members written one by one.
#[derive(Debug)]
pub(super) struct Layout {
    style: JsonStyle,
    depth: usize,
    /// Whether the array or object that was left or written to last has anything in it.
    filled: bool,
}

impl Layout {
    /// Begins before the first octet.
    pub(super) fn new(style: JsonStyle) -> Self {
        Self {
            style,
            depth: 0,
            filled: false,
        }
    }

    /// Writes what follows the last brace.
    pub(super) fn end<W: Write + ?Sized>(&self, writer: &mut W) -> io::Result<()> {
        match self.style {
            JsonStyle::Document => writer.write_all(b" "),
            JsonStyle::Compact => Ok(()),
        }
    }

    fn open<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth += 1;
        self.filled = false;
        writer.write_all(bracket)
    }

    fn close<W: Write + ?Sized>(&mut self, writer: &mut W, bracket: &[u8]) -> io::Result<()> {
        self.depth -= 1;
        if self.filled {
            self.line(writer)?;
        }
        writer.write_all(bracket)
    }

    fn divide<W: Write + ?Sized>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if !first {
            writer.write_all(b",")?;
        }
        self.line(writer)
    }

    fn line<W: Write + ?Sized>(&self, writer: &mut W) -> io::Result<()> {
        if self.style == JsonStyle::Document {
            writer.write_all(b"\n")?;
            for _ in 0..self.depth {
                writer.write_all(b"   ")?;
            }
        }
        Ok(())
    }
}

impl Formatter for &mut Layout {
    fn begin_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"[")
    }

    fn end_array<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"]")
    }

    fn begin_array_value<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.divide(writer, first)
    }

    fn end_array_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.open(writer, b"{")
    }

    fn end_object<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        self.close(writer, b"}")
    }

    fn begin_object_key<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.divide(writer, first)
    }

    fn begin_object_value<W: Write + ?Sized>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b":")
    }

    fn end_object_value<W: Write + ?Sized>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}
