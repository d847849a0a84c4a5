import { expect, it } from "vitest";
import { levelOf, readLevels, readStart } from "./playlists";

const MAIN = `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=141000,AVERAGE-BANDWIDTH=129000,CODECS="mp4a.40.2"
hls/128.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=70000,CODECS="mp4a.40.2"
/elsewhere/64.m3u8
`;
const LEVEL = `#EXTM3U
#EXT-X-TARGETDURATION:2
#EXT-X-MAP:URI="/media/r.mp4",BYTERANGE="700@0"
#EXTINF:2.229116,
#EXT-X-BYTERANGE:1000@700
/media/r.mp4
#EXTINF:2.229115,
#EXT-X-BYTERANGE:2000@1700
/media/r.mp4
`;

it("finds the level it will start with, where its address leads from the playlist", () => {
  const levels = readLevels(MAIN, "http://h/tracks/t/hls.m3u8");
  expect(levelOf(levels, 128)).toEqual({ url: "http://h/tracks/t/hls/128.m3u8", bitsPerSecond: 129_000 });
  expect(levelOf(levels, 64)).toEqual({ url: "http://h/elsewhere/64.m3u8", bitsPerSecond: 70_000 });
  expect(levelOf(levels, 256)).toBeUndefined();
});

it("finds where the init segment and the first segment lie", () => {
  const url = "http://h/media/r.mp4";
  expect(readStart(LEVEL, "http://h/hls/64.m3u8")).toEqual({
    init: { url, start: 0, end: 700 },
    first: { url, start: 700, end: 1_700 },
    seconds: 2.229116,
  });
});

it("says nothing of a playlist without byte ranges", () => {
  expect(readStart('#EXTM3U\n#EXT-X-MAP:URI="/i.mp4"\n#EXTINF:2,\n/1.m4s\n', "http://h/")).toBeNull();
});
