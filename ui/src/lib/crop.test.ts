import { describe, expect, it } from 'vitest';
import { covering, cutOut, MOST_ZOOM, zoomed } from './crop';

const wide = { width: 400, height: 200 };
const middle = { x: 0, y: 0, zoom: 1 };

describe('cutting a square out of a picture', () => {
  it('begins with the largest square in the middle', () => {
    expect(cutOut(wide, middle)).toEqual({ x: 100, y: 0, side: 200 });
    expect(cutOut({ width: 90, height: 300 }, middle)).toEqual({ x: 0, y: 105, side: 90 });
  });

  it('never uncovers the frame', () => {
    expect(covering(wide, { x: 9, y: 9, zoom: 0.2 })).toEqual({ x: 0.5, y: 0, zoom: 1 });
    expect(covering(wide, { x: -9, y: -9, zoom: 2 })).toEqual({ x: -1.5, y: -0.5, zoom: 2 });
    expect(cutOut(wide, { x: 9, y: 0, zoom: 1 })).toEqual({ x: 0, y: 0, side: 200 });
    expect(cutOut(wide, { x: -9, y: 0, zoom: 1 })).toEqual({ x: 200, y: 0, side: 200 });
  });

  it('keeps what is in the middle there while it grows', () => {
    const moved = covering(wide, { x: 0.25, y: 0, zoom: 1 });
    const before = cutOut(wide, moved);
    const after = cutOut(wide, zoomed(wide, moved, 2));
    expect(after.side).toBe(100);
    expect(after.x + after.side / 2).toBe(before.x + before.side / 2);
    expect(zoomed(wide, middle, 99).zoom).toBe(MOST_ZOOM);
  });
});
