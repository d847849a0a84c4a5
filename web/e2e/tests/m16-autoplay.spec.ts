import { expect, openAlbum, playRow, soundMoves, state, test } from "../listening";
import { NOISE } from "../music";

test("M16 refused autoplay shows a prompt, stays paused, and one press plays", async ({ page, context }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page, 1);
  const path = page.url();
  await page.close();
  // In a fresh tab the page itself presses play: no gesture of the listener stands behind that. (After a reload the
  // browser would still remember the gesture of before.) Whatever Playwright asks the page counts as a gesture, so
  // the page says by itself when it has answered.
  const fresh = await context.newPage();
  await fresh.addInitScript(() => {
    const answer = () => {
      if (document.querySelector(".player-notice, .player[data-state=playing]")) console.info("answered");
      else setTimeout(answer, 20);
    };
    const press = () => {
      const button = document.querySelector<HTMLElement>(".player-play");
      if (!button) return setTimeout(press, 20);
      button.click();
      answer();
    };
    addEventListener("load", press);
  });
  const answered = fresh.waitForEvent("console", (message) => message.text() === "answered");
  await fresh.goto(path);
  await answered;
  const notice = fresh.locator(".player-notice");
  await expect(notice).toContainText("자동 재생을 막았어요");
  await expect(state(fresh)).toHaveAttribute("data-state", "paused");
  await expect(fresh.locator(".toast")).toHaveCount(0);
  await notice.getByRole("button", { name: "재생" }).click();
  await soundMoves(fresh, 1);
  await expect(notice).toHaveCount(0);
});
