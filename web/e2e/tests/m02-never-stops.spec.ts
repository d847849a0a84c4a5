import { expect, nowTitle, open, playRow, sounding, soundMoves, state, stored, test } from "../listening";

test("M2 ten navigations: the sound goes on, titles and focus follow", async ({ page }) => {
  await open(page, "/music/new");
  await playRow(page, "Aurora");
  await soundMoves(page);
  const from = { at: Date.now(), time: (await sounding(page)).time };
  const paths = ["/music/new", "/music/albums", "/music/credits", "/music/chart/rules", "/music"];
  for (const path of [...paths, ...paths]) {
    await page.locator(`a[href="${path}"]`).first().click();
    await expect(page).toHaveURL(new RegExp(`${path}$`));
    await expect(page.locator("#main")).toBeFocused();
  }
  const elapsed = (Date.now() - from.at) / 1_000;
  expect((await sounding(page)).time - from.time).toBeGreaterThan(elapsed * 0.95 - 0.3);
  await expect(nowTitle(page)).toHaveText("Aurora");
  await page.goBack();
  await expect(page).toHaveURL(/\/music\/chart\/rules$/);
  expect((await sounding(page)).paused).toBe(false);
});

test("M2 a reload keeps track, position, queue, volume and settings, and stays paused", async ({ page }) => {
  await open(page, "/music/new");
  await playRow(page, "Borealis");
  await soundMoves(page);
  await page.keyboard.press("ArrowDown");
  await page.evaluate(() => document.querySelector<HTMLElement>(".player-controls [aria-label='셔플']")?.click());
  await soundMoves(page, 3);
  const before = (await sounding(page)).time;
  const queue = await stored<{ lists: { upcoming: string[] } }>(page, "queue");
  await page.reload();
  await expect(nowTitle(page)).toHaveText("Borealis");
  await expect(page.locator(".player")).toHaveAttribute("data-state", "paused");
  expect((await stored<{ position_ms: number }>(page, "position")).position_ms / 1_000).toBeGreaterThan(before - 2);
  expect((await stored<typeof queue>(page, "queue")).lists.upcoming).toEqual(queue.lists.upcoming);
  expect((await stored<{ volume: number }>(page, "settings")).volume).toBe(0.75);
  await page.locator(".player-play").click();
  await soundMoves(page, before - 2);
  expect((await sounding(page)).time).toBeLessThan(before + 4);
});

test("M2 after a reload the bar shows the shape of the music before play is pressed", async ({ page }) => {
  await open(page, "/music/new");
  await playRow(page, "Borealis");
  await soundMoves(page);
  await page.reload();
  const wave = page.locator(".player-bar .seek-wave");
  await expect(wave).toBeVisible();
  await expect(state(page)).toHaveAttribute("data-state", "paused");
  const isDrawn = (canvas: HTMLCanvasElement) =>
    canvas
      .getContext("2d")
      ?.getImageData(0, 0, canvas.width, canvas.height)
      .data.some((value) => value > 0);
  await expect.poll(() => wave.evaluate(isDrawn)).toBe(true);
});

test("M2 a page that takes its time says so at the top edge, one that comes at once does not", async ({ page }) => {
  await open(page, "/music/new");
  /** How high the line is that says so; read in the same turn as the click, if there is one. */
  const line = (click = "") =>
    page.evaluate((selector) => {
      if (selector) document.querySelector<HTMLElement>(selector)?.click();
      const { content, height } = getComputedStyle(document.documentElement, "::before");
      return content === "none" ? null : height;
    }, click);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/music/albums", (route) => released.then(() => route.continue()));
  expect(await line('.site-nav a[href="/music/albums"]')).toBeNull();
  await expect.poll(() => line()).toBe("3px");
  release();
  await expect(page).toHaveURL(/\/music\/albums$/);
  await expect.poll(() => line()).toBeNull();
});

test("M2 a start whose answer is lost is sent again as the same play", async ({ page }) => {
  const starts: { track_id: string; key: string }[] = [];
  await page.route("**/api/music/v1/plays", async (route) => {
    starts.push(route.request().postDataJSON());
    if (starts.length > 1) return route.continue();
    // The server has it; the link breaks before it can say so.
    await route.fetch();
    return route.abort();
  });
  await open(page, "/music/new");
  await playRow(page, "Cascade");
  await expect.poll(() => starts.length, { timeout: 20_000 }).toBe(2);
  expect(starts[1]).toEqual(starts[0]);
  expect(starts[0]?.key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  // What follows is a play of its own.
  await page.keyboard.press("Shift+N");
  await expect.poll(() => starts.length, { timeout: 20_000 }).toBe(3);
  expect(starts[2]?.key).not.toBe(starts[0]?.key);
});

test("M2 what was heard reaches the server in media time, and survives a server that is away", async ({ page }) => {
  const reports: { heard_ms: number; ended: boolean }[] = [];
  let away = true;
  await page.route("**/api/music/v1/plays/*", async (route) => {
    if (away) return route.fulfill({ status: 503, headers: { "retry-after": "1" }, body: "{}" });
    reports.push(route.request().postDataJSON());
    return route.continue();
  });
  await open(page, "/music/new");
  await playRow(page, "Cascade");
  await soundMoves(page, 2);
  // A seek adds nothing to what was heard.
  for (let step = 0; step < 4; step += 1) await page.keyboard.press("Shift+ArrowRight");
  await soundMoves(page, 63);
  await page.locator(".player-play").click();
  await expect.poll(async () => (await stored<unknown[]>(page, "plays")).length).toBe(1);
  await page.reload();
  away = false;
  await expect.poll(() => reports.length, { timeout: 20_000 }).toBeGreaterThan(0);
  const heardMs = reports.at(-1)?.heard_ms ?? 0;
  expect(heardMs).toBeGreaterThan(2_000);
  expect(heardMs).toBeLessThan(15_000);
});
