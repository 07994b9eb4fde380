/** The ways in: welcome, join, sign in, and when nothing opens. */

export const entrance = {
  welcome: {
    title: 'Welcome to Kith',
    lead: 'Where would you like to talk?',
    known: {
      title: (server: string) => `Sign in to ${server}`,
      again: (login: string) =>
        `Once more as ${login}, or as somebody else. The server is known here.`,
      text: 'With another account.',
    },
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
    signOut: 'Sign this account out',
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
      'Kith keeps the old file under another name and deletes nothing. Then it fetches your conversations from the server again. Messages that had not been sent yet and your drafts are taken over, as far as they can be read.',
    confirm: 'Set aside and start anew',
    quit: 'Or close Kith and change nothing.',
  },
};
