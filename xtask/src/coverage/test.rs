//! How a test is named in a coverage file, and where it stands.

/// Where the golden files stand: `<dialect>/<method>/<case>.http` in this folder.
pub(crate) const GOLDEN: &str = "crates/dialects/tests/golden/";

/// Names a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test<'a> {
    /// A golden file: the folder of the method, and the case.
    Golden { folder: &'a str, case: &'a str },
    /// A function: its crate, the modules down to it, and its name.
    Function {
        package: &'a str,
        modules: Vec<&'a str>,
        name: &'a str,
    },
}

impl<'a> Test<'a> {
    /// Reads how a test is written; a case alone is one of the given method. `None` for what names nothing.
    pub(crate) fn parse(written: &'a str, method: Option<&'a str>) -> Option<Self> {
        if let Some((path, name)) = written.rsplit_once("::") {
            let mut words = path.split("::");
            return Some(Self::Function {
                package: words.next()?,
                modules: words.collect(),
                name,
            });
        }
        let (folder, case) = match written.split_once('/') {
            Some(parts) => parts,
            None => (method?, written),
        };
        Some(Self::Golden { folder, case })
    }

    /// Lists the files in which the test may stand.
    pub(crate) fn files(&self, dialect: &str) -> Vec<String> {
        match self {
            Self::Golden { folder, case } => {
                vec![format!("{GOLDEN}{dialect}/{folder}/{case}.http")]
            }
            Self::Function {
                package, modules, ..
            } => {
                let module = modules.join("/");
                let folder = format!("crates/{}", package.replace('_', "-"));
                vec![
                    format!("{folder}/src/{module}.rs"),
                    format!("{folder}/src/{module}/tests.rs"),
                    format!("{folder}/tests/{module}.rs"),
                    format!("{folder}/tests/{module}/main.rs"),
                ]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_alone_is_the_methods_own() {
        let own = Test::Golden {
            folder: "sendSMS",
            case: "document",
        };
        assert_eq!(Test::parse("document", Some("sendSMS")), Some(own.clone()));
        assert_eq!(
            Test::parse("sendSMS/document", Some("other")),
            Some(own.clone())
        );
        assert_eq!(Test::parse("document", None), None);
        let place = "crates/dialects/tests/golden/atompark/sendSMS/document.http";
        assert_eq!(own.files("atompark"), [place]);
    }

    #[test]
    fn a_function_stands_in_its_module_or_in_the_modules_tests() {
        let test = Test::parse("dialects::atompark::states::counts_once", None).unwrap();
        assert_eq!(
            test.files("atompark")[..3],
            [
                "crates/dialects/src/atompark/states.rs",
                "crates/dialects/src/atompark/states/tests.rs",
                "crates/dialects/tests/atompark/states.rs",
            ]
        );
        let test = Test::parse("smpp_net::door::binds", None).unwrap();
        assert_eq!(test.files("atompark")[2], "crates/smpp-net/tests/door.rs");
    }
}
