import { useStore } from "../store";
import { useParts } from "./context";
import { later } from "./later";
import { Toasts } from "./toasts";

const Menus = later(() => import("./menus"));
const Dialogs = later(() => import("./dialogs"));

/** What opens above everything: menus, dialogs, notices. */
export function Overlays() {
  const { ui } = useParts();
  const menu = useStore(ui, (state) => state.menu);
  const dialog = useStore(ui, (state) => state.dialog);
  return (
    <>
      {menu && <Menus menu={menu} />}
      {dialog && <Dialogs dialog={dialog} />}
      <Toasts />
    </>
  );
}
