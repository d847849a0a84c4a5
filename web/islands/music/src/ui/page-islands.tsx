import { lazy, Suspense, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useStore } from "../store";
import { useParts } from "./context";

const LibraryPage = lazy(() => import("./library-page"));
const Suggestions = lazy(() => import("./suggestions"));

/** Islands that live inside the server's pages. They come and go with the page that holds them. */
export function PageIslands() {
  const { page } = useParts();
  const version = useStore(page, (state) => state.version);
  const library = document.querySelector('#main [data-island="library"]');
  return (
    <>
      {library &&
        createPortal(
          <Suspense>
            <LibraryPage />
          </Suspense>,
          library,
          `library-${version}`,
        )}
      <SearchIsland />
    </>
  );
}

/** Suggestions load when the search field is first entered. */
function SearchIsland() {
  const [form] = useState(() => document.querySelector<HTMLFormElement>(".search-form"));
  const input = form?.querySelector<HTMLInputElement>("input[type=search]");
  const [wanted, setWanted] = useState(() => document.activeElement === input);
  useEffect(() => {
    const want = () => setWanted(true);
    input?.addEventListener("focus", want, { once: true });
    return () => input?.removeEventListener("focus", want);
  }, [input]);
  if (!form || !input || !wanted) return null;
  return createPortal(
    <Suspense>
      <Suggestions form={form} input={input} />
    </Suspense>,
    form,
  );
}
