import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeLibrary } from "./server";

/** Makes one library; each file of tests serves a copy of it. What it returns takes everything away. A deployment has its own. */
export default async function setup(): Promise<() => void> {
  if (process.env.HAAS_E2E_BALANCER) return () => {};
  const folder = mkdtempSync(join(tmpdir(), "haas-e2e-"));
  const clear = () => rmSync(folder, { recursive: true, force: true });
  try {
    process.env.HAAS_E2E_LIBRARY = await makeLibrary(folder);
  } catch (error) {
    clear();
    throw error;
  }
  return clear;
}
