/** Where one writes. */

import { number, plural } from './speak';

export const writing = {
  emoji: {
    label: 'Emoji',
    open: 'Emoji',
    search: 'Search emoji',
    none: 'No emoji has this name.',
    recent: 'Used lately',
    tone: 'Skin tone',
    tones: ['No tone', 'Light', 'Medium light', 'Medium', 'Medium dark', 'Dark'],
    loading: 'Loading emoji…',
    groups: {
      smileys: 'Smileys and feelings',
      people: 'People and bodies',
      animals: 'Animals and nature',
      food: 'Food and drink',
      travel: 'Travel and places',
      activities: 'Activities',
      objects: 'Objects',
      symbols: 'Symbols',
      flags: 'Flags',
    },
  },

  composer: {
    label: 'Your message',
    placeholder: 'Write a message',
    send: 'Send',
    sendSilent: 'Send without a sound',
    save: 'Save the change',
    everybody: 'all',
    everybodyHint: 'Everybody in this conversation',
    editing: 'Edit message',
    replying: (name: string) => `Reply to ${name}`,
    stopReply: 'Do not reply',
    stopEdit: 'Do not edit',
    notChanged: (why: string) => `Not changed; your text is still here. ${why}`,
    history: 'Earlier drafts',
    historyHint: 'Bring a draft back',
    format: 'Formatting',
    formats: {
      bold: 'Bold',
      italic: 'Italic',
      strike: 'Strikethrough',
      code: 'Code',
      block: 'Code block',
      quote: 'Quote',
      list: 'List',
      numbers: 'Numbered list',
      link: 'Link',
    },
    options: 'How it is sent',
    silent: 'Without a sound',
    silentOn: 'The next message makes no sound.',
    destroy: 'Disappears after it is read',
    destroyOff: 'Never',
    destroyOn: (time: string) => `Disappears ${time} after it is read.`,
    mentions: 'People to mention',
    emojis: 'Emoji to insert',
    tooLong: (over: number) =>
      plural(over, {
        one: 'This message is # byte too long. Shorten it, or send it in two parts.',
        other: 'This message is # bytes too long. Shorten it, or send it in two parts.',
      }),
    notSent: (why: string) => `Not sent; your text is still here. ${why}`,
    draftNotKept: 'Your draft could not be saved on this computer.',
  },

  staging: {
    attach: 'Attach files',
    label: 'Files to send',
    count: (n: number) => plural(n, { one: '# file', other: '# files' }),
    drop: 'Let go to attach',
    dropHint: 'You can write something about it before it is sent.',
    remove: (name: string) => `Remove ${name}`,
    stop: (name: string) => `Stop reading ${name}`,
    reading: 'Being read',
    problem: (name: string, why: string) => `${name}: ${why}`,
    tooMany: (most: number) =>
      `A message carries ${number().format(most)} files at most. Send these first, then the others.`,
    empty: (name: string) => `${name}: Nothing is in this file, so there is nothing to send.`,
    folder: 'A folder cannot be sent. Choose the files in it, or pack it into one file first.',
    unreadable: 'This file cannot be read. Check that it is still there and that you may open it.',
    problems: {
      too_large:
        'The server takes files of 100 MB at most, and this one is larger. Make it smaller, or send a link to it.',
      gone: 'This file is not there any more. Choose it again.',
      disk: 'There is no room for a copy of it, which Kith keeps until it is sent. Make room and choose it again.',
    },
    /** On a message that has not gone out. */
    take: (name: string) => `Do not send ${name} yet`,
    takeBack: 'Do not send yet',
    waits: 'Waiting to be sent',
    notSent: 'Not sent',
  },
};
