//! Answers: a result, whole or piece by piece, and the three members of an error.

mod pieces;
mod table;
mod writer;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use gateway::Account;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::value::RawValue;
use sms::{Money, Timestamp};

pub(super) use pieces::Pieces;
pub(super) use table::Cells;
pub(super) use writer::Writer;

use super::faults::Fault;
use super::style::JsonStyle;
use crate::Content;
use crate::wire::local_time;

/// How many octets one piece of a long answer has at the least; an answer that is shorter is sent whole.
const PIECE_BYTES: usize = 64 * 1024;

/// What stands for a time that has not come.
const NEVER: &str = "0000-00-00 00:00:00";

/// Holds the result of a call, ready to be written.
pub(super) struct Reply {
    pieces: Box<dyn Pieces>,
    /// Whether it is the member `result`, as with all methods but one.
    wrapped: bool,
}

impl Reply {
    /// Makes a reply of a short result, its members in the order of their declaration.
    pub(super) fn of(result: impl Serialize + Send + Sync + 'static) -> Self {
        Self::in_pieces(pieces::Whole(result))
    }

    /// Makes a reply that has no `result` around it.
    pub(super) fn bare(reply: impl Serialize + Send + Sync + 'static) -> Self {
        Self {
            wrapped: false,
            ..Self::of(reply)
        }
    }

    /// Makes a reply of a result that is written piece by piece.
    pub(super) fn in_pieces(result: impl Pieces + 'static) -> Self {
        Self {
            pieces: Box::new(result),
            wrapped: true,
        }
    }

    /// Says `{"successful":true}`.
    pub(super) fn successful() -> Self {
        #[derive(Serialize)]
        struct Successful {
            successful: bool,
        }
        Self::of(Successful { successful: true })
    }
}

/// Writes a result: as a whole when it is short, else as a stream that makes each piece when it is asked for. An error
/// is one before the first piece.
pub(super) async fn success(reply: Reply, style: JsonStyle) -> Result<Content, gateway::Error> {
    in_pieces_of(PIECE_BYTES, reply, style).await
}

async fn in_pieces_of(
    least: usize,
    reply: Reply,
    style: JsonStyle,
) -> Result<Content, gateway::Error> {
    let mut writing = Writing::begin(reply, style, least);
    let first = writing.piece().await?;
    if writing.ended {
        return Ok(Content::Whole(first));
    }
    let rest = stream::try_unfold(writing, async |mut writing| {
        if writing.ended {
            return Ok(None);
        }
        let piece = writing.piece().await?;
        Ok(Some((piece, writing)))
    });
    let rest = rest.inspect_err(|error: &gateway::Error| {
        tracing::error!(
            error = error as &dyn std::error::Error,
            "an answer broke off"
        );
    });
    let all = stream::once(async { Ok(first) }).chain(rest);
    Ok(Content::Stream(all.boxed()))
}

/// Writes an error: three texts, the code among them [atompark-en "Error response example"].
pub(super) fn failure(fault: Fault, style: JsonStyle) -> Content {
    #[derive(Serialize)]
    struct Triple {
        error: &'static str,
        code: String,
        result: &'static str,
    }
    let mut writer = Writer::new(style);
    writer.value(&Triple {
        error: fault.text,
        code: fault.code.to_string(),
        result: "false",
    });
    writer.finish();
    Content::Whole(writer.take())
}

/// Is a reply of which a part has been written.
struct Writing {
    reply: Reply,
    writer: Writer,
    /// How many octets make a piece.
    least: usize,
    ended: bool,
}

impl Writing {
    fn begin(reply: Reply, style: JsonStyle, least: usize) -> Self {
        let mut writer = Writer::new(style);
        if reply.wrapped {
            writer.begin_object();
            writer.name("result");
        }
        Self {
            reply,
            writer,
            least,
            ended: false,
        }
    }

    /// Writes the next piece, or all that is left.
    async fn piece(&mut self) -> Result<Bytes, gateway::Error> {
        while !self.ended && self.writer.len() < self.least {
            if !self.reply.pieces.write(&mut self.writer).await? {
                if self.reply.wrapped {
                    self.writer.end();
                }
                self.writer.finish();
                self.ended = true;
            }
        }
        Ok(self.writer.take())
    }
}

/// Writes an amount as a number in its shortest form with four decimals at most, and at least so many.
pub(super) fn number(money: Money, least_places: usize) -> Box<RawValue> {
    let full = money.decimal_rounded(4);
    let (units, fraction) = full.split_once('.').unwrap_or((&full, ""));
    let shortest = fraction
        .trim_end_matches('0')
        .len()
        .max(least_places)
        .min(fraction.len());
    let point = if shortest == 0 { "" } else { "." };
    let text = format!("{units}{point}{}", &fraction[..shortest]);
    RawValue::from_string(text).expect("a decimal number is JSON")
}

/// Writes a currency.
pub(super) fn currency(money: Money) -> String {
    money.currency().code().to_owned()
}

/// Writes times in the zone of an account.
#[derive(Clone, Debug)]
pub(super) struct Dates(TimeZone);

impl Dates {
    /// Takes the zone of the account.
    pub(super) fn of(account: &Account) -> Self {
        Self(local_time::zone(&account.settings.time_zone))
    }

