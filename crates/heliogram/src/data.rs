//! The data directory: the store's file, the key of sealed secrets, and the lock of the running gateway.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use gateway::clock::{Clock, SystemClock};
use gateway::secrets::Vault;
use gateway::{Exchange, Gateway, Limits, Parts, SenderRules, Tempo};
use smpp_net::{PduLogs, SmppConnectors};
use store_sqlite::{Options, SqliteStore};
use zeroize::Zeroizing;

/// Holds everything durable of one gateway.
pub(crate) struct DataDirectory {
    path: PathBuf,
    vault_key: Zeroizing<[u8; 32]>,
}

/// What the gateway's handle is opened with besides the data.
pub(crate) struct Setup {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) tempo: Tempo,
    pub(crate) exchange: Exchange,
    pub(crate) sender_rules: SenderRules,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            limits: Limits::default(),
            tempo: Tempo::default(),
            exchange: Exchange::default(),
            sender_rules: SenderRules::default(),
        }
    }
}

impl DataDirectory {
    /// Opens a directory, making it and its key when they are not there.
    pub(crate) fn create(path: &Path) -> anyhow::Result<Self> {
        make_private_directory(path)?;
        let key = path.join(KEY);
        let vault_key = match read_key(&key) {
            Err(error) if is_absent(&error) => {
                if path.join(STORE).exists() {
                    bail!(
                        "{} is missing: without it the sealed secrets in {} cannot be opened; restore it from a backup",
                        key.display(),
                        path.display()
                    );
                }
                write_key(&key)?
            }
            read => read?,
        };
        Ok(Self {
            path: path.to_owned(),
            vault_key,
        })
    }

    /// Opens a directory of development mode, making and marking it when it is not there.
    ///
    /// Refuses the data of any other gateway: development mode would add its account with well-known secrets to them.
    pub(crate) fn development(path: &Path) -> anyhow::Result<Self> {
        let mark = path.join(MARK);
        if !mark.exists() {
            if [STORE, KEY].iter().any(|file| path.join(file).exists()) {
                bail!(
                    "{} holds a real gateway's data: dev has well-known passwords and must not touch them; \
                     give it a directory of its own",
                    path.display()
                );
            }
            make_private_directory(path)?;
            File::create(&mark).with_context(|| format!("cannot write {}", mark.display()))?;
        }
        Self::create(path)
    }

    /// Opens the directory of a gateway that serves, making it when it is not there.
    ///
    /// Refuses the data of development mode, to which everybody knows the passwords.
    pub(crate) fn service(path: &Path) -> anyhow::Result<Self> {
        if is_development(path) {
            bail!(
                "{} holds the data of heliogram dev, whose passwords everybody knows: serve needs a directory of its own",
                path.display()
            );
        }
        Self::create(path)
    }

