import { expect, it } from "vitest";
import { levelUrl } from "./prefetch";

const MAIN = `#EXTM3U
#EXT-X-STREAM-INF:BANDWIDTH=141000,AVERAGE-BANDWIDTH=129000,CODECS="mp4a.40.2"
hls/128.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=70000,CODECS="mp4a.40.2"
hls/64.m3u8
`;

it("finds the level it will start with", () => {
  expect([levelUrl(MAIN, 128), levelUrl(MAIN, 64), levelUrl(MAIN, 256)]).toEqual(["hls/128.m3u8", "hls/64.m3u8", null]);
});
