//! Programs that answer all kinds of things, or nothing.

use super::*;

#[tokio::test]
async fn a_program_is_told_by_a_post_to_the_address_as_it_is_written() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let caller = caller(Arc::new(System));
    let url = format!("HTTP://LOCALHOST:{port}/told.php?who=Shop&fmt=2");
    let (told, request) = tokio::join!(caller.post(post(&url)), answer(&listener, OK));
    assert_eq!(told, Ok(()));
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /told.php?who=Shop&fmt=2 HTTP/1.1"));
    let mut fields: Vec<_> = lines.map(str::to_lowercase).collect();
    fields.retain(|field| !field.starts_with("user-agent: heliogram/"));
    fields.sort();
    assert_eq!(
        fields,
        [
            "connection: close".to_owned(),
            "content-length: 13".to_owned(),
            "content-type: application/x-www-form-urlencoded".to_owned(),
            format!("host: localhost:{port}"),
        ]
    );
    assert_eq!(body, "id=7&status=1");
}

#[tokio::test]
async fn only_a_status_of_success_is_told() {
    for status in [200, 201, 204, 299] {
        let octets = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(told(octets.as_bytes()).await, Ok(()), "{status}");
    }
    for status in [300, 304, 400, 403, 404, 429, 500, 502, 599] {
        let octets = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n");
        let why = format!("it answered {status}");
        assert_eq!(told(octets.as_bytes()).await, Err(NotTold::Later(why)));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (port, listeners) = listen().await;
    for status in [301, 302, 303, 307, 308] {
        let octets = format!(
            "HTTP/1.1 {status} x\r\nLocation: http://127.0.0.1:{port}/\r\nContent-Length: 0\r\n\r\n"
        );
        let why = format!("it answered {status}");
        assert_eq!(told(octets.as_bytes()).await, Err(NotTold::Later(why)));
    }
    are_untouched(listeners, "a redirect was followed").await;
}

#[tokio::test]
async fn what_is_no_answer_is_an_attempt_in_vain() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(200_000));
    for octets in [
        &b""[..],
        b"\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nX: y",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 99999 x\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        long.as_bytes(),
    ] {
        let told = told(octets).await;
        let shown = String::from_utf8_lossy(&octets[..octets.len().min(60)]);
        assert!(matches!(told, Err(NotTold::Later(_))), "{shown}: {told:?}");
    }
}

#[tokio::test]
async fn a_long_or_broken_body_does_not_undo_a_success() {
    let body = "x".repeat(9_000_000);
    let long = format!("HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n{body}");
    for octets in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        long.as_bytes(),
    ] {
        assert_eq!(told(octets).await, Ok(()));
    }
}

/// Begins an answer and then says nothing more, as long as the caller stays.
async fn begins_to_answer(octets: &[u8]) -> Result<(), NotTold> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let caller = caller(Arc::new(System));
    let silent = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        stream.write_all(octets).await.unwrap();
        let end = stream.read(&mut [0]).await;
        assert_eq!(end.unwrap_or(0), 0, "the caller leaves");
    };
    tokio::join!(caller.post(post(&url)), silent).0
}

#[tokio::test]
async fn a_program_that_does_not_come_to_an_end_is_left() {
    let late = Err(NotTold::Later("it did not answer in time".into()));
    assert_eq!(begins_to_answer(b"").await, late);
    assert_eq!(begins_to_answer(b"HTTP/1.1 200 OK\r\nX:").await, late);
    let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun";
    assert_eq!(
        begins_to_answer(begun).await,
        Ok(()),
        "it has said that it is"
    );
    let vain = b"HTTP/1.1 500 x\r\nContent-Length: 100\r\n\r\nbegun";
    let why = NotTold::Later("it answered 500".into());
    assert_eq!(begins_to_answer(vain).await, Err(why));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_tried_later_and_the_next_address_before() {
    let gone = TcpListener::bind("127.0.0.3:0").await.unwrap();
    let port = gone.local_addr().unwrap().port();
    drop(gone);
    let url = format!("http://shop.example.com:{port}/");
    let nobody = caller(Script::new(&[&["127.0.0.3"]]))
        .post(post(&url))
        .await;
    assert!(matches!(nobody, Err(NotTold::Later(_))), "{nobody:?}");
    let nowhere = caller(Script::new(&[&[]])).post(post(&url)).await;
    assert!(matches!(nowhere, Err(NotTold::Later(_))), "{nowhere:?}");

    let there = TcpListener::bind(("127.0.0.4", port)).await.unwrap();
    let caller = caller(Script::new(&[&["127.0.0.3", "127.0.0.4"]]));
    let (told, _) = tokio::join!(caller.post(post(&url)), answer(&there, OK));
    assert_eq!(told, Ok(()));
}

#[tokio::test]
async fn a_name_that_cannot_be_resolved_is_tried_later() {
    struct Unknown(Mutex<Vec<String>>);
    #[async_trait]
    impl Resolve for Unknown {
        async fn resolve(&self, host: &str, _: u16) -> io::Result<Vec<SocketAddr>> {
            self.0.lock().unwrap().push(host.to_owned());
            Err(io::Error::other("nobody knows it"))
        }
    }
    let unknown = Arc::new(Unknown(Mutex::default()));
    let resolver = Arc::clone(&unknown) as Arc<dyn Resolve>;
    let told = caller(resolver)
        .post(post("http://Shop.Example/secret?key=hush"))
        .await;
    let why = "shop.example cannot be resolved: nobody knows it".to_owned();
    assert_eq!(told, Err(NotTold::Later(why)));
    assert_eq!(*unknown.0.lock().unwrap(), ["shop.example"]);
}

#[tokio::test]
async fn a_program_behind_tls_has_to_prove_its_name() {
    let made = rcgen::generate_simple_self_signed(vec!["shop.example.com".into()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();

    for (host, roots, trusted) in [
        ("shop.example.com", roots.clone(), true),
        ("shop.example.com.", roots.clone(), true),
        ("other.example.com", roots, false),
        ("shop.example.com", RootCertStore::empty(), false),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let resolver = Script::new(&[&["127.0.0.1"]]);
        let caller = HttpCaller::with(rules(&["127.0.0.1"]), resolver, roots).unwrap();
        let program = async {
            let (stream, _) = listener.accept().await.unwrap();
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let asked = request(&mut stream).await;
                assert!(trusted, "told to somebody else: {asked}");
                stream.write_all(OK).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        };
        let url = format!("https://{host}:{port}/");
        let (told, ()) = tokio::join!(caller.post(post(&url)), program);
        assert_eq!(told.is_ok(), trusted, "{host}: {told:?}");
    }
}
