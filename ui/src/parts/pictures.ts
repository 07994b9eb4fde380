/** How a picture's address becomes something an image can show: whoever puts the page together says. */

import { getContext, hasContext, setContext } from 'svelte';

export type Resolve = (address: string | null) => string | null;

const KEY = Symbol('pictures');
const plain: Resolve = (address) => (address?.startsWith('data:') === true ? address : null);

export const provideResolve = (resolve: Resolve) => setContext(KEY, resolve);

export function useResolve(): Resolve {
  return hasContext(KEY) ? getContext<Resolve>(KEY) : plain;
}
