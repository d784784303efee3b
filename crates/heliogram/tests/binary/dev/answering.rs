//! Phones that answer: `POST /dev/messages`.

use serde_json::json;

use crate::world::{Dev, eventually};

#[tokio::test]
async fn a_phone_can_answer() {
    let dev = Dev::start().await;
    let parameters = [("sender", "Shop"), ("text", "1"), ("phone", "380501234567")];
    dev.customer().call("sendSMS", &parameters).await;
    assert_eq!(dev.messages("wait=10s").await.len(), 1, "the link is up");
    let mut connection = dev.connect().await;
    let long = "Так! ".repeat(40);
    let json = json!({ "from": "+380501234567", "to": "380441234567", "text": long }).to_string();
    for (content_type, body, segments) in [
        ("application/json", &*json, 3),
        (
            "application/x-www-form-urlencoded",
            "from=380501234567&to=7700&text=Hi+%24",
            1,
        ),
    ] {
        let asked = connection.ask("POST", "/dev/messages", content_type, body.as_bytes());
        let answer = asked.await.unwrap();
        assert_eq!(answer.status, 202, "{answer:?}");
        assert_eq!(answer.json()["segments"], segments);
    }
    let file = rusqlite::Connection::open(dev.data().join("heliogram.sqlite")).unwrap();
    let kept = || -> Vec<(Option<String>, String, String)> {
        let sql = "SELECT a.name, i.recipient, i.text FROM inbound i LEFT JOIN account a ON a.id = i.account_id \
                   ORDER BY i.recipient";
        let mut select = file.prepare(sql).unwrap();
        let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        rows.unwrap().map(Result::unwrap).collect()
    };
    let kept = eventually("both to be kept", async || {
        Some(kept()).filter(|it| it.len() == 2)
    })
    .await;
    let expected = [
        (Some("dev".to_owned()), "380441234567".to_owned(), long),
        (None, "7700".to_owned(), "Hi $".to_owned()),
    ];
    assert_eq!(kept, expected);
    for body in [
        "",
        "from=Shop&to=7700&text=1",
        "from=380501234567&to=&text=1",
        "from=380501234567&to=7700",
    ] {
        let form = "application/x-www-form-urlencoded";
        let asked = connection.ask("POST", "/dev/messages", form, body.as_bytes());
        let status = asked.await.unwrap().status;
        assert!((400..500).contains(&status), "{body}: {status}");
    }
}
