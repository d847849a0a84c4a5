import { lazy, Suspense } from "react";
import { useStore } from "../store";
import { useParts } from "./context";
import { Toasts } from "./toasts";

const Menus = lazy(() => import("./menus"));
const Dialogs = lazy(() => import("./dialogs"));

/** What opens above everything: menus, dialogs, notices. */
export function Overlays() {
  const { ui } = useParts();
  const menu = useStore(ui, (state) => state.menu);
  const dialog = useStore(ui, (state) => state.dialog);
  return (
    <>
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
    </>
  );
}
