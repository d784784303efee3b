//! Golden files: a request as HTTP text, a line `--- status type`, and the answer that it must have, octet for octet.
//!
//! ```text
//! # [atompark-en "Checking the balance"] document
//! # given: balance 2.5 USD
//! GET /sms/3.0/getUserBalance?key=public_key&sum={{sum}}&currency=USD HTTP/1.1
//! Host: api.atompark.com
//!
//! --- 200 application/json; charset=utf-8
//! {"result":{"currency":"USD","balance_currency":2.5}}
//! ```
//!
//! `#` lines at the top tell the source, the world (`given:`, facts separated by commas) and what stands after the body
//! in the file (`body:`, as `10 MB of x` or as `hex c3 28`). The octets of an answer end before the file's last line end.

mod file;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Holds one golden file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Where the file is.
    pub path: PathBuf,
    /// The facts that make the world, in the order of the file.
    pub given: Vec<String>,
    /// What is asked.
    pub request: Request,
    /// What must be answered.
    pub answer: Answer,
    /// The file up to the line that divides request and answer.
    question: Vec<u8>,
}

/// Holds a request as it stands in the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: String,
    /// The target, perhaps in absolute form.
    pub target: String,
    /// The header fields.
    pub headers: Vec<(String, String)>,
    /// The body, without the line ends that follow it in the file; with those of the wire inside if it is multipart.
    pub body: Vec<u8>,
}

/// Holds an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content type.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

/// Reads every `*.http` file below a folder, in the order of their paths. Panics with the place where one is wrong.
pub fn read_all(folder: &Path) -> Vec<Case> {
    let mut paths = Vec::new();
    collect(folder, &mut paths)
        .unwrap_or_else(|error| panic!("cannot list {}: {error}", folder.display()));
    paths.sort();
    paths.into_iter().map(|path| read(&path)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "http")
        {
            paths.push(path);
        }
    }
    Ok(())
}

fn read(path: &Path) -> Case {
    let octets =
        fs::read(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    file::parse(path, &octets).unwrap_or_else(|what| panic!("{}: {what}", path.display()))
}

impl Request {
    /// Replaces a word of target and body, such as `{{sum}}`, with what a test has computed for it.
    pub fn fill(&mut self, word: &str, value: &str) {
        self.target = self.target.replace(word, value);
        let mut filled = Vec::with_capacity(self.body.len());
        let mut rest = self.body.as_slice();
        while let Some(at) = rest
            .windows(word.len())
            .position(|window| window == word.as_bytes())
        {
            filled.extend_from_slice(&rest[..at]);
            filled.extend_from_slice(value.as_bytes());
            rest = &rest[at + word.len()..];
        }
        filled.extend_from_slice(rest);
        self.body = filled;
    }
}

impl Case {
    /// Compares an answer with the file; an error shows both. With `UPDATE_GOLDEN` in the environment a different
    /// answer is written into the file instead.
    pub fn check(&self, actual: &Answer) -> Result<(), String> {
        if *actual == self.answer {
            return Ok(());
        }
        if env::var_os("UPDATE_GOLDEN").is_some() {
            let file = [&self.question[..], &file::print(actual)].concat();
            return fs::write(&self.path, file).map_err(|error| error.to_string());
        }
        Err(format!(
            "{}\nexpected:\n{}\nanswered:\n{}",
            self.path.display(),
            self.answer.show(),
            actual.show()
        ))
    }
}

impl Answer {
    fn show(&self) -> String {
        String::from_utf8_lossy(&file::print(self)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in_wherever_they_stand() {
        let mut request = Request {
            method: "POST".into(),
            target: "/a?sum={{sum}}".into(),
            headers: Vec::new(),
            body: b"{{sum}}\xFF{{sum}}{".to_vec(),
        };
        request.fill("{{sum}}", "1");
        assert_eq!(request.target, "/a?sum=1");
        assert_eq!(request.body, b"1\xFF1{");
    }
}
