/**
 * The UI's one door. Everything Kith knows comes through here, and nothing else
 * in the UI knows what is behind: the app's window, a browser with the bridge,
 * or an invented backend for pictures and tests.
 */

import type { Commands, FeedEvent, UiError } from './bindings';

export type CommandName = keyof Commands;

/** Files that are dragged over the window, where the page itself is not told of them. */
export type Drag =
  | { kind: 'over'; x: number; y: number }
  | { kind: 'leave' }
  | { kind: 'drop'; x: number; y: number; paths: string[] };

export interface Backend {
  /** Asks. Rejects with a `CallError` and with nothing else. */
  call<K extends CommandName>(name: K, args: Commands[K]['args']): Promise<Commands[K]['answer']>;
  /** Listens to what comes unasked. Answers how to stop. */
  feed(listener: (event: FeedEvent) => void): () => void;
  /** Listens to what is dragged over the app's own window. Answers how to stop. */
  drags?(listener: (drag: Drag) => void): () => void;
}

/** A failed command. The UI branches on `code` and shows words of its own. */
export class CallError extends Error {
  readonly code: UiError['code'];
  readonly detail: string | null;

  constructor(
    readonly command: string,
    { code, message, detail }: UiError,
  ) {
    super(message);
    this.name = 'CallError';
    this.code = code;
    this.detail = detail;
  }
}

function isUiError(value: unknown): value is UiError {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as UiError).code === 'string' &&
    typeof (value as UiError).message === 'string'
  );
}

/** Makes a `CallError` of whatever was thrown. */
export function asCallError(command: string, thrown: unknown): CallError {
  if (thrown instanceof CallError) return thrown;
  if (isUiError(thrown))
    return new CallError(command, { ...thrown, detail: thrown.detail ?? null });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CallError(command, { code: 'internal', message, detail: null });
}
