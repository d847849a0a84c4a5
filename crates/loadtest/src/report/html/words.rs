//! What a page says, in both languages: its switch hides one of them, with or without a script.

use std::borrow::Cow;

use maud::{Markup, Render, html};

use crate::verdict::Verdict;

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::report) struct Words {
    pub(super) korean: Cow<'static, str>,
    pub(super) english: Cow<'static, str>,
}

pub(in crate::report) const fn words(korean: &'static str, english: &'static str) -> Words {
    Words {
        korean: Cow::Borrowed(korean),
        english: Cow::Borrowed(english),
    }
}

impl Words {
    /// With figures in it.
    pub(in crate::report) fn with(korean: String, english: String) -> Self {
        Self {
            korean: korean.into(),
            english: english.into(),
        }
    }

    pub(in crate::report) fn korean(&self) -> &str {
        &self.korean
    }

    pub(in crate::report) fn english(&self) -> &str {
        &self.english
    }

    /// A name: the same in every language.
    pub(in crate::report) fn name(name: &str) -> Self {
        Self::with(name.to_owned(), name.to_owned())
    }
}

impl Render for Words {
    fn render(&self) -> Markup {
        html! {
            @if self.korean == self.english {
                (self.korean)
            } @else {
                span lang="ko" { (self.korean) }
                span lang="en" { (self.english) }
            }
        }
    }
}

/// The original's word stays in sight in both languages.
pub(in crate::report) fn verdict(verdict: Verdict) -> Markup {
    let (korean, english) = (verdict.korean(), verdict.english());
    let both = Words::with(korean.to_owned(), format!("{english} ({korean})"));
    html! { span.verdict data-verdict=(english) { (both) } }
}

/// A kind of fault, as reports name it.
pub(super) fn fault(kind: &str) -> Words {
    match kind {
        "refused" => words("연결이 거부됨", "connection refused"),
        "exhausted" => words(
            "부하를 만든 컴퓨터에 포트, 파일 서술자나 메모리가 없음",
            "no port, descriptor or memory left on the generator's machine",
        ),
        "unreachable" => words("주소로 가는 길이 없음", "no way to the address"),
        "lost" => words("연결이 끊김", "connection lost"),
        "timeout" => words("제때 응답이 없음", "no answer in time"),
        "status_429" => words(
            "응답 429 (요청이 너무 많음)",
            "answer 429 (too many requests)",
        ),
        "status_503" => words("응답 503 (서비스 불가)", "answer 503 (unavailable)"),
        "status_5xx" => words("응답 5xx (서버 오류)", "answer 5xx (server error)"),
        "status_4xx" => words("응답 4xx (요청 오류)", "answer 4xx (request error)"),
        "gave_up_start" => words(
            "첫 소리를 기다리다 떠남",
            "left while waiting for the first sound",
        ),
        "gave_up_stall" => words("끊긴 동안 기다리다 떠남", "left in a silence"),
        "crowded" => words(
            "한꺼번에 온 사람이 너무 많음",
            "more people at once than may have connections",
        ),
        "tls" => words("안전하지 않은 연결 (TLS)", "connection not secure (TLS)"),
        "wrong_bytes" => words("내용이 틀린 응답", "an answer with wrong bytes"),
        "unusable" => words("쓸 수 없는 응답", "an answer that cannot be used"),
        "too_large" => words("너무 큰 응답", "an answer that is too large"),
        other => Words::name(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Fault;

    #[test]
    fn each_kind_of_fault_has_words_in_both_languages() {
        let status = |status| Fault::Status {
            status,
            retry_after_s: None,
        };
        let faults = [
            Fault::Refused,
            Fault::Exhausted,
            Fault::Crowded,
            Fault::Unreachable,
            Fault::Lost,
            Fault::Timeout,
            status(404),
            status(429),
            status(500),
            status(503),
            Fault::Tls(String::new()),
            Fault::Unusable(""),
            Fault::TooLarge(1),
            Fault::WrongBytes(""),
        ];
        let kinds = faults.iter().map(Fault::kind);
        for kind in kinds.chain(["gave_up_start", "gave_up_stall"]) {
            let words = fault(kind);
            assert_ne!(words.korean(), words.english(), "{kind}");
        }
    }
}
