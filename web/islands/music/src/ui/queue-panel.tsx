import { memo, type RefObject, useCallback, useEffect, useRef } from "react";
import { t, tCount } from "../i18n";
import { announce } from "../page/swap";
import { changeQueue, moveItem } from "../queue/changes";
import type { QueueItem, QueueList } from "../queue/queue";
import { useStore } from "../store";
import { artistLine } from "../track";
import { useParts } from "./context";
import { Cover, Icon, IconButton } from "./icon";
import { type DragHandlers, type Drop, useQueueDrag } from "./queue-drag";
import { useVisibleRows } from "./virtual";

const COVER_PX = 40;

/** Save and clear, beside the heading. */
export function QueueActions() {
  const { player, ui } = useParts();
  const { current, queued, upcoming } = useStore(player.queue, (state) => state);
  const waiting = queued.length + upcoming.length;
  return (
    <>
      <IconButton
        icon="list-plus"
        label={t("queue.save")}
        disabled={!current}
        onClick={() => {
          const items = [...(current ? [current] : []), ...queued, ...upcoming];
          ui.set({ dialog: { kind: "playlist", tracks: items.map((item) => item.track) } });
        }}
      />
      <IconButton
        icon="trash-2"
        label={t("queue.clear")}
        disabled={waiting === 0}
        onClick={() => changeQueue(player, { type: "clear" }, tCount("queue.cleared", waiting))}
      />
    </>
  );
}

/** Now, next by hand, next from where the music comes. */
export function QueuePanel({ body }: { body: RefObject<HTMLDivElement | null> }) {
  const { player } = useParts();
  const { current, queued, upcoming, source } = useStore(player.queue, (state) => state);
  const focusKey = useRef<string | null>(null);

  useEffect(() => {
    // React takes a moved element out and in again, and the focus with it.
    if (!focusKey.current) return;
    body.current?.querySelector<HTMLElement>(`[data-key="${focusKey.current}"] .queue-handle`)?.focus();
    focusKey.current = null;
  });

  const placeOf = (key: string): { list: QueueList; index: number } | null => {
    for (const [list, items] of [["queued", queued] as const, ["upcoming", upcoming] as const]) {
      const index = items.findIndex((item) => item.key === key);
      if (index >= 0) return { list, index };
    }
    return null;
  };
  const move = (key: string, list: QueueList, index: number) =>
    player.edit((state) => moveItem(state, key, list, index));
  const drag = useQueueDrag(body, { placeOf, move });

  const step = (key: string, by: 1 | -1) => {
    const place = placeOf(key);
    if (!place) return;
    const target = stepTarget(place, by, queued.length, upcoming.length);
    if (!target) return;
    focusKey.current = key;
    player.edit((state) => moveItem(state, key, target.list, target.index));
    announce(t("queue.moved_to", { position: target.index + 1 }));
  };

  const latestStep = useRef(step);
  latestStep.current = step;
  const onStep = useCallback((key: string, by: 1 | -1) => latestStep.current(key, by), []);
  const common = { body, drag, onStep };
  if (!current) return <p className="empty-state">{t("queue.empty")}</p>;
  return (
    <>
      <section className="queue-section">
        <h3>{t("queue.now")}</h3>
        <ol className="queue-list">
          <Row item={current} isCurrent />
        </ol>
      </section>
      {queued.length > 0 && <Section title={t("queue.next")} items={queued} {...common} />}
      {upcoming.length > 0 && (
        <Section
          title={source?.title ? t("queue.next_from", { source: source.title }) : t("queue.next")}
          items={upcoming}
          {...common}
        />
      )}
      {queued.length + upcoming.length === 0 && <p className="panel-note">{t("queue.nothing_next")}</p>}
    </>
  );
}

/** One step up or down; past the end of one list it goes on in the other. */
function stepTarget(place: { list: QueueList; index: number }, by: 1 | -1, queued: number, upcoming: number) {
  const index = place.index + by;
  if (place.list === "queued" && index >= queued) return upcoming > 0 ? { list: "upcoming" as const, index: 0 } : null;
  if (place.list === "upcoming" && index < 0) return queued > 0 ? { list: "queued" as const, index: queued } : null;
  return index < 0 || index >= (place.list === "queued" ? queued : upcoming) ? null : { list: place.list, index };
}

interface SectionProps {
  title: string;
  items: QueueItem[];
  body: RefObject<HTMLDivElement | null>;
  drag: ReturnType<typeof useQueueDrag>;
  onStep: (key: string, by: 1 | -1) => void;
}

function Section({ title, items, body, drag, onStep }: SectionProps) {
  const list = useRef<HTMLOListElement>(null);
  const { start, end, rowPx } = useVisibleRows(items.length, body, list);
  return (
    <section className="queue-section">
      <h3>{title}</h3>
      <ol
        className="queue-list"
        ref={list}
        style={{ paddingBlockStart: start * rowPx, paddingBlockEnd: (items.length - end) * rowPx }}
      >
        {items.slice(start, end).map((item, offset) => (
          <Row
            key={item.key}
            item={item}
            position={start + offset + 1}
            of={items.length}
            dragging={drag.drag?.key === item.key}
            drop={drag.drag?.drop?.key === item.key ? drag.drag.drop.side : null}
            handlers={drag.handlers}
            onStep={onStep}
            onEscape={drag.cancel}
          />
        ))}
      </ol>
    </section>
  );
}

interface RowProps {
  item: QueueItem;
  isCurrent?: boolean;
  position?: number;
  of?: number;
  dragging?: boolean;
  drop?: Drop["side"] | null;
  handlers?: DragHandlers;
  onStep?: (key: string, by: 1 | -1) => void;
  onEscape?: () => void;
}

/** One place. Drawn again only when something about it changes: there may be a thousand. */
const Row = memo(function Row(props: RowProps) {
  const { item, isCurrent = false, position, of, dragging, drop, handlers, onStep, onEscape } = props;
  const { player } = useParts();
  const { track } = item;
  return (
    <li
      className="queue-item"
      data-key={isCurrent ? undefined : item.key}
      data-current={isCurrent ? "" : undefined}
      data-dragging={dragging ? "" : undefined}
      data-drop={drop ?? undefined}
      aria-setsize={of}
      aria-posinset={position}
      aria-current={isCurrent ? "true" : undefined}
      onKeyDown={(event) => {
        if (event.key === "Escape" && dragging) {
          event.stopPropagation();
          onEscape?.();
        }
        if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
        event.preventDefault();
        event.stopPropagation();
        onStep?.(item.key, event.key === "ArrowUp" ? -1 : 1);
      }}
    >
      {!isCurrent && (
        <button
          type="button"
          className="queue-handle"
          aria-label={t("queue.handle", { title: track.title })}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
          {...handlers}
        >
          <Icon name="grip-vertical" />
        </button>
      )}
      <Cover src={track.cover_url} sizePx={COVER_PX} />
      <button
        type="button"
        className="queue-names"
        aria-label={isCurrent ? undefined : t("track.play", { title: track.title })}
        onClick={() => (isCurrent ? player.toggle() : player.jump(item.key))}
      >
        <span className="queue-title">{track.title}</span>
        <span className="queue-artists">{artistLine(track)}</span>
      </button>
      {!isCurrent && (
        <IconButton
          icon="x"
          label={t("queue.remove", { title: track.title })}
          onClick={() => changeQueue(player, { type: "remove", key: item.key }, t("queue.removed"))}
        />
      )}
    </li>
  );
});
