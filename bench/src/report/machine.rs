//! On what, of what and when it was measured.

use std::process::Command;

use serde_json::{Value, json};

/// Gives everything that a reader of the figures needs to know besides.
pub(super) fn about() -> Value {
    json!({
        "date": jiff::Zoned::now().strftime("%Y-%m-%d %H:%M %Z").to_string(),
        "commit": commit(),
        "machine": {
            "processor": in_file("/proc/cpuinfo", "model name"),
            "processors": std::thread::available_parallelism().map_or(0, usize::from),
            "memory": in_file("/proc/meminfo", "MemTotal"),
            "system": read("/proc/sys/kernel/osrelease"),
        },
    })
}

/// Names the commit of the tree that this is run in, and says when the tree is not as committed.
fn commit() -> Option<String> {
    let git = |arguments: &[&str]| -> Option<String> {
        let output = Command::new("git").args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| text.trim().to_owned())
    };
    let commit = git(&["rev-parse", "--short", "HEAD"])?;
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    Some(if changed.is_empty() {
        commit
    } else {
        format!("{commit} with changes")
    })
}

fn read(path: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned())
}

fn in_file(path: &str, field: &str) -> Option<String> {
    let text = read(path)?;
    field_of(&text, field).map(str::to_owned)
}

/// Finds the value of a field in lines such as `model name : Xeon`.
fn field_of<'t>(text: &'t str, field: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        (name.trim() == field).then(|| value.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Xeon: 3\nMemTotal:  7 kB";
        assert_eq!(field_of(text, "model name"), Some("Xeon: 3"));
        assert_eq!(field_of(text, "MemTotal"), Some("7 kB"));
        assert_eq!(field_of(text, "name"), None);
    }
}
