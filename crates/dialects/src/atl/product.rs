//! The two products that speak this API: it is the same but for some codes, and for the words that tell of messages.

use super::codes::Code;

/// Is one of the two; the path tells which.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Product {
    /// The bulk API of ATL InfoTech [atl "Introduction"].
    Atl,
    /// Its sibling of LSIM, which reads and writes JSON, too.
    Lsim,
}

impl Product {
    /// Finds the product that is served at a path; a slash may stand behind it.
    pub(super) fn at(path: &str) -> Option<Self> {
        match path.strip_suffix('/').unwrap_or(path) {
            "/bulksms/api" => Some(Self::Atl),
            "/smxml/api" => Some(Self::Lsim),
            _ => None,
        }
    }

    /// Returns its code for a task that is unknown: LSIM answers as if the caller were.
    pub(super) const fn unknown_task(self) -> Code {
        match self {
            Self::Atl => Code::INVALID_TASK_ID,
            Self::Lsim => Code::INVALID_AUTHENTICATION,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_tells_the_product() {
        for (path, product) in [
            ("/bulksms/api", Some(Product::Atl)),
            ("/bulksms/api/", Some(Product::Atl)),
            ("/smxml/api", Some(Product::Lsim)),
            ("/smxml/api/", Some(Product::Lsim)),
            ("/bulksms/api//", None),
            ("/bulksms", None),
            ("/bulksms/API", None),
            ("/api", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Product::at(path), product, "{path:?}");
        }
    }
}
