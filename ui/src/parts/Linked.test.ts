import { cleanup, fireEvent, render } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import Linked from './Linked.svelte';

describe('a text with links', () => {
  afterEach(cleanup);

  it('is shown letter for letter, and is never markup', () => {
    const text = '<img src=x onerror="alert(1)"> <b>no</b> &amp; {@html x}';
    const { container } = render(Linked, { text, onopen: () => undefined });
    expect(container.textContent).toBe(text);
    expect(container.querySelector('img, b, script')).toBe(null);
  });

  it('gives its links to whoever opens them, and opens none itself', async () => {
    const onopen = vi.fn();
    const { container } = render(Linked, { text: 'see https://example.org/x now', onopen });
    const link = container.querySelector('a');
    if (link === null) throw new Error('no link');
    const went = await fireEvent.click(link);
    expect(went).toBe(false);
    expect(onopen).toHaveBeenCalledWith('https://example.org/x');
  });

  it('links nothing that could run', () => {
    const { container } = render(Linked, {
      text: 'javascript:alert(1) data:text/html,x file:///etc/passwd',
      onopen: () => undefined,
    });
    expect([...container.querySelectorAll('a')].map((a) => a.protocol)).toEqual([]);
  });
});
