import { useEffect, useState } from "react";
import { t, tCount } from "../i18n";
import { leaveSelection, onSelectionChange, selectedTracks, stopSelecting } from "../page/selection";
import { enqueue } from "../queue/changes";
import type { Track } from "../track";
import { useParts } from "./context";

/** What can be done with the chosen rows. */
export default function SelectionBar() {
  const { player, ui } = useParts();
  const [tracks, setTracks] = useState<Track[]>(selectedTracks);
  useEffect(() => {
    const update = () => setTracks(selectedTracks());
    // Rows may have been chosen while this part was still loading.
    update();
    const stop = onSelectionChange(update);
    return () => {
      stop();
      stopSelecting();
    };
  }, []);
  const done = (run: () => void) => () => {
    ui.set({ selecting: false });
    run();
  };
  const none = tracks.length === 0;
  const source = { id: "selection", title: t("selection.title"), page_url: location.pathname };
  return (
    <section className="selection-bar" aria-label={t("selection.title")}>
      <span role="status">{tCount("selection.count", tracks.length)}</span>
      <button
        type="button"
        className="button button-primary"
        disabled={none}
        onClick={done(() => player.playSource(source, tracks, player.queue.get().shuffled ? null : 0))}
      >
        {t("player.play")}
      </button>
      <button
        type="button"
        className="button"
        disabled={none}
        onClick={done(() => enqueue(player, tracks, "add_last"))}
      >
        {t("menu.add_last")}
      </button>
      <button
        type="button"
        className="button"
        disabled={none}
        onClick={done(() => ui.set({ dialog: { kind: "playlist", tracks } }))}
      >
        {t("menu.add_to_playlist")}
      </button>
      <button type="button" className="button button-quiet" onClick={() => leaveSelection(ui)}>
        {t("selection.cancel")}
      </button>
    </section>
  );
}
