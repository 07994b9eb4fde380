/** What English needs to count and to list. */

import { lazy } from '../../lib/lazy';
import { pluralizer } from '../plural';

export const plural = pluralizer('en');
export const number = lazy(() => new Intl.NumberFormat('en'));
export const list = lazy(() => new Intl.ListFormat('en', { style: 'long', type: 'conjunction' }));
export const quoted = (names: string[]) => list().format(names.map((name) => `“${name}”`));
