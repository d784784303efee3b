//! Throughput by links: with an operator that answers at once, and with one that takes its time and allows a narrow window.

use super::Bench;
use super::figures::Figures;
use super::load;
use super::stage::{Stage, Way};

/// How many links each measurement has.
const LINKS: [u32; 3] = [1, 2, 4];

/// The window of an operator that takes its time, and how long that is.
const NARROW: u32 = 10;
const SLOW: &str = r#"{"response_delay_ms":{"min":20,"max":20}}"#;

/// Recipients of each link while the operator takes its time: ten seconds' worth.
const FEW: u32 = 5_000;

/// Takes every figure once, each on fresh data.
pub(super) async fn measure(options: &Bench) -> anyhow::Result<Figures> {
    let mut figures = Figures::default();
    for links in LINKS {
        let names = match links {
            1 => [
                "1 link: submitted/s",
                "1 link: CPU µs a message",
                "1 link, window 10, answers after 20 ms: submitted/s",
            ],
            2 => [
                "2 links: submitted/s",
                "2 links: CPU µs a message",
                "2 links, window 10, answers after 20 ms: submitted/s",
            ],
            _ => [
                "4 links: submitted/s",
                "4 links: CPU µs a message",
                "4 links, window 10, answers after 20 ms: submitted/s",
            ],
        };
        let wide = Way {
            links,
            window: (options.window / links).max(1),
        };
        let (rate, cpu) = run(options, "clean-now", wide, options.recipients).await?;
        figures.take(names[0], rate, 0);
        figures.take(names[1], cpu, 1);
        let narrow = Way {
            links,
            window: NARROW,
        };
        let (rate, _) = run(options, SLOW, narrow, (FEW * links).min(options.recipients)).await?;
        figures.take(names[2], rate, 0);
    }
    Ok(figures)
}

/// Sends to groups; gives how many messages left in a second, and the gateway's processor time for each in microseconds.
async fn run(
    options: &Bench,
    scenario: &str,
    way: Way,
    messages: u32,
) -> anyhow::Result<(f64, f64)> {
    let stage = Stage::with(options, scenario, way).await?;
    let load = load::groups(&stage, options, messages).await?;
    let times = stage.watch(load.start, u64::from(messages)).await?;
    let used = stage.strike().await?;
    let cpu = used.usage.cpu_micros() / f64::from(messages);
    Ok((f64::from(messages) / times.submitted.as_secs_f64(), cpu))
}
