import { iconHref } from "../boot";
import { t } from "../i18n";
import type { Player } from "../player";
import type { QueueSource } from "../queue/queue";
import { givenArtistName, lengthOf, parseTrack, type Track } from "../track";

/** So close to the end of a track there is nothing left to hear. */
const LAST_MS = 1_000;

/** A list of the page with its tracks, in order. */
export interface PageList {
  source: QueueSource;
  tracks: Track[];
  rows: HTMLElement[];
}

/** The track of the row (or head of a track page) that an element stands in. */
export function trackOf(element: Element): { row: HTMLElement; track: Track } | null {
  const row = element.closest<HTMLElement>("[data-track]");
  const track = row && readTrack(row);
  return track ? { row, track } : null;
}

/** The list a row stands in; a row that stands alone is a list of one. */
export function listOf(row: HTMLElement): PageList {
  const list = row.closest<HTMLElement>(".track-list");
  return list
    ? readList(list)
    : { source: sourceOf(row), rows: [row], tracks: [readTrack(row)].flatMap((track) => track ?? []) };
}

/** The first list of the page: what "play all" means. */
export function firstList(): PageList | null {
  const list = document.querySelector<HTMLElement>("#main .track-list");
  return list && readList(list);
}

/** The rows of a list that hold a track. */
export function readList(list: HTMLElement): PageList {
  const rows: HTMLElement[] = [];
  const tracks: Track[] = [];
  for (const row of list.querySelectorAll<HTMLElement>("[data-track]")) {
    const track = readTrack(row);
    if (!track) continue;
    rows.push(row);
    tracks.push(track);
  }
  return { source: sourceOf(list), tracks, rows };
}

function sourceOf(element: HTMLElement): QueueSource {
  const id = element.dataset.source ?? `page:${location.pathname}`;
  const named = element.closest<HTMLElement>("[data-title]")?.dataset.title;
  const title = named ?? document.querySelector("#main h1")?.textContent?.trim() ?? document.title;
  return { id, title, page_url: location.pathname + location.search };
}

/** What a row shows of its track; `data-track` need not say it again. */
function shownIn(row: HTMLElement): Partial<Track> {
  const title = row.querySelector<HTMLAnchorElement>("a.track-title");
  const album = row.querySelector<HTMLAnchorElement>("a.track-album");
  const named = (link: HTMLAnchorElement) => ({
    id: link.pathname.split("/").pop() ?? "",
    text: link.textContent ?? "",
    page_url: link.pathname,
  });
  const artists = [...row.querySelectorAll<HTMLAnchorElement>(".track-artists a")].map(named);
  const of = album && named(album);
  return {
    ...(row.dataset.id && { id: row.dataset.id }),
    ...(title && { title: title.textContent ?? "", page_url: title.pathname }),
    artists: artists.map(({ id, text, page_url }) => ({ id, name: givenArtistName(text), page_url })),
    album: of && { id: of.id, title: of.text, page_url: of.page_url },
  };
}

function readTrack(row: HTMLElement): Track | null {
  try {
    const track = parseTrack({ ...shownIn(row), ...JSON.parse(row.dataset.track ?? "null") });
    // The cover that the row shows has already been loaded; another size would compete with the first segment.
    const shown = row.querySelector("img.cover")?.getAttribute("src");
    return track && shown ? { ...track, cover_url: shown } : track;
  } catch {
    return null;
  }
}

/** Plays a row within its list; a second click on what plays stops it. The start time of a shared link comes first. */
export function playRow(player: Player, row: HTMLElement): void {
  const list = listOf(row);
  const index = list.rows.indexOf(row);
  const track = list.tracks[index];
  if (!track) return;
  const { current, source } = player.queue.get();
  const startMs = takeStartTime(track);
  if (current?.track.id !== track.id || source?.id !== list.source.id || current.origin !== "source")
    player.playSource(list.source, list.tracks, index, startMs ?? 0);
  else {
    if (startMs !== null && !player.engine.state.get().wantsPlay) player.seek(startMs);
    player.toggle();
  }
}

/**
 * The start time of a shared link (`?t=65`), or null. It counts once, for the page that was opened with it. Where
 * nothing is left to hear after it, it means the beginning.
 */
function takeStartTime(track: Track): number | null {
  const url = new URL(location.href);
  const seconds = Number(url.searchParams.get("t"));
  if (!(seconds > 0) || document.documentElement.dataset.page !== "track") return null;
  url.searchParams.delete("t");
  history.replaceState(history.state, "", url);
  const startMs = seconds * 1_000;
  return startMs < lengthOf(track) - LAST_MS ? startMs : 0;
}

/** Marks the row that plays, here and after each navigation. */
export function markRows(player: Player): void {
  const { current } = player.queue.get();
  const { wantsPlay, status } = player.engine.state.get();
  for (const row of document.querySelectorAll<HTMLElement>("#main [data-track]")) {
    const isCurrent = row.dataset.id === current?.track.id;
    row.toggleAttribute("data-current", isCurrent);
    row.toggleAttribute("data-playing", isCurrent && wantsPlay);
    row.toggleAttribute("data-waiting", isCurrent && (status === "loading" || status === "buffering"));
    const button = row.querySelector<HTMLElement>('[data-act="play"]');
    if (button) showPausing(button, isCurrent && wantsPlay, current?.track.title ?? "");
  }
}

/** A play button says what a press will do: stop what sounds, or play as the server's page has it. */
function showPausing(button: HTMLElement, pausing: boolean, title: string): void {
  if (pausing === (button.dataset.playLabel !== undefined)) return;
  button.querySelector("use")?.setAttribute("href", iconHref(pausing ? "pause" : "play"));
  if (pausing) {
    button.dataset.playLabel = button.getAttribute("aria-label") ?? "";
    button.setAttribute("aria-label", t("track.pause", { title }));
  } else {
    if (button.dataset.playLabel) button.setAttribute("aria-label", button.dataset.playLabel);
    else button.removeAttribute("aria-label");
    delete button.dataset.playLabel;
  }
}
