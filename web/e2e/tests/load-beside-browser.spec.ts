import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, expect, test } from "@playwright/test";
import { differences, tableRow } from "../beside";
import { type Heard, heardByListener, heardInBrowser, median } from "../heard";
import { ALONE, makeOneTrack } from "../music";
import { makeLibrary, type Running, startServer } from "../server";

/** Where the long form writes its table; `make bench` names it. */
const TABLE = process.env.HAAS_BESIDE_TABLE;
const RUNS = TABLE ? 9 : 3;
const ROUND_TRIP_MS = 60;
/** In short it runs among other checks, and what they take of the processor a browser lacks. */
const SLACK = TABLE ? { startUpMs: 100, stalledS: 0 } : { startUpMs: 200, stalledS: 0.2 };
/**
 * One link carries the highest quality, one not the one that is begun with, and one none. In short the second one is listened to
 * until after its silence, and the third one only until it sounds.
 */
const RATES = [
  { kbps: 1_000, listenS: TABLE ? 5 : 1 },
  { kbps: 100, listenS: TABLE ? 8 : 4 },
  { kbps: 48, listenS: TABLE ? 15 : 1 },
];

let folder = "";
let server: Running | undefined;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "haas-beside-"));
  server = await startServer(await makeLibrary(folder, makeOneTrack));
});

test.afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(browser: Browser, kbps: number, listenS: number) {
  const shape = { kbps, roundTripMs: ROUND_TRIP_MS };
  const listening = { address: server?.url ?? "", album: ALONE, title: ALONE, listenS, shape };
  const inBrowser: Heard[] = [];
  const byListener: Heard[] = [];
  // One after the other: a browser that starts takes what the other would be measured with.
  for (let run = 0; run < RUNS; run += 1) {
    inBrowser.push(await heardInBrowser(browser, listening));
    byListener.push(await heardByListener(listening));
  }
  return { browser: median(inBrowser), listener: median(byListener) };
}

test("Load: a virtual listener hears what a browser hears on the same link", async ({ browser }) => {
  test.setTimeout(TABLE ? 40 * 60_000 : 240_000);
  const rows: string[] = [];
  const found: string[] = [];
  for (const { kbps, listenS } of RATES) {
    const medians = await listen(browser, kbps, listenS);
    const apart = differences(medians, SLACK);
    const row = tableRow(kbps, listenS, medians, apart.length === 0);
    console.log(`      ${row}`);
    rows.push(row);
    found.push(...apart.map((what) => `${kbps} kbit/s: ${what}`));
    if (TABLE) writeFileSync(TABLE, `${rows.join("\n")}\n`);
  }
  expect(found).toEqual([]);
});
