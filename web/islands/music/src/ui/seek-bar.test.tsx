import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { createStore } from "../store";
import { type Parts, PartsContext } from "./context";
import { SeekBar } from "./seek-bar";

it("seeks to a value that comes without pointer or key, as from assistive technology", () => {
  const sought: number[] = [];
  const player = {
    engine: { state: createStore({ wantsPlay: false }), positionMs: 0, bufferedMs: 0, durationMs: 60_000 },
    queue: createStore({ current: null }),
    moved: createStore({ count: 0 }),
    details: createStore({ tracks: {} }),
    seek: (positionMs: number) => sought.push(positionMs),
  };
  render(
    <PartsContext value={{ player } as unknown as Parts}>
      <SeekBar />
    </PartsContext>,
  );
  const slider = screen.getByRole("slider");
  fireEvent.input(slider, { target: { value: "40" } });
  expect(sought).toEqual([]);
  fireEvent(slider, new Event("change", { bubbles: true }));
  expect(sought).toEqual([40_000]);
  fireEvent.pointerUp(slider);
  expect(sought).toEqual([40_000]);
});
