import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { makeMusic } from "./music";

/** The server under test and how to end it. */
interface Running {
  url: string;
  stop: () => Promise<void>;
}

/** Renditions of a few minutes of music; a loaded machine is slow. */
const RENDITIONS_READY_WITHIN_MS = 180_000;
const LOOK_EVERY_MS = 500;

/** Makes music, imports it into an empty data folder, and serves it by the built binary on a free port. */
export async function startServer(): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "haas-e2e-"));
  const music = join(folder, "music");
  const data = join(folder, "data");
  makeMusic(music);
  execFileSync(binary(), ["music", "import", music, "--data", data], { stdio: "ignore" });
  const args = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
  const child = spawn(binary(), args, { stdio: ["ignore", "pipe", "inherit"] });
  const url = await firstLine(child);
  await renditions(url);
  return {
    url,
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function binary(): string {
  const root = new URL("../../", import.meta.url).pathname;
  const known = [process.env.HAAS_BINARY, `${root}target/release/haas`, `${root}target/debug/haas`];
  const found = known.find((path) => path !== undefined && existsSync(path));
  if (!found) throw new Error("no binary: run `make build`, or name one with HAAS_BINARY");
  return found;
}

/** The first line on standard output is the address it really listens on. */
async function firstLine(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new Error("the server has no standard output");
  for await (const line of createInterface({ input: stdout })) {
    const url = /https?:\/\/\S+/.exec(line)?.[0];
    if (url) return url.replace(/\/$/, "");
    throw new Error(`the first line is no address: ${line}`);
  }
  throw new Error("the server ended before it listened");
}

/** Waits until every track has its renditions: the tests are about what plays, not about how it was made. */
async function renditions(url: string): Promise<void> {
  const deadline = Date.now() + RENDITIONS_READY_WITHIN_MS;
  for (;;) {
    const answer = await fetch(`${url}/api/music/v1/tracks?limit=100`);
    const { items } = (await answer.json()) as { items: { hls_url: string | null }[] };
    if (items.length > 0 && items.every((track) => track.hls_url !== null)) return;
    if (Date.now() > deadline) throw new Error("the renditions were not ready in time");
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
