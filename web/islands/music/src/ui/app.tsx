import { lazy, Suspense } from "react";
import { useStore } from "../store";
import { useParts } from "./context";
import { Overlays } from "./overlays";
import { PageIslands } from "./page-islands";
import { PlayerBar } from "./player-bar";

const Panel = lazy(() => import("./panel"));
const NowSheet = lazy(() => import("./now-sheet"));
const SelectionBar = lazy(() => import("./selection-bar"));

/** Everything that stands around the page. What is not open is not even loaded. */
export function App() {
  const { ui } = useParts();
  const { panel, sheet, selecting } = useStore(ui, (state) => state);
  return (
    <>
      {selecting && (
        <Suspense>
          <SelectionBar />
        </Suspense>
      )}
      <PlayerBar />
      {panel && (
        <Suspense>
          <Panel name={panel} />
        </Suspense>
      )}
      {sheet && (
        <Suspense>
          <NowSheet />
        </Suspense>
      )}
      {/* What is modal makes the rest of the page inert: the full player brings its own. */}
      {!sheet && <Overlays />}
      <PageIslands />
    </>
  );
}
