import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { copyText } from "./clipboard";

const copied = vi.fn();

beforeEach(() => {
  document.body.innerHTML = "<button>menu</button>";
  document.querySelector("button")?.focus();
  document.execCommand = (command) => {
    const field = document.querySelector("textarea");
    copied(command, field?.value.slice(field.selectionStart, field.selectionEnd), field?.parentElement?.tagName);
    return true;
  };
});
afterEach(() => {
  copied.mockClear();
  vi.unstubAllGlobals();
});

it("asks the browser's clipboard", async () => {
  const writeText = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText } });
  expect(await copyText("link")).toBe(true);
  expect(writeText).toHaveBeenCalledWith("link");
  expect(copied).not.toHaveBeenCalled();
});

it("copies what is selected where a page of plain HTTP gets no clipboard, and gives the focus back", async () => {
  vi.stubGlobal("navigator", {});
  expect(await copyText("link")).toBe(true);
  expect(copied).toHaveBeenCalledWith("copy", "link", "BODY");
  expect(document.querySelector("textarea")).toBeNull();
  expect(document.activeElement?.textContent).toBe("menu");
});

it("selects within what is modal, and says when nothing was copied", async () => {
  vi.stubGlobal("navigator", {
    clipboard: { writeText: () => Promise.reject(new DOMException("no", "NotAllowedError")) },
  });
  document.body.insertAdjacentHTML("beforeend", "<dialog open></dialog>");
  expect(await copyText("link")).toBe(true);
  expect(copied).toHaveBeenCalledWith("copy", "link", "DIALOG");
  document.execCommand = () => false;
  expect(await copyText("link")).toBe(false);
});
