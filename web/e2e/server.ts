import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { makeMusic } from "./music";

/** A server under test and how to end it. */
export interface Running {
  url: string;
  stop: () => Promise<void>;
}

/** Makes music and imports it, renditions and all. What it returns is the data folder, which no server has touched. */
export async function makeLibrary(folder: string, make = makeMusic): Promise<string> {
  const music = join(folder, "music");
  const data = join(folder, "library");
  await make(music);
  await promisify(execFile)(binary(), ["music", "import", music, "--data", data]);
  return data;
}

/** One server after the other: each file of tests has its own. */
export class Servers {
  readonly #library: string;
  #file = "";
  #running: Running | null = null;

  constructor(library: string) {
    this.#library = library;
  }

  /** The address of this file's server; that of the file before ends. */
  async addressFor(file: string): Promise<string> {
    if (file !== this.#file) await this.stop();
    this.#running ??= await startServer(this.#library);
    this.#file = file;
    return this.#running.url;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }
}

/** Serves a copy of the library by the built binary on a free port. */
export async function startServer(library: string): Promise<Running> {
  const data = mkdtempSync(join(dirname(library), "data-"));
  cpSync(library, data, { recursive: true });
  const args = ["serve", "--data", data, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
  // That a server starts and stops for each file need not be said.
  const env = { ...process.env, HAAS_TELEMETRY__LOG_LEVEL: "warn" };
  const child = spawn(binary(), args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(data, { recursive: true, force: true });
  };
  try {
    return { url: await firstLine(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The program under test. */
export function binary(): string {
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
