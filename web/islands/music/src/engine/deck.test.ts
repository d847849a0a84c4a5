import { expect, it, vi } from "vitest";
import type { QueueItem } from "../queue/queue";
import type { Track } from "../track";
import { Deck, type DeckEvents } from "./deck";
import type { SourceOptions } from "./source";

const attached: string[] = [];
let isHlsThere = true;

vi.mock("./load-hls", () => {
  class Hls {
    static isSupported = () => true;
    constructor(_audio: unknown, url: string) {
      attached.push(url);
    }
    destroy() {}
  }
  return { hlsIfLoaded: () => (isHlsThere ? Hls : null), loadHls: async () => Hls };
});
vi.mock("./progressive-source", () => ({
  ProgressiveSource: class {
    constructor(_audio: unknown, url: string) {
      attached.push(url);
    }
    destroy() {}
  },
}));

const options = {} as SourceOptions;
const staged = (renditions: DeckEvents["renditionsOf"]) => {
  attached.length = 0;
  const deck = new Deck(new Audio(), { renditionsOf: renditions } as DeckEvents);
  deck.stage(
    { key: "k", track: { id: "a", hls_url: null, stream_url: "/s/a" } as Track, origin: "source" } as QueueItem,
    0,
  );
  return deck;
};

it("attaches the renditions that are known of a track by now, or else the file, within the task of a click", () => {
  for (const [renditions, source] of [
    ["/h/a", "/h/a"],
    [null, "/s/a"],
  ] as const) {
    const deck = staged(() => renditions);
    expect(deck.attach(options)).toBeUndefined();
    expect(attached).toEqual([source]);
    deck.useFile();
    deck.attach(options);
    expect(attached).toEqual([source, "/s/a"]);
  }
});

it("attaches nothing when another track has come while hls.js loads, and nothing twice", async () => {
  isHlsThere = false;
  const deck = staged(() => "/h/a");
  const first = deck.attach(options);
  deck.detach();
  await first;
  expect(attached).toEqual([]);
  const twice = staged(() => "/h/a");
  await Promise.all([twice.attach(options), twice.attach(options)]);
  expect(attached).toEqual(["/h/a"]);
  isHlsThere = true;
});
