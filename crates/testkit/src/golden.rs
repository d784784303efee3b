//! Golden files: requests as HTTP text, a line `--- status type`, and the answer that the last one must have, octet for octet.
//!
//! ```text
//! # [smsclub "Sending"] derived
//! # given: token abc, next message 106
//! POST /sms/send HTTP/1.1
//! Authorization: Bearer abc
//!
//! {"src_addr":"Shop","phone":["380989361131"],"message":"Hi"}
//!
//! --- then
//! # later: 119 s
//! POST /sms/send HTTP/1.1
//! Authorization: Bearer abc
//!
//! {"src_addr":"Shop","phone":["380989361131"],"message":"Hi"}
//!
//! --- 453 application/json; charset=UTF-8
//! --- Retry-After: 1
//! {"success_request":{"add_info":{"380989361131":"Duplicate message"}}}
//! ```
//!
//! The file stands at `<dialect>/<call>/<case>.http`. Its first `#` lines tell the source of the case. Requests are divided by lines
//! `--- then`; what the earlier ones are answered is not compared. Further header fields of the answer follow its first line, each
//! as `--- Name: value`. The octets of an answer end before the file's last line end.
//!
//! What the `#` lines above a request can say of it:
//!
//! | line | meaning |
//! | --- | --- |
//! | `given: FACTS` | above the first request the world, above a later one what has happened meanwhile; separated by commas |
//! | `later: 119 s` | how much time passes before it, in `ms`, `s`, `min` or `h`; the same as the fact `later 119 s` |
//! | `times: 10` | how often it is sent, one after the other; the last answer counts |
//! | `body: 10 MB of x`, `body: hex c3 28` | what stands after the body in the file |
//! | `request charset: windows-1251` | in what its target and body are sent; in a target and a form percent-encoded. Else UTF-8 as it stands |
//! | `answer charset: windows-1251` | in what the answer must be, for the file is UTF-8 all the same |

mod charset;
mod file;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use charset::Charset;

/// Holds one golden file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Case {
    /// Where the file is.
    pub path: PathBuf,
    /// What is asked, one after the other; at least one.
    pub steps: Vec<Step>,
    /// What must be answered to the last step.
    pub answer: Answer,
    /// The character set of the answer.
    charset: Charset,
    /// The file up to the line that divides requests and answer.
    question: Vec<u8>,
}

/// Holds a request with what goes before it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Of the first step the facts that make the world, of another one what has happened since the last; in the order of the file.
    pub given: Vec<String>,
    /// How often it is sent; at least once.
    pub times: u32,
    /// What is asked.
    pub request: Request,
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
    /// Further header fields, their names in small letters.
    pub headers: Vec<(String, String)>,
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
    /// Returns the dialect, which the file's path names.
    pub fn dialect(&self) -> &str {
        self.folder(2)
    }

    /// Returns the call, which the file's path names.
    pub fn call(&self) -> &str {
        self.folder(1)
    }

    fn folder(&self, above: usize) -> &str {
        let folder = self.path.ancestors().nth(above).and_then(Path::file_name);
        folder.and_then(|name| name.to_str()).unwrap_or_default()
    }

    /// Compares an answer with the file; an error shows both. With `UPDATE_GOLDEN` in the environment a different
    /// answer is written into the file instead.
    pub fn check(&self, actual: &Answer) -> Result<(), String> {
        if *actual == self.answer {
            return Ok(());
        }
        if env::var_os("UPDATE_GOLDEN").is_some() {
            let file = [&self.question[..], &file::print(actual, self.charset)].concat();
            return fs::write(&self.path, file).map_err(|error| error.to_string());
        }
        Err(format!(
            "{}\nexpected:\n{}\nanswered:\n{}",
            self.path.display(),
            self.show(&self.answer),
            self.show(actual)
        ))
    }

    fn show(&self, answer: &Answer) -> String {
        String::from_utf8_lossy(&file::print(answer, self.charset)).into_owned()
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
