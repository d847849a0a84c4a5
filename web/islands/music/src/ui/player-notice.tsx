import type { Failure } from "@haas/api";
import { t } from "../i18n";
import { useStore } from "../store";
import { useParts } from "./context";

/** What keeps the music from playing, and what can be done about it. */
export function PlayerNotice() {
  const { player } = useParts();
  const status = useStore(player.engine.state, (state) => state.status);
  const failure = useStore(player.engine.state, (state) => state.failure);
  const elsewhere = useStore(player.elsewhere, (state) => state.playing);
  return (
    <div role="status">
      {status === "blocked" && <Line text={t("player.blocked")} label={t("player.play")} run={() => player.play()} />}
      {status === "offline" && <p className="player-notice">{t("player.offline")}</p>}
      {status === "unreachable" && <p className="player-notice">{t("player.unreachable")}</p>}
      {failure && (
        <Line
          text={
            failure.skips ? t("player.skipping", { reason: reasonText(failure.reason) }) : reasonText(failure.reason)
          }
          label={t("player.retry")}
          run={() => player.play()}
        />
      )}
      {elsewhere && <Line text={t("player.elsewhere")} label={t("player.play_here")} run={() => player.play()} />}
    </div>
  );
}

function Line({ text, label, run }: { text: string; label: string; run: () => void }) {
  return (
    <p className="player-notice">
      {text}{" "}
      <button type="button" className="button" onClick={run}>
        {label}
      </button>
    </p>
  );
}

function reasonText(reason: Failure): string {
  switch (reason) {
    case "network":
      return t("player.failed_network");
    case "decode":
      return t("player.failed_decode");
    case "not_found":
      return t("player.failed_not_found");
    case "blocked":
      return t("player.failed_blocked");
  }
}
