/**
 * Every word Kith says, in English: by subject, in `en/`. Other languages are
 * catalogs of the same shape. Plain sentences, the second person, no exclamation
 * marks: what happened, what Kith does about it, what you can do.
 */

import { about } from './en/about';
import { conversations } from './en/conversations';
import { entrance } from './en/entrance';
import { message } from './en/message';
import { rest } from './en/rest';
import { talk } from './en/talk';
import { writing } from './en/writing';

export const en = {
  ...entrance,
  ...conversations,
  ...talk,
  ...message,
  ...writing,
  ...about,
  ...rest,
};

export type Catalog = typeof en;
