import { startServer } from "./server";

/** Brings one library and one server for all tests; what it returns ends them. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startServer();
  process.env.HAAS_E2E_URL = server.url;
  return server.stop;
}
