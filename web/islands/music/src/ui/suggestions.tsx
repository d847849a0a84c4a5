import { get, type SearchResult } from "@haas/api";
import { type RefObject, useEffect, useId, useRef, useState } from "react";
import { t } from "../i18n";
import { forgetSearch, rememberSearch, searches } from "../page/searches";
import { announce, navigate } from "../page/swap";
import { useStore } from "../store";
import { artistLine, artistName } from "../track";
import { bounded } from "./boundary";
import { Cover, Icon } from "./icon";

/** Quiet time after the last key before the server is asked. */
const ASK_AFTER_MS = 50;
const SUGGESTIONS_PER_KIND = 4;
const COVER_PX = 40;

interface Suggestion {
  id: string;
  kind: "recent" | "track" | "album" | "artist";
  text: string;
  hint: string;
  cover: string | null;
  /** Where it leads; a recent search fills the form instead. */
  url: string | null;
}

interface SuggestionsProps {
  form: HTMLFormElement;
  input: HTMLInputElement;
  composing: RefObject<boolean>;
}

export default bounded(Suggestions);

/** What the form could mean, while typing: tracks, albums, artists; before typing: what was searched last. */
function Suggestions({ form, input, composing }: SuggestionsProps) {
  const [query, setQuery] = useState("");
  const [open, setOpen] = useState(document.activeElement === input);
  const recent = useStore(searches, (state) => state.recent);
  const [answer, setAnswer] = useState<SearchResult | null>(null);
  const [selected, setSelected] = useState(-1);
  const listId = useId();
  const hintId = useId();

  useAnswer(query, open, setAnswer);
  const items = query === "" ? recent.map(recentSuggestion) : answer?.query === query ? suggestionsOf(answer) : [];
  const shown = open && items.length > 0;

  const choose = (suggestion: Suggestion) => {
    setOpen(false);
    if (suggestion.url !== null) {
      rememberSearch(query);
      input.blur();
      navigate(suggestion.url);
      return;
    }
    input.value = suggestion.text;
    setQuery(suggestion.text);
    form.requestSubmit();
  };
  const forget = (text: string) => {
    forgetSearch(text);
    announce(t("search.forgotten", { query: text }));
    // The one after it takes its place.
    setSelected((selected) => Math.min(selected, items.length - 2));
    input.focus();
  };

  const act = useRef({ items, selected, shown, choose, forget });
  act.current = { items, selected, shown, choose, forget };
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const read = () => {
      setQuery(input.value.trim());
      setSelected(-1);
      setOpen(true);
    };
    if (!composing.current) setQuery(input.value.trim());
    input.addEventListener("input", (event) => (event as InputEvent).isComposing || read(), { signal });
    input.addEventListener("compositionend", read, { signal });
    input.addEventListener("focus", () => read(), { signal });
    input.addEventListener("keydown", (event) => onKey(event, act.current, setSelected, setOpen), { signal });
    form.addEventListener("submit", () => setOpen(false), { signal });
    document.addEventListener("pointerdown", (event) => form.contains(event.target as Node) || setOpen(false), {
      signal,
    });
    form.addEventListener("focusout", (event) => form.contains(event.relatedTarget as Node) || setOpen(false), {
      signal,
    });
    return () => stop.abort();
  }, [form, input, composing]);

  useEffect(() => {
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", listId);
    input.setAttribute("aria-expanded", String(shown));
    if (shown && selected >= 0) input.setAttribute("aria-activedescendant", `${listId}-${selected}`);
    else input.removeAttribute("aria-activedescendant");
    if (shown && query === "") input.setAttribute("aria-describedby", hintId);
    else input.removeAttribute("aria-describedby");
  }, [input, listId, hintId, shown, selected, query]);

  if (!shown) return null;
  const groups = [...new Set(items.map(({ kind }) => kind))];
  return (
    <div className="suggestions">
      <div id={listId} role="listbox" aria-label={t("search.suggestions")}>
        {groups.map((kind) => (
          <div role="group" aria-label={kindText(kind)} key={kind}>
            <div className="suggestion-kind" aria-hidden="true">
              {kindText(kind)}
              {kind === "recent" && (
                <span className="menu-hint" id={hintId}>
                  {t("search.forget_hint")}
                </span>
              )}
            </div>
            {items.map(
              (item, index) =>
                item.kind === kind && (
                  <SuggestionRow
                    key={item.id}
                    item={item}
                    id={`${listId}-${index}`}
                    selected={index === selected}
                    onChoose={() => choose(item)}
                    onForget={() => forget(item.text)}
                  />
                ),
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

interface SuggestionRowProps {
  item: Suggestion;
  id: string;
  selected: boolean;
  onChoose: () => void;
  onForget: () => void;
}

function SuggestionRow({ item, id, selected, onChoose, onForget }: SuggestionRowProps) {
  return (
    <div
      className="suggestion"
      role="option"
      id={id}
      aria-selected={selected}
      onPointerDown={(event) => event.preventDefault()}
      onClick={(event) => ((event.target as Element).closest(".suggestion-forget") ? onForget() : onChoose())}
    >
      {item.cover === null ? (
        <Icon name={item.kind === "recent" ? "clock" : "user-round"} />
      ) : (
        <Cover src={item.cover} sizePx={COVER_PX} />
      )}
      <span>{item.text}</span>
      {item.hint !== "" && <span className="menu-hint">{item.hint}</span>}
      {item.kind === "recent" && (
        // For pointers alone: nothing within an option can be reached otherwise. Keys and ears have Delete.
        <span
          className="icon-button suggestion-forget"
          aria-hidden="true"
          title={t("search.forget", { query: item.text })}
        >
          <Icon name="x" />
        </span>
      )}
    </div>
  );
}

function useAnswer(query: string, open: boolean, setAnswer: (answer: SearchResult | null) => void): void {
  useEffect(() => {
    if (query === "" || !open) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      get("/api/music/v1/search", { query: { q: query, limit: SUGGESTIONS_PER_KIND } }, stop.signal).then(
        (answer) => setAnswer({ ...answer, query }),
        () => {},
      );
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query, open, setAnswer]);
}

interface KeyContext {
  items: Suggestion[];
  selected: number;
  shown: boolean;
  choose: (suggestion: Suggestion) => void;
  forget: (text: string) => void;
}

function onKey(
  event: KeyboardEvent,
  context: KeyContext,
  select: (index: number) => void,
  setOpen: (open: boolean) => void,
): void {
  if (event.isComposing) return;
  const { items, selected, shown, choose, forget } = context;
  if (event.key === "Escape" && shown) {
    event.preventDefault();
    setOpen(false);
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!shown) return setOpen(true);
    // From the text (-1) through the list and back to the text.
    const places = items.length + 1;
    select(((selected + 1 + (event.key === "ArrowDown" ? 1 : -1) + places) % places) - 1);
  } else if (event.key === "Enter" && shown && items[selected]) {
    event.preventDefault();
    choose(items[selected]);
  } else if (event.key === "Delete" && shown && items[selected]?.kind === "recent") {
    event.preventDefault();
    forget(items[selected].text);
  }
}

function suggestionsOf(answer: SearchResult): Suggestion[] {
  const tracks = answer.tracks.slice(0, SUGGESTIONS_PER_KIND).map(
    (track): Suggestion => ({
      id: `track-${track.id}`,
      kind: "track",
      text: track.title,
      hint: artistLine(track),
      cover: track.cover_url ?? "",
      url: track.page_url,
    }),
  );
  const albums = answer.albums.slice(0, SUGGESTIONS_PER_KIND).map(
    (album): Suggestion => ({
      id: `album-${album.id}`,
      kind: "album",
      text: album.title,
      hint: artistLine(album),
      cover: album.cover_url ?? "",
      url: album.page_url,
    }),
  );
  const artists = answer.artists.slice(0, SUGGESTIONS_PER_KIND).map(
    (artist): Suggestion => ({
      id: `artist-${artist.id}`,
      kind: "artist",
      text: artistName(artist.name),
      hint: "",
      cover: artist.cover_url || null,
      url: artist.page_url,
    }),
  );
  return [...tracks, ...albums, ...artists];
}

function recentSuggestion(text: string): Suggestion {
  return { id: `recent-${text}`, kind: "recent", text, hint: "", cover: null, url: null };
}

function kindText(kind: Suggestion["kind"]): string {
  switch (kind) {
    case "recent":
      return t("search.recent");
    case "track":
      return t("search.tracks");
    case "album":
      return t("search.albums");
    case "artist":
      return t("search.artists");
  }
}
