import { expect, it } from "vitest";
import { type CmcdFacts, cmcdRequest, withCmcd } from "./cmcd";

const FACTS: CmcdFacts = {
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
};
const QUERY = 'CMCD=bl=4400,br=128,bs,d=2048,mtp=1300,ot=a,sf=h,sid="s",st=v,su,tb=256';

it("writes keys in order, rounded as CTA-5004 asks, flags bare", () => {
  expect(decodeURIComponent(withCmcd("/media/x.mp4", FACTS))).toBe(`/media/x.mp4?${QUERY}`);
});

it("leaves out what is not known and joins an existing query", () => {
  expect(decodeURIComponent(withCmcd("/s?x=1", { ot: "i", sf: "o", sid: "s", bs: false }))).toBe(
    '/s?x=1&CMCD=ot=i,sf=o,sid="s",st=v',
  );
});

it("asks our own server by the standard's four headers and leaves the address alone", () => {
  expect(cmcdRequest("/media/x.mp4", FACTS)).toEqual({
    url: "/media/x.mp4",
    headers: {
      "CMCD-Object": "br=128,d=2048,ot=a,tb=256",
      "CMCD-Request": "bl=4400,mtp=1300,su",
      "CMCD-Session": 'sf=h,sid="s",st=v',
      "CMCD-Status": "bs",
    },
  });
  expect(cmcdRequest("/x", { ot: "i", sf: "h", sid: "s" }).headers).toEqual({
    "CMCD-Object": "ot=i",
    "CMCD-Session": 'sf=h,sid="s",st=v',
  });
});

it("asks another origin by query", () => {
  const { url, headers } = cmcdRequest("https://cdn.example/x.mp4", FACTS);
  expect(decodeURIComponent(url)).toBe(`https://cdn.example/x.mp4?${QUERY}`);
  expect(headers).toEqual({});
});
