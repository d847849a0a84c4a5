import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { spokenTime } from "../i18n";
import { createStore } from "../store";
import { type Parts, PartsContext } from "./context";
import { SeekBar } from "./seek-bar";

/** A player that stands at a place of something so long, and the places it is sent to. */
function show(positionMs: number, durationMs: number): number[] {
  const sought: number[] = [];
  const player = {
    engine: { state: createStore({ wantsPlay: false }), positionMs, bufferedMs: positionMs, durationMs },
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
  return sought;
}

afterEach(cleanup);

it("seeks to a value that comes without pointer or key, as from assistive technology", () => {
  const sought = show(0, 60_000);
  const slider = screen.getByRole("slider");
  fireEvent.input(slider, { target: { value: "40" } });
  expect(sought).toEqual([]);
  fireEvent(slider, new Event("change", { bubbles: true }));
  expect(sought).toEqual([40_000]);
  fireEvent.pointerUp(slider);
  expect(sought).toEqual([40_000]);
});

it("says where it is and offers no line to go along where nobody knows the length", () => {
  show(12_000, 0);
  const slider = screen.getByRole<HTMLInputElement>("slider");
  expect(slider.disabled).toBe(true);
  expect(slider.getAttribute("aria-valuetext")).toBe(spokenTime(12_000));
  expect([...document.querySelectorAll(".player-time")].map(({ textContent }) => textContent)).toEqual(["0:12", "–"]);
});
