/**
 * Looking at a picture more closely. It lies in the middle of a stage, as large
 * as fits; zoom makes it larger, and moving never leaves room where there is
 * picture to show. All of it in pixels of the screen.
 */

export type Size = { width: number; height: number };

/** The picture's middle is so far from the stage's, and it is so much larger than what fits. */
export type View = { x: number; y: number; zoom: number };

export const FITS: View = { x: 0, y: 0, zoom: 1 };
export const MOST_ZOOM = 8;

const clamp = (value: number, most: number) => Math.min(most, Math.max(-most, value)) || 0;

/** The nearest view that shows as much picture as there is room for. */
export function bounded({ x, y, zoom }: View, picture: Size, stage: Size): View {
  const held = Math.min(MOST_ZOOM, Math.max(1, zoom));
  const over = (size: number, room: number) => Math.max(0, (size * held - room) / 2);
  return {
    x: clamp(x, over(picture.width, stage.width)),
    y: clamp(y, over(picture.height, stage.height)),
    zoom: held,
  };
}

/** So many times larger, around a point of the stage, told from its middle: what is there stays there. */
export function zoomedBy(
  view: View,
  by: number,
  picture: Size,
  stage: Size,
  at: { x: number; y: number } = { x: 0, y: 0 },
): View {
  const zoom = Math.min(MOST_ZOOM, Math.max(1, view.zoom * by));
  const really = zoom / view.zoom;
  return bounded(
    { x: at.x - (at.x - view.x) * really, y: at.y - (at.y - view.y) * really, zoom },
    picture,
    stage,
  );
}
