/**
 * Every word Kith says, in English. Other languages are catalogs of the same
 * shape. Plain sentences, the second person, no exclamation marks: what
 * happened, what Kith does about it, what you can do.
 */

import { pluralizer } from './plural';

const plural = pluralizer('en');
const number = new Intl.NumberFormat('en');
const list = new Intl.ListFormat('en', { style: 'long', type: 'conjunction' });

export const en = {
  app: { name: 'Kith', lang: 'en', dir: 'ltr' as 'ltr' | 'rtl' },

  common: {
    back: 'Back',
    cancel: 'Cancel',
    close: 'Close',
    retry: 'Try again',
    search: 'Search',
    more: 'More',
    you: 'You',
    somebody: 'Somebody',
    and: (names: string[]) => list.format(names),
    count: (n: number) => (n > 999 ? '999+' : number.format(n)),
  },

  welcome: {
    title: 'Welcome to Kith',
    lead: 'Where would you like to talk?',
    try: {
      title: 'Try it here',
      text: 'Kith starts its own server on this computer, with sample people and conversations. Nothing leaves this computer.',
      unavailable: 'This build of Kith has no server of its own.',
      busy: 'Starting the server on this computer…',
    },
    cloud: {
      title: 'A ConnectyCube application',
      text: 'For a company or community that already runs on ConnectyCube. You need a join link, or an application id and key.',
    },
    server: {
      title: 'A Kith server',
      text: 'For a team on its own network. You need the join link or file from whoever runs the server.',
    },
    version: (version: string) => `Kith ${version}`,
    profile: (version: string, profile: string) => `${version} · Profile ${profile}`,
  },

  join: {
    cloudTitle: 'A ConnectyCube application',
    serverTitle: 'A Kith server',
    linkLabel: 'Join link',
    linkHint: 'Paste a link that begins with kith://join, or the text of a join file.',
    chooseFile: 'Choose a join file',
    fileTooLarge: 'This file is too large to be a join file.',
    fileUnreadable: 'This file could not be read. Choose another one, or paste the link.',
    details: 'Enter the details yourself',
    lessDetails: 'Use a join link instead',
    go: 'Continue',
    reading: 'Reading…',
    appId: 'Application id',
    authKey: 'Authorization key',
    apiUrl: 'API address',
    chatHost: 'Chat host',
    chatPort: 'Chat port',
    security: 'Encryption',
    securities: {
      direct: 'TLS from the start',
      start_tls: 'STARTTLS',
      plain: 'None, only on this computer',
    },
    chatDomain: 'Chat domain',
    mucDomain: 'Group domain',
    name: 'Name of this connection',
    addresses: 'Addresses',
    cloudAddressesHint:
      'These are right for the ConnectyCube cloud. Companies with their own hosts change them.',
    fillIn: 'Please fill this in.',
    mustBeNumber: 'This must be a whole number above zero.',
    mustBePort: 'This must be a number from 1 to 65535.',
    mustBeUrl: 'This must be an address that begins with https://.',
    cloudName: 'ConnectyCube',
  },

  login: {
    title: (name: string) => `Sign in to ${name}`,
    againTitle: (name: string) => `Welcome back, ${name}`,
    againText: (connection: string) =>
      `Kith needs your password for ${connection} again. Your messages on this computer are still here.`,
    login: 'Login or e-mail',
    password: 'Password',
    show: 'Show the password',
    hide: 'Hide the password',
    submit: 'Sign in',
    busy: 'Signing in…',
    other: 'Use another account',
    server: (host: string) => `Server: ${host}`,
    remember: {
      legend: 'This computer has no keychain that Kith can use. How should Kith keep your sign-in?',
      session: 'Until Kith closes',
      sessionHint: 'You enter your password each time you start Kith.',
      file: 'In a file only you can read',
      fileHint: 'Kith signs you in by itself. Anybody who can read your files could do so too.',
      keychain: 'Kept in this computer’s keychain.',
    },
  },

  locked: {
    title: 'Kith cannot open your messages',
    setAside: 'Set the old file aside and start anew',
    setAsideTitle: 'Set the old file aside?',
    setAsideText:
      'Kith keeps the old file under another name and deletes nothing. Then it fetches your conversations from the server again. Messages that had not been sent yet stay in the old file.',
    confirm: 'Set aside and start anew',
    quit: 'Or close Kith and change nothing.',
  },

  rail: {
    label: 'Kith',
    chats: 'Conversations',
    settings: 'Settings and account',
    account: (name: string) => `Signed in as ${name}`,
  },

  link: {
    connecting: 'Connecting…',
    catching_up: 'Catching up…',
    online: 'Online',
    offline: 'Offline',
    refused: 'Sign-in refused',
    label: (state: string) => `Connection: ${state}`,
    line: {
      offline: 'You are offline. Messages wait here until you are back.',
      connecting: 'Connecting. Messages wait here and go out once you are online.',
      refused: 'The server no longer accepts this sign-in. Messages wait here.',
      unknown_host: 'The server’s address was not found. Messages wait here until it is.',
      unreachable: 'The server does not answer. Messages wait here until it does.',
      certificate:
        'The server’s certificate is not trusted, so Kith does not connect. Messages wait here.',
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
    search: 'Search people and conversations',
    clearSearch: 'Clear the search',
    create: 'New conversation',
    draft: 'Draft:',
    own: 'You:',
    unread: (n: number) => plural(n, { one: '# unread message', other: '# unread messages' }),
    noMessages: 'No messages yet',
    emptyTitle: 'No conversations yet',
    emptyText: 'Write to somebody to begin.',
    emptyOffline: 'Your conversations come when you are online.',
    noMatch: 'No conversation has this name.',
    people: 'People',
    talkTo: (name: string) => `New conversation with ${name}`,
    searching: 'Looking for people…',
    peopleFailed: 'People could not be searched just now.',
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
        : plural(unread, {
            one: 'Jump to the newest message, # unread',
            other: 'Jump to the newest message, # unread',
          }),
    opening: 'Opening…',
    openFailed: 'This conversation could not be opened.',
    edited: 'edited',
    showAll: 'Show the whole message',
    attachment: (kind: string, name: string) => (name === '' ? kind : `${kind}: ${name}`),
    attachmentHint:
      'This version of Kith shows that something is attached, but cannot open it yet.',
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
            ? `${list.format(names)} are typing…`
            : 'Several people are typing…',
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
    dialog_gone: 'Not sent. This conversation no longer exists.',
    blocked: 'Not sent. This person does not receive messages from you.',
    too_large: 'Not sent. The server finds this message too long.',
    refused: 'Not sent. The server refused this message.',
    unknown: 'Not sent.',
  },

  message: {
    menu: 'What to do with this message',
    copy: 'Copy text',
    copied: 'Copied.',
    copyFailed: 'The text could not be copied.',
    retry: 'Send again',
    edit: 'Take back and edit',
    discard: 'Discard',
    openLink: (address: string) => `Open ${address}`,
    discardTitle: 'Discard this message?',
    discardText: 'It was not sent. When you discard it, it is gone.',
    tooLate: 'This message has already gone out, so it can no longer be taken back.',
  },

  composer: {
    label: 'Your message',
    placeholder: 'Write a message',
    send: 'Send',
    tooLong: (over: number) =>
      plural(over, {
        one: 'This message is # byte too long. Shorten it, or send it in two parts.',
        other: 'This message is # bytes too long. Shorten it, or send it in two parts.',
      }),
    notSent: (why: string) => `Not sent; your text is still here. ${why}`,
    draftNotKept: 'Your draft could not be saved on this computer.',
  },

  info: {
    label: 'Information',
    members: 'Members',
    person: 'Person',
    login: 'Login',
    showMore: (n: number) => `Show ${number.format(n)} more`,
    kinds: {
      private: 'Conversation between two',
      group: 'Group',
      public: 'Public group',
      broadcast: 'Announcements',
    },
    write: 'Write a message',
  },

  create: {
    title: 'New conversation',
    search: 'Search for people by name',
    hint: 'Choose one person to talk to, or several for a group.',
    name: 'Name of the group',
    nameNeeded: 'A group needs a name.',
    openChat: 'Open conversation',
    createGroup: 'Create group',
    none: 'Nobody of this name was found.',
    start: 'Type a name to find somebody.',
    remove: (name: string) => `Remove ${name}`,
    busy: 'Creating…',
    chosen: (n: number) => plural(n, { one: '# person chosen', other: '# people chosen' }),
  },

  settings: {
    title: 'Settings',
    open: 'Settings',
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    textSize: 'Text size',
    percent: (n: number) => `${n} %`,
    smaller: 'Smaller text',
    larger: 'Larger text',
    account: 'Account',
    about: 'About',
    connection: (name: string) => `Connected to ${name}`,
    local: 'Kith’s own server on this computer',
    signOut: 'Sign out',
    signOutTitle: 'Sign out of Kith?',
    signOutText:
      'Messages that wait to be sent stay here, and go out when you sign in again. Your conversations stay on the server.',
  },

  toast: { close: 'Close this notice', label: 'Notices' },

  errors: {
    wrong_password: 'This login and password do not fit together. Check both and try again.',
    unknown_host:
      'There is no server at this address. Check the address, or your connection to the network.',
    unreachable: 'The server does not answer. Check that you are online, then try again.',
    certificate:
      'The server’s certificate is not trusted, so Kith does not connect. Ask whoever runs the server for a new join link.',
    not_a_server:
      'Something answers at this address, but it is not a server Kith can talk to. Check the address.',
    timed_out: 'The server took too long to answer. Try again in a moment.',
    server_failed: 'The server reported an error of its own. Try again in a moment.',
    not_allowed: 'The server does not allow this.',
    gone: 'This no longer exists on the server.',
    offline: 'You are offline. Kith does this when you are back; try again then.',
    too_large: 'This is too large.',
    invalid_input: 'The server does not accept this. Check what you entered.',
    join_link:
      'This is not a join link Kith understands. Copy the whole link or file and try again.',
    no_keychain:
      'This computer’s keychain cannot be used. Choose another way to keep your sign-in.',
    database_newer:
      'The messages in this profile were written by a newer version of Kith. Install that version to read them. Nothing was changed.',
    database_corrupt:
      'The file that holds your messages is damaged. You can set it aside and fetch your conversations from the server again.',
    database_busy: 'Another copy of Kith has this profile open. Close it, then try again.',
    disk: 'The disk is full or cannot be written. Make room, then try again.',
    local_server: 'The server on this computer could not be started. Try again.',
    not_signed_in: 'You are signed out. Sign in again to go on.',
    internal:
      'Something inside Kith failed. Try again; if it stays, restart Kith. Your messages are safe.',
  },
};

export type Catalog = typeof en;
