import { beforeAll, expect, it } from "vitest";
import { loadMessages } from "./i18n";
import { artistLine, artistName, givenArtistName, lengthOf, parseTrack } from "./track";

beforeAll(async () => (await loadMessages("ko"))());

const by = (...names: string[]) => ({ artists: names.map((name) => ({ id: name, name, page_url: "" })) });

it("names whom nobody knows in the language of the page, and everybody else as they are", () => {
  expect(artistLine(by("Unknown artist", "Neon River"))).toBe("알 수 없는 아티스트, Neon River");
  expect(artistName("Unknown artists")).toBe("Unknown artists");
});

it("keeps whom nobody knows under the server's name", () => {
  expect(givenArtistName("알 수 없는 아티스트")).toBe("Unknown artist");
  expect(givenArtistName("가람")).toBe("가람");
});

it("takes a track whose length nobody knows, which has no end so far", () => {
  const track = parseTrack({ id: "a", title: "a", stream_url: "/s/a", duration_ms: 0 });
  expect(track?.duration_ms).toBe(0);
  expect(track && lengthOf(track)).toBe(Number.POSITIVE_INFINITY);
  for (const duration_ms of [-1, Number.NaN, null, "0"])
    expect(parseTrack({ id: "a", title: "a", stream_url: "/s/a", duration_ms })).toBeNull();
});
