import { useEffect, useMemo, useRef, useState } from "react";
import { clockTime, t, tCount } from "../i18n";
import type { Playlist } from "../library/library";
import { PLAYLIST_NAME_LIMIT_CHARS, Playlists } from "../library/playlists";
import { readFragment } from "../page/fragment";
import { announce } from "../page/swap";
import { renewLibrary } from "../renew";
import { useStore } from "../store";
import type { Track } from "../track";
import { bounded } from "./boundary";
import { useParts } from "./context";
import { Cover, Icon, IconButton } from "./icon";
import { ArtistLinks } from "./names";

const COVER_PX = 48;

export default bounded(LibraryPage);

/** What the listener keeps on this device: liked tracks and playlists. Which one is shown stands in the address. */
function LibraryPage() {
  const { library } = useParts();
  const { likes, playlists } = useStore(library.state, (state) => state);
  const chosen = useHash();
  const [made, setMade] = useState<string | null>(null);
  useEffect(() => void renewLibrary(library, chosen), [library, chosen]);
  const playlist = playlists.find((other) => other.id === chosen);
  useEffect(() => {
    // Only the first time that it is shown.
    if (playlist && playlist.id === made) setMade(null);
  }, [playlist, made]);
  useTitle(playlist?.name ?? (chosen === "likes" ? t("library.likes") : null));
  if (playlist) return <PlaylistView key={playlist.id} playlist={playlist} isNew={playlist.id === made} />;
  if (chosen === "likes") return <Likes tracks={likes} />;
  return (
    <div className="library-list">
      <a className="library-item" href="#likes">
        <Icon name="heart" />
        <span>
          <b>{t("library.likes")}</b>
          <span>{tCount("count.tracks", likes.length)}</span>
        </span>
      </a>
      {playlists.map(({ id, name, tracks }) => (
        <a className="library-item" href={`#${id}`} key={id}>
          {tracks[0] ? <Cover src={tracks[0].cover_url} sizePx={COVER_PX} /> : <Icon name="list-music" />}
          <span>
            <b>{name}</b>
            <span>{tCount("count.tracks", tracks.length)}</span>
          </span>
        </a>
      ))}
      <div className="actions">
        <button
          type="button"
          className="button"
          onClick={() => {
            const id = new Playlists(library).create("", []);
            setMade(id);
            if (id !== null) location.hash = id;
          }}
        >
          <Icon name="plus" />
          <span>{t("library.new_playlist")}</span>
        </button>
      </div>
    </div>
  );
}

function useHash(): string {
  const read = () => readFragment(location.hash);
  const [hash, setHash] = useState(read);
  useEffect(() => {
    const update = () => setHash(read());
    addEventListener("hashchange", update);
    return () => removeEventListener("hashchange", update);
  }, []);
  return hash;
}

/** The page is called by what it shows, as long as it shows it. */
function useTitle(name: string | null): void {
  const { page } = useParts();
  useEffect(() => {
    if (name === null) return;
    const before = page.get().title;
    const title = `${name} · ${t("music.name")}`;
    page.set({ title });
    return () => {
      // Another page has brought its own.
      if (page.get().title === title) page.set({ title: before });
    };
  }, [page, name]);
}

function Back() {
  return (
    <a className="button button-quiet" href="#">
      <Icon name="chevron-left" />
      <span>{t("library.title")}</span>
    </a>
  );
}

function PlayButtons() {
  return (
    <>
      <button type="button" className="button button-primary" data-act="play-all">
        <Icon name="play" />
        <span>{t("track.play_all")}</span>
      </button>
      <button type="button" className="button" data-act="shuffle-all">
        <Icon name="shuffle" />
        <span>{t("track.shuffle_all")}</span>
      </button>
    </>
  );
}

