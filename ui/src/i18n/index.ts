/** The words in use, and how times are said. One language so far; others are catalogs beside `en.ts`. */

import { speakerLocale, timeSpeaker } from '../lib/time';
import { en, type Catalog } from './en';
import { isolating } from './isolate';

export const t: Catalog = isolating(en);
export type { Catalog } from './en';

export const say = timeSpeaker(speakerLocale(navigator.languages));
