import { expect, openAlbum, playRow, sounding, soundMoves, test } from "../listening";
import { LYRICAL, NOISE } from "../music";

test("M9 lines follow the song within 150 ms, a click seeks, scrolling stops following", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, LYRICAL);
  await soundMoves(page);
  await page.keyboard.press("y");
  const now = page.locator('.lyrics-line[aria-current="true"]');
  await expect(page.locator(".lyrics-line").first()).toBeVisible();
  // Before the first line, at 2 s, nothing is marked.
  if ((await sounding(page)).time < 1.5) await expect(now).toHaveCount(0);
  const late = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const audio = [...document.querySelectorAll<HTMLAudioElement>("#player audio")].find(
          (element) => !element.paused,
        );
        const list = document.querySelector(".lyrics");
        if (!audio || !list) throw new Error("no lyrics");
        const worst: number[] = [];
        const observer = new MutationObserver(() => {
          const line = list.querySelector('[aria-current="true"]');
          if (!line) return;
          const index = [...list.children].indexOf(line);
          worst.push(Math.abs(audio.currentTime - (2 + index * 2)));
          if (worst.length < 4) return;
          observer.disconnect();
          resolve(Math.max(...worst) * 1_000);
        });
        observer.observe(list, { subtree: true, attributeFilter: ["aria-current"] });
      }),
  );
  expect(late).toBeLessThan(150);
  await page.getByRole("button", { name: "line 20", exact: true }).click();
  await soundMoves(page, 39.9);
  await expect(now).toHaveText("line 20");
  await page.locator(".panel-body").hover();
  await page.mouse.wheel(0, -600);
  const follow = page.getByRole("button", { name: "지금 부르는 곳으로" });
  await follow.click();
  await expect(follow).toHaveCount(0);
  await expect(now).toBeInViewport();
});

test("M9 a track without lyrics says so", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  await page.keyboard.press("y");
  await expect(page.locator(".panel-body")).toContainText("이 곡에는 가사가 없어요");
});
