//! The address of a program that is called back, taken apart: one reader for those who check it and for the one who calls it.

use std::net::IpAddr;

use thiserror::Error;

/// The most octets of an address.
pub const LONGEST_URL: usize = 2_048;

/// The most octets of a name in DNS [RFC 1035 §2.3.4], with a dot at the end.
const LONGEST_HOST: usize = 254;

/// Says where a program listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url {
    /// Whether it is `https`.
    pub secure: bool,
    /// A name or an address as it is written, in lower case; an IPv6 address without its brackets. What it leads to is known only
    /// once it has been resolved: `127.1` and `0x7f000001` are names here.
    pub host: String,
    /// The port: what is written, or the usual one.
    pub port: u16,
    /// Path and query, as written; begins with `/`.
    pub target: String,
    /// Host and port as the `Host` field of a request has them: without a port that is not written.
    pub authority: String,
}

/// Says why a text is not the address of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WrongUrl {
    /// It is longer than [`LONGEST_URL`].
    #[error("an address has at most 2048 characters")]
    TooLong,
    /// Neither `http` nor `https`.
    #[error("an address begins with http:// or https://")]
    Scheme,
    /// Something that must be written with `%`, or a `#`.
    #[error("an address has no spaces, no # and no characters that are not ASCII")]
    Characters,
    /// A user or password before the host.
    #[error("an address has no user and no password")]
    User,
    /// No host, or one that is neither a name nor an address.
    #[error("an address names a host, such as example.com")]
    Host,
    /// A port that is none.
    #[error("a port is a number from 1 to 65535")]
    Port,
}

impl Url {
    /// Takes an address apart. Whether the program may be called there is not asked here.
    pub fn parse(text: &str) -> Result<Self, WrongUrl> {
        if text.len() > LONGEST_URL {
            return Err(WrongUrl::TooLong);
        }
        if !text.bytes().all(is_allowed) {
            return Err(WrongUrl::Characters);
        }
        let (scheme, rest) = text.split_once("://").ok_or(WrongUrl::Scheme)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(WrongUrl::Scheme),
        };
        let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err(WrongUrl::User);
        }
        let (host, port) = host_and_port(authority)?;
        let usual = if secure { 443 } else { 80 };
        Ok(Self {
            secure,
            host,
            port: port.map_or(Ok(usual), read_port)?,
            target: if target.starts_with('/') {
                target.to_owned()
            } else {
                format!("/{target}")
            },
            authority: authority.to_ascii_lowercase(),
        })
    }
}

/// Checks that a text is the address of a program, by its form alone: whether the gateway calls it is decided at each call, since
/// what a name leads to may change.
pub fn check_url(text: &str) -> Result<(), WrongUrl> {
    Url::parse(text).map(drop)
}

/// Tells whether an address may have this octet: no other form of it is left for somebody else's reader to understand in its own
/// way.
fn is_allowed(octet: u8) -> bool {
    octet.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&octet)
}

fn host_and_port(authority: &str) -> Result<(String, Option<&str>), WrongUrl> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, rest) = rest.split_once(']').ok_or(WrongUrl::Host)?;
        let address: std::net::Ipv6Addr = host.parse().map_err(|_| WrongUrl::Host)?;
        let port = match rest.strip_prefix(':') {
            Some(port) => Some(port),
            None if rest.is_empty() => None,
            None => return Err(WrongUrl::Host),
        };
        return Ok((IpAddr::from(address).to_string(), port));
    }
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let known = |octet: u8| octet.is_ascii_alphanumeric() || b"-._".contains(&octet);
    let labels = host.strip_suffix('.').unwrap_or(host).split('.');
    let sound = host.len() <= LONGEST_HOST
        && host.bytes().all(known)
        && labels.into_iter().all(|label| !label.is_empty());
    if sound {
        Ok((host.to_ascii_lowercase(), port))
    } else {
        Err(WrongUrl::Host)
    }
}

fn read_port(text: &str) -> Result<u16, WrongUrl> {
    let digits = text.len() <= 5 && text.bytes().all(|octet| octet.is_ascii_digit());
    match text.parse() {
        Ok(port) if digits && port != 0 => Ok(port),
        _ => Err(WrongUrl::Port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(text: &str, secure: bool, host: &str, port: u16, target: &str) {
        let url = Url::parse(text).unwrap();
        assert_eq!(
            (url.secure, url.host.as_str(), url.port, url.target.as_str()),
            (secure, host, port, target),
            "{text}"
        );
    }

    #[test]
    fn an_address_is_taken_apart() {
        is("http://example.com", false, "example.com", 80, "/");
        is(
            "HTTPS://Example.COM/A?b=C",
            true,
            "example.com",
            443,
            "/A?b=C",
        );
        is(
            "http://example.com?fmt=3",
            false,
            "example.com",
            80,
            "/?fmt=3",
        );
        is(
            "http://a.b:8080/x//y/../z",
            false,
            "a.b",
            8080,
            "/x//y/../z",
        );
        is("https://192.0.2.7:444/", true, "192.0.2.7", 444, "/");
        is("http://[2001:DB8::1]:81/p", false, "2001:db8::1", 81, "/p");
        is("http://[::1]", false, "::1", 80, "/");
        is("http://example.com./", false, "example.com.", 80, "/");
        is("http://h/?to=a@b:c", false, "h", 80, "/?to=a@b:c");
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        let long = format!("http://h/{}", "x".repeat(LONGEST_URL));
        for (text, why) in [
            ("", WrongUrl::Scheme),
            ("example.com/x", WrongUrl::Scheme),
            ("ftp://example.com/", WrongUrl::Scheme),
            ("file:///etc/passwd", WrongUrl::Scheme),
            ("gopher://h:70/_x", WrongUrl::Scheme),
            ("http:/h", WrongUrl::Scheme),
            ("http:example.com", WrongUrl::Scheme),
            ("http://", WrongUrl::Host),
            ("http:///path", WrongUrl::Host),
            ("http://:80/", WrongUrl::Host),
            ("http://.", WrongUrl::Host),
            ("http://a..b/", WrongUrl::Host),
            ("http://user@h/", WrongUrl::User),
            ("http://user:word@h/", WrongUrl::User),
            ("http://a.example@127.0.0.1/", WrongUrl::User),
            ("http://h%40x/", WrongUrl::Host),
            ("http://127%2e0.0.1/", WrongUrl::Host),
            ("http://h:0/", WrongUrl::Port),
            ("http://h:/", WrongUrl::Port),
            ("http://h:65536/", WrongUrl::Port),
            ("http://h:+80/", WrongUrl::Port),
            ("http://h:80:80/", WrongUrl::Port),
            ("http://::1/", WrongUrl::Host),
            ("http://[::1/", WrongUrl::Host),
            ("http://[::1]x/", WrongUrl::Host),
            ("http://[fe80::1%eth0]/", WrongUrl::Host),
            ("http://[127.0.0.1]/", WrongUrl::Host),
            ("http://h/#part", WrongUrl::Characters),
            ("http://h\\@other/", WrongUrl::Characters),
            ("http://h/a b", WrongUrl::Characters),
            ("http://h/\r\nHost: other", WrongUrl::Characters),
            ("http://127。0。0。1/", WrongUrl::Characters),
            ("http://пример.example/", WrongUrl::Characters),
            (&long, WrongUrl::TooLong),
        ] {
            assert_eq!(check_url(text), Err(why), "{text}");
        }
    }
}
