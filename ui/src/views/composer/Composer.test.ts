import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../../backend/fake/fake';
import { Kith } from '../../state/kith.svelte';
import { emojiFor } from './choices';
import Stage from './Stage.test.svelte';

/** How long is waited for what comes in a moment. */
const PATIENCE = { timeout: 20_000 };

const attention = { isLooking: () => true, onChange: () => () => undefined };

describe('the composer', () => {
  let backend: FakeBackend;
  let kith: Kith;
  let box: HTMLTextAreaElement;

  const sent = () =>
    backend.calls
      .filter((call) => call.name === 'send')
      .map((call) => (call.args as { text: string }).text);
  const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

  beforeEach(async () => {
    backend = new FakeBackend({ phase: 'home', dialogs: 'full', sending: 'waits' });
    kith = new Kith(backend, attention);
    await kith.start();
    kith.go('bea');
    render(Stage, { kith, dialogId: 'bea' });
    box = screen.getByTestId<HTMLTextAreaElement>('composer-input');
  });
  afterEach(() => {
    cleanup();
    kith.stop();
  });

  it('sends with Enter and is empty afterwards, with the focus', async () => {
    await fireEvent.input(box, { target: { value: 'hello' } });
    await fireEvent.keyDown(box, { key: 'Enter' });
    await settle();
    expect(sent()).toEqual(['hello']);
    expect(box.value).toBe('');
    expect(document.activeElement).toBe(box);
  });

  it('keeps Shift and Enter for a new line', async () => {
    await fireEvent.input(box, { target: { value: 'hello' } });
    await fireEvent.keyDown(box, { key: 'Enter', shiftKey: true });
    await settle();
    expect(sent()).toEqual([]);
  });

  it('leaves the Enter of an input method alone', async () => {
    await fireEvent.input(box, { target: { value: 'にほん' } });
    await fireEvent.keyDown(box, { key: 'Enter', isComposing: true });
    await fireEvent.keyDown(box, { key: 'Enter', keyCode: 229 });
    await fireEvent.compositionEnd(box);
    await fireEvent.keyDown(box, { key: 'Enter' });
    await settle();
    expect(sent()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 80));
    await fireEvent.keyDown(box, { key: 'Enter' });
    await settle();
    expect(sent()).toEqual(['にほん']);
  });

  it('does not send nothing', async () => {
    await fireEvent.input(box, { target: { value: '   ' } });
    expect(screen.getByTestId('send')).toHaveProperty('disabled', true);
    await fireEvent.keyDown(box, { key: 'Enter' });
    await settle();
    expect(sent()).toEqual([]);
  });

  it('puts the emoji that was meant, even before it is shown', async () => {
    // The emoji's names are many, and loaded when they are first asked for.
    await emojiFor('cheese', 0);
    const type = async (text: string) => {
      box.value = text;
      box.setSelectionRange(text.length, text.length);
      await fireEvent.input(box);
    };
    await type(':ca');
    await screen.findAllByTestId('choice', {}, PATIENCE);
    expect(screen.getAllByTestId('choice')[0]?.textContent).not.toContain('🧀');
    await type(':cheese');
    await fireEvent.keyDown(box, { key: 'Tab' });
    await waitFor(() => expect(box.value).toBe('🧀'), PATIENCE);
  });
});
