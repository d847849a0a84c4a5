import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, nowTitle, soundMoves, test } from "../listening";

/** The server under test, with the rest of the page held back after its first row: a slow link at its slowest. */
async function slowServer(behind: string): Promise<{ url: string; release: () => void; close: () => void }> {
  const { hostname, port } = new URL(behind);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const server = createServer((asked, answer) => {
    const isPage = asked.url === "/music/new";
    const headers = isPage ? { ...asked.headers, "accept-encoding": "identity" } : asked.headers;
    const onward = request({ hostname, port, path: asked.url, method: asked.method, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      if (!isPage) return void answered.pipe(answer);
      const parts: Buffer[] = [];
      answered.on("data", (part) => parts.push(part));
      answered.on("end", async () => {
        const page = Buffer.concat(parts);
        const rowEnd = page.indexOf("</li>", page.indexOf('class="track-row"'));
        answer.write(page.subarray(0, rowEnd));
        await released;
        answer.end(page.subarray(rowEnd));
      });
    });
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, release, close };
}

test("M3 a click before the page has come whole is kept, and plays when it can", async ({ page, baseURL }) => {
  const { url, release, close } = await slowServer(baseURL ?? "");
  // Shuffling would begin with the first track, which a second press then would pause.
  await page.addInitScript(() => {
    Math.random = () => 0;
  });
  await page.goto(`${url}/music/new`, { waitUntil: "commit" });
  const button = page.locator('.track-row [data-act="play"]').first();
  await button.click();
  expect(await page.evaluate(() => document.readyState)).toBe("loading");
  await expect(button).toHaveAttribute("data-busy");
  // Who sees nothing happen presses again, and means the same; of several the last is meant.
  await page.locator('[data-act="shuffle-all"]').click();
  await button.click();
  release();
  await expect(page.locator("#player audio")).toHaveCount(2);
  // In words, although its texts may come after the press.
  await expect(button).toHaveAttribute("aria-label", /일시정지$/);
  await soundMoves(page);
  const title = await page.locator("#main .track-row .track-title").first().textContent();
  await expect(nowTitle(page)).toHaveText(title ?? "");
  await expect(page.getByRole("button", { name: "셔플", exact: true })).toHaveAttribute("aria-pressed", "false");
  close();
});
