/** How views come to the one `Kith` of the page. */

import { createContext } from 'svelte';
import type { Kith } from './kith.svelte';

const [get, set] = createContext<Kith>();

export const useKith = get;
export const provideKith = set;
