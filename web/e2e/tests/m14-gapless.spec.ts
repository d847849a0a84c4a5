import { expect, nowTitle, openAlbum, playRow, test } from "../listening";
import { HALVES } from "../music";

test.use({ bypassCSP: true });

const SILENCE_LIMIT_MS = 15;

test("M14 at most 15 ms of silence between two tracks of an album, by an AudioWorklet", async ({ page }) => {
  await openAlbum(page, HALVES);
  await page.evaluate(async () => {
    const meter = `
      registerProcessor("silence", class extends AudioWorkletProcessor {
        run = 0; sounded = false; longest = 0; samples = 0;
        constructor() {
          super();
          this.port.onmessage = () => this.port.postMessage({ longestMs: this.longest / sampleRate * 1000, s: this.samples / sampleRate });
        }
        process([input]) {
          for (let index = 0; index < 128; index += 1) {
            const loud = Math.abs(input[0]?.[index] ?? 0) >= 0.002;
            this.samples += 1;
            if (!loud) { this.run += 1; continue; }
            if (this.sounded) this.longest = Math.max(this.longest, this.run);
            this.sounded = true;
            this.run = 0;
          }
          return true;
        }
      });`;
    const context = new AudioContext();
    await context.audioWorklet.addModule(URL.createObjectURL(new Blob([meter], { type: "text/javascript" })));
    const node = new AudioWorkletNode(context, "silence");
    for (const audio of document.querySelectorAll<HTMLAudioElement>("#player audio"))
      context.createMediaElementSource(audio).connect(node);
    node.connect(context.destination);
    Object.assign(window, { silence: node });
  });
  await playRow(page, "First Half");
  await expect(nowTitle(page)).toHaveText("Second Half", { timeout: 30_000 });
  await expect
    .poll(() =>
      page.evaluate(() =>
        Math.max(...[...document.querySelectorAll("audio")].map((audio) => (audio.paused ? 0 : audio.currentTime))),
      ),
    )
    .toBeGreaterThan(3);
  const measured = await page.evaluate(
    () =>
      new Promise<{ longestMs: number; s: number }>((resolve) => {
        const { silence } = window as unknown as { silence: AudioWorkletNode };
        silence.port.onmessage = ({ data }) => resolve(data);
        silence.port.postMessage("tell");
      }),
  );
  test.info().annotations.push({ type: "measured", description: `${measured.longestMs.toFixed(1)} ms` });
  expect(measured.s).toBeGreaterThan(15);
  expect(measured.longestMs).toBeLessThanOrEqual(SILENCE_LIMIT_MS);
});
