//! A shop's whole life in one account, through real HTTP: a book of 50,000 contacts, exceptions, a campaign in parts over hours of
//! the clock, statistics while it runs, another that is called off. In the end the provider's API, the phones and the ledger tell
//! the same numbers.

mod audience;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::world::{Customer, Dev, eventually, run};
use audience::{CONTACTS, PART, TEXT, is_delivered, number, price_micros};

/// Where the shop keeps an eye on what its customers get.
const CONTROL: &str = "380931112233";

/// Contacts that do not want to be written to, by their places: in the first part, the second and the fifth.
const UNWILLING: [usize; 5] = [0, 7, 12_345, 12_346, 49_999];

/// One that asks to be left alone while the campaign is under way: in the fourth part.
const CONVERT: usize = 34_567;

const STATES: [(&str, u64); 4] = [
    ("running", 2),
    ("sent", 3),
    ("cancelled", 8),
    ("scheduled", 9),
];

#[tokio::test]
async fn a_shops_campaigns_phones_and_books_tell_the_same_numbers() {
    let mut shop = Shop::open().await;
    shop.fill_the_book().await;
    shop.hear_exceptions().await;
    let other = shop.schedule_another().await;
    shop.start().await;
    shop.see_part(1).await;
    shop.call_off(other).await;
    shop.put_forward_to_part(2).await;
    shop.put_forward_to_part(3).await;
    shop.hear_a_convert().await;
    shop.put_forward_to_part(4).await;
    shop.put_forward_to_part(5).await;
    shop.compare_phones().await;
    shop.compare_statistics().await;
    shop.compare_money().await;
    shop.forget(other).await;
    shop.close().await;
}

/// The shop and what it knows.
struct Shop {
    dev: Dev,
    api: Customer,
    book: String,
    campaign: i64,
    /// The places of those who are not written to.
    left_out: BTreeSet<usize>,
}

impl Shop {
    /// Opens an account with 20,000 hryvnias.
    async fn open() -> Self {
        let dev = Dev::start().await;
        admin(&dev, "account top-up dev 19000").await;
        let api = dev.customer();
        let made = api.call("addAddressbook", &[("name", "Customers")]).await;
        Self {
            book: made["addressbook_id"].to_string(),
            dev,
            api,
            campaign: 0,
            left_out: BTreeSet::new(),
        }
    }

    async fn fill_the_book(&self) {
        for call in 0..CONTACTS / PART {
            let data = audience::rows(call, PART);
            let added = [("idAddressBook", self.book.as_str()), ("data", &data)];
            let answer = self.api.call("addPhoneToAddressBook", &added).await;
            assert_eq!(answer["successful"], true);
        }
        assert_eq!(self.book().await["phones"], CONTACTS);
        let page = [
            ("idAddressBook", self.book.as_str()),
            ("from", "12345"),
            ("offset", "1"),
        ];
        let page = self.api.call("getPhoneFromAddressBook", &page).await;
        assert_eq!(page["count"], CONTACTS);
        assert_eq!(page["data"][0][1], number(12_345));
    }

    /// Puts those who are unwilling on the stop list, by number or by contact.
    async fn hear_exceptions(&mut self) {
        for (index, place) in UNWILLING.into_iter().enumerate() {
            let phone = number(place);
            let listed = self
                .api
                .call("getPhoneFromAddressBook", &[("phone", &phone)])
                .await;
            let id = listed["data"][0][0].as_str().unwrap();
            let by = if index % 2 == 0 {
                ("phone", phone.as_str())
            } else {
                ("idPhone", id)
            };
            self.api
                .call("addPhoneToExceptions", &[by, ("reason", "asked")])
                .await;
            self.left_out.insert(place);
        }
        assert_eq!(self.book().await["exceptions"], UNWILLING.len());
    }

    /// Schedules a campaign that will never be, which costs nothing in the end.
    async fn schedule_another(&self) -> i64 {
        let before = self.api.balance().await;
        let datetime = ("datetime", "2099-12-31 12:00:00");
        let terms = self.terms("Happy New Year, %1%!", &[datetime]);
        let accepted = self.api.call("createCampaign", &terms).await;
        let id = accepted["id"].as_i64().unwrap();
        self.stands(id, "scheduled").await;
        assert_ne!(self.api.balance().await, before);
        id
    }

