import { afterEach, expect, it, vi } from "vitest";
import { isMetered, saveData } from "./connection";

afterEach(() => vi.unstubAllGlobals());

it.each([
  [undefined, false, false],
  [{}, false, false],
  [{ saveData: false, type: "wifi" }, false, false],
  [{ saveData: true, type: "wifi" }, true, true],
  [{ saveData: false, type: "cellular" }, false, true],
])("with the connection %o data is saved: %s, metered: %s", (connection, saved, metered) => {
  vi.stubGlobal("navigator", { connection });
  expect([saveData(), isMetered()]).toEqual([saved, metered]);
});
