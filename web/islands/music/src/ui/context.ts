import { createContext, useContext, useEffect, useState } from "react";
import type { Library } from "../library/library";
import type { Player } from "../player";
import { createStore, type Store } from "../store";
import type { Track } from "../track";

/** What stands open. One panel, one menu and one dialog at most. */
export interface UiState {
  panel: "queue" | "lyrics" | null;
  sheet: boolean;
  dialog: { kind: "keys" } | { kind: "playlist"; tracks: Track[] } | null;
  menu:
    | { kind: "settings" | "sleep"; anchor: HTMLElement }
    | { kind: "tracks"; tracks: Track[]; row: HTMLElement | null; anchor: HTMLElement }
    | null;
  /** Rows that were chosen on the page, by their place in the first list. */
  selecting: boolean;
}

/** A fresh state: nothing open. */
export function createUi(): Store<UiState> {
  return createStore<UiState>({ panel: null, sheet: false, dialog: null, menu: null, selecting: false });
}

/** What every component may use. */
export interface Parts {
  player: Player;
  library: Library;
  ui: Store<UiState>;
  /** Counts the pages that the swap navigation has put in; the title is what the page is called by itself. */
  page: Store<{ version: number; title: string }>;
}

export const PartsContext = createContext<Parts | null>(null);

export function useParts(): Parts {
  const parts = useContext(PartsContext);
  if (!parts) throw new Error("PartsContext is missing");
  return parts;
}

const POSITION_EVERY_MS = 250;

/** The playhead in ms, as it moves. */
export function usePosition(): { positionMs: number; bufferedMs: number; durationMs: number } {
  const { player } = useParts();
  const read = () => {
    const { positionMs, bufferedMs, durationMs } = player.engine;
    return { positionMs, bufferedMs, durationMs };
  };
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const update = () => setPlace(read());
    const timer = setInterval(
      () => player.engine.state.get().wantsPlay && !document.hidden && update(),
      POSITION_EVERY_MS,
    );
    const stops = [player.engine.state, player.moved, player.queue].map((store) => store.subscribe(update));
    return () => {
      clearInterval(timer);
      for (const stop of stops) stop();
    };
  }, [player]);
  return place;
}
