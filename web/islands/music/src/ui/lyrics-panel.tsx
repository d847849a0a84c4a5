import { follow, type Lyrics, type LyricsLine } from "@haas/api";
import { type RefObject, useEffect, useRef, useState } from "react";
import { activeLine, parseLrc, untilNextLine } from "../engine/lyrics";
import { t } from "../i18n";
import { useStore } from "../store";
import { useParts } from "./context";

type Shown =
  | { kind: "loading" | "none" | "failed" }
  | { kind: "plain"; text: string }
  | { kind: "synced"; lines: LyricsLine[] };

/** A line changes at most this late, whatever the timers of the browser do. */
const LOOK_AGAIN_MS = 250;

/** The words of what plays: line by line where they are timed. */
export function LyricsPanel({ body }: { body: RefObject<HTMLDivElement | null> }) {
  const { player } = useParts();
  const id = useStore(player.queue, ({ current }) => current?.track.id ?? "");
  const [attempt, setAttempt] = useState(0);
  const shown = useLyrics(id, attempt);
  switch (shown.kind) {
    case "loading":
      return (
        <p className="lyrics-plain" aria-busy="true">
          {t("lyrics.loading")}
        </p>
      );
    case "none":
      return <p className="empty-state">{t("lyrics.none")}</p>;
    case "failed":
      return (
        <div className="empty-state">
          <p>{t("lyrics.failed")}</p>
          <button type="button" className="button" onClick={() => setAttempt(attempt + 1)}>
            {t("player.retry")}
          </button>
        </div>
      );
    case "plain":
      return <p className="lyrics-plain">{shown.text}</p>;
    case "synced":
      return <SyncedLyrics key={id} lines={shown.lines} body={body} />;
  }
}

function useLyrics(id: string, attempt: number): Shown {
  const { player } = useParts();
  const detail = useStore(player.details, ({ tracks }) => tracks[id]);
  const failed = useStore(player.details, (state) => state.failed === id);
  const [loaded, setLoaded] = useState<{ url: string; shown: Shown } | null>(null);
  const url = detail?.lyrics_url ?? null;
  useEffect(() => {
    if (id !== "") void player.loadDetails(id);
  }, [player, id, attempt]);
  useEffect(() => {
    if (!url) return;
    const stop = new AbortController();
    setLoaded(null);
    follow<"/api/music/v1/tracks/{id}/lyrics">(url, stop.signal).then(
      (lyrics) => setLoaded({ url, shown: shownOf(lyrics) }),
      () => stop.signal.aborted || setLoaded({ url, shown: { kind: "failed" } }),
    );
    return () => stop.abort();
  }, [url, attempt]);
  if (!detail) return { kind: failed ? "failed" : "loading" };
  if (!url) return { kind: "none" };
  return loaded && loaded.url === url ? loaded.shown : { kind: "loading" };
}

function shownOf({ lines, plain }: Lyrics): Shown {
  if (lines && lines.length > 0) return { kind: "synced", lines };
  if (!plain?.trim()) return { kind: "none" };
  const timed = parseLrc(plain);
  return timed ? { kind: "synced", lines: timed } : { kind: "plain", text: plain };
}

function SyncedLyrics({ lines, body }: { lines: LyricsLine[]; body: RefObject<HTMLDivElement | null> }) {
  const { player } = useParts();
  const active = useActiveLine(lines);
  const [following, setFollowing] = useState(true);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = body.current;
    if (!element) return;
    // Only what the listener does stops following; our own scrolling does not.
    const stop = () => setFollowing(false);
    const kinds = ["wheel", "touchmove"] as const;
    for (const kind of kinds) element.addEventListener(kind, stop, { passive: true });
    const onKey = (event: KeyboardEvent) => {
      if (["PageUp", "PageDown", "Home", "End"].includes(event.key)) stop();
    };
    element.addEventListener("keydown", onKey);
    return () => {
      for (const kind of kinds) element.removeEventListener(kind, stop);
      element.removeEventListener("keydown", onKey);
    };
  }, [body]);

  useEffect(() => {
    const line = following ? list.current?.children[Math.max(0, active)] : null;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    line?.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
  }, [active, following]);

  return (
    <>
      <div className="lyrics" ref={list}>
        {lines.map((line, index) => (
          <button
            type="button"
            className="lyrics-line"
            key={index}
            aria-current={index === active ? "true" : undefined}
            data-past={index < active ? "" : undefined}
            onClick={() => {
              player.seek(line.at_ms);
              setFollowing(true);
            }}
          >
            {line.text === "" ? "♪" : line.text}
          </button>
        ))}
      </div>
      {!following && (
        <button type="button" className="chip lyrics-follow" onClick={() => setFollowing(true)}>
          {t("lyrics.follow")}
        </button>
      )}
    </>
  );
}

/** The index of the line that is sung now; -1 before the first. */
function useActiveLine(lines: LyricsLine[]): number {
  const { player } = useParts();
  const [active, setActive] = useState(() => activeLine(lines, player.engine.positionMs));
  useEffect(() => {
    let timer = 0;
    const look = () => {
      clearTimeout(timer);
      const positionMs = player.engine.positionMs;
      setActive(activeLine(lines, positionMs));
      if (!player.engine.state.get().wantsPlay) return;
      const left = untilNextLine(lines, positionMs) ?? LOOK_AGAIN_MS;
      timer = window.setTimeout(look, Math.max(10, Math.min(LOOK_AGAIN_MS, left)));
    };
    look();
    const stops = [player.engine.state, player.moved].map((store) => store.subscribe(look));
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [player, lines]);
  return active;
}
