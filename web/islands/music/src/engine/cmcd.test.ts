import { expect, it } from "vitest";
import { withCmcd } from "./cmcd";

it("writes keys in order, rounded as CTA-5004 asks, flags bare", () => {
  const url = withCmcd("/media/x.mp4", {
    br: 128.4,
    bl: 4_449,
    bs: true,
    d: 2_048,
    mtp: 1_251,
    ot: "a",
    sf: "h",
    sid: "s",
    su: true,
    tb: 256,
  });
  expect(decodeURIComponent(url)).toBe(
    '/media/x.mp4?CMCD=bl=4400,br=128,bs,d=2048,mtp=1300,ot=a,sf=h,sid="s",st=v,su,tb=256',
  );
});

it("leaves out what is not known and joins an existing query", () => {
  expect(decodeURIComponent(withCmcd("/s?x=1", { ot: "i", sf: "o", sid: "s", bs: false }))).toBe(
    '/s?x=1&CMCD=ot=i,sf=o,sid="s",st=v',
  );
});
