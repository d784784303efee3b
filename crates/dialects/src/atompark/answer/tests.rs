//! Answers in pieces are the answers written at once, and end where they must.

use futures_util::{FutureExt, StreamExt, stream};
use serde_json::json;
use sms::{Currency, Refusal};

use super::*;

const FIELDS: &[&str] = &["id", "name"];

const STYLES: [JsonStyle; 2] = [JsonStyle::Document, JsonStyle::Compact];

/// Writes an answer and collects it: the octets that came, how many pieces they came in, and whether the end came too.
fn collected(reply: Reply, style: JsonStyle, least: usize) -> (Vec<u8>, usize, bool) {
    let collect = async {
        let content = in_pieces_of(least, reply, style, || Some(())).await;
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
    let (octets, pieces, _) = collected(table(&rows(5_000), 100), JsonStyle::Document, PIECE_BYTES);
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
    let refused = success(reply, JsonStyle::Compact, || Some(()))
        .now_or_never()
        .unwrap();
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
