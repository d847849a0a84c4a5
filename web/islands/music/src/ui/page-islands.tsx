import { useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { rememberSearch } from "../page/searches";
import { useStore } from "../store";
import { useParts } from "./context";
import { later } from "./later";

const LibraryPage = later(() => import("./library-page"));
const Suggestions = later(() => import("./suggestions"));

/**
 * Islands that live inside the server's pages. They come and go with the page that holds them, and each brings the
 * boundary that keeps its faults from the player.
 */
export function PageIslands() {
  const { page } = useParts();
  const version = useStore(page, (state) => state.version);
  const library = document.querySelector('#main [data-island="library"]');
  return (
    <>
      {library && createPortal(<LibraryPage />, library, `library-${version}`)}
      <SearchIsland />
    </>
  );
}

/** Suggestions load when the search field is first entered; what is typed or searched before they are there counts too. */
function SearchIsland() {
  const [form] = useState(() => document.querySelector<HTMLFormElement>(".search-form"));
  const input = form?.querySelector<HTMLInputElement>("input[type=search]");
  const [wanted, setWanted] = useState(() => document.activeElement === input);
  /** Hangul is being composed: the text is not yet what was meant. */
  const composing = useRef(false);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const compose = (on: boolean) => () => {
      composing.current = on;
    };
    const want = () => setWanted(true);
    input?.addEventListener("focus", want, { signal });
    // Entered since it was drawn.
    if (document.activeElement === input) want();
    input?.addEventListener("compositionstart", compose(true), { signal });
    input?.addEventListener("compositionend", compose(false), { signal });
    form?.addEventListener("submit", () => rememberSearch(input?.value.trim() ?? ""), { signal });
    return () => stop.abort();
  }, [form, input]);
  if (!form || !input || !wanted) return null;
  return createPortal(<Suggestions form={form} input={input} composing={composing} />, form);
}
