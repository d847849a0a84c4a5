import { follow } from "@haas/api";
import { useEffect, useRef, useState } from "react";
import { useStore } from "../store";
import { useParts } from "./context";

const HIGHEST_PEAK = 255;
/** A bar and the space beside it, in CSS pixels. */
const BAR_STEP_PX = 3;
const BAR_PX = 2;
const LOWEST_BAR_PX = 2;

/** The loudness of the track along its time, behind the seek bar. Nothing until it has come; music goes first. */
export default function Waveform({ played }: { played: number }) {
  const { player } = useParts();
  const id = useStore(player.queue, ({ current }) => current?.track.id ?? "");
  const url = useStore(player.details, ({ tracks }) => tracks[id]?.waveform_url ?? null);
  const [loaded, setLoaded] = useState<{ url: string; peaks: number[] } | null>(null);
  const [widthPx, setWidthPx] = useState(0);
  const canvas = useRef<HTMLCanvasElement>(null);
  const peaks = url !== null && loaded?.url === url ? loaded.peaks : null;

  useEffect(() => {
    if (!url) return;
    const stop = new AbortController();
    follow<"/api/music/v1/tracks/{id}/waveform">(url, stop.signal).then(
      (answer) => setLoaded({ url, peaks: answer.peaks }),
      () => {},
    );
    return () => stop.abort();
  }, [url]);

  useEffect(() => {
    const element = canvas.current;
    if (!element || !peaks) return;
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [peaks]);

  useEffect(() => {
    if (canvas.current && peaks && widthPx > 0) draw(canvas.current, peaks, played);
  }, [peaks, widthPx, played]);

  return peaks ? <canvas className="seek-wave" ref={canvas} /> : null;
}

function draw(canvas: HTMLCanvasElement, peaks: number[], played: number): void {
  const { clientWidth, clientHeight } = canvas;
  const density = devicePixelRatio;
  if (canvas.width !== clientWidth * density) canvas.width = clientWidth * density;
  if (canvas.height !== clientHeight * density) canvas.height = clientHeight * density;
  const context = canvas.getContext("2d");
  if (!context) return;
  const { color, accentColor } = getComputedStyle(canvas);
  const bars = Math.max(1, Math.floor(clientWidth / BAR_STEP_PX));
  context.setTransform(density, 0, 0, density, 0, 0);
  context.clearRect(0, 0, clientWidth, clientHeight);
  for (let bar = 0; bar < bars; bar += 1) {
    const from = Math.floor((bar * peaks.length) / bars);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / bars));
    const peak = Math.max(...peaks.slice(from, to));
    const height = Math.max(LOWEST_BAR_PX, (peak / HIGHEST_PEAK) * clientHeight);
    context.fillStyle = (bar + 0.5) / bars <= played ? accentColor : color;
    context.fillRect(bar * BAR_STEP_PX, (clientHeight - height) / 2, BAR_PX, height);
  }
}
