import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { loadMessages } from "../i18n";
import { createStore } from "../store";
import { type Parts, PartsContext } from "./context";
import { LyricsPanel } from "./lyrics-panel";

beforeAll(async () => (await loadMessages("en"))());
afterEach(cleanup);

it("says that the words could not be loaded where the track could not be asked for, and tries again", () => {
  const details = createStore<{ tracks: object; failed: string | null }>({ tracks: {}, failed: null });
  const player = {
    queue: createStore({ current: { track: { id: "a" } } }),
    details,
    loadDetails: vi.fn(() => details.set({ failed: null })),
  };
  render(
    <PartsContext value={{ player } as unknown as Parts}>
      <LyricsPanel body={{ current: null }} />
    </PartsContext>,
  );
  expect(screen.getByText("Loading lyrics…")).toBeTruthy();
  act(() => details.set({ failed: "another" }));
  expect(screen.getByText("Loading lyrics…")).toBeTruthy();
  act(() => details.set({ failed: "a" }));
  expect(screen.getByText("The lyrics could not be loaded.")).toBeTruthy();
  fireEvent.click(screen.getByRole("button"));
  expect(player.loadDetails).toHaveBeenCalledTimes(2);
  expect(screen.getByText("Loading lyrics…")).toBeTruthy();
  act(() => details.set({ tracks: { a: { lyrics_url: null } } }));
  expect(screen.getByText("This track has no lyrics.")).toBeTruthy();
});