    /// Writes a time; one that has not come as a date of zeros.
    pub(super) fn write(&self, moment: Option<Timestamp>) -> String {
        moment.map_or_else(
            || NEVER.to_owned(),
            |moment| local_time::format(moment, &self.0),
        )
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use serde_json::json;
    use sms::{Currency, Refusal};

    use super::*;

    const FIELDS: &[&str] = &["id", "name"];

    const STYLES: [JsonStyle; 2] = [JsonStyle::Document, JsonStyle::Compact];

    /// Writes an answer and collects it: the octets that came, how many pieces they came in, and whether the end came too.
    fn collected(reply: Reply, style: JsonStyle, least: usize) -> (Vec<u8>, usize, bool) {
        let collect = async {
            let content = in_pieces_of(least, reply, style).await;
            let mut pieces = match content.unwrap_or_else(|error| panic!("{error}")) {
                Content::Whole(octets) => return (octets.to_vec(), 1, true),
                Content::Stream(pieces) => pieces,
            };
            let (mut octets, mut count) = (Vec::new(), 0);
            while let Some(piece) = pieces.next().await {
                let Ok(piece) = piece else {
                    assert!(pieces.next().await.is_none(), "an error is the end");
                    return (octets, count, false);
                };
                octets.extend_from_slice(&piece);
                count += 1;
            }
            (octets, count, true)
        };
        collect.now_or_never().expect("nothing here waits")
    }

    fn rows(count: usize) -> Vec<Cells> {
        let row = |index: usize| vec![index.to_string(), format!("Иван \"{index}\"")];
        (0..count).map(row).collect()
    }

    fn table(rows: &[Cells], portion: usize) -> Reply {
        let count = rows.len() as u64;
        let portions: Vec<_> = rows.chunks(portion).map(|rows| Ok(rows.to_vec())).collect();
        Reply::long_table(count, FIELDS, stream::iter(portions))
    }

    /// Makes the same answer as a value.
    fn expected(rows: &[Cells]) -> impl Serialize {
        #[derive(Serialize)]
        struct Success<T> {
            result: T,
        }
        #[derive(Serialize)]
        struct Table<'a> {
            count: usize,
            fields: &'static [&'static str],
            data: &'a [Cells],
        }
        let (count, fields, data) = (rows.len(), FIELDS, rows);
        let result = Table {
            count,
            fields,
            data,
        };
        Success { result }
    }

    /// Writes a value as serde does from beginning to end.
    fn at_once(value: &impl Serialize, style: JsonStyle) -> Vec<u8> {
        let mut writer = Writer::new(style);
        writer.value(value);
        writer.finish();
        writer.take().to_vec()
    }

    #[test]
    fn a_table_in_pieces_of_any_size_is_the_table_written_at_once() {
        for (count, style) in [0, 1, 2, 250]
            .into_iter()
            .flat_map(|count| STYLES.map(|style| (count, style)))
        {
            let rows = rows(count);
            let expected = at_once(&expected(&rows), style);
            for least in [1, 7, 100, 5_000, usize::MAX] {
                for portion in [1, 3, 1_000] {
                    let (octets, pieces, ended) = collected(table(&rows, portion), style, least);
                    assert!(ended);
                    assert_eq!(octets, expected, "{count} {style:?} {least} {portion}");
                    assert!(pieces == 1 || pieces <= octets.len() / least + 1);
                }
            }
        }
    }

    #[test]
    fn a_short_answer_is_whole_and_a_long_one_is_not() {
        let (_, pieces, _) = collected(table(&rows(10), 1), JsonStyle::Document, PIECE_BYTES);
        assert_eq!(pieces, 1);
        let (octets, pieces, _) =
            collected(table(&rows(5_000), 100), JsonStyle::Document, PIECE_BYTES);
        assert!(pieces > 2, "{} octets in {pieces} pieces", octets.len());
    }

    #[test]
    fn a_failure_in_the_middle_leaves_the_answer_without_its_end() {
        let broken = || gateway::Error::Refused(Refusal::RateLimited);
        let portions = vec![Ok(rows(100)), Err(broken()), Ok(rows(100))];
        let reply = Reply::long_table(300, FIELDS, stream::iter(portions));
        let (octets, _, ended) = collected(reply, JsonStyle::Compact, 100);
        assert!(!ended);
        assert!(octets.ends_with(b"]"), "the last row is there");
        assert!(serde_json::from_slice::<serde_json::Value>(&octets).is_err());
        let reply = Reply::long_table(1, FIELDS, stream::iter([Err(broken())]));
        let refused = success(reply, JsonStyle::Compact).now_or_never().unwrap();
        assert!(refused.is_err(), "nothing had been sent");
    }

    #[test]
    fn only_a_bare_reply_has_no_result_around_it() {
        let (octets, _, _) = collected(Reply::successful(), JsonStyle::Compact, 1);
        assert_eq!(octets, br#"{"result":{"successful":true}}"#);
        let reply = Reply::bare(json!({"name_id": 1}));
        let (octets, _, _) = collected(reply, JsonStyle::Compact, 1);
        assert_eq!(octets, br#"{"name_id":1}"#);
    }

    #[test]
    fn amounts_are_the_shortest_numbers_with_four_decimals_at_most() {
        for (micros, least_places, expected) in [
            (130_000, 0, "0.13"),
            (403_440_000, 0, "403.44"),
            (559_200, 0, "0.5592"),
            (100_000_000, 0, "100"),
            (100_000_000, 1, "100.0"),
            (2_500_000, 1, "2.5"),
            (0, 0, "0"),
            (0, 1, "0.0"),
            (-500_000, 0, "-0.5"),
            (123_456, 0, "0.1235"),
            (i64::MAX, 0, "9223372036854.7758"),
        ] {
            let amount = number(Money::new(micros, Currency::UAH), least_places);
            assert_eq!(amount.get(), expected, "{micros}");
        }
    }

    #[test]
    fn an_error_has_three_texts() {
        let fault = Fault {
            code: -1,
            text: "Wrong public key.",
        };
        let Content::Whole(written) = failure(fault, JsonStyle::Compact) else {
            panic!("an error is short");
        };
        assert_eq!(
            written,
            br#"{"error":"Wrong public key.","code":"-1","result":"false"}"#[..]
        );
    }
}
