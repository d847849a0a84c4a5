import { execFileSync } from "node:child_process";
import { expect, nowTitle, openAlbum, playRow, row, soundMoves, test } from "../listening";
import { NOISE } from "../music";

const LENGTH_S = 6;

/** FLAC as a program writes it to a pipe: it cannot go back to say how long it became. */
function piped(): Buffer {
  const source = `sine=frequency=220:sample_rate=44100:duration=${LENGTH_S}`;
  return execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, "-f", "flac", "-"]);
}

test("M2 a track whose length nobody knows plays from its row to its end, and the next one follows", async ({
  page,
}) => {
  const body = piped();
  await page.route("**/stream?*", (route) => route.fulfill({ body, contentType: "audio/flac" }));
  await page.route("**/music/albums/*", async (route) => {
    const answer = await route.fetch();
    const html = await answer.text();
    await route.fulfill({
      response: answer,
      body: html
        .replace(/duration_ms&quot;:\d+/g, "duration_ms&quot;:0")
        .replace(/hls_url&quot;:&quot;[^&]+&quot;/g, "hls_url&quot;:null"),
    });
  });
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  await expect(row(page, "Aurora")).toHaveAttribute("data-playing", "");
  const times = page.locator(".player-bar .player-time");
  await expect(times.first()).toHaveText(/^0:0[1-9]$/);
  await expect(times.last()).toHaveText(/^(–|0:0[1-9])$/);
  await expect(nowTitle(page)).toHaveText("Borealis", { timeout: LENGTH_S * 1_000 + 10_000 });
  await soundMoves(page, 0.5);
});
