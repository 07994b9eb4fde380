import { describe, expect, it } from 'vitest';
import { bounded, FITS, MOST_ZOOM, zoomedBy } from './zoom';

const picture = { width: 400, height: 300 };
const stage = { width: 600, height: 300 };

describe('looking at a picture more closely', () => {
  it('keeps what is under the pointer where it is', () => {
    const at = { x: 50, y: -30 };
    const view = zoomedBy(FITS, 3, picture, stage, at);
    expect(view.zoom).toBe(3);
    // The point of the picture that was there, three times as far from its middle.
    expect(view.x + 3 * 50).toBe(at.x);
    expect(view.y + 3 * -30).toBe(at.y);
  });

  it('leaves no room where there is picture to show', () => {
    expect(bounded({ x: 999, y: -999, zoom: 2 }, picture, stage)).toEqual({
      x: (400 * 2 - 600) / 2,
      y: -(300 * 2 - 300) / 2,
      zoom: 2,
    });
    // Narrower than the stage: it stays in the middle.
    expect(bounded({ x: 40, y: 0, zoom: 1.2 }, picture, stage).x).toBe(0);
  });

  it('goes neither below what fits nor beyond all measure', () => {
    expect(zoomedBy(FITS, 0.5, picture, stage)).toEqual(FITS);
    expect(zoomedBy(FITS, 100, picture, stage).zoom).toBe(MOST_ZOOM);
  });

  it('comes back to the middle when it gets small again', () => {
    const close = zoomedBy(FITS, 4, picture, stage, { x: 150, y: 100 });
    expect(zoomedBy(close, 0.1, picture, stage, { x: -200, y: 20 })).toEqual(FITS);
  });
});
