import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderStats } from "hls.js";
import type { Fetched } from "./beginnings";

/** What a loader is told about its owner. */
export interface LoaderOwner {
  Default: HlsConfig["loader"];
  /** An answer that is there already or on its way. */
  take(context: LoaderContext): Promise<Fetched> | null;
  /** Changes the request before it goes out. */
  prepare(context: LoaderContext): LoaderContext;
  estimateBps(): number;
}

/** Loads for hls.js: from what was fetched ahead where that is possible, else over the network. */
export function startLoader({ Default, take, prepare, estimateBps }: LoaderOwner) {
  return class StartLoader implements Loader<LoaderContext> {
    context: LoaderContext | null = null;
    readonly #network: Loader<LoaderContext>;
    #waitingFor: LoaderCallbacks<LoaderContext> | null = null;

    constructor(config: HlsConfig) {
      this.#network = new Default(config);
    }

    get stats(): LoaderStats {
      return this.#network.stats;
    }

    load(context: LoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
      this.context = context;
      const fetched = take(context);
      if (!fetched) {
        this.#ask(context, config, callbacks);
        return;
      }
      this.#waitingFor = callbacks;
      const mine = () => this.#waitingFor === callbacks;
      fetched.then(
        (answer) => mine() && this.#handOver(answer, context, callbacks),
        () => mine() && this.#ask(context, config, callbacks),
      );
    }

    abort(): void {
      const callbacks = this.#waitingFor;
      this.#waitingFor = null;
      if (!callbacks || !this.context) return this.#network.abort();
      this.stats.aborted = true;
      callbacks.onAbort?.(this.stats, this.context, null);
    }

    destroy(): void {
      this.#waitingFor = null;
      this.#network.destroy();
    }

    #ask(context: LoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
      this.#waitingFor = null;
      this.#network.load(prepare(context), config, {
        ...callbacks,
        onSuccess: (response, stats, _prepared, details) => {
          if (cameFromCache(response.url)) stats.loading.start = pretendedStart(stats, estimateBps());
          callbacks.onSuccess(response, stats, context, details);
        },
      });
    }

    #handOver(
      { url, data, firstByteMs, tookMs }: Fetched,
      context: LoaderContext,
      callbacks: LoaderCallbacks<LoaderContext>,
    ): void {
      this.#waitingFor = null;
      const { stats } = this;
      // The link was measured when this came, however long it has lain here since.
      const end = performance.now();
      stats.loading = { start: end - tookMs, first: end - tookMs + firstByteMs, end };
      stats.loaded = stats.total = typeof data === "string" ? data.length : data.byteLength;
      callbacks.onProgress?.(stats, context, data, null);
      callbacks.onSuccess({ url, data, code: 200 }, stats, context, null);
    }
  };
}

/** The browser's cache says nothing about the link: its answers look as fast as the link is thought to be. */
function pretendedStart({ loading, loaded }: LoaderStats, bps: number): number {
  return bps > 0 ? Math.min(loading.start, loading.end - (loaded * 8_000) / bps) : loading.start;
}

/** The browser keeps 250 entries and then no more: the newest matter. */
performance.addEventListener("resourcetimingbufferfull", () => performance.clearResourceTimings());

function cameFromCache(url: string): boolean {
  const entry = performance.getEntriesByName(url, "resource").at(-1) as PerformanceResourceTiming | undefined;
  return entry !== undefined && entry.transferSize === 0 && entry.decodedBodySize > 0;
}
