//! Files of the user: one that is a device, or the wrong one, must not fill the memory.

use std::fs::File;
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// What a file holds; one that has more bytes is refused, and no more of it is read.
pub fn read_bounded(file: &Path, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let opened = File::open(file)?;
    // A byte more, which shows that there is more.
    opened.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes_max < bytes.len() as u64 {
        let what = format!("it has more than {bytes_max} bytes");
        return Err(io::Error::new(ErrorKind::FileTooLarge, what));
    }
    Ok(bytes)
}

/// The same of a text.
pub fn read_text_bounded(file: &Path, bytes_max: u64) -> io::Result<String> {
    let text = String::from_utf8(read_bounded(file, bytes_max)?);
    text.map_err(|error| io::Error::new(ErrorKind::InvalidData, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_end_is_refused_and_one_that_is_just_so_long_is_read() {
        let error = read_bounded(Path::new("/dev/zero"), 1_000).unwrap_err();
        assert_eq!(error.to_string(), "it has more than 1000 bytes");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "music").unwrap();
        assert_eq!(read_text_bounded(&file, 5).unwrap(), "music");
        assert_eq!(
            read_text_bounded(&file, 4).unwrap_err().kind(),
            ErrorKind::FileTooLarge
        );
        std::fs::write(&file, [0xff]).unwrap();
        assert_eq!(
            read_text_bounded(&file, 4).unwrap_err().kind(),
            ErrorKind::InvalidData
        );
    }
}
