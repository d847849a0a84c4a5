import type { PlaybackSummary } from "../engine/play-quality";
import type { Answer, OpenedPlay, PlaysApi } from "./reporter";

const BASE = "/api/music/v1";

async function send<T>(method: "POST" | "PUT", path: string, body: unknown): Promise<Answer<T>> {
  try {
    const response = await fetch(BASE + path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      keepalive: true,
    });
    const seconds = Number(response.headers.get("retry-after"));
    const json = response.ok && response.status !== 204 ? ((await response.json()) as T) : null;
    return { status: response.status, body: json, retryAfterMs: seconds > 0 ? seconds * 1_000 : null };
  } catch {
    return { status: 0, body: null, retryAfterMs: null };
  }
}

/** The plays API of this server. Requests outlive the page, so that the last report arrives. */
export const playsApi: PlaysApi = {
  open: (trackId) => send<OpenedPlay>("POST", "/plays", { track_id: trackId }),
  report: (id, report) => send("PUT", `/plays/${encodeURIComponent(id)}`, report),
};

/** Sends what a play was like. A lost summary is no harm: it is a sample, not an account. */
export function sendSummary(summary: PlaybackSummary): void {
  void send("POST", "/playback-summaries", summary);
}
