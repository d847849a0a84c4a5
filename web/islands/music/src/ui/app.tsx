import { lazy, Suspense } from "react";
import { useStore } from "../store";
import { useParts } from "./context";
import { PageIslands } from "./page-islands";
import { PlayerBar } from "./player-bar";
import { Toasts } from "./toasts";

const Panel = lazy(() => import("./panel"));
const NowSheet = lazy(() => import("./now-sheet"));
const Menus = lazy(() => import("./menus"));
const Dialogs = lazy(() => import("./dialogs"));
const SelectionBar = lazy(() => import("./selection-bar"));

/** Everything that stands around the page. What is not open is not even loaded. */
export function App() {
  const { ui } = useParts();
  const { panel, sheet, menu, dialog, selecting } = useStore(ui, (state) => state);
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
      {menu && (
        <Suspense>
          <Menus menu={menu} />
        </Suspense>
      )}
      {dialog && (
        <Suspense>
          <Dialogs dialog={dialog} />
        </Suspense>
      )}
      <Toasts />
      <PageIslands />
    </>
  );
}