function Likes({ tracks }: { tracks: Track[] }) {
  return (
    <section className="section">
      <Back />
      <h2>{t("library.likes")}</h2>
      {tracks.length === 0 ? (
        <div className="empty-state">
          <Icon name="heart" />
          <p>{t("library.likes_empty")}</p>
        </div>
      ) : (
        <>
          <div className="actions">
            <PlayButtons />
          </div>
          <ol className="track-list" role="list" data-source="likes">
            {tracks.map((track) => (
              <Row key={track.id} track={track} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function usePlaylists(): Playlists {
  const { library } = useParts();
  return useMemo(() => new Playlists(library), [library]);
}

function PlaylistView({ playlist, isNew }: { playlist: Playlist; isNew: boolean }) {
  const own = usePlaylists();
  const [editing, setEditing] = useState(false);
  const section = useRef<HTMLElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What is typed next is its name.
    if (!isNew) return;
    nameField.current?.focus();
    nameField.current?.select();
  }, [isNew]);
  const edited = useRef<Edited | null>(null);
  useEffect(() => {
    // React takes a moved row out and in again, and the focus with it.
    if (section.current && edited.current) focusEdited(section.current, edited.current);
    edited.current = null;
  });
  const { id, name, tracks } = playlist;
  const done = (now: Edited) => {
    edited.current = now;
    if (now.button !== "remove") announce(t("queue.moved_to", { position: now.index + 1 }));
  };
  return (
    <section className="section" ref={section}>
      <Back />
      <label className="setting">
        <span>{t("library.name")}</span>
        <input
          className="text-field"
          ref={nameField}
          defaultValue={name}
          maxLength={PLAYLIST_NAME_LIMIT_CHARS}
          onBlur={(event) => own.rename(id, event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && !event.nativeEvent.isComposing && event.currentTarget.blur()}
        />
      </label>
      <div className="actions">
        {tracks.length > 0 && (
          <>
            <PlayButtons />
            <button type="button" className="button" onClick={() => setEditing(!editing)}>
              <Icon name={editing ? "check" : "pencil"} />
              <span>{t(editing ? "library.edited" : "library.edit")}</span>
            </button>
          </>
        )}
        <button
          type="button"
          className="button button-danger"
          onClick={() => {
            own.delete(id);
            location.hash = "";
          }}
        >
          <Icon name="trash-2" />
          <span>{t("library.delete")}</span>
        </button>
      </div>
      {tracks.length === 0 ? (
        <div className="empty-state">
          <Icon name="list-music" />
          <p>{t("library.playlist_empty")}</p>
        </div>
      ) : (
        <ol className="track-list" role="list" data-source={`playlist:${id}`}>
          {tracks.map((track, index) => (
            <Row key={`${track.id}-${index}`} track={track} edit={editing ? { playlist, index, done } : null} />
          ))}
        </ol>
      )}
    </section>
  );
}

/** Which button edited the playlist, and the row it led to. */
interface Edited {
  index: number;
  button: "up" | "down" | "remove";
}

/** Gives the focus to the same button of the row that an edit led to, or to the nearest one that can be pressed. */
function focusEdited(section: HTMLElement, { index, button }: Edited): void {
  const rows = [...section.querySelectorAll(".track-row")];
  const buttons = [...(rows[Math.min(index, rows.length - 1)]?.querySelectorAll("button") ?? [])];
  const usable = buttons.filter(({ disabled, dataset }) => dataset.edit && !disabled);
  const target = usable.find(({ dataset }) => dataset.edit === button) ?? usable[0];
  (target ?? section.querySelector("a"))?.focus();
}

/** Where a row stands in the playlist that is edited, and whom to tell of it. */
interface Edit {
  playlist: Playlist;
  index: number;
  done: (edited: Edited) => void;
}

/** The same row as the server renders, so that the same clicks work on it. */
function Row({ track, edit = null }: { track: Track; edit?: Edit | null }) {
  const { library } = useParts();
  const { title } = track;
  const liked = useStore(library.state, ({ likes }) => likes.some((other) => other.id === track.id));
  return (
    <li className="track-row" data-id={track.id} data-track={JSON.stringify(track)}>
      <div className="track-art">
        <Cover src={track.cover_url} sizePx={COVER_PX} />
        <button type="button" className="track-play" data-act="play" aria-label={t("track.play", { title })}>
          <Icon name="play" />
        </button>
      </div>
      <div className="track-names">
        <a className="track-title" href={track.page_url}>
          {title}
        </a>
        <div className="track-artists">
          <ArtistLinks artists={track.artists} />
        </div>
      </div>
      <span className="track-duration">{track.duration_ms > 0 && clockTime(track.duration_ms)}</span>
      {edit ? (
        <EditButtons title={title} {...edit} />
      ) : (
        <>
          <button
            type="button"
            className="icon-button track-like"
            data-act="like"
            aria-pressed={liked}
            aria-label={t("track.like", { title })}
          >
            <Icon name="heart" fill={liked} />
          </button>
          <button
            type="button"
            className="icon-button"
            data-act="menu"
            aria-haspopup="menu"
            aria-label={t("track.menu", { title })}
          >
            <Icon name="ellipsis" />
          </button>
        </>
      )}
    </li>
  );
}

function EditButtons({ title, playlist, index, done }: { title: string } & Edit) {
  const own = usePlaylists();
  const { id, tracks } = playlist;
  const move = (button: "up" | "down") => {
    const target = button === "up" ? index - 1 : index + 1;
    own.move(id, index, target);
    done({ index: target, button });
  };
  return (
    <>
      <IconButton
        icon="arrow-up"
        label={t("library.move_up", { title })}
        data-edit="up"
        disabled={index === 0}
        onClick={() => move("up")}
      />
      <IconButton
        icon="arrow-down"
        label={t("library.move_down", { title })}
        data-edit="down"
        disabled={index === tracks.length - 1}
        onClick={() => move("down")}
      />
      <IconButton
        icon="x"
        label={t("library.remove", { title })}
        data-edit="remove"
        onClick={() => {
          own.removeTrack(id, index);
          done({ index, button: "remove" });
        }}
      />
    </>
  );
}
