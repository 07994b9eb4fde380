import { describe, expect, it } from 'vitest';
import { isPlainTyping, sendsMessage } from './keys';

const key = (more: Partial<KeyboardEvent> = {}) => ({
  key: 'Enter',
  isComposing: false,
  keyCode: 13,
  shiftKey: false,
  altKey: false,
  ...more,
});

describe('the key that sends', () => {
  it('is Enter, and not with Shift', () => {
    expect(sendsMessage(key())).toBe(true);
    expect(sendsMessage(key({ shiftKey: true }))).toBe(false);
    expect(sendsMessage(key({ key: 'a' }))).toBe(false);
  });

  it('is not the Enter of an input method', () => {
    expect(sendsMessage(key({ isComposing: true }))).toBe(false);
    expect(sendsMessage(key({ keyCode: 229 }))).toBe(false);
    // WebKit ends the composition first and sends the key afterwards.
    expect(sendsMessage(key(), 5)).toBe(false);
    expect(sendsMessage(key(), 500)).toBe(true);
  });
});

describe('typing anywhere', () => {
  const at = (html: string) => {
    const place = document.createElement('div');
    const element = document.createElement(html);
    place.append(element);
    document.body.append(place);
    return element;
  };
  const press = (target: Element, options: KeyboardEventInit) => {
    const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...options });
    target.dispatchEvent(event);
    return isPlainTyping(event);
  };

  it('is a letter outside of fields', () => {
    expect(press(at('p'), { key: 'a' })).toBe(true);
    expect(press(at('p'), { key: 'ß' })).toBe(true);
    expect(press(at('input'), { key: 'a' })).toBe(false);
    expect(press(at('textarea'), { key: 'a' })).toBe(false);
  });

  it('is not a shortcut, a space or a key with a name', () => {
    expect(press(at('p'), { key: 'c', ctrlKey: true })).toBe(false);
    expect(press(at('p'), { key: ' ' })).toBe(false);
    expect(press(at('p'), { key: 'Tab' })).toBe(false);
  });
});