    /// Opens a directory that must hold a gateway's data already.
    pub(crate) fn existing(path: &Path) -> anyhow::Result<Self> {
        if !path.join(STORE).exists() {
            bail!(
                "{} holds no gateway's data (there is no {STORE} in it)",
                path.display()
            );
        }
        Ok(Self {
            path: path.to_owned(),
            vault_key: read_key(&path.join(KEY))?,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The way out over SMPP, with the logs of its links' PDUs here.
    pub(crate) fn connectors(&self) -> SmppConnectors {
        SmppConnectors::logging(self.pdu_logs())
    }

    /// Where the PDUs of links and of the door are logged.
    pub(crate) fn pdu_logs(&self) -> PduLogs {
        PduLogs::within(pdu_logs(&self.path))
    }

    /// Makes this process the only gateway on the data, until the answer is dropped.
    pub(crate) fn lock(&self) -> anyhow::Result<File> {
        let path = self.path.join("gateway.lock");
        let file =
            File::create(&path).with_context(|| format!("cannot open {}", path.display()))?;
        if file.try_lock().is_err() {
            bail!("another gateway is running on {}", self.path.display());
        }
        Ok(file)
    }

    /// Opens the store and the gateway's handle on it.
    pub(crate) async fn gateway(&self, setup: Setup) -> anyhow::Result<Gateway> {
        let file = self.path.join(STORE);
        // It holds people's messages: whatever the directory lets in, the file is its owner's. SQLite's other files follow it.
        private(OpenOptions::new().append(true).create(true))
            .open(&file)
            .with_context(|| format!("cannot open {}", file.display()))?;
        let store = SqliteStore::open(&file, Options::default())
            .with_context(|| format!("cannot open {}", file.display()))?;
        let parts = Parts {
            store: Arc::new(store),
            vault: Vault::new(&self.vault_key),
            clock: setup.clock,
            limits: setup.limits,
            tempo: setup.tempo,
            exchange: setup.exchange,
            sender_rules: setup.sender_rules,
        };
        Gateway::open(parts)
            .await
            .context("cannot read the configuration from the store")
    }
}

/// Where a data directory has the logs of PDUs.
pub(crate) fn pdu_logs(path: &Path) -> PathBuf {
    path.join("pdu")
}

/// Tells whether a directory holds the data of development mode.
pub(crate) fn is_development(path: &Path) -> bool {
    path.join(MARK).exists()
}

/// The store's file in the data directory.
const STORE: &str = "heliogram.sqlite";

/// The file with the key of sealed secrets.
const KEY: &str = "secret.key";

/// The empty file that marks a directory of development mode.
const MARK: &str = "development";

/// Makes a file that is created so readable to its owner only.
fn private(options: &mut OpenOptions) -> &OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn make_private_directory(path: &Path) -> anyhow::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(path)
        .with_context(|| format!("cannot make the directory {}", path.display()))
}

fn is_absent(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::NotFound)
}

fn read_key(path: &Path) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let mut text = Zeroizing::new(String::new());
    File::open(path)
        .and_then(|mut file| file.read_to_string(&mut text))
        .with_context(|| format!("cannot read {}", path.display()))?;
    let mut key = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.trim(), &mut *key)
        .with_context(|| format!("{} must hold 64 hex digits", path.display()))?;
    Ok(key)
}

fn write_key(path: &Path) -> anyhow::Result<Zeroizing<[u8; 32]>> {
    let key = Vault::new_key();
    // Under another name first: a key that was cut off would keep every later start from its data.
    let unfinished = path.with_extension("new");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let written = private(&mut options)
        .open(&unfinished)
        .and_then(|mut file| {
            file.write_all(hex::encode(*key).as_bytes())?;
            file.write_all(b"\n")?;
            // Secrets sealed with it will be durable: so must it be, and its name.
            file.sync_all()?;
            std::fs::rename(&unfinished, path)?;
            path.parent()
                .map_or(Ok(()), |directory| File::open(directory)?.sync_all())
        });
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_once_made_is_found_again_and_never_made_anew_beside_data() {
        let directory = tempfile::tempdir().unwrap();
        let made = DataDirectory::create(directory.path()).unwrap();
        let found = DataDirectory::create(directory.path()).unwrap();
        assert_eq!(made.vault_key, found.vault_key);

        File::create(directory.path().join(STORE)).unwrap();
        std::fs::remove_file(directory.path().join("secret.key")).unwrap();
        let error = DataDirectory::create(directory.path()).err().unwrap();
        assert!(error.to_string().contains("restore it"), "{error}");
    }

    #[test]
    fn development_mode_and_service_refuse_each_others_data() {
        let directory = tempfile::tempdir().unwrap();
        let refused = |opened: anyhow::Result<DataDirectory>| opened.err().unwrap().to_string();

        let real = directory.path().join("real");
        DataDirectory::service(&real).unwrap();
        let error = refused(DataDirectory::development(&real));
        assert!(error.contains("holds a real gateway's data"), "{error}");
        assert!(!real.join(MARK).exists());
        assert!(DataDirectory::service(&real).is_ok());

        let toy = directory.path().join("toy");
        DataDirectory::development(&toy).unwrap();
        let error = refused(DataDirectory::service(&toy));
        assert!(error.contains("heliogram dev"), "{error}");
        assert!(DataDirectory::development(&toy).is_ok());
    }

    #[test]
    fn a_second_gateway_on_the_same_data_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDirectory::create(directory.path()).unwrap();
        let lock = data.lock().unwrap();
        assert!(data.lock().is_err());
        drop(lock);
        assert!(data.lock().is_ok());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_the_owner_can_read_the_store_whatever_the_directory_lets_in() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        std::fs::set_permissions(directory.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let data = DataDirectory::create(directory.path()).unwrap();
        let _gateway = data.gateway(Setup::default()).await.unwrap();
        for entry in std::fs::read_dir(directory.path()).unwrap() {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{:?}", entry.file_name());
        }
    }
}
