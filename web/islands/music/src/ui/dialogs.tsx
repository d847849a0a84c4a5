import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { t, tCount } from "../i18n";
import { holdsAll, PLAYLIST_NAME_LIMIT_CHARS, Playlists } from "../library/playlists";
import { useStore } from "../store";
import type { Track } from "../track";
import { type UiState, useParts } from "./context";
import { Icon, IconButton } from "./icon";

/** Whichever dialog is open. */
export default function Dialogs({ dialog }: { dialog: NonNullable<UiState["dialog"]> }) {
  return dialog.kind === "keys" ? <KeysDialog /> : <PlaylistDialog tracks={dialog.tracks} />;
}

function Dialog({ title, children }: { title: string; children: ReactNode }) {
  const { ui } = useParts();
  const element = useRef<HTMLDialogElement>(null);
  const asked = useStore(ui, (state) => state.dialog);
  useEffect(() => {
    // Asked for again in the frame in which it ended: the element that is still there opens once more.
    if (asked && !element.current?.open) element.current?.showModal();
  }, [asked]);
  useLayoutEffect(() => {
    const dialog = element.current;
    // Closed and not only taken away: that gives the focus back.
    return () => dialog?.close();
  }, []);
  const close = () => ui.set({ dialog: null });
  return (
    <dialog
      className="dialog"
      ref={element}
      aria-label={title}
      // A key pressed right after Escape must not find a dialog that has ended: see `keys.ts`.
      onBeforeToggle={({ currentTarget, newState }) =>
        currentTarget.toggleAttribute("data-ended", newState === "closed")
      }
      onClose={({ currentTarget }) => currentTarget.open || close()}
      onClick={(event) => event.target === element.current && close()}
    >
      <header className="dialog-header">
        <h2>{title}</h2>
        <IconButton icon="x" label={t("player.close")} onClick={close} />
      </header>
      {children}
    </dialog>
  );
}

function KeysDialog() {
  const keys: [string[], string][] = [
    [["Space", "K"], t("keys.toggle")],
    [["←", "→"], t("keys.seek")],
    [["Shift", "←/→"], t("keys.seek_far")],
    [["Shift", "N"], t("player.next")],
    [["Shift", "P"], t("player.previous")],
    [["↑", "↓"], t("player.volume")],
    [["M"], t("player.mute")],
    [["L"], t("menu.like")],
    [["Q"], t("queue.title")],
    [["Y"], t("lyrics.title")],
    [["/", "Ctrl K"], t("keys.search")],
    [["Alt", "↑/↓"], t("keys.reorder")],
    [["?"], t("keys.title")],
  ];
  return (
    <Dialog title={t("keys.title")}>
      <div className="dialog-body">
        <dl className="keys">
          {keys.map(([names, meaning]) => (
            <div key={names.join()}>
              <dt>
                {names.map((name) => (
                  <kbd key={name}>{name}</kbd>
                ))}
              </dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Dialog>
  );
}

function PlaylistDialog({ tracks }: { tracks: Track[] }) {
  const { library, ui } = useParts();
  const playlists = useStore(library.state, (state) => state.playlists);
  const [name, setName] = useState("");
  const done = () => ui.set({ dialog: null });
  return (
    <Dialog title={t("library.add_title")}>
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (new Playlists(library).create(name, tracks) !== null) done();
        }}
      >
        <label className="setting">
          <span>{t("library.new_playlist")}</span>
          <input
            className="text-field"
            value={name}
            maxLength={PLAYLIST_NAME_LIMIT_CHARS}
            placeholder={t("library.untitled")}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <div className="dialog-actions">
          <button type="submit" className="button button-primary">
            {t("library.create")}
          </button>
        </div>
      </form>
      {playlists.length > 0 && (
        <div className="dialog-body library-list">
          {playlists.map((playlist) => (
            <button
              type="button"
              className="library-item"
              key={playlist.id}
              onClick={() => {
                new Playlists(library).add(playlist.id, tracks);
                done();
              }}
            >
              <Icon name="list-music" />
              <span>
                <b>{playlist.name}</b>
                <span>
                  {tCount("count.tracks", playlist.tracks.length)}
                  {holdsAll(playlist, tracks) && ` · ${t("library.already_in")}`}
                </span>
              </span>
            </button>
          ))}
        </div>
      )}
    </Dialog>
  );
}
