/** What the page tells its islands (`<script id="boot">`). */
interface Boot {
  lang: string;
  hls: string | null;
  sprite: string | null;
}

const boot: Boot = JSON.parse(document.getElementById("boot")?.textContent ?? "{}");

/** The language of the page. */
export const pageLanguage = boot.lang ?? document.documentElement.lang;
/** Where hls.js stands, to fetch it before it is needed. */
export const hlsUrl = boot.hls ?? null;

/** Address of one icon in the sprite. */
export function iconHref(name: string): string {
  return `${boot.sprite ?? ""}#${name}`;
}
