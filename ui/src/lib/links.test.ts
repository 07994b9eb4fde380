import { describe, expect, it } from 'vitest';
import { pieces } from './links';

const links = (text: string) =>
  pieces(text)
    .filter((piece) => piece.href !== null)
    .map((piece) => piece.href);

describe('links in a text', () => {
  it('finds addresses of the web and of mail', () => {
    expect(links('see https://example.org/a?b=c#d, or mail ana@example.org.')).toEqual([
      'https://example.org/a?b=c#d',
      'mailto:ana@example.org',
    ]);
  });

  it('takes a bare name over https', () => {
    expect(links('example.org is it')).toEqual(['https://example.org/']);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'vbscript:msgbox(1)',
    'kith://join?x=y',
  ])('never makes %s clickable', (text) => {
    expect(links(text).every((href) => /^(https?|mailto):/.test(href ?? ''))).toBe(true);
    expect(links(text).some((href) => /alert|passwd|msgbox|join/.test(href ?? ''))).toBe(false);
  });

  it.each([
    '<img src=x onerror=alert(1)>',
    'a\n\nb https://example.org\nc',
    '🙂 example.org 🙂',
    '',
    'no dots here',
  ])('loses no letter of %j', (text) => {
    expect(
      pieces(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text);
  });

  it('copes with a very long text', () => {
    const text = 'word '.repeat(20_000);
    expect(pieces(text)).toHaveLength(1);
  });
});
