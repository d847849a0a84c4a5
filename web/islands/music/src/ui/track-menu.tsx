import { t } from "../i18n";
import { notify } from "../notices";
import { copyText } from "../page/clipboard";
import { startSelecting } from "../page/selection";
import { enqueue } from "../queue/changes";
import { artistLine, type Track } from "../track";
import { useParts } from "./context";
import { Cover } from "./icon";
import { MenuItem, MenuLink } from "./menu";

const COVER_PX = 40;
/** A link shared within the first seconds begins at the start. */
const SHARE_TIME_FROM_MS = 5_000;

/** What can be done with a track, or with several. */
export function TrackItems({ tracks, row, close }: { tracks: Track[]; row: HTMLElement | null; close: () => void }) {
  const { player, library, ui } = useParts();
  const [track] = tracks;
  if (!track) return null;
  const one = tracks.length === 1;
  const after = (run: () => void) => () => {
    close();
    run();
  };
  const artist = track.artists[0];
  return (
    <>
      {one && (
        <div className="menu-head">
          <Cover src={track.cover_url} sizePx={COVER_PX} />
          <div>
            <b>{track.title}</b>
            <span>{artistLine(track)}</span>
          </div>
        </div>
      )}
      <MenuItem
        icon="list-start"
        text={t("menu.play_next")}
        onSelect={after(() => enqueue(player, tracks, "play_next"))}
      />
      <MenuItem icon="list-end" text={t("menu.add_last")} onSelect={after(() => enqueue(player, tracks, "add_last"))} />
      <MenuItem
        icon="list-plus"
        text={t("menu.add_to_playlist")}
        onSelect={after(() => ui.set({ dialog: { kind: "playlist", tracks } }))}
      />
      {one && (
        <>
          <MenuItem
            icon="heart"
            text={library.isLiked(track.id) ? t("menu.unlike") : t("menu.like")}
            onSelect={after(() => library.toggleLike(track))}
          />
          <MenuItem icon="share-2" text={t("menu.share")} onSelect={after(() => share(track, 0))} />
          <ShareAtTime track={track} after={after} />
          <hr className="menu-line" />
          <MenuLink icon="info" text={t("menu.track_page")} href={track.page_url} onSelect={close} />
          {artist && (
            <MenuLink icon="user-round" text={t("menu.artist_page")} href={artist.page_url} onSelect={close} />
          )}
          {track.album && (
            <MenuLink icon="disc-3" text={t("menu.album_page")} href={track.album.page_url} onSelect={close} />
          )}
        </>
      )}
      {row?.closest(".track-list") && (
        <MenuItem icon="check" text={t("menu.select")} onSelect={after(() => startSelecting(row, ui))} />
      )}
    </>
  );
}

/** A link that begins where the listener is now. */
function ShareAtTime({ track, after }: { track: Track; after: (run: () => void) => () => void }) {
  const { player } = useParts();
  const { item, positionMs } = player.engine;
  if (item?.track.id !== track.id || positionMs < SHARE_TIME_FROM_MS) return null;
  const seconds = Math.floor(positionMs / 1_000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  return <MenuItem icon="clock" text={t("menu.share_at", { time })} onSelect={after(() => share(track, seconds))} />;
}

async function share(track: Track, seconds: number): Promise<void> {
  const url = new URL(track.page_url, location.href);
  if (seconds > 0) url.searchParams.set("t", String(seconds));
  if (navigator.share && matchMedia("(pointer: coarse)").matches) {
    await navigator.share({ title: track.title, url: url.href }).catch(() => {});
    return;
  }
  notify((await copyText(url.href)) ? t("menu.link_copied") : url.href);
}
