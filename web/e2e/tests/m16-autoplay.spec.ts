import { expect, openAlbum, playRow, soundMoves, state, test } from "../listening";
import { NOISE } from "../music";

test("M16 refused autoplay shows a prompt, stays paused, and one press plays", async ({ page, context }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  const path = page.url();
  await page.close();
  // In a fresh tab the page itself presses play: no gesture of the listener stands behind that. (After a reload the
  // browser would still remember the gesture of before.)
  const fresh = await context.newPage();
  await fresh.addInitScript(() => {
    const press = () => {
      const button = document.querySelector<HTMLElement>(".player-play");
      if (button) button.click();
      else setTimeout(press, 20);
    };
    addEventListener("load", press);
  });
  await fresh.goto(path);
  const notice = fresh.locator(".player-notice");
  await expect(notice).toContainText("자동 재생을 막았어요");
  await expect(state(fresh)).toHaveAttribute("data-state", "paused");
  await expect(fresh.locator(".toast")).toHaveCount(0);
  await notice.getByRole("button", { name: "재생" }).click();
  await soundMoves(fresh, 1);
  await expect(notice).toHaveCount(0);
});
