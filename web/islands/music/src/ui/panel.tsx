import { useEffect, useRef } from "react";
import { t } from "../i18n";
import { useParts } from "./context";
import { IconButton } from "./icon";
import { LyricsPanel } from "./lyrics-panel";
import { QueueActions, QueuePanel } from "./queue-panel";

/** The column beside the page (a sheet on narrow screens): the queue, or the words of the song. */
export default function Panel({ name }: { name: "queue" | "lyrics" }) {
  const { ui } = useParts();
  const aside = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const opener = useRef(document.activeElement);

  useEffect(() => {
    aside.current?.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
    const back = opener.current;
    return () => {
      if (back instanceof HTMLElement && back.isConnected) back.focus();
    };
  }, []);

  // The keys Q and Y change the panel too: the focus must not stay on the tab that was left.
  useEffect(() => {
    const tabs = aside.current?.querySelector(".tabs");
    if (tabs?.contains(document.activeElement)) tabs.querySelector<HTMLElement>('[aria-selected="true"]')?.focus();
  }, [name]);

  const title = name === "queue" ? t("queue.title") : t("lyrics.title");
  return (
    <aside
      className="panel"
      data-panel={name}
      aria-label={title}
      ref={aside}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        ui.set({ panel: null });
      }}
    >
      <header className="panel-header">
        <h2 className="visually-hidden">{title}</h2>
        <div className="tabs" role="tablist" aria-label={t("player.panels")}>
          {(["queue", "lyrics"] as const).map((tab) => (
            <button
              type="button"
              role="tab"
              key={tab}
              id={`panel-tab-${tab}`}
              aria-selected={tab === name}
              aria-controls="panel-body"
              tabIndex={tab === name ? 0 : -1}
              onClick={() => ui.set({ panel: tab })}
              onKeyDown={(event) => {
                if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
                event.preventDefault();
                event.stopPropagation();
                const other = tab === "queue" ? "lyrics" : "queue";
                ui.set({ panel: other });
                document.getElementById(`panel-tab-${other}`)?.focus();
              }}
            >
              {tab === "queue" ? t("queue.title") : t("lyrics.title")}
            </button>
          ))}
        </div>
        {name === "queue" && <QueueActions />}
        <IconButton icon="x" label={t("player.close")} onClick={() => ui.set({ panel: null })} />
      </header>
      <div
        className="panel-body"
        id="panel-body"
        role="tabpanel"
        aria-labelledby={`panel-tab-${name}`}
        tabIndex={0}
        ref={body}
      >
        {name === "queue" ? <QueuePanel body={body} /> : <LyricsPanel body={body} />}
      </div>
    </aside>
  );
}
