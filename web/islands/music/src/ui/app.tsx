import { Fragment } from "react";
import { locale } from "../i18n";
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
  const { ui, page } = useParts();
  // Another language is another interface: every text of it is made anew.
  const language = useStore(page, locale);
  const { panel, sheet, selecting } = useStore(ui, (state) => state);
  return (
    <Fragment key={language}>
      {selecting && <SelectionBar />}
      <PlayerBar />
      {panel && <Panel name={panel} />}
      {sheet && <NowSheet />}
      {/* What is modal makes the rest of the page inert: the full player brings its own. */}
      {!sheet && <Overlays />}
      <PageIslands />
    </Fragment>
  );
}
