import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "@playwright/test";
import { Link, type Shape } from "./link";
import { openAlbum, row } from "./listening";
import { binary } from "./server";

/** What one play was like for who listened. */
export interface Heard {
  startUpMs: number;
  stalls: number;
  stalledS: number;
}

/** A play of one track from its beginning, over a link that nobody knows anything of yet. */
export interface Listening {
  /** The server. */
  address: string;
  album: string;
  title: string;
  listenS: number;
  shape: Shape;
}

declare global {
  interface Window {
    heard: Promise<Heard>;
  }
}

/**
 * Listens with a browser that has loaded the page over a fast link, as a virtual listener has none to load. The link has its
 * shape from the press on.
 */
export async function heardInBrowser(browser: Browser, listening: Listening): Promise<Heard> {
  const link = await Link.to(listening.address);
  const context = await browser.newContext({ baseURL: link.url });
  try {
    const page = await context.newPage();
    await openAlbum(page, listening.album);
    // As after the first movement of a pointer: hls.js has come and has run.
    await page.mouse.move(1, 1);
    await page.evaluate(
      () => import(document.querySelector<HTMLLinkElement>('link[rel="prefetch"][href*="/hls-"]')?.href ?? ""),
    );
    await bringScripts(page);
    await measure(page, listening.listenS);
    const button = row(page, listening.title).locator('[data-act="play"]');
    await button.scrollIntoViewIfNeeded();
    link.shape(listening.shape);
    await button.click();
    return await page.evaluate(() => window.heard);
  } finally {
    await context.close();
    await link.close();
  }
}

/** Brings the scripts that the page asks for later into the browser's cache, as on a second visit. */
async function bringScripts(page: Page): Promise<void> {
  const folder = new URL("../dist/assets", import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith(".js"));
  await page.evaluate(
    (all) => Promise.all(all.map(async (name) => (await fetch(`/assets/${name}`)).arrayBuffer())).then(() => undefined),
    names,
  );
}

/** Lets the page note by itself when the playhead moves after the next click, and when it waits, until enough was heard. */
async function measure(page: Page, listenS: number): Promise<void> {
  await page.evaluate((untilS) => {
    // What the page has come with says something of a link that is not the one that is listened over.
    performance.clearResourceTimings();
    window.heard = new Promise((resolve) => {
      const heard = { startUpMs: 0, stalls: 0, stalledS: 0 };
      let pressedAtMs = 0;
      let waitsSinceMs: number | null = null;
      const look = () => {
        const all = [...document.querySelectorAll<HTMLAudioElement>("#player audio")];
        const timeS = Math.max(...all.map((audio) => audio.currentTime));
        if (timeS > 0 && heard.startUpMs === 0) heard.startUpMs = performance.now() - pressedAtMs - timeS * 1_000;
        if (timeS < untilS) setTimeout(look, 5);
        else resolve(heard);
      };
      const note = ({ type, timeStamp }: Event) => {
        if (heard.startUpMs === 0) return;
        if (type === "waiting" && waitsSinceMs === null) {
          waitsSinceMs = timeStamp;
          heard.stalls += 1;
        } else if (type === "playing" && waitsSinceMs !== null) {
          heard.stalledS += (timeStamp - waitsSinceMs) / 1_000;
          waitsSinceMs = null;
        }
      };
      // Events of media do not bubble.
      for (const type of ["waiting", "playing"]) document.addEventListener(type, note, { capture: true });
      const press = ({ timeStamp }: Event) => {
        pressedAtMs = timeStamp;
        look();
      };
      addEventListener("click", press, { once: true, capture: true });
    });
  }, listenS);
}

/** The scenario of one virtual listener. */
function scenario(listenS: number): string {
  return `
name = "one listener"
sessions_min = 1
[[phase]]
seconds = 1
starts_per_s = 1
[[listener]]
player = "hls"
listen_s = [${listenS}, ${listenS}]
stall_patience_s = 60
start_patience_s = 60
`;
}

/** Listens with a virtual listener. The server must have the one track only. */
export async function heardByListener({ address, listenS, shape }: Listening): Promise<Heard> {
  const link = await Link.to(address);
  link.shape(shape);
  const folder = mkdtempSync(join(tmpdir(), "haas-listener-"));
  try {
    const [plan, report] = [join(folder, "plan.toml"), join(folder, "report.json")];
    writeFileSync(plan, scenario(listenS));
    const load = spawn(binary(), ["load", plan, "--target", link.url, "--report", report], { stdio: "ignore" });
    // Its exit code judges the server.
    await new Promise((resolve, reject) => load.on("exit", resolve).on("error", reject));
    const { startup_ms, stalls, stalled_s } = JSON.parse(readFileSync(report, "utf8")).listening;
    return { startUpMs: startup_ms.p50, stalls, stalledS: stalled_s };
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await link.close();
  }
}

/** Each figure's median. */
export function median(plays: Heard[]): Heard {
  const middle = (of: (heard: Heard) => number) => {
    const sorted = plays.map(of).sort((one, other) => one - other);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return {
    startUpMs: middle(({ startUpMs }) => startUpMs),
    stalls: middle(({ stalls }) => stalls),
    stalledS: middle(({ stalledS }) => stalledS),
  };
}
