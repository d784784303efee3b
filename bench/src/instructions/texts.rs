//! Texts: how many segments one takes, and the segments themselves; numbers; templates.

use std::hint::black_box;

use anyhow::ensure;
use sms::{Msisdn, text};

use super::Work;

const TIMES: u32 = 5_000;

const ONE: &str = "Your code is 123456. Nobody from the bank will ever ask you for it.";

const THREE: &str = "Hello! Your parcel has arrived and waits for you at our branch in the city centre until Friday night. \
Bring your passport with you and the code below. The branch is open from 9 in the morning to 8 in the evening, on Saturdays until 6, \
and is closed on Sundays and public holidays. If you cannot come yourself, give the code to whoever comes for you: 123456. Thank you!";

const UCS2: &str = "Ваш код 123456. Нікому його не кажіть.";

/// What is counted.
pub(super) const WORKS: &[Work] = &[
    work("text of one segment, measured", |times| {
        measured(ONE, 1, times)
    }),
    work("text of three segments, measured", |times| {
        measured(THREE, 3, times)
    }),
    work("text of one segment in UCS-2, measured", |times| {
        measured(UCS2, 1, times)
    }),
    work("text of one segment, split", |times| split(ONE, 1, times)),
    work("text of three segments, split", |times| {
        split(THREE, 3, times)
    }),
    work("text of one segment in UCS-2, split", |times| {
        split(UCS2, 1, times)
    }),
    work("number as given, normalised", number),
];

const fn work(name: &'static str, run: fn(u32) -> anyhow::Result<()>) -> Work {
    Work::exact(name, TIMES, run)
}

fn measured(words: &str, segments: u16, times: u32) -> anyhow::Result<()> {
    ensure!(
        text::measure(words).segments == segments,
        "the text has another length"
    );
    for _ in 0..times {
        black_box(text::measure(black_box(words)));
    }
    Ok(())
}

fn split(words: &str, segments: usize, times: u32) -> anyhow::Result<()> {
    ensure!(
        text::split(words, 7).len() == segments,
        "the text has another length"
    );
    for _ in 0..times {
        black_box(text::split(black_box(words), 7));
    }
    Ok(())
}

fn number(times: u32) -> anyhow::Result<()> {
    for _ in 0..times {
        black_box(Msisdn::parse(black_box("+380 (50) 123-45-67"))?);
    }
    Ok(())
}