    /// Starts the campaign in five parts, an hour apart, at the price that was told before.
    async fn start(&mut self) {
        let price = self.price();
        let terms = self.terms(TEXT, &[]);
        let told = self.api.call("checkCampaignPrice", &terms).await;
        assert_eq!(micros(&told["price"]), price);
        let size = PART.to_string();
        let parts = [
            ("batch", size.as_str()),
            ("batchinterval", "60"),
            ("control_phone", CONTROL),
            ("userapp", "shop"),
        ];
        let accepted = self
            .api
            .call("createCampaign", &self.terms(TEXT, &parts))
            .await;
        assert_eq!(micros(&accepted["price"]), price);
        self.campaign = accepted["id"].as_i64().unwrap();
    }

    /// Calls the other campaign off; the one that runs cannot be.
    async fn call_off(&self, other: i64) {
        let running = self.campaign.to_string();
        let refused = self.api.ask("cancelCampaign", &[("id", &running)]).await;
        assert_eq!(refused.unwrap()["code"], "332");
        let other_id = other.to_string();
        let cancelled = self.api.call("cancelCampaign", &[("id", &other_id)]).await;
        assert_eq!(cancelled["successful"], 1);
        self.stands(other, "cancelled").await;
    }

    /// Lets an hour pass; what is seen then is that of the part.
    async fn put_forward_to_part(&self, part: usize) {
        self.dev.clock("?forward=1h").await;
        self.see_part(part).await;
    }

    /// Waits until this part has left and has come to its end, and looks that no other has.
    async fn see_part(&self, part: usize) {
        let left: Vec<_> = self
            .written_to()
            .filter(|place| *place < part * PART)
            .collect();
        let delivered = left.iter().filter(|place| is_delivered(**place)).count();
        let ended = eventually("the end of a part", async || {
            let info = self.api.campaign(self.campaign).await?;
            let ended = info["delivered"].as_u64()? + info["not_delivered"].as_u64()?;
            (ended >= left.len() as u64).then_some(info)
        })
        .await;
        assert_eq!(ended["sent"], left.len(), "part {part}: {ended}");
        assert_eq!(ended["delivered"], delivered, "part {part}: {ended}");
        assert_eq!(ended["not_delivered"], left.len() - delivered);
        let last = part == CONTACTS / PART;
        self.stands(self.campaign, if last { "sent" } else { "running" })
            .await;
        let all = self.written_to().count();
        // A first part may end before the last contact has become a message.
        let phones = eventually("a message for every contact", async || {
            let phones = self.api.phones(self.campaign).await;
            (phones.len() >= all).then_some(phones)
        })
        .await;
        let expected = [
            ("0", all - left.len()),
            ("DELIVERED", delivered),
            ("NOT_DELIVERED", left.len() - delivered),
        ];
        let expected = expected.into_iter().filter(|(_, count)| *count > 0);
        let mut words = BTreeMap::new();
        for (_, word) in &phones {
            *words.entry(word.as_str()).or_insert(0) += 1;
        }
        assert!(
            words
                .iter()
                .map(|(word, count)| (*word, *count))
                .eq(expected),
            "part {part}: {words:?}"
        );
    }

    /// Somebody is put on the stop list whose part has not left yet.
    async fn hear_a_convert(&mut self) {
        let phone = number(CONVERT);
        self.api
            .call("addPhoneToExceptions", &[("phone", &phone)])
            .await;
        self.left_out.insert(CONVERT);
        assert_eq!(self.book().await["exceptions"], UNWILLING.len() + 1);
    }

    /// Each phone shows its own text once, and nobody else's shows any.
    async fn compare_phones(&self) {
        let shown = self.dev.messages("").await;
        let mut texts = audience::texts(self.written_to());
        // The control phone shows what the first recipient got.
        texts.insert(CONTROL.to_owned(), TEXT.replace("%1%", "customer 1"));
        assert_eq!(shown.len(), texts.len());
        for message in &shown {
            let (to, text) = (message["to"].as_str().unwrap(), &message["text"]);
            assert_eq!(texts.remove(to).as_deref(), text.as_str(), "{to}");
            assert_eq!(message["from"], "Shop");
        }
    }

