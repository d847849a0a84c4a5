//! Which request a line of the log is about.
//!
//! A span would say it too, but is written out when it begins, for every request; most requests log nothing.

use serde_json::json;
use std::fmt;
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{self, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::Format;
use crate::http::Asked;

tokio::task_local! {
    static ASKED: Asked;
}

/// Runs the answering of a request: what it logs until the answer begins names the request. What goes on after that, in a
/// body or a task of its own, does not.
pub(crate) fn within<T>(asked: Asked, work: impl Future<Output = T>) -> impl Future<Output = T> {
    ASKED.scope(asked, work)
}

/// Lines as the library writes them, and behind each the request that it is about.
pub(super) enum Lines {
    Text(format::Format),
    Json(format::Format<format::Json>),
}

impl Lines {
    pub(super) fn new(format: Format) -> Self {
        let lines = format::format();
        match format {
            Format::Text => Self::Text(lines),
            Format::Json => Self::Json(lines.json().flatten_event(true)),
        }
    }
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Ok(about) = ASKED.try_with(|asked| self.about(asked)) else {
            return match self {
                Self::Text(lines) => lines.format_event(context, writer, event),
                Self::Json(lines) => lines.format_event(context, writer, event),
            };
        };
        let mut line = String::new();
        let whole = Writer::new(&mut line);
        match self {
            Self::Text(lines) => lines.format_event(context, whole, event)?,
            Self::Json(lines) => lines.format_event(context, whole, event)?,
        }
        writeln!(writer, "{}{about}", self.without_end(&line))
    }
}

impl Lines {
    /// A line without its end.
    fn without_end<'a>(&self, line: &'a str) -> &'a str {
        let line = line.trim_end();
        match self {
            Self::Text(_) => line,
            Self::Json(_) => line.strip_suffix('}').unwrap_or(line),
        }
    }

    /// What a line about a request ends with.
    fn about(&self, asked: &Asked) -> String {
        let (method, route, id) = (asked.method, asked.route.as_str(), asked.id.as_str());
        match self {
            Self::Text(_) => {
                format!(" request.method={method} request.route={route} request.id={id}")
            }
            Self::Json(_) => {
                let request = json!({ "method": method, "route": route, "id": id });
                format!(",\"request\":{request}}}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing::Dispatch;
    use tracing_subscriber::fmt::MakeWriter;
    use tracing_subscriber::fmt::format::JsonFields;

    use super::*;

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl MakeWriter<'_> for Log {
        type Writer = Self;

        fn make_writer(&self) -> Self {
            self.clone()
        }
    }

    /// What is logged of a request, and what outside of one.
    fn lines(format: Format) -> Vec<String> {
        let log = Log::default();
        let lines = tracing_subscriber::fmt()
            .with_ansi(false)
            .event_format(Lines::new(format))
            .with_writer(log.clone());
        let subscriber: Dispatch = match format {
            Format::Text => lines.finish().into(),
            Format::Json => lines.fmt_fields(JsonFields::new()).finish().into(),
        };
        let asked = Asked::example();
        tracing::dispatcher::with_default(&subscriber, || {
            let _span = tracing::info_span!("of a library", rows = 3).entered();
            let work = within(asked, async { tracing::info!(count = 2, "inside") });
            futures_util::FutureExt::now_or_never(work).unwrap();
            tracing::info!("outside");
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_line_names_the_request_it_is_about() {
        let text = lines(Format::Text);
        let about = " request.method=GET request.route=unmatched request.id=0192aaaa-0000-7000-8000-000000000001";
        assert!(
            text[0].ends_with(&format!("inside count=2{about}")),
            "{text:?}"
        );
        assert!(text[1].ends_with("outside"), "{text:?}");
        assert_eq!(text.len(), 2);
    }

    #[test]
    fn a_line_for_programs_is_one_object() {
        let lines = lines(Format::Json);
        let read = |line: &String| serde_json::from_str::<Value>(line).unwrap();
        let (inside, outside) = (read(&lines[0]), read(&lines[1]));
        assert_eq!(
            (&inside["message"], &inside["count"]),
            (&json!("inside"), &json!(2))
        );
        let id = "0192aaaa-0000-7000-8000-000000000001";
        let request = json!({ "method": "GET", "route": "unmatched", "id": id });
        assert_eq!(inside["request"], request);
        assert_eq!(inside["span"], json!({ "name": "of a library", "rows": 3 }));
        assert_eq!(outside["message"], "outside");
        assert_eq!(outside.get("request"), None);
    }
}
