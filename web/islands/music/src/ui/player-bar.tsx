import type { CSSProperties } from "react";
import type { Status } from "../engine/contract";
import { t } from "../i18n";
import type { Repeat } from "../queue/queue";
import { useStore } from "../store";
import { useParts, usePosition } from "./context";
import { Cover, Icon, IconButton } from "./icon";
import { ArtistLinks } from "./names";
import { PlayerNotice } from "./player-notice";
import { SeekBar } from "./seek-bar";
import { Volume } from "./volume";

const COVER_PX = 56;

/** The bar at the foot of every page. Stands there as soon as something is in the player. */
export function PlayerBar() {
  const { player, library, ui } = useParts();
  const track = useStore(player.queue, ({ current }) => current?.track ?? null);
  const status = useStore(player.engine.state, (state) => state.status);
  const panel = useStore(ui, (state) => state.panel);
  const menu = useStore(ui, (state) => state.menu?.kind ?? null);
  const sheet = useStore(ui, (state) => state.sheet);
  const liked = useStore(library.state, ({ likes }) => likes.some((other) => other.id === track?.id));
  if (!track) return null;
  const togglePanel = (name: "queue" | "lyrics") => ui.set({ panel: panel === name ? null : name });
  return (
    <section className="player" data-state={shownState(status)} aria-label={t("player.region")}>
      <PlayerNotice />
      <div className="player-bar">
        <div className="player-now">
          <button
            type="button"
            className="player-open"
            aria-label={t("player.open_now")}
            aria-expanded={sheet}
            onClick={() => ui.set({ sheet: true })}
          >
            <Cover src={track.cover_url} sizePx={COVER_PX} />
          </button>
          <div className="player-names">
            <a className="player-title" href={track.page_url}>
              {track.title}
            </a>
            <span className="player-artists">
              <ArtistLinks artists={track.artists} />
            </span>
          </div>
          <IconButton
            icon="heart"
            fill={liked}
            label={t("track.like", { title: track.title })}
            aria-pressed={liked}
            onClick={() => library.toggleLike(track)}
          />
        </div>
        <Controls />
        <SeekBar />
        <div className="player-tools">
          <QualityBadge />
          <IconButton
            icon="mic-vocal"
            label={t("lyrics.title")}
            aria-expanded={panel === "lyrics"}
            onClick={() => togglePanel("lyrics")}
          />
          <IconButton
            icon="list-music"
            label={t("queue.title")}
            aria-expanded={panel === "queue"}
            onClick={() => togglePanel("queue")}
          />
          <IconButton
            icon="settings-2"
            label={t("settings.title")}
            aria-haspopup="menu"
            aria-expanded={menu === "settings"}
            onClick={(event) => ui.set({ menu: { kind: "settings", anchor: event.currentTarget } })}
          />
          <Volume />
        </div>
        <Progress />
      </div>
    </section>
  );
}

/** Shuffle, previous, play, next, repeat. The same in the bar and in the full player. */
export function Controls() {
  const { player } = useParts();
  const wantsPlay = useStore(player.engine.state, (state) => state.wantsPlay);
  const status = useStore(player.engine.state, (state) => state.status);
  const shuffled = useStore(player.queue, (state) => state.shuffled);
  const repeat = useStore(player.queue, (state) => state.repeat);
  const waiting = status === "loading" || shownState(status) === "buffering";
  return (
    <div className="player-controls">
      <IconButton
        icon="shuffle"
        label={t("player.shuffle")}
        aria-pressed={shuffled}
        onClick={() => player.dispatch({ type: "set_shuffled", shuffled: !shuffled })}
      />
      <IconButton icon="skip-back" label={t("player.previous")} onClick={() => player.previous()} />
      <button
        type="button"
        className="player-play"
        aria-label={wantsPlay ? t("player.pause") : t("player.play")}
        aria-busy={wantsPlay && waiting}
        onClick={() => player.toggle()}
      >
        {wantsPlay && waiting ? <span className="spinner" /> : <Icon name={wantsPlay ? "pause" : "play"} fill />}
      </button>
      <IconButton icon="skip-forward" label={t("player.next")} onClick={() => player.next()} />
      <IconButton
        icon={repeat === "one" ? "repeat-1" : "repeat"}
        label={repeatLabel(repeat)}
        aria-pressed={repeat !== "off"}
        onClick={() => player.dispatch({ type: "set_repeat", repeat: nextRepeat(repeat) })}
      />
    </div>
  );
}

function repeatLabel(repeat: Repeat): string {
  if (repeat === "one") return t("player.repeat_single");
  return repeat === "all" ? t("player.repeat_all") : t("player.repeat_off");
}

function nextRepeat(repeat: Repeat): Repeat {
  if (repeat === "off") return "all";
  return repeat === "all" ? "one" : "off";
}

/** What sounds now: the bit rate, or that it is the original. */
export function QualityBadge() {
  const { player } = useParts();
  const delivery = useStore(player.engine.state, (state) => state.delivery);
  const kbps = useStore(player.engine.state, (state) => state.bitRateKbps);
  if (delivery === null || (delivery === "hls" && kbps === null)) return null;
  const text = kbps === null ? t("quality.original") : t("quality.kbps", { kbps });
  return (
    <span className="badge" title={t("quality.now")}>
      {text}
    </span>
  );
}

/** A thin line on narrow screens, where the seek bar has no room. */
function Progress() {
  const { positionMs, durationMs } = usePosition();
  const played = durationMs > 0 ? positionMs / durationMs : 0;
  return <div className="player-progress" style={{ "--played": played } as CSSProperties} />;
}

function shownState(status: Status): string {
  if (status === "failed") return "error";
  if (status === "offline" || status === "unreachable") return "buffering";
  return status === "blocked" || status === "empty" ? "paused" : status;
}
