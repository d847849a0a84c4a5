import type { Track as TrackDetail } from "@haas/api";
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { t } from "../i18n";
import { placedCover } from "../page/cover-history";
import { navigate } from "../page/swap";
import { useStore } from "../store";
import { useParts } from "./context";
import { Cover, IconButton } from "./icon";
import { ArtistLinks } from "./names";
import { Overlays } from "./overlays";
import { Controls, QualityBadge } from "./player-bar";
import { PlayerNotice } from "./player-notice";
import { SeekBar } from "./seek-bar";

const COVER_PX = 640;

/** The player over the whole screen: the cover, who made it, under which licence, and every control in reach. */
export default function NowSheet() {
  const { player, library, ui } = useParts();
  const dialog = useRef<HTMLDialogElement>(null);
  const track = useStore(player.queue, ({ current }) => current?.track ?? null);
  const source = useStore(player.queue, (state) => state.source);
  const detail = useStore(player.details, ({ tracks }) => tracks[track?.id ?? ""]);
  const liked = useStore(library.state, ({ likes }) => likes.some((other) => other.id === track?.id));
  const id = track?.id;

  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // Closed and not only taken away: that gives the focus back.
    return () => element?.close();
  }, []);
  useEffect(() => {
    if (id) void player.loadDetails(id);
  }, [player, id]);
  if (!track) return null;

  const close = () => ui.set({ sheet: false });
  // A link leaves for another page: the sheet must not stand over it, nor keep its place in the history under it.
  const leave = (event: React.MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    // What opens beside this page leaves it as it is.
    if (!link || link.target !== "" || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const { href } = link;
    const go = () => href !== location.href && navigate(href);
    close();
    // The browser is on its way back only where nothing else covers the page now.
    if (placedCover() === "sheet") addEventListener("popstate", go, { once: true });
    else go();
  };
  return (
    <dialog
      className="now"
      ref={dialog}
      aria-label={t("player.now_title")}
      // React tells it also of the dialogs that open above it.
      onClose={(event) => event.target === event.currentTarget && close()}
      onClick={leave}
    >
      {track.cover_url && <img className="now-glow" src={track.cover_url} alt="" />}
      <header className="now-header">
        <IconButton icon="chevron-down" label={t("player.close")} onClick={close} />
        {source && source.page_url !== "" ? (
          <a href={source.page_url} title={source.title}>
            {source.title}
          </a>
        ) : (
          <span title={source?.title}>{source?.title}</span>
        )}
        <QualityBadge />
      </header>
      <Cover src={detail?.cover_urls?.["640"] ?? track.cover_url} sizePx={COVER_PX} />
      <div className="now-names">
        <a className="now-title" href={track.page_url} title={track.title}>
          {track.title}
        </a>
        <span className="now-artists">
          <ArtistLinks artists={track.artists} />
          {track.album && (
            <>
              {" · "}
              <a href={track.album.page_url}>{track.album.title}</a>
            </>
          )}
        </span>
      </div>
      <PlayerNotice />
      <SeekBar />
      <Controls />
      <div className="now-tools">
        <IconButton
          icon="heart"
          fill={liked}
          label={t("track.like", { title: track.title })}
          aria-pressed={liked}
          onClick={() => library.toggleLike(track)}
        />
        <IconButton
          icon="mic-vocal"
          label={t("lyrics.title")}
          onClick={() => ui.set({ sheet: false, panel: "lyrics" })}
        />
        <IconButton
          icon="list-music"
          label={t("queue.title")}
          onClick={() => ui.set({ sheet: false, panel: "queue" })}
        />
        <IconButton
          icon="settings-2"
          label={t("settings.title")}
          aria-haspopup="menu"
          onClick={(event) => ui.set({ menu: { kind: "settings", anchor: event.currentTarget } })}
        />
        <IconButton
          icon="ellipsis"
          label={t("track.menu", { title: track.title })}
          aria-haspopup="menu"
          onClick={(event) =>
            ui.set({ menu: { kind: "tracks", tracks: [track], row: null, anchor: event.currentTarget } })
          }
        />
      </div>
      {detail && <Credits detail={detail} />}
      <Overlays />
    </dialog>
  );
}

function Credits({ detail: { composer, licence_name, licence_url, copyright } }: { detail: TrackDetail }) {
  if (!composer && !licence_name && !copyright) return null;
  return (
    <dl className="now-credits">
      {composer && <Credit name={t("credits.composer")}>{composer}</Credit>}
      {licence_name && (
        <Credit name={t("credits.licence")}>
          {licence_url ? (
            // Beside this page: in its place the music would end.
            <a href={licence_url} target="_blank" rel="license noopener">
              {licence_name}
            </a>
          ) : (
            licence_name
          )}
        </Credit>
      )}
      {copyright && <Credit name={t("credits.copyright")}>{copyright}</Credit>}
    </dl>
  );
}

function Credit({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
