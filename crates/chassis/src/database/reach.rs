use axum::http::Uri;
use tokio::net::TcpStream;

use super::Config;

/// Options of a URL by which the drivers go another way than its host and port say.
const OTHER_WAYS: [&str; 4] = ["host", "hostaddr", "port", "socket"];

impl Config {
    /// Why the server of this database is not reached, where the network says it: a pool says only that it waited.
    pub async fn unreached(&self) -> Option<String> {
        let url: Uri = self.url.reveal().parse().ok()?;
        let mut options = form_urlencoded::parse(url.query().unwrap_or_default().as_bytes());
        if options.any(|(key, _)| OTHER_WAYS.contains(&key.as_ref())) {
            return None;
        }
        let port = url.port_u16().or(match url.scheme_str()? {
            "postgres" | "postgresql" => Some(5432),
            "mysql" => Some(3306),
            _ => None,
        })?;
        let host = url.host()?.trim_matches(['[', ']']);
        let reached = tokio::time::timeout(self.acquire_timeout, TcpStream::connect((host, port)));
        match reached.await {
            Ok(Ok(_connection)) => None,
            Ok(Err(error)) => Some(format!("could not reach {host}:{port}: {error}")),
            Err(_elapsed) => Some(format!("{host}:{port} does not answer")),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named_and_its_password_is_not() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config::with_url(&format!("postgres://me:hush@{address}/music"));
        assert_eq!(config.unreached().await, None);
        drop(listener);
        let reason = config.unreached().await.unwrap();
        assert!(
            reason.starts_with(&format!("could not reach {address}: ")) && !reason.contains("hush"),
            "{reason}"
        );
        let named = format!("postgres://me@{address}/music?application_name=host");
        assert!(Config::with_url(&named).unreached().await.is_some());
        for other_way in [
            "mysql://me@nowhere.invalid/music?socket=/run/mysqld.sock",
            "postgres://me@nowhere.invalid/music?hostaddr=192.0.2.1",
            "postgres://me@nowhere.invalid/music?application_name=haas&port=6432",
        ] {
            assert_eq!(Config::with_url(other_way).unreached().await, None);
        }
        assert_eq!(Config::with_url("sqlite::memory:").unreached().await, None);
    }
}
