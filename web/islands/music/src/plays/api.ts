import { type PlaybackSummary, send } from "@haas/api";
import type { PlaysApi } from "./reporter";

/** The plays API of this server. */
export const playsApi: PlaysApi = {
  open: (trackId, key) => send("post", "/api/music/v1/plays", { body: { track_id: trackId, key } }),
  report: (id, report) => send("put", "/api/music/v1/plays/{id}", { path: { id }, body: report }),
};

/** Sends what a play was like. A lost summary is no harm: it is a sample, not an account. */
export function sendSummary(summary: PlaybackSummary): void {
  void send("post", "/api/music/v1/playback-summaries", { body: summary });
}
