import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { loadMessages } from "../i18n";
import { Library } from "../library/library";
import { createStore } from "../store";
import { type Parts, PartsContext } from "./context";
import { PageIslands } from "./page-islands";

beforeAll(async () => (await loadMessages("en"))());
beforeEach(() => {
  location.hash = "";
  // React tells of what was caught.
  vi.spyOn(console, "error").mockImplementation(() => {});
  document.body.innerHTML = '<main id="main"><div data-island="library"></div></main>';
});
// What stays mounted would be drawn again when there is no document any more.
afterEach(cleanup);

it("keeps a fault of a page to the page: the player stays, the next page is whole", async () => {
  const page = createStore({ version: 0, title: "" });
  const library = new Library();
  const whole = library.state.get();
  library.state.set({ likes: null as unknown as [] });
  render(
    <PartsContext value={{ page, library } as unknown as Parts}>
      <p>player</p>
      <PageIslands />
    </PartsContext>,
  );
  expect(await screen.findByText("Something went wrong")).toBeTruthy();
  expect(screen.getByText("player")).toBeTruthy();
  library.state.set(whole);
  act(() => page.set({ version: 1 }));
  expect(await screen.findByText("Liked tracks")).toBeTruthy();
});

it("shows the library for a fragment that nobody can read", async () => {
  location.hash = "#%";
  const parts = { page: createStore({ version: 2, title: "" }), library: new Library() };
  render(
    <PartsContext value={parts as unknown as Parts}>
      <PageIslands />
    </PartsContext>,
  );
  expect(await screen.findByText("Liked tracks")).toBeTruthy();
});
