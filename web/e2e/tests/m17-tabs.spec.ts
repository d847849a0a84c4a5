import { expect, openAlbum, playRow, soundMoves, state, test } from "../listening";
import { NOISE } from "../music";

test("M17 only one tab sounds, and the other can take over", async ({ page, context }) => {
  await openAlbum(page, NOISE);
  await playRow(page, "Aurora");
  await soundMoves(page);
  const other = await context.newPage();
  await openAlbum(other, NOISE);
  await playRow(other, "Borealis");
  await soundMoves(other);
  await expect(state(page)).toHaveAttribute("data-state", "paused");
  const notice = page.locator(".player-notice");
  await expect(notice).toContainText("다른 탭에서 재생 중");
  await notice.getByRole("button", { name: "이 탭에서 재생" }).click();
  await soundMoves(page);
  await expect(state(other)).toHaveAttribute("data-state", "paused");
  await expect(notice).toHaveCount(0);
});

test("M17 what plays elsewhere is said only as long as it does", async ({ page, context }) => {
  await openAlbum(page, NOISE);
  const notice = page.locator(".player-notice");
  const other = await context.newPage();
  await openAlbum(other, NOISE);
  for (const end of [() => other.keyboard.press("k"), () => other.close()]) {
    await playRow(page, "Aurora");
    await expect(state(page)).toHaveAttribute("data-state", "playing");
    await playRow(other, "Borealis");
    await expect(notice).toContainText("다른 탭에서 재생 중");
    await end();
    await expect(notice).toHaveCount(0);
    await expect(state(page)).toHaveAttribute("data-state", "paused");
  }
});
