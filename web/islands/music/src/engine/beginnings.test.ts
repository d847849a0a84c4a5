import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Beginnings } from "./beginnings";

const MAIN = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=66000,AVERAGE-BANDWIDTH=65000\n/64.m3u8\n";
const LEVEL =
  '#EXTM3U\n#EXT-X-MAP:URI="/r.mp4",BYTERANGE="2@0"\n#EXTINF:2.0,\n#EXT-X-BYTERANGE:3@2\n/r.mp4\n#EXT-X-ENDLIST\n';
const at = (path: string) => new URL(path, location.href).href;

let asked: { path: string; headers: Record<string, string>; signal: AbortSignal }[];
let answer: (path: string) => Promise<Response>;

beforeEach(() => {
  asked = [];
  answer = async (path) => {
    if (path.endsWith("hls.m3u8")) return new Response(MAIN);
    if (path === "/64.m3u8") return new Response(LEVEL);
    return new Response(new Uint8Array([1, 2, 3, 4, 5]), { status: 206 });
  };
  vi.stubGlobal("fetch", async (url: string, init: { headers: Record<string, string>; signal: AbortSignal }) => {
    const path = new URL(url, location.href).pathname;
    asked.push({ path, ...init });
    const response = await answer(path);
    Object.defineProperty(response, "url", { value: at(path) });
    return response;
  });
});
afterEach(() => vi.unstubAllGlobals());

it("brings init and first segment with one request, and hands each over by its own range", async () => {
  const beginnings = new Beginnings("s");
  beginnings.prepare("/a/hls.m3u8", 64, true);
  await vi.waitFor(() => expect(asked).toHaveLength(3));
  expect(asked[2]?.headers).toMatchObject({ range: "bytes=0-4", "CMCD-Session": 'sf=h,sid="s",st=v' });
  const part = async (start: number, end: number) => [
    ...new Uint8Array((await beginnings.take("/r.mp4", { start, end }))?.data as ArrayBuffer),
  ];
  expect([await part(0, 2), await part(2, 5)]).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  expect(beginnings.take("/r.mp4", { start: 5, end: 9 })).toBeNull();
});

it("brings only the playlists until sound is wanted, and asks for nothing twice", async () => {
  const beginnings = new Beginnings("s");
  beginnings.prepare("/a/hls.m3u8", 64, false);
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  beginnings.prepare("/a/hls.m3u8", 64, true);
  beginnings.prepare("/a/hls.m3u8", 64, true);
  await vi.waitFor(() => expect(asked.map(({ path }) => path)).toEqual(["/a/hls.m3u8", "/64.m3u8", "/r.mp4"]));
});

it("lets the latest wish win, unless the player already waits for the earlier one", async () => {
  answer = () => new Promise(() => {});
  const beginnings = new Beginnings("s");
  beginnings.prepare("/a/hls.m3u8", 64, true);
  beginnings.prepare("/b/hls.m3u8", 64, true);
  void beginnings.take("/b/hls.m3u8", null);
  beginnings.prepare("/c/hls.m3u8", 64, true);
  expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false, false]);
});

it("forgets what failed, so that the player asks by itself", async () => {
  answer = async () => new Response("", { status: 503 });
  const beginnings = new Beginnings("s");
  beginnings.prepare("/a/hls.m3u8", 64, true);
  await expect(beginnings.take("/a/hls.m3u8", null)).rejects.toThrow("503");
  expect(beginnings.take("/a/hls.m3u8", null)).toBeNull();
});
