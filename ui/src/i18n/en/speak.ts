/** What English needs to count and to list. */

import { lazy } from '../../lib/lazy';
import { pluralizer } from '../plural';

export const plural = pluralizer('en');
export const number = lazy(() => new Intl.NumberFormat('en'));
/** For what is counted no further than a glance takes in. */
export const counted = (n: number) => (n > 999 ? '999+' : number().format(n));
export const list = lazy(() => new Intl.ListFormat('en', { style: 'long', type: 'conjunction' }));
export const quoted = (names: string[]) => list().format(names.map((name) => `“${name}”`));
