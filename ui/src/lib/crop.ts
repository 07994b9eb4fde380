/**
 * Cutting a square out of a picture. The picture fills a square frame; zoom
 * makes it larger, and moving never uncovers the frame.
 */

export type Size = { width: number; height: number };

/** How a picture lies in its frame: its middle is so far off, in frames, and it is so much larger. */
export type View = { x: number; y: number; zoom: number };

export const MOST_ZOOM = 4;

/** The width and height of the picture in frames. */
function extent({ width, height }: Size, zoom: number): Size {
  const shorter = Math.min(width, height);
  return { width: (width / shorter) * zoom, height: (height / shorter) * zoom };
}

const clamp = (value: number, most: number) => Math.min(most, Math.max(-most, value));

/** The nearest view that covers the frame. */
export function covering(size: Size, { x, y, zoom }: View): View {
  const held = Math.min(MOST_ZOOM, Math.max(1, zoom));
  const { width, height } = extent(size, held);
  // Not minus zero: it reads oddly.
  return {
    x: clamp(x, (width - 1) / 2) || 0,
    y: clamp(y, (height - 1) / 2) || 0,
    zoom: held,
  };
}

/** Larger or smaller around the middle of the frame. */
export function zoomed(size: Size, view: View, zoom: number): View {
  const by = Math.min(MOST_ZOOM, Math.max(1, zoom)) / view.zoom;
  return covering(size, { x: view.x * by, y: view.y * by, zoom });
}

/** The square of the picture that shows in the frame, in the picture's pixels. */
export function cutOut(size: Size, view: View): { x: number; y: number; side: number } {
  const { x, y, zoom } = covering(size, view);
  const side = Math.min(size.width, size.height) / zoom;
  return {
    x: Math.max(0, size.width / 2 - (x + 0.5) * side),
    y: Math.max(0, size.height / 2 - (y + 0.5) * side),
    side,
  };
}
