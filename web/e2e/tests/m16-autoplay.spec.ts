import { expect, openAlbum, playRow, soundMoves, state, test } from "../listening";
import { NOISE } from "../music";

test("M16 refused autoplay shows a prompt, stays paused, and one press plays", async ({ page }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  // After a reload the page itself presses play: no gesture of the listener stands behind that.
  await page.addInitScript(() => {
    const press = () => {
      const button = document.querySelector<HTMLElement>(".player-play");
      if (button) button.click();
      else setTimeout(press, 20);
    };
    addEventListener("load", press);
  });
  await page.reload();
  const notice = page.locator(".player-notice");
  await expect(notice).toContainText("자동 재생을 막았어요");
  await expect(state(page)).toHaveAttribute("data-state", "paused");
  await expect(page.locator(".toast")).toHaveCount(0);
  await notice.getByRole("button", { name: "재생" }).click();
  await soundMoves(page, 1);
  await expect(notice).toHaveCount(0);
});
