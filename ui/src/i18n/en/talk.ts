/** A conversation: its lines, what hangs on messages, how far they have come. */

import { counted, list, number, plural } from './speak';

export const talk = {
  seek: {
    label: 'Search in this conversation',
    none: 'Nothing found',
    found: (n: number, isMore: boolean) =>
      isMore ? `More than ${n} found` : plural(n, { one: '# found', other: '# found' }),
    of: (place: number, n: number, isMore: boolean) =>
      isMore ? `${place} of more than ${n}` : `${place} of ${n}`,
    older: 'Further up',
    newer: 'Further down',
    askServer: 'Ask the server too',
    close: 'Close the search',
  },

  timeline: {
    label: (name: string) => `Messages with ${name}`,
    none: 'Choose a conversation to read it here.',
    noneAction: 'New conversation',
    empty: 'No messages yet. Say hello.',
    beginning: 'The beginning of this conversation',
    loadingOlder: 'Loading older messages…',
    loadFailed: 'Older messages could not be loaded.',
    loadOffline: 'Older messages come when you are online again.',
    newMessages: 'New messages',
    jump: (unread: number) =>
      unread === 0
        ? 'Jump to the newest message'
        : `Jump to the newest message, ${counted(unread)} unread`,
    newCount: (n: number) => `${counted(n)} new`,
    goBack: 'Back to where you were',
    goTo: 'Go to a date',
    calendar: {
      label: 'Go to a date',
      previous: 'Earlier month',
      next: 'Later month',
      first: 'The beginning',
      today: 'Today',
    },
    pinned: 'Pinned message',
    pinnedOf: (n: number, all: number) => `Pinned message, ${n} of ${all}`,
    pinnedAll: 'All pinned messages',
    pinnedTitle: (n: number) => plural(n, { one: '# pinned message', other: '# pinned messages' }),
    pinnedNext: 'Show this pinned message, then the next',
    forwardedFrom: (name: string) => `Forwarded from ${name}`,
    forwarded: 'Forwarded',
    replyTo: (name: string) => `Reply to ${name}`,
    quoteGo: (name: string) => `Go to the message by ${name}`,
    silent: 'Sent without a sound',
    changing: 'Your change goes out when you are online.',
    deleting: 'Deleted for everyone once you are online.',
    destroys: (time: string) => `Disappears in ${time}`,
    destroysAfter: (time: string) => `Disappears ${time} after it is read`,
    stored: (time: string) => `By the server’s clock: ${time}`,
    claimed: (time: string) => `By the sender’s clock: ${time}`,
    reaction: (emoji: string, count: string, own: boolean) =>
      `${emoji} ${count}${own ? ', with yours' : ''}`,
    code: 'Code',
    copyCode: 'Copy this code',
    hostIs: (host: string) => `leads to ${host}`,
    gone: 'This message is no longer here.',
    dialogGone: 'This conversation is no longer here.',
    online: 'online',
    join: 'Join',
    readOnly: {
      broadcast: 'Only the owner and the admins write here.',
      left: 'You are no longer in this conversation. You can keep reading what is here.',
      notJoined: 'You are looking at this conversation from outside. Join it to write.',
      other: 'You may not write here.',
      copyWritten: 'Copy what you wrote',
    },
    system: {
      created: (who: string) => `${who} made this conversation`,
      added: (who: string, people: string) => `${who} added ${people}`,
      removed: (who: string, people: string) => `${who} removed ${people}`,
      joined: (people: string) => `${people} joined`,
      left: (people: string) => `${people} left`,
      renamed: (who: string, name: string) =>
        name === '' ? `${who} changed the name` : `${who} changed the name to “${name}”`,
      photo: (who: string) => `${who} changed the photo`,
      description: (who: string) => `${who} changed the description`,
      pinned: (who: string) => `${who} pinned a message`,
      unpinned: (who: string) => `${who} unpinned a message`,
      admins: (who: string) => `${who} changed who the admins are`,
      changed: (who: string) => `${who} changed this conversation`,
      nobody: {
        created: 'This conversation was made',
        added: (people: string) => `${people} joined`,
        removed: (people: string) => `${people} left`,
        renamed: (name: string) =>
          name === '' ? 'The name was changed' : `The name was changed to “${name}”`,
        photo: 'The photo was changed',
        description: 'The description was changed',
        pinned: 'A message was pinned',
        unpinned: 'A message was unpinned',
        admins: 'The admins were changed',
        changed: 'This conversation was changed',
      },
    },
    opening: 'Opening…',
    openFailed: 'This conversation could not be opened.',
    edited: 'edited',
    showAll: 'Show the whole message',
    attachment: (kind: string, name: string) => (name === '' ? kind : `${kind}: ${name}`),
    from: (name: string, time: string) => `${name}, ${time}`,
    announce: (name: string, text: string) => `${name}: ${text}`,
    info: 'Information',
    members: (n: number) => plural(n, { one: '# member', other: '# members' }),
    lastSeen: (when: string) => `last seen ${when}`,
    typing: (names: string[]) =>
      names.length === 0
        ? ''
        : names.length === 1
          ? `${names[0]} is typing…`
          : names.length <= 3
            ? `${list().format(names)} are typing…`
            : 'Several people are typing…',
  },

  files: {
    photos: (n: number) => plural(n, { one: '# photo', other: '# photos' }),
    andMore: (name: string, n: number) =>
      plural(n, { one: `${name} and # more`, other: `${name} and # more` }),
    /** What a click does. */
    does: {
      there: 'Save to your downloads',
      coming: 'Stop saving',
      failed: 'Try to save it again',
      opens: 'Open',
      shows: 'Show in its folder',
      elsewhere: 'Open in your browser',
      nothing: 'There is no file behind this',
      leaves: 'Do not send yet',
      stays: 'Not sent',
    },
    label: (deed: string, name: string, about: string) => `${deed}: ${name}, ${about}`,
    show: (name: string) => `Show in its folder: ${name}`,
    save: (name: string) => `Save ${name}`,
    saveAll: (n: number) => plural(n, { one: 'Save # file', other: 'Save # files' }),
    stop: (name: string) => `Stop saving ${name}`,
    open: (name: string) => `Open ${name}`,
    showIn: (name: string) => `Show ${name} in its folder`,
    link: (host: string) => `Open on ${host}`,
    of: (done: string, all: string) => `${done} of ${all}`,
    saved: 'saved',
    unsized: 'Size not known',
    nothing: 'There is no file behind this.',
    map: 'Show on a map',
    mapHint: 'Opens openstreetmap.org in your browser',
    kinds: {
      sound: 'Sound',
      film: 'Video',
      picture: 'Picture',
      text: 'Document',
      archive: 'Archive',
      table: 'Table',
      file: 'File',
    },
    problems: {
      gone: 'The server no longer has this file. Ask for it again.',
      not_allowed: 'The server does not give you this file. Ask for it again.',
      too_large: 'This file is larger than Kith takes.',
      connection: 'The connection broke. What has come is kept; try again.',
      disk: 'Your disk does not take this file. Make room and try again.',
      server: 'The server failed. Try again in a while.',
    },
  },

  viewer: {
    open: 'Look at the photo',
    stage: (name: string) =>
      `${name === '' ? 'Photo' : name}: plus and minus change its size, Shift and arrow keys move it`,
    of: (n: number, all: number) => `${number().format(n)} of ${number().format(all)}`,
    earlier: 'Earlier photo',
    later: 'Later photo',
    larger: 'Larger',
    smaller: 'Smaller',
    goTo: 'Show the message',
    loading: 'Fetching the photo…',
    large: {
      large: (photo: string, size: string) => `Fetch ${photo}, ${size}`,
      coming: (photo: string, size: string) => `Fetching ${photo}, ${size}`,
      failed: (photo: string, size: string) => `Try again to fetch ${photo}, ${size}`,
      there: (photo: string) => photo,
      missing: (photo: string) => photo,
    },
    largeText: (size: string) => `This photo is large: ${size}.`,
    fetch: 'Fetch the photo',
    notFetched: 'Could not be fetched.',
    missing: 'This photo cannot be shown just now.',
    missingSave: 'This photo cannot be shown here. You can save it and open it from there.',
    saved: 'Saved in your downloads.',
  },

  delivery: {
    failed: 'Not sent',
    queued: 'Waiting to be sent',
    uploading: 'Uploading',
    sending: 'Sending',
    sent: 'Sent',
    delivered: 'Delivered',
    read: 'Read',
  },

  failure: {
    not_allowed: 'Not sent. You may not write here.',
    dialog_gone: 'Not sent. This conversation is no longer here.',
    blocked: 'Not sent. This person does not receive messages from you.',
    too_large: 'Not sent. The server finds this message too long.',
    file_too_large:
      'Not sent. The server finds a file too large, or has no more room for your files.',
    file_refused: 'Not sent. The server does not take this kind of file.',
    file_lost:
      'Not sent. A file is no longer on this computer. Edit the message and attach it again.',
    refused: 'Not sent. The server refused this message.',
    unknown: 'Not sent.',
  },

  presence: { online: 'online', onlineDot: 'Online' },
};
