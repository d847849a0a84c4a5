import { useStore } from "../store";
import { useParts } from "./context";
import { later } from "./later";
import { Overlays } from "./overlays";
import { PageIslands } from "./page-islands";
import { PlayerBar } from "./player-bar";

const Panel = later(() => import("./panel"));
const NowSheet = later(() => import("./now-sheet"));
const SelectionBar = later(() => import("./selection-bar"));

/** Everything that stands around the page. What is not open is not even loaded. */
export function App() {
  const { ui } = useParts();
  const { panel, sheet, selecting } = useStore(ui, (state) => state);
  return (
    <>
      {selecting && <SelectionBar />}
      <PlayerBar />
      {panel && <Panel name={panel} />}
      {sheet && <NowSheet />}
      {/* What is modal makes the rest of the page inert: the full player brings its own. */}
      {!sheet && <Overlays />}
      <PageIslands />
    </>
  );
}
