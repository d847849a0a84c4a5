import { type CSSProperties, type KeyboardEvent, type PointerEvent, useState } from "react";
import { clockTime, spokenTime, t } from "../i18n";
import { useStore } from "../store";
import { useParts, usePosition } from "./context";
import { later } from "./later";

const Waveform = later(() => import("./waveform"));

const STEP_MS = 5_000;
const LONG_STEP_MS = 15_000;

/** Where the playhead is and where it can go. Shows what is loaded, and the shape of the music once it is known. */
export function SeekBar() {
  const { player } = useParts();
  const { positionMs, bufferedMs, durationMs } = usePosition();
  const [draggedMs, setDraggedMs] = useState<number | null>(null);
  const [pointedAt, setPointedAt] = useState<number | null>(null);
  const id = useStore(player.queue, ({ current }) => current?.track.id ?? "");
  const hasDetails = useStore(player.details, ({ tracks }) => tracks[id] !== undefined);
  const shownMs = draggedMs ?? positionMs;
  // As long as nobody knows the length there is no line to go along.
  const known = durationMs > 0;
  const played = known ? shownMs / durationMs : 0;

  const commit = () => {
    if (draggedMs !== null) player.seek(draggedMs);
    setDraggedMs(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (direction === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    player.seekBy(direction * (event.shiftKey ? LONG_STEP_MS : STEP_MS));
  };
  const onPointerMove = (event: PointerEvent<HTMLInputElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    setPointedAt(Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
  };

  const style = { "--played": played, "--buffered": known ? bufferedMs / durationMs : 0 } as CSSProperties;
  return (
    <div className="player-seek">
      <span className="player-time">{clockTime(shownMs)}</span>
      <div className="seek" style={style}>
        {hasDetails && <Waveform played={played} />}
        <input
          // React's `onChange` is the `input` event; no pointer and no key ends what assistive technology sets.
          ref={(input) => {
            input?.addEventListener("change", commit);
            return () => input?.removeEventListener("change", commit);
          }}
          className="seek-input"
          type="range"
          min={0}
          max={Math.max(1, Math.round(durationMs / 1_000))}
          step={1}
          value={Math.round(shownMs / 1_000)}
          aria-label={t("player.seek")}
          disabled={!known}
          aria-valuetext={
            known
              ? t("player.seek_value", { position: spokenTime(shownMs), duration: spokenTime(durationMs) })
              : spokenTime(shownMs)
          }
          onChange={(event) => setDraggedMs(Number(event.target.value) * 1_000)}
          onPointerUp={commit}
          onPointerCancel={() => setDraggedMs(null)}
          onPointerMove={onPointerMove}
          onPointerLeave={() => setPointedAt(null)}
          onKeyDown={onKeyDown}
          onKeyUp={commit}
          onBlur={commit}
        />
        {known && pointedAt !== null && (
          <span className="seek-tip" style={{ "--at": pointedAt } as CSSProperties} aria-hidden="true">
            {clockTime(pointedAt * durationMs)}
          </span>
        )}
      </div>
      <span className="player-time">{known ? clockTime(durationMs) : "–"}</span>
    </div>
  );
}
