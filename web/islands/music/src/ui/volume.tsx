import type { CSSProperties } from "react";
import { t } from "../i18n";
import { useStore } from "../store";
import { useParts } from "./context";
import { IconButton } from "./icon";

/** How loud, and not at all. */
export function Volume() {
  const { player } = useParts();
  const volume = useStore(player.settings, (settings) => settings.volume);
  const muted = useStore(player.settings, (settings) => settings.muted);
  const shown = muted ? 0 : volume;
  const icon = shown === 0 ? "volume-x" : shown < 0.5 ? "volume-1" : "volume-2";
  return (
    <div className="volume">
      <IconButton
        icon={icon}
        label={muted ? t("player.unmute") : t("player.mute")}
        aria-pressed={muted}
        onClick={() => player.settings.set({ muted: !muted })}
      />
      <input
        className="range"
        type="range"
        min={0}
        max={100}
        step={1}
        value={Math.round(shown * 100)}
        aria-label={t("player.volume")}
        aria-valuetext={t("player.percent", { percent: Math.round(shown * 100) })}
        style={{ "--value": shown } as CSSProperties}
        onChange={(event) => player.setVolume(Number(event.target.value) / 100)}
      />
    </div>
  );
}
