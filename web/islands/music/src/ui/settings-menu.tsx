import { QUALITIES, type Quality } from "../engine/start-level";
import { clockTime, t, tCount } from "../i18n";
import { SLEEP_MINUTES } from "../sleep-timer";
import { useStore } from "../store";
import { useParts } from "./context";
import { MenuItem } from "./menu";

/** Quality, loudness, sleep timer, shortcuts. */
export function SettingsItems({ anchor, close }: { anchor: HTMLElement; close: () => void }) {
  const { player, ui } = useParts();
  const settings = useStore(player.settings, (state) => state);
  const kbps = useStore(player.engine.state, (state) => state.bitRateKbps);
  const sleep = useStore(player.sleep.state, (state) => state.sleep);
  return (
    <>
      <p className="menu-kind" id="quality-kind">
        {t("quality.title")}
      </p>
      {QUALITIES.map((quality) => (
        <MenuItem
          key={quality}
          kind="menuitemradio"
          text={qualityText(quality)}
          checked={settings.quality === quality}
          {...(quality === "auto" && kbps !== null ? { hint: t("quality.kbps", { kbps }) } : {})}
          onSelect={() => player.setQuality(quality)}
        />
      ))}
      <hr className="menu-line" />
      <MenuItem
        kind="menuitemcheckbox"
        text={t("settings.levelling")}
        checked={settings.levelling}
        onSelect={() => player.settings.set({ levelling: !settings.levelling })}
      />
      <MenuItem
        kind="menuitemcheckbox"
        text={t("settings.shortcuts")}
        checked={settings.shortcuts}
        onSelect={() => player.settings.set({ shortcuts: !settings.shortcuts })}
      />
      <hr className="menu-line" />
      <MenuItem
        icon="timer"
        text={t("sleep.title")}
        hint={sleepText(sleep)}
        onSelect={() => ui.set({ menu: { kind: "sleep", anchor } })}
      />
      <MenuItem
        icon="keyboard"
        text={t("keys.title")}
        hint="?"
        onSelect={() => {
          close();
          ui.set({ dialog: { kind: "keys" } });
        }}
      />
    </>
  );
}

/** When the music should stop. */
export function SleepItems({ close }: { close: () => void }) {
  const { player } = useParts();
  const sleep = useStore(player.sleep.state, (state) => state.sleep);
  const choose = (choice: number | "track_end" | null) => {
    player.sleep.set(choice);
    close();
  };
  return (
    <>
      <MenuItem
        kind="menuitemradio"
        text={t("sleep.off")}
        checked={sleep.kind === "off"}
        onSelect={() => choose(null)}
      />
      {SLEEP_MINUTES.map((minutes) => (
        <MenuItem
          key={minutes}
          kind="menuitemradio"
          text={tCount("sleep.minutes", minutes)}
          checked={sleep.kind === "time" && sleep.minutes === minutes}
          onSelect={() => choose(minutes)}
        />
      ))}
      <MenuItem
        kind="menuitemradio"
        text={t("sleep.track_end")}
        checked={sleep.kind === "track_end"}
        onSelect={() => choose("track_end")}
      />
    </>
  );
}

function sleepText(sleep: ReturnType<ReturnType<typeof useParts>["player"]["sleep"]["state"]["get"]>["sleep"]): string {
  if (sleep.kind === "time") return clockTime(sleep.at_ms - Date.now());
  return sleep.kind === "track_end" ? t("sleep.track_end") : t("sleep.off");
}

function qualityText(quality: Quality): string {
  switch (quality) {
    case "auto":
      return t("quality.auto");
    case 64:
      return t("quality.low");
    case 128:
      return t("quality.normal");
    case 256:
      return t("quality.high");
  }
}
