import type { Page } from "@playwright/test";

/** More is heard as a gap. */
export const SILENCE_LIMIT_MS = 15;

/** What an AudioWorklet heard. */
export interface Silence {
  longestMs: number;
  /** How long it has listened. */
  s: number;
}

/** From now on everything that plays is listened to, sample by sample. The page must take scripts that are made here. */
export async function meterSilence(page: Page): Promise<void> {
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
}

/** The longest silence after the first sound. */
export function measuredSilence(page: Page): Promise<Silence> {
  return page.evaluate(
    () =>
      new Promise<Silence>((resolve) => {
        const { silence } = window as unknown as { silence: AudioWorkletNode };
        silence.port.onmessage = ({ data }) => resolve(data);
        silence.port.postMessage("tell");
      }),
  );
}
