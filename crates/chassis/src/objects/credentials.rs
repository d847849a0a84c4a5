//! The shared credentials file, as all tools for such stores read it:
//! <https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html>.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use object_store::aws::AwsCredential;
use object_store::{CredentialProvider, Error as ObjectError};

/// How long what was read is used before the file is read again: whoever changes a key in it need not restart anything.
const READ_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// A larger file is something else.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Gives the key of one profile of a file.
#[derive(Debug)]
pub(super) struct CredentialsFile {
    path: PathBuf,
    profile: String,
    read: Mutex<Option<(Instant, Arc<AwsCredential>)>>,
}

/// Why a file gives no key.
#[derive(Debug, thiserror::Error)]
pub(super) enum CredentialsError {
    #[error("could not read the credentials file {path}")]
    Unreadable {
        path: String,
        source: std::io::Error,
    },
    #[error(
        "the credentials file {path} has no profile {profile:?} with aws_access_key_id and aws_secret_access_key"
    )]
    NoProfile { path: String, profile: String },
}

impl CredentialsError {
    /// Whether there is no file, or no key in it, rather than one that cannot be read.
    pub(super) fn is_none_there(&self) -> bool {
        match self {
            Self::Unreadable { source, .. } => matches!(
                source.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory
            ),
            Self::NoProfile { .. } => true,
        }
    }
}

impl CredentialsFile {
    pub(super) fn new(path: PathBuf, profile: String) -> Self {
        Self {
            path,
            profile,
            read: Mutex::default(),
        }
    }

    /// Reads the file now.
    pub(super) fn load(&self) -> Result<AwsCredential, CredentialsError> {
        let path = || self.path.display().to_string();
        let unreadable = |source| CredentialsError::Unreadable {
            path: path(),
            source,
        };
        let length = std::fs::metadata(&self.path).map_err(unreadable)?.len();
        if length > FILE_BYTES_MAX {
            return Err(unreadable(std::io::Error::other("it is too large")));
        }
        let text = std::fs::read_to_string(&self.path).map_err(unreadable)?;
        find(&text, &self.profile).ok_or_else(|| CredentialsError::NoProfile {
            path: path(),
            profile: self.profile.clone(),
        })
    }

    fn kept(&self) -> Option<(Instant, Arc<AwsCredential>)> {
        self.read.lock().ok()?.clone()
    }
}

#[async_trait]
impl CredentialProvider for CredentialsFile {
    type Credential = AwsCredential;

    async fn get_credential(&self) -> Result<Arc<AwsCredential>, ObjectError> {
        let kept = self.kept();
        if let Some((read_at, credential)) = &kept
            && read_at.elapsed() < READ_AGAIN_AFTER
        {
            return Ok(Arc::clone(credential));
        }
        let credential = match (self.load(), kept) {
            (Ok(credential), _) => Arc::new(credential),
            // Somebody is writing it, or took it away: what it said still counts until the store says otherwise.
            (Err(error), Some((_, credential))) => {
                let error = crate::problem::chain(&error);
                tracing::warn!(error, "what the credentials file said before is used");
                credential
            }
            (Err(error), None) => {
                return Err(ObjectError::Generic {
                    store: "S3",
                    source: Box::new(error),
                });
            }
        };
        if let Ok(mut read) = self.read.lock() {
            *read = Some((Instant::now(), Arc::clone(&credential)));
        }
        Ok(credential)
    }
}

/// The key of a profile in the text of a file.
fn find(text: &str, profile: &str) -> Option<AwsCredential> {
    let (mut is_asked, mut key_id, mut secret_key, mut token) = (false, None, None, None);
    for line in text.lines() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[') {
            is_asked = name.split(']').next().map(str::trim) == Some(profile);
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        if !is_asked || line.starts_with(['#', ';']) {
            continue;
        }
        let value = Some(value.trim().to_owned()).filter(|value| !value.is_empty());
        match name.trim() {
            "aws_access_key_id" => key_id = value,
            "aws_secret_access_key" => secret_key = value,
            "aws_session_token" => token = value,
            _ => {}
        }
    }
    Some(AwsCredential {
        key_id: key_id?,
        secret_key: secret_key?,
        token,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# keys\n[default]\naws_access_key_id = one\naws_secret_access_key= s=1 \n\n[ music ]\n\
        aws_access_key_id=two\naws_secret_access_key=s2\naws_session_token=t2\nregion = x\n[half]\naws_access_key_id=h\n";

    #[test]
    fn each_profile_has_its_own_key() {
        let key = |profile| {
            let key = find(FILE, profile)?;
            Some((key.key_id, key.secret_key, key.token))
        };
        let text = str::to_owned;
        assert_eq!(key("default"), Some((text("one"), text("s=1"), None)));
        let two = (text("two"), text("s2"), Some(text("t2")));
        assert_eq!(key("music"), Some(two));
        assert_eq!(key("half"), None);
        assert_eq!(key("nobody"), None);
    }

    #[tokio::test]
    async fn a_file_that_goes_away_leaves_what_it_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        std::fs::write(&path, FILE).unwrap();
        let file = CredentialsFile::new(path.clone(), "music".to_owned());
        assert_eq!(file.get_credential().await.unwrap().key_id, "two");
        std::fs::write(&path, FILE.replace("two", "three")).unwrap();
        let age = |file: &CredentialsFile| {
            let mut read = file.read.lock().unwrap();
            let (at, _) = read.as_mut().unwrap();
            *at -= READ_AGAIN_AFTER;
        };
        assert_eq!(file.get_credential().await.unwrap().key_id, "two");
        age(&file);
        assert_eq!(file.get_credential().await.unwrap().key_id, "three");
        std::fs::remove_file(&path).unwrap();
        age(&file);
        assert_eq!(file.get_credential().await.unwrap().key_id, "three");
        let nobody = CredentialsFile::new(path, "music".to_owned());
        let error = nobody.get_credential().await.unwrap_err();
        assert!(error.to_string().contains("could not read"), "{error}");
    }
}
