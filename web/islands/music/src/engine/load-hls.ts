import type { HlsSource } from "./hls-source";

type HlsSourceClass = typeof HlsSource;

let loading: Promise<HlsSourceClass> | null = null;
let loaded: HlsSourceClass | null = null;

/** Loads hls.js once. A failed load is forgotten, so that the next play tries again. */
export function loadHls(): Promise<HlsSourceClass> {
  loading ??= import("./hls").then(
    (module) => {
      loaded = module.HlsSource;
      return loaded;
    },
    (error: unknown) => {
      loading = null;
      throw error;
    },
  );
  return loading;
}

/** hls.js when it has already been loaded: then a click can start sound within the same task. */
export function hlsIfLoaded(): HlsSourceClass | null {
  return loaded;
}
