//! Which URLs may lead to a database: told when the configuration is read, not by a server that is never reached.

use sea_orm::sqlx::mysql::MySqlConnectOptions;
use sea_orm::sqlx::postgres::PgConnectOptions;

/// What an operator is told.
pub(super) const ACCEPTED: &str = "a URL such as sqlite:FILE, postgres://USER:PASSWORD@HOST:5432/NAME or \
     mysql://USER:PASSWORD@HOST:3306/NAME, with %40 for an @ and %2F for a / in a password";
/// Parameters that say where the database is, where the rest of the URL does not.
const PLACES: [&str; 4] = ["host", "hostaddr", "socket", "dbname"];

/// Whether a driver takes the URL for what its writer meant.
pub(super) fn is_usable(url: &str) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else {
        return false;
    };
    if scheme != "sqlite" && has_bare_at(rest) {
        return false;
    }
    match scheme {
        "sqlite" => true,
        "postgres" | "postgresql" => {
            let options = url.parse::<PgConnectOptions>();
            says_where(rest) && options.is_ok_and(|options| options.get_port() != 0)
        }
        "mysql" => {
            let options = url.parse::<MySqlConnectOptions>();
            let is_usable = |options: MySqlConnectOptions| {
                options.get_port() != 0 && options.get_database().is_some()
            };
            says_where(rest) && options.is_ok_and(is_usable)
        }
        _ => false,
    }
}

/// Whether a password has an `@` that is not written `%40`: what follows it would be taken for a host, and shown.
fn has_bare_at(rest: &str) -> bool {
    let place = rest.trim_start_matches('/');
    let place = place.split('?').next().unwrap_or_default();
    place.matches('@').count() > 1
}

/// Where a URL says nothing, drivers fall back to this machine and a database of the user's name: nobody writes a URL
/// for that.
fn says_where(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix("//") else {
        return false;
    };
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    let mut parameters = form_urlencoded::parse(parameters.as_bytes());
    !place.trim_matches('/').is_empty()
        || parameters.any(|(key, value)| PLACES.contains(&&*key) && !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_drivers_take_is_taken() {
        for url in [
            "sqlite:",
            "sqlite::memory:",
            "sqlite:///srv/haas/music.sqlite?mode=rwc",
            "postgres://me:hush@db/music",
            "postgresql://me@db:65535/music?sslmode=require",
            "postgres://[::1]:5432/music",
            "postgres://db",
            "postgres:///music",
            "postgres:///music?host=/var/run/postgresql",
            "postgres://?host=/var/run/postgresql&dbname=music",
            "postgres://me@%2Fvar%2Frun%2Fpostgresql/music",
            "mysql://me:hush@db:3306/music",
            "mysql://me@db/music?socket=/run/mysqld/mysqld.sock",
            "mysql:///music?socket=/run/mysqld/mysqld.sock",
        ] {
            assert!(is_usable(url), "{url}");
        }
    }

    #[test]
    fn what_can_lead_nowhere_is_refused() {
        for url in [
            "",
            "music",
            "oracle://me:hush@db/music",
            "postgres:",
            "postgres:/",
            "postgres://",
            "postgres:///",
            "postgres://?sslmode=require",
            "postgres://?host=",
            "postgres://me:hush@db:port/music",
            "postgres://me:hush@db:99999/music",
            "postgres://me:hush@db:0/music",
            "postgres://me:hush@/music",
            "postgres://me:hu/sh@db/music",
            "postgres://me:Top@Secret7/x@db/music",
            "mysql://me:hu@sh@db/music",
            "postgres://db/music?port=99999",
            "postgres://db/music?sslmode=perhaps",
            "mysql:",
            "mysql:foo",
            "mysql://",
            "mysql://me:hush@db:port/music",
            "mysql://me:hush@db:0/music",
            "mysql://me:hush@db",
        ] {
            assert!(!is_usable(url), "{url}");
        }
    }
}
