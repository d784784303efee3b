//! Forms of texts: what they cost, and what a connector is handed.

use gateway::Submit;
use sms::text::{Encoding, decode_gsm7, write_hex};
use sms::{Alphabet, Form, Refusal, Transliteration};

use crate::world::{PRICE, World};

const fn form(alphabet: Alphabet, transliteration: Option<Transliteration>, flash: bool) -> Form {
    Form {
        alphabet,
        transliteration,
        flash,
    }
}

fn request(world: &World, text: &str, form: Form) -> Submit {
    let mut submit = world.request(&["380670000001"]);
    submit.terms.text = text.into();
    submit.terms.form = form;
    submit
}

#[tokio::test]
async fn what_a_form_costs_is_what_is_sent() {
    use Alphabet::{Binary, BinaryWithHeader, Cheapest, Ucs2};
    use Encoding as To;
    let world = World::new().await;
    let way = world.way().await;
    let sound = Some(Transliteration::Sound);
    for (text, form, encoding, segments) in [
        ("ж".repeat(80), form(Cheapest, None, false), To::Ucs2, 2),
        ("ж".repeat(80), form(Cheapest, sound, false), To::Gsm7, 1),
        ("ж".repeat(80), form(Cheapest, sound, true), To::Gsm7, 1),
        ("a".repeat(71), form(Ucs2, None, true), To::Ucs2, 2),
        ("C0DE".repeat(70), form(Binary, None, false), To::Binary, 1),
        ("C0DE".repeat(71), form(Binary, None, false), To::Binary, 2),
        (
            "0100FF".into(),
            form(BinaryWithHeader, None, false),
            To::Binary,
            1,
        ),
    ] {
        let submit = request(&world, &text, form);
        let quote = world.gateway.quote(submit.clone()).await.unwrap();
        let price = i64::try_from(segments).unwrap() * PRICE;
        assert_eq!(quote.total().micros(), price, "{text}");
        let accepted = world.gateway.submit(submit).await.unwrap();
        assert_eq!(accepted.price.micros(), price, "{text}");
        let attempt = way.take(1).await.remove(0);
        assert_eq!(attempt.segments.len(), segments, "{text}");
        for (_, segment) in &attempt.segments {
            assert_eq!((segment.encoding, segment.flash), (encoding, form.flash));
        }
        way.accept(&attempt);
    }
}

#[tokio::test]
async fn variables_are_filled_in_and_then_transliterated() {
    let world = World::new().await;
    let way = world.way().await;
    let form = form(Alphabet::Cheapest, Some(Transliteration::Sound), false);
    let mut submit = request(&world, "Привет, %1%!", form);
    submit.recipients[0].variables = Some("Юлия".into());
    world.gateway.submit(submit).await.unwrap();
    let attempt = way.take(1).await.remove(0);
    let text = decode_gsm7(&attempt.segments[0].1.octets);
    assert_eq!(text, "Privet, Yuliya!");
    way.accept(&attempt);
}

#[tokio::test]
async fn a_binary_goes_octet_by_octet_with_its_header_apart() {
    let world = World::new().await;
    let way = world.way().await;
    let form = form(Alphabet::BinaryWithHeader, None, false);
    let submit = request(&world, "0605040b8423f0c0de", form);
    world.gateway.submit(submit).await.unwrap();
    let attempt = way.take(1).await.remove(0);
    let (_, segment) = &attempt.segments[0];
    let header = segment.udh.as_deref().map(write_hex);
    assert_eq!(header.as_deref(), Some("0605040B8423F0"));
    assert_eq!(segment.octets, [0xc0, 0xde]);
    way.accept(&attempt);
}

#[tokio::test]
async fn what_is_no_binary_is_refused_and_never_taken_for_a_template() {
    use Alphabet::{Binary, BinaryWithHeader};
    let world = World::new().await;
    for (text, alphabet, refusal) in [
        ("hello", Binary, Refusal::InvalidBinary),
        ("ABC", Binary, Refusal::InvalidBinary),
        ("%1%", Binary, Refusal::InvalidBinary),
        ("FF00", BinaryWithHeader, Refusal::InvalidBinary),
        ("", Binary, Refusal::EmptyText),
    ] {
        let mut submit = request(&world, text, form(alphabet, None, false));
        submit.recipients[0].variables = Some("C0DE".into());
        assert_eq!(world.refusal(submit).await, refusal, "{text}");
    }
    let long = request(&world, &"00".repeat(134 * 11), form(Binary, None, false));
    let refusal = Refusal::TextTooLong {
        segments: 11,
        limit: 10,
    };
    assert_eq!(world.refusal(long).await, refusal);
    world.money(0, 0).await;
}

#[tokio::test]
async fn a_text_of_its_own_goes_in_the_form_of_all() {
    let world = World::new().await;
    let way = world.way().await;
    let mut submit = request(&world, "C0", form(Alphabet::Binary, None, false));
    submit.recipients[0].text = Some("DE".into());
    world.gateway.submit(submit.clone()).await.unwrap();
    let attempt = way.take(1).await.remove(0);
    assert_eq!(attempt.segments[0].1.octets, [0xde]);
    way.accept(&attempt);
    submit.recipients[0].text = Some("hello".into());
    assert_eq!(world.refusal(submit).await, Refusal::InvalidBinary);
}
