import { defineConfig } from "@playwright/test";

/** As root, without a graphics card, without talking to anyone but the server under test. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Another machine's name for the server under test: unlike 127.0.0.1 no secure context over plain HTTP.
  "--host-resolver-rules=MAP music.test 127.0.0.1",
];

export default defineConfig({
  // Behind a balancer whoever started this restarts what is behind it meanwhile.
  testDir: process.env.HAAS_E2E_BALANCER ? "deployment" : "tests",
  outputDir: "out/results",
  // Sound is measured against the wall clock: two browsers at once would measure each other.
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  reporter: "list",
  globalSetup: "./setup.ts",
  use: {
    browserName: "chromium",
    locale: "ko-KR",
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    launchOptions: { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS },
  },
});
