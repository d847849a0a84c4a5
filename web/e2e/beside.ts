import type { Heard } from "./heard";

/** What a browser heard and what a virtual listener heard on the same link. */
export interface Beside {
  browser: Heard;
  listener: Heard;
}

/** How far a virtual listener may be from a browser. */
const WITHIN = 0.1;

/** How far they may be apart at least, however small the figures are. */
export interface Slack {
  startUpMs: number;
  stalledS: number;
}

/** In what they differ beyond what they may: the larger one of a share and a time. */
export function differences({ browser, listener }: Beside, slack: Slack): string[] {
  const found: string[] = [];
  const apartMs = Math.abs(browser.startUpMs - listener.startUpMs);
  if (apartMs > Math.max(slack.startUpMs, browser.startUpMs * WITHIN))
    found.push(`first sound after ${Math.round(listener.startUpMs)} ms, not ${Math.round(browser.startUpMs)} ms`);
  if (browser.stalls !== listener.stalls) found.push(`${listener.stalls} stalls, not ${browser.stalls}`);
  if (Math.abs(browser.stalledS - listener.stalledS) > Math.max(slack.stalledS, browser.stalledS * WITHIN))
    found.push(`stalled for ${listener.stalledS.toFixed(2)} s, not ${browser.stalledS.toFixed(2)} s`);
  return found;
}

/** A row of the table, with both sides of each figure: browser / listener. */
export function tableRow(kbps: number, listenS: number, { browser, listener }: Beside, isAlike: boolean): string {
  const both = (of: (heard: Heard) => string) => `${of(browser)} / ${of(listener)}`;
  const cells = [
    `${kbps} kbit/s`,
    `${listenS} s`,
    both(({ startUpMs }) => String(Math.round(startUpMs))),
    both(({ stalls }) => String(stalls)),
    both(({ stalledS }) => stalledS.toFixed(2)),
    isAlike ? "yes" : "no",
  ];
  return `| ${cells.join(" | ")} |`;
}
