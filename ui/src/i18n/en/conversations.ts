/** The rail and the list of conversations, and keeping it in order. */

import { plural } from './speak';

export const conversations = {
  rail: {
    label: 'Kith',
    chats: 'Conversations',
    settings: 'Settings and account',
    account: (name: string) => `Signed in as ${name}`,
    switchTo: (name: string, connection: string, unread: number) =>
      unread === 0
        ? `Switch to ${name}, ${connection}`
        : plural(unread, {
            one: `Switch to ${name}, ${connection}, # unread message`,
            other: `Switch to ${name}, ${connection}, # unread messages`,
          }),
    addAccount: 'Add an account',
    backTo: (name: string) => `Back to ${name}`,
    directory: 'Find public groups',
    waiting: (n: number) =>
      plural(n, { one: '# message has not gone out', other: '# messages have not gone out' }),
  },

  link: {
    connecting: 'Connecting…',
    catching_up: 'Catching up…',
    online: 'Online',
    offline: 'Offline',
    refused: 'Sign-in refused',
    label: (state: string) => `Connection: ${state}`,
    line: {
      disk: 'Your disk is full, so new messages cannot be kept. Make room, and Kith goes on by itself.',
      offline: 'You are offline. Messages wait here until you are back.',
      connecting: 'Connecting. Messages wait here and go out once you are online.',
      refused: 'The server no longer accepts this sign-in. Messages wait here.',
      unknown_host: 'The server’s address was not found. Messages wait here until it is.',
      unreachable: 'The server does not answer. Messages wait here until it does.',
      certificate:
        'The server’s certificate is not trusted, so messages wait here. Is this computer’s clock right?',
      not_a_chat_server:
        'What answers at the chat address is not a chat server. Messages wait here.',
    },
    retryIn: (seconds: number) =>
      seconds >= 90
        ? plural(Math.round(seconds / 60), {
            one: 'Next try in # minute.',
            other: 'Next try in # minutes.',
          })
        : plural(seconds, { one: 'Next try in # second.', other: 'Next try in # seconds.' }),
    tryNow: 'Try now',
    signIn: 'Sign in again',
  },

  dialogs: {
    label: 'Conversations',
    search: 'Search people, conversations and messages',
    clearSearch: 'Clear the search',
    create: 'New conversation',
    more: 'More about the list',
    markAllRead: 'Mark all as read',
    filter: 'Which conversations',
    filters: {
      all: 'All',
      unread: 'Unread',
      groups: 'Groups',
      public: 'Public',
      archived: 'Archived',
    },
    filterCount: (name: string, n: number) =>
      n === 0 ? name : plural(n, { one: `${name}, # unread`, other: `${name}, # unread` }),
    none: {
      all: 'Every conversation is archived.',
      unread: 'You have read everything.',
      groups: 'You are in no group yet.',
      public: 'You have joined no public group yet.',
      archived: 'Nothing is archived.',
    },
    kinds: { group: 'Group', public: 'Public group', broadcast: 'Announcements' },
    muted: 'Muted',
    pinned: 'Pinned',
    archived: 'Archived',
    markedUnread: 'Marked as unread',
    mentions: (n: number) =>
      plural(n, { one: 'You are mentioned', other: 'You are mentioned # times' }),
    waiting: (n: number) =>
      plural(n, { one: '# message waits to go out', other: '# messages wait to go out' }),
    failed: 'Not sent:',
    actions: 'What to do with this conversation',
    draft: 'Draft:',
    own: 'You:',
    unread: (n: number) => plural(n, { one: '# unread message', other: '# unread messages' }),
    noMessages: 'No messages yet',
    emptyTitle: 'No conversations yet',
    emptyText: 'Write to somebody to begin.',
    emptyOffline: 'Your conversations come when you are online.',
    noMatch: 'No conversation has this name, and no message these words.',
    people: 'People',
    messages: 'Messages',
    messagesCount: (n: number, isMore: boolean) =>
      isMore ? `Messages, more than ${n}` : plural(n, { one: 'Messages, #', other: 'Messages, #' }),
    noMessage: 'No message has these words.',
    messagesFailed: 'Messages could not be searched. Type again to try once more.',
    serverAsk: 'Search on the server too',
    serverAgain: 'Ask the server again',
    serverBusy: 'Asking the server…',
    serverShort: 'The server looks for four letters or more.',
    serverOffline: 'The server cannot be asked while you are offline.',
    serverFailed: 'The server did not answer this.',
    serverFound: 'Found on the server',
    serverNone: 'The server found nothing else.',
    incomplete: (n: number) =>
      plural(n, {
        one: '# conversation is not complete here yet.',
        other: '# conversations are not complete here yet.',
      }),
    talkTo: (name: string) => `New conversation with ${name}`,
    searching: 'Looking for people…',
    peopleFailed: 'People could not be searched just now.',
    moreLetters: 'Type four letters to look for more people on the server.',
    resize: 'Width of the list',
    typing: 'typing…',
    typingName: (name: string) => `${name} is typing…`,
    attachment: {
      photo: 'Photo',
      video: 'Video',
      audio: 'Voice message',
      contact: 'Contact',
      place: 'Place',
      file: 'File',
    },
  },

  upkeep: {
    open: 'Open',
    pin: 'Pin to the top',
    unpin: 'Unpin from the top',
    markUnread: 'Mark as unread',
    whyUnread: 'Why is this unread?',
    whys: {
      new: 'This is the first message that you have not seen.',
      late: 'This message came after you had read further: it was on its way for long, or its writer’s clock is behind.',
      marked: 'You marked this conversation as unread. You have seen every message in it.',
      nothing: 'You have seen every message in this conversation by now.',
    },
    markRead: 'Mark as read',
    mute: 'Mute',
    unmute: 'Unmute',
    mutes: {
      hour: 'For 1 hour',
      hours: 'For 8 hours',
      tomorrow: 'Until tomorrow morning',
      week: 'For 1 week',
      ever: 'Until I unmute it',
    },
    muted: {
      hour: 'Muted for 1 hour.',
      hours: 'Muted for 8 hours.',
      tomorrow: 'Muted until tomorrow morning.',
      week: 'Muted for 1 week.',
      ever: 'Muted until you unmute it.',
    },
    mutedMany: (n: number) =>
      plural(n, { one: '# conversation muted.', other: '# conversations muted.' }),
    mutedUntil: (time: string) => `Muted until ${time}`,
    mutedForEver: 'Muted until you unmute it',
    archive: 'Archive',
    unarchive: 'Take out of the archive',
    archived: (n: number) =>
      plural(n, {
        one: 'Archived. You find it under Archived.',
        other: '# conversations archived. You find them under Archived.',
      }),
    unarchived: (n: number) =>
      plural(n, {
        one: 'Taken out of the archive.',
        other: '# conversations taken out of the archive.',
      }),
    undo: 'Undo',
    choose: 'Select',
    chosen: (n: number) => plural(n, { one: '# selected', other: '# selected' }),
    endChoosing: 'Stop selecting',
    selectAll: 'Select all',
    leave: 'Leave',
    delete: 'Delete',
    deleteDots: 'Delete…',
    leaveDots: 'Leave…',
    clearDots: 'Clear history…',
    leaveTitle: (name: string) => `Leave ${name}?`,
    leaveManyTitle: (n: number) =>
      plural(n, { one: 'Leave # conversation?', other: 'Leave # conversations?' }),
    leaveText:
      'You get no more messages from it, and the others see that you have left. The messages that are on this computer stay until you delete them.',
    leaveOwner:
      'You are the owner. When you leave, nobody can appoint admins or delete the group for everybody any more.',
    clearTitle: (name: string) => `Clear the history of ${name}?`,
    clearManyTitle: (n: number) =>
      plural(n, {
        one: 'Clear the history of # conversation?',
        other: 'Clear the history of # conversations?',
      }),
    clearText:
      'The messages are deleted for you, here and on the server. The conversation stays in the list, and the others keep what they have.',
    deleteTitle: (name: string) => `Delete ${name}?`,
    deleteManyTitle: (n: number) =>
      plural(n, { one: 'Delete # conversation?', other: 'Delete # conversations?' }),
    deletePrivate:
      'The conversation disappears for you, with its messages. The other person keeps it, and a new message from them brings it back without the old ones.',
    deleteGroup: 'The conversation disappears for you, with its messages. The others keep it.',
    forAllClear:
      'For everybody: the messages are deleted for everyone in it. This cannot be taken back.',
    forAllDelete:
      'For everybody: the conversation and its messages are deleted for everyone in it. This cannot be taken back.',
    clearMe: 'Clear for me',
    clearAll: 'Clear for everybody',
    deleteMe: 'Delete for me',
    deleteAll: 'Delete for everybody',
    unsent: (n: number) =>
      plural(n, {
        one: '# message has not gone out yet. It would be deleted, too.',
        other: '# messages have not gone out yet. They would be deleted, too.',
      }),
    refused: (n: number, of: number) =>
      of === 1
        ? 'The server does not allow you to delete this conversation.'
        : plural(n, {
            one: 'The server does not allow you to delete # of them. The others are gone.',
            other: 'The server does not allow you to delete # of them. The others are gone.',
          }),
  },
};
