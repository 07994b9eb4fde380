/** What keys do, for the overview: the handlers themselves stand where they are used. */

import { t } from '../../i18n';
import { FORMATS } from '../composer/format';

/** Ways to do one thing, each a few keys at once. */
export type Shortcut = {
  words: string;
  ways: readonly (readonly string[])[];
  /** Where the last key stands for several: the last of those. */
  to?: string;
};
type Group = { name: string; shortcuts: Shortcut[] };

const one = (words: string, ...keys: string[]): Shortcut => ({
  words,
  ways: keys.map((key) => key.split(' ')),
});

/** Everything, in the order of the window from the outside in. */
export function shortcuts(): Group[] {
  const { keys, composer } = t;
  const { groups } = keys;
  return [
    {
      name: groups.everywhere,
      shortcuts: [
        one(keys.search, 'Ctrl K'),
        one(keys.create, 'Ctrl N'),
        one(keys.step, 'Alt ↓', 'Alt ↑'),
        one(keys.pane, 'F6', 'Shift F6'),
        { ...one(keys.nth, 'Ctrl 1'), to: '9' },
        one(keys.settings, 'Ctrl ,'),
        one(keys.overview, 'Ctrl /', 'F1'),
        one(keys.close, 'Esc'),
      ],
    },
    {
      name: groups.list,
      shortcuts: [
        one(keys.walk, '↓', '↑'),
        one(keys.ends, 'Home', 'End'),
        one(keys.openIt, 'Enter'),
        one(keys.actions, 'Menu', 'Shift F10'),
        one(keys.remove, 'Delete'),
        one(keys.all, 'Ctrl A'),
      ],
    },
    {
      name: groups.messages,
      shortcuts: [
        one(keys.walk, '↓', '↑'),
        one(keys.ends, 'Home', 'End'),
        one(keys.seek, 'Ctrl F'),
        one(keys.seekNext, 'Enter', 'F3'),
        one(keys.seekBack, 'Shift Enter', 'Shift F3'),
        one(keys.actions, 'Enter', 'Menu'),
        one(keys.photo, 'Space'),
        one(keys.mark, 'Space'),
        one(keys.markTo, 'Shift Arrows'),
      ],
    },
    {
      name: groups.photo,
      shortcuts: [
        one(keys.steps, '←', '→'),
        one(keys.zoom, '+', '−'),
        one(keys.fit, '0'),
        one(keys.move, 'Shift Arrows'),
        one(keys.save, 'Ctrl S'),
      ],
    },
    {
      name: groups.writing,
      shortcuts: [
        one(keys.send, 'Enter'),
        one(keys.line, 'Shift Enter'),
        one(keys.editLast, '↑'),
        one(keys.stop, 'Esc'),
        one(keys.mention, '@'),
        one(keys.emoji, ':'),
        one(keys.plain, 'Ctrl Shift V'),
        ...FORMATS.map(({ format, keys: way }) =>
          one(composer.formats[format], way.replaceAll('+', ' ')),
        ),
      ],
    },
  ];
}
