// The only place that knows hls.js. Its own chunk: fetched when the page is idle, run on the first intent to play.
import type { Fragment, FragmentLoaderContext, HlsConfig, Level, LoaderContext } from "hls.js";
import Hls from "hls.js/light";
import { bufferedAheadS } from "./buffered";
import { type CmcdFacts, cmcdRequest } from "./cmcd";
import { failureOfStatus, type Source, type SourceEvents, type SourceOptions } from "./source";
import { knownThroughput, nominalBitRate, type Quality, startBitRate } from "./start-level";
import { startLoader } from "./start-loader";

/** How far ahead to load. A cap and not only a floor, so that quality can rise within a track. */
const BUFFER_AHEAD_S = 30;
/** What stays behind the playhead for a step back. */
const BUFFER_BEHIND_S = 60;
/** Until the first segments are measured; the start level does not come from it. */
const UNKNOWN_LINK_BPS = 500_000;
const FRAGMENT_TRIES = 2;

/** Plays the adaptive renditions of a track. */
export class HlsSource implements Source {
  /** Whether this browser has what hls.js needs. */
  static isSupported(): boolean {
    return Hls.isSupported();
  }

  readonly delivery = "hls";
  bitRateKbps: 64 | 128 | 256 | null = null;
  readonly #hls: Hls;
  readonly #options: SourceOptions;
  readonly #events: SourceEvents;
  #quality: Quality;
  #loadedFragments = 0;
  #starved = false;
  #recovered = false;
  #url: string;

  constructor(audio: HTMLAudioElement, url: string, options: SourceOptions, events: SourceEvents) {
    this.#options = options;
    this.#events = events;
    this.#quality = options.quality;
    this.#url = url;
    this.#hls = new Hls(this.#config(audio));
    this.#listen();
    this.#hls.loadSource(url);
    this.#hls.attachMedia(audio);
  }

  setQuality(quality: Quality): void {
    this.#quality = quality;
    const index = this.#wantedLevel();
    // `nextLevel` drops what is loaded beyond the next segment, so that a choice is heard at once.
    if (index >= 0) this.#hls.nextLevel = index;
    else this.#hls.loadLevel = -1;
  }

  lowerLevel(): void {
    const hls = this.#hls;
    if (hls.loadLevel > 0) hls.nextLoadLevel = hls.loadLevel - 1;
    hls.startLoad(hls.media?.currentTime ?? -1);
  }

  starved(): void {
    this.#starved = true;
  }

  throughputBps(): number | null {
    const bps = this.#hls.bandwidthEstimate;
    return this.#loadedFragments >= 2 && Number.isFinite(bps) ? bps : null;
  }

  retry(): void {
    if (this.#hls.levels.length === 0) this.#hls.loadSource(this.#url);
    else this.#hls.startLoad(this.#hls.media?.currentTime ?? -1);
  }

  destroy(): void {
    this.#hls.destroy();
  }

  #config(audio: HTMLAudioElement): Partial<HlsConfig> {
    const { beginnings } = this.#options;
    const loader = startLoader({
      Default: Hls.DefaultConfig.loader,
      take: ({ url, rangeStart, rangeEnd }) =>
        beginnings.take(url, rangeEnd ? { start: rangeStart ?? 0, end: rangeEnd } : null),
      prepare: (context) => (isFragment(context) ? this.#describe(audio, context) : context),
      estimateBps: () => this.#hls.bandwidthEstimate,
    });
    const policy = Hls.DefaultConfig.fragLoadPolicy.default;
    const retry = { maxNumRetry: FRAGMENT_TRIES, retryDelayMs: 500, maxRetryDelayMs: 4_000 };
    return {
      enableWorker: false,
      testBandwidth: false,
      startFragPrefetch: true,
      startPosition: this.#options.startMs > 0 ? this.#options.startMs / 1_000 : -1,
      maxBufferLength: BUFFER_AHEAD_S,
      maxMaxBufferLength: BUFFER_AHEAD_S,
      backBufferLength: BUFFER_BEHIND_S,
      abrEwmaDefaultEstimate: knownThroughput(this.#options) ?? UNKNOWN_LINK_BPS,
      loader,
      fragLoadPolicy: { default: { ...policy, errorRetry: retry, timeoutRetry: retry } },
    };
  }

  #listen(): void {
    const { Events, ErrorTypes } = Hls;
    const hls = this.#hls;
    hls.on(Events.MANIFEST_PARSED, () => {
      const start = this.#indexOf(startBitRate(this.#options));
      hls.startLevel = Math.max(0, start);
      if (this.#options.isMetered) hls.autoLevelCapping = Math.max(0, this.#indexOf(64));
      if (this.#wantedLevel() >= 0) hls.loadLevel = this.#wantedLevel();
    });
    hls.on(Events.FRAG_LOADED, () => {
      this.#loadedFragments += 1;
      this.#events.loaded();
    });
    hls.on(Events.FRAG_CHANGED, (_event, { frag }) => {
      const level = hls.levels[frag.level];
      const kbps = level ? nominalBitRate(bitRateOf(level)) : null;
      if (kbps === this.bitRateKbps) return;
      this.bitRateKbps = kbps;
      this.#events.bitRateChanged(kbps);
    });
    hls.on(Events.ERROR, (_event, data) => {
      // The one trace of what was mended without the listener's notice.
      console.warn("hls.js", data.details, data.error?.message ?? "");
      if (data.details === "bufferStalledError") this.#starved = true;
      if (!data.fatal) return;
      if (data.type === ErrorTypes.NETWORK_ERROR) {
        this.#events.failed(failureOfStatus(data.response?.code ?? 0));
      } else if (data.type === ErrorTypes.MEDIA_ERROR && !this.#recovered) {
        this.#recovered = true;
        hls.recoverMediaError();
      } else {
        this.#events.failed({ kind: "decode" });
      }
    });
  }

  /** Tells the server with the request what the player knows. */
  #describe(audio: HTMLAudioElement, context: FragmentLoaderContext): LoaderContext {
    const { url, headers } = cmcdRequest(context.url, this.#facts(audio, context.frag));
    return { ...context, url, headers: { ...context.headers, ...headers } };
  }

  #facts(audio: HTMLAudioElement, frag: Fragment): CmcdFacts {
    const bitRates = this.#hls.levels.map((level) => bitRateOf(level) / 1_000);
    const throughput = this.throughputBps();
    const aheadMs = bufferedAheadS(audio) * 1_000;
    const starved = this.#starved;
    this.#starved = false;
    return {
      ...(bitRates[frag.level] === undefined ? {} : { br: bitRates[frag.level] as number }),
      ...(frag.sn === "initSegment" ? {} : { d: frag.duration * 1_000, bl: aheadMs }),
      ...(throughput === null ? {} : { mtp: throughput / 1_000 }),
      bs: starved,
      su: aheadMs === 0,
      ot: frag.sn === "initSegment" ? "i" : "a",
      sf: "h",
      sid: this.#options.sessionId,
      tb: Math.max(...bitRates),
    };
  }

  /** The level of a fixed quality, or -1 for automatic choice. */
  #wantedLevel(): number {
    return this.#quality === "auto" ? -1 : this.#indexOf(this.#quality);
  }

  #indexOf(kbps: number): number {
    return this.#hls.levels.findIndex((level) => nominalBitRate(bitRateOf(level)) === kbps);
  }
}

function isFragment(context: LoaderContext): context is FragmentLoaderContext {
  return "frag" in context;
}

function bitRateOf(level: Level): number {
  return level.averageBitrate || level.bitrate;
}