    /// Every statistic tells the same of each recipient.
    async fn compare_statistics(&self) {
        let phones: BTreeMap<_, _> = self.api.phones(self.campaign).await.into_iter().collect();
        let expected = self.written_to().map(|place| {
            let word = if is_delivered(place) {
                "DELIVERED"
            } else {
                "NOT_DELIVERED"
            };
            (number(place), word.to_owned())
        });
        assert_eq!(phones, expected.collect());

        let id = self.campaign.to_string();
        let tasks = self.api.call("gettaskinfo", &[("taskIds", &id)]).await;
        let prices = tasks
            .as_array()
            .unwrap()
            .iter()
            .map(|task| micros(&task["price"]));
        assert_eq!(prices.sum::<i64>(), self.price());
    }

    /// What was charged is the price of what has left; nothing is held, and the books balance.
    async fn compare_money(&self) {
        let charged = self.price();
        let available = 20_000_000_000 - charged;
        assert_eq!(
            micros(&self.api.balance().await.parse().unwrap()),
            available
        );
        let accounts = admin(&self.dev, "account list").await;
        let row: Vec<_> = accounts
            .lines()
            .nth(1)
            .unwrap()
            .split_whitespace()
            .collect();
        assert_eq!((row[1], row[4]), ("dev", "0.00"), "{accounts}");
        let told = |text: &str| micros(&text.parse().unwrap());
        assert_eq!(
            (told(row[2]), told(row[6])),
            (available, charged),
            "{accounts}"
        );
        let audit = admin(&self.dev, "ledger audit").await;
        assert!(audit.ends_with("the books balance\n"), "{audit}");
    }

    /// Deletes the campaign that never was: it is listed no more.
    async fn forget(&self, other: i64) {
        let listed = async || self.api.call("getCampaignList", &[]).await["id"].clone();
        let (campaign, other) = (self.campaign.to_string(), other.to_string());
        assert_eq!(listed().await, serde_json::json!([other, campaign]));
        self.api.call("deleteCampaign", &[("id", &other)]).await;
        assert_eq!(listed().await, serde_json::json!([campaign]));
        let gone = self
            .api
            .ask("getCampaignInfo", &[("id", &other)])
            .await
            .unwrap();
        assert_eq!(gone["code"], "311");
    }

    /// Removes the book: what was sent to its contacts stays in the statistics.
    async fn close(&self) {
        let before = self.api.campaign(self.campaign).await;
        let book = [("idAddressBook", self.book.as_str())];
        self.api.call("delAddressbook", &book).await;
        let gone = self.api.ask("getPhoneFromAddressBook", &[]).await.unwrap();
        assert_eq!(gone["code"], "222", "{gone}");
        assert_eq!(self.api.campaign(self.campaign).await, before);
        self.compare_statistics().await;
    }

    async fn book(&self) -> Value {
        let id = ("idAddressBook", self.book.as_str());
        self.api.call("getAddressbook", &[id]).await
    }

    fn terms<'a>(
        &'a self,
        text: &'a str,
        more: &[(&'static str, &'a str)],
    ) -> Vec<(&'static str, &'a str)> {
        let mut terms = vec![("sender", "Shop"), ("text", text), ("list_id", &*self.book)];
        terms.extend(more);
        terms
    }

    async fn stands(&self, campaign: i64, state: &str) {
        let (_, status) = STATES.into_iter().find(|(name, _)| *name == state).unwrap();
        let info = self.api.campaign(campaign).await.unwrap();
        assert_eq!(info["status"], status, "{state}: {info}");
    }

    /// The places of those who are written to.
    fn written_to(&self) -> impl Iterator<Item = usize> {
        (0..CONTACTS).filter(|place| !self.left_out.contains(place))
    }

    /// The price of the messages to them all, in millionths.
    fn price(&self) -> i64 {
        self.written_to().map(price_micros).sum()
    }
}

/// Runs an admin command on the running gateway's data.
async fn admin(dev: &Dev, command: &str) -> String {
    let data = dev.data();
    let mut words: Vec<_> = command.split(' ').collect();
    words.extend(["--data", data.to_str().unwrap()]);
    let output = run(&words).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{command}: {said}");
    said
}

/// Reads an amount of an answer as millionths.
fn micros(amount: &Value) -> i64 {
    let text = amount.to_string();
    let (units, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let units: i64 = units.parse().unwrap();
    units * 1_000_000 + format!("{fraction:0<6}").parse::<i64>().unwrap()
}
