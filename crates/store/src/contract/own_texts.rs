//! Promises about messages that have a text or an originator of their own, and about forms.

use sms::{Alphabet, Form, Transliteration};

use super::contacts::fill;
use super::expansions::{next_step, stand, to_list};
use super::world::{PLENTY, PRICE, World, accept, at, claim, sound};
use crate::notices::Tells;
use crate::{AccountId, Store};

/// A form that is not the default in anything.
const FORM: Form = Form {
    alphabet: Alphabet::Ucs2,
    transliteration: Some(Transliteration::Looks),
    flash: true,
};

pub async fn a_message_leaves_with_its_own_text_and_originator(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(4);
    new.text = "to %1%".into();
    for message in &mut new.messages {
        message.variables = Some("all".into());
    }
    new.messages[1].text = Some("to %1% only".into());
    new.messages[2].originator = Some("Shop".into());
    new.messages[3].text = Some("other".into());
    new.messages[3].originator = Some("Bank".into());
    let id = accept(store, new).await;

    let claimed = claim(store, world.connector, 9, at(1)).await.messages;
    let what: Vec<_> = claimed
        .iter()
        .map(|m| (&*m.originator, &*m.text, m.variables.as_deref()))
        .collect();
    let expected = [
        ("Info", "to %1%", Some("all")),
        ("Info", "to %1% only", None),
        ("Shop", "to %1%", Some("all")),
        ("Bank", "other", None),
    ];
    assert_eq!(what, expected);

    let messages = world.messages(id).await;
    let own: Vec<_> = messages
        .iter()
        .map(|m| (m.originator.as_deref(), m.text.as_deref()))
        .collect();
    let expected = [
        (None, None),
        (None, Some("to %1% only")),
        (Some("Shop"), None),
        (Some("Bank"), Some("other")),
    ];
    assert_eq!(own, expected);
    let ids = messages.iter().map(|message| message.id).collect();
    let sent = store.messages_by_id(world.account, ids).await.unwrap();
    let said: Vec<_> = sent
        .iter()
        .map(|sent| (sent.originator.as_str(), sent.text.as_str()))
        .collect();
    let expected = [
        ("Info", "to %1%"),
        ("Info", "to %1% only"),
        ("Shop", "to %1%"),
        ("Bank", "other"),
    ];
    assert_eq!(said, expected);
    sound(store).await;
}

pub async fn the_alternative_originator_stands_in_for_a_messages_own(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(2);
    new.alternative = Some("380500000000".into());
    for message in &mut new.messages {
        message.originator = Some("Shop".into());
    }
    new.messages[1].alternative = true;
    let id = accept(store, new).await;
    let expected = ["Shop", "380500000000"];
    let claimed = claim(store, world.connector, 9, at(1)).await.messages;
    assert!(claimed.iter().map(|m| &*m.originator).eq(expected));
    let messages = world.messages(id).await;
    assert!(
        messages
            .iter()
            .map(|m| m.originator.as_deref())
            .eq(expected.map(Some))
    );
    let ids = messages.iter().map(|message| message.id).collect();
    let sent = store.messages_by_id(world.account, ids).await.unwrap();
    assert!(
        sent.iter()
            .map(|sent| sent.originator.as_str())
            .eq(expected)
    );
}

pub async fn a_form_goes_with_every_message(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let mut new = world.submission(2);
    new.form = FORM;
    let id = accept(store, new).await;
    world.accept(1).await;
    let claimed = claim(store, world.connector, 9, at(1)).await.messages;
    let forms = claimed.iter().map(|message| message.form);
    assert!(forms.eq([FORM, FORM, Form::default()]));
    let found = store.submission(world.account, id).await.unwrap().unwrap();
    assert_eq!(found.form, FORM);
    let ids = claimed.iter().map(|message| message.id).collect();
    let sent = store.messages_by_id(world.account, ids).await.unwrap();
    let forms = sent.iter().map(|sent| sent.form);
    assert!(forms.eq([FORM, FORM, Form::default()]));
}

pub async fn messages_of_a_list_have_their_campaigns_form_and_are_told_of(store: &dyn Store) {
    let world = World::new(store, PLENTY).await;
    let list = fill(store, world.account, 2).await;
    let mut new = to_list(&world, list, PRICE).await;
    new.form = FORM;
    new.tells = Tells::CALLBACK;
    let id = accept(store, new).await;
    let expansion = stand(store, id).await.unwrap();
    assert_eq!(expansion.form, FORM);
    let step = next_step(&world, &expansion, 9, PRICE).await;
    store.expand(step).await.unwrap();
    let claimed = claim(store, world.connector, 1, at(1)).await.messages;
    assert_eq!(claimed[0].form, FORM);
    let halt = crate::campaigns::Halt::Spam;
    assert!(store.halt(id, halt, at(2)).await.unwrap());
    let due = store.callbacks_due(at(3), AccountId(0), vec![], 9, 9).await;
    assert_eq!(due.unwrap().len(), 1, "the message that waited has ended");
    sound(store).await;
}
