/**
 * QR codes on the screen, and out of pictures and the camera.
 *
 * @module
 */

import type { Chunk as Drawing } from "./qr";
import type { Chunk as Reading } from "./scan";

/** Set by the build: the chunks' files. */
declare const __QR__: string;
declare const __SCAN__: string;

const drawing = (): Promise<Drawing> => import(/* @vite-ignore */ new URL(__QR__, import.meta.url).href) as Promise<Drawing>;
const reading = (): Promise<Reading> => import(/* @vite-ignore */ new URL(__SCAN__, import.meta.url).href) as Promise<Reading>;

/** The longest side of a picture that is searched, pixels. */
const SIDE = 1600;

/** Draws a text's code, dark on light whatever the page's colours. */
export async function draw(text: string, title: string): Promise<SVGSVGElement> {
  const { dots } = await drawing();
  const rows = dots(text);
  const SVG = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", title);
  svg.setAttribute("shape-rendering", "crispEdges");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", rows.flatMap((row, y) => row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : []))).join(""));
  path.setAttribute("fill", "#000");
  svg.append(path);
  return svg;
}

/** The text of the code in a picture file; undefined if there is none, or it is no picture. */
export async function readPicture(file: Blob): Promise<string | undefined> {
  const { read } = await reading();
  try {
    const picture = await createImageBitmap(file);
    return read(pixels(picture, picture.width, picture.height));
  } catch {
    return undefined;
  }
}

/**
 * Reads codes as the camera sees them.
 *
 * @param seen Hears each text, again and again; true ends it.
 * @returns what ends it.
 * @throws DOMException Where there is no camera, or the visitor or the site's policy refuses it.
 */
export async function watch(video: HTMLVideoElement, seen: (text: string) => boolean): Promise<() => void> {
  const [{ read }, stream] = await Promise.all([
    reading(),
    navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false }),
  ]);
  let over = false;
  const end = (): void => {
    over = true;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  video.srcObject = stream;
  video.muted = true;
  video.playsInline = true;
  await video.play();
  const look = (): void => {
    if (over) return;
    const text = video.videoWidth ? read(pixels(video, video.videoWidth, video.videoHeight)) : undefined;
    if (text !== undefined && seen(text)) return end();
    setTimeout(look, 120);
  };
  look();
  return end;
}

function pixels(picture: CanvasImageSource, width: number, height: number): ImageData {
  const scale = Math.min(1, SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  // What is transparent is paper.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
