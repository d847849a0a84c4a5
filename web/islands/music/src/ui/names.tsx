import { Fragment } from "react";
import type { ArtistName } from "../track";

/** Artists as links to their pages. */
export function ArtistLinks({ artists }: { artists: ArtistName[] }) {
  return artists.map((artist, index) => (
    <Fragment key={artist.id}>
      {index > 0 && ", "}
      <a href={artist.page_url}>{artist.name}</a>
    </Fragment>
  ));
}
