import type { Named } from "@haas/api";
import { Fragment } from "react";
import { artistName } from "../track";

/** Artists as links to their pages. */
export function ArtistLinks({ artists }: { artists: Named[] }) {
  return artists.map((artist, index) => (
    <Fragment key={artist.id}>
      {index > 0 && ", "}
      <a href={artist.page_url}>{artistName(artist.name)}</a>
    </Fragment>
  ));
}
