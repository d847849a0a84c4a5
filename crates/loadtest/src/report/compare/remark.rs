//! What held a run back, in a few words: as the original table has a remark on each of its loads.

use crate::report::html::{Unit, Words, count, words};
use crate::report::{Report, Threshold};
use crate::verdict::{Miss, Reason};

impl Report {
    /// Why it says nothing, or else what a stable one would not have missed, and what the scenario asked for in vain. None
    /// where nothing held it back.
    pub(super) fn remark(&self) -> Option<Words> {
        let reasons = self.reasons.iter().map(reason);
        let thresholds = self.thresholds.iter().filter(|asked| !asked.is_kept);
        let all: Vec<Words> = reasons
            .chain(self.misses.iter().map(miss))
            .chain(thresholds.map(threshold))
            .collect();
        let joined = |of: fn(&Words) -> &str| all.iter().map(of).collect::<Vec<_>>().join(", ");
        (!all.is_empty()).then(|| Words::with(joined(Words::korean), joined(Words::english)))
    }
}

fn reason(reason: &Reason) -> Words {
    match reason {
        Reason::Interrupted => words("중단됨", "interrupted"),
        Reason::NotReached { percent } => {
            let started = Unit::Share.text(percent / 100.0);
            Words::with(format!("{started}만 시작"), format!("{started} started"))
        }
        Reason::Late { lag_ms } => {
            let late = Unit::Ms.text(*lag_ms);
            Words::with(
                format!("생성기 지연 {late}"),
                format!("generator {late} late"),
            )
        }
        Reason::Backlog { backlog_ms } => {
            let waited = Unit::Ms.text(*backlog_ms);
            Words::with(
                format!("생성기 밀림 {waited}"),
                format!("generator backlog {waited}"),
            )
        }
        Reason::Exhausted { count: times } => {
            let times = count(*times);
            Words::with(
                format!("포트·서술자·메모리 부족 {times}번"),
                format!("no port, descriptor or memory left {times} times"),
            )
        }
        Reason::Few { sessions, least } => {
            let (found, least) = (count(*sessions), count(*least));
            Words::with(
                format!("세션 {found}/{least}"),
                format!("{found} of {least} sessions"),
            )
        }
        Reason::FewTries { tries, least } => {
            let (found, least) = (count(*tries), count(*least));
            Words::with(
                format!("재생·요청 {found}/{least}"),
                format!("{found} of {least} plays or requests"),
            )
        }
    }
}

fn miss(miss: &Miss) -> Words {
    let of = |korean: &str, english: &str, found: String| {
        Words::with(format!("{korean} {found}"), format!("{english} {found}"))
    };
    match miss {
        Miss::Startup { p99_ms } => of("첫 소리 p99", "first sound p99", Unit::Ms.text(*p99_ms)),
        Miss::Response { p99_ms } => of("응답 p99", "answer p99", Unit::Ms.text(*p99_ms)),
        Miss::Rebuffering { ratio } => of("끊긴 시간", "silence", Unit::Share.text(*ratio)),
        Miss::Stalls { share } => of("끊긴 재생", "stalled plays", Unit::Share.text(*share)),
        Miss::Failures { count: failed } => of("실패", "failed", count(*failed)),
    }
}

fn threshold(asked: &Threshold) -> Words {
    let unit = Unit::of_threshold(&asked.name);
    let (found, limit) = (unit.text(asked.found), unit.text(asked.limit));
    Words::name(&format!("{} {found} > {limit}", asked.name))
}

#[cfg(test)]
mod tests {
    use crate::report::{Report, Threshold, sample};
    use crate::verdict::{Miss, Reason};

    fn remark(report: &Report) -> Option<[String; 2]> {
        let words = report.remark()?;
        Some([words.korean(), words.english()].map(str::to_owned))
    }

    #[test]
    fn it_says_what_held_a_run_back_and_nothing_where_nothing_did() {
        let mut report = sample::mixed("evening");
        report.misses = vec![Miss::Stalls { share: 0.05 }, Miss::Failures { count: 2 }];
        report.thresholds = vec![Threshold {
            name: "startup_p95_ms".to_owned(),
            limit: 500.0,
            found: 760.0,
            is_kept: false,
        }];
        let said = [
            "끊긴 재생 5 %, 실패 2, startup_p95_ms 760 ms > 500 ms",
            "stalled plays 5 %, failed 2, startup_p95_ms 760 ms > 500 ms",
        ];
        assert_eq!(remark(&report), Some(said.map(str::to_owned)));
        report.reasons = vec![Reason::Late { lag_ms: 12.3 }];
        (report.misses, report.thresholds) = Default::default();
        let said = remark(&report).unwrap();
        assert_eq!(said[1], "generator 12.3 ms late");
        report.reasons.clear();
        assert_eq!(remark(&report), None);
    }
}
