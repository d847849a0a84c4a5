/** Runs something once the page has loaded and has nothing else to do. */
export function whenIdle(run: () => void): void {
  // Not every browser tells when it is idle.
  const idle = () => (window.requestIdleCallback ?? setTimeout)(run);
  if (document.readyState === "complete") idle();
  else addEventListener("load", idle, { once: true });
}
