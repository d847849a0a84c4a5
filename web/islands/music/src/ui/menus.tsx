import { useCallback } from "react";
import { t } from "../i18n";
import { useStore } from "../store";
import { type UiState, useParts } from "./context";
import { Menu, MenuItem } from "./menu";
import { SettingsItems, SleepItems } from "./settings-menu";
import { TrackItems } from "./track-menu";

/** Whichever menu is open. */
export default function Menus({ menu }: { menu: NonNullable<UiState["menu"]> }) {
  const { ui } = useParts();
  const close = useCallback(() => ui.set({ menu: null }), [ui]);
  switch (menu.kind) {
    case "settings":
      return (
        <Menu key="settings" label={t("settings.title")} anchor={menu.anchor} close={close}>
          <SettingsItems anchor={menu.anchor} close={close} />
        </Menu>
      );
    case "sleep":
      return (
        <Menu key="sleep" label={t("sleep.title")} anchor={menu.anchor} close={close}>
          <MenuItem
            icon="chevron-left"
            text={t("settings.title")}
            onSelect={() => ui.set({ menu: { kind: "settings", anchor: menu.anchor } })}
          />
          <SleepItems close={close} />
        </Menu>
      );
    case "tracks":
      return <TracksMenu menu={menu} close={close} />;
  }
}

function TracksMenu({
  menu,
  close,
}: {
  menu: Extract<NonNullable<UiState["menu"]>, { kind: "tracks" }>;
  close: () => void;
}) {
  const { library } = useParts();
  // Likes may change while the menu stands open.
  useStore(library.state, (state) => state.likes);
  const label = menu.tracks[0] ? t("track.menu", { title: menu.tracks[0].title }) : "";
  return (
    <Menu key={menu.tracks[0]?.id} label={label} anchor={menu.anchor} close={close}>
      <TrackItems tracks={menu.tracks} row={menu.row} close={close} />
    </Menu>
  );
}
