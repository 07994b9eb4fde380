/** What `?fake=SCENE` can show. */

import type { Code, LinkView } from '../bindings';

export type Scene = {
  phase: 'welcome' | 'home' | 'locked' | 'sign_in_again';
  locked?: Code;
  keychain?: boolean;
  joined?: boolean;
  link?: LinkView['state'];
  reason?: LinkView['reason'];
  dialogs?: 'full' | 'none' | 'long' | 'many' | 'tenthousand' | 'kinds' | 'files';
  /** Opened at start. */
  open?: string;
  /** Sends fail, or wait. */
  sending?: 'works' | 'fails' | 'waits' | 'disk';
  signIn?: Code;
  slow?: number;
  typing?: boolean;
  openFails?: boolean;
  /** Several accounts are signed in. */
  accounts?: boolean;
  /** The server refuses what is asked of it. */
  refuses?: boolean;
  infoFails?: boolean;
  /** This desktop shows no notifications. */
  bareDesktop?: boolean;
};

export const scenes: Record<string, Scene> = {
  welcome: { phase: 'welcome' },
  'welcome-nokeychain': { phase: 'welcome', keychain: false, joined: true },
  'welcome-joined': { phase: 'welcome', joined: true },
  'wrong-password': { phase: 'welcome', joined: true, signIn: 'wrong_password' },
  unreachable: { phase: 'welcome', joined: true, signIn: 'unreachable' },
  certificate: { phase: 'welcome', joined: true, signIn: 'certificate' },
  again: { phase: 'sign_in_again' },
  corrupt: { phase: 'locked', locked: 'database_corrupt' },
  newer: { phase: 'locked', locked: 'database_newer' },
  busy: { phase: 'locked', locked: 'database_busy' },
  home: { phase: 'home', dialogs: 'full' },
  group: { phase: 'home', dialogs: 'full', open: 'hike', typing: true },
  talk: { phase: 'home', dialogs: 'full', open: 'bea' },
  unread: { phase: 'home', dialogs: 'full', open: 'work' },
  thousand: { phase: 'home', dialogs: 'full', open: 'thousand' },
  states: { phase: 'home', dialogs: 'full', open: 'states', sending: 'fails' },
  rtl: { phase: 'home', dialogs: 'full', open: 'omar' },
  long: { phase: 'home', dialogs: 'long', open: 'long' },
  empty: { phase: 'home', dialogs: 'none' },
  kinds: { phase: 'home', dialogs: 'kinds', open: 'kinds', sending: 'waits' },
  files: { phase: 'home', dialogs: 'files', open: 'files' },
  sending: { phase: 'home', dialogs: 'files', open: 'sending' },
  oddfiles: { phase: 'home', dialogs: 'files', open: 'oddfiles' },
  reader: { phase: 'home', dialogs: 'kinds', open: 'news' },
  asked: { phase: 'home', dialogs: 'kinds', open: 'asked' },
  fresh: { phase: 'home', dialogs: 'full', open: 'fresh' },
  many: { phase: 'home', dialogs: 'many' },
  tenthousand: { phase: 'home', dialogs: 'tenthousand' },
  offline: { phase: 'home', dialogs: 'full', open: 'bea', link: 'offline', sending: 'waits' },
  unreachable_home: {
    phase: 'home',
    dialogs: 'full',
    open: 'bea',
    link: 'offline',
    reason: 'unreachable',
    sending: 'waits',
  },
  connecting: { phase: 'home', dialogs: 'full', open: 'bea', link: 'connecting', sending: 'waits' },
  refused: { phase: 'home', dialogs: 'full', open: 'bea', link: 'refused', sending: 'waits' },
  disk: { phase: 'home', dialogs: 'full', open: 'bea', sending: 'disk' },
  accounts: { phase: 'home', dialogs: 'full', accounts: true },
  refuses: { phase: 'home', dialogs: 'full', open: 'hike', refuses: true },
  infofails: { phase: 'home', dialogs: 'full', open: 'hike', infoFails: true },
  baredesktop: { phase: 'home', dialogs: 'full', bareDesktop: true },
  slow: { phase: 'home', dialogs: 'full', slow: 1500 },
  openfails: { phase: 'home', dialogs: 'full', open: 'bea', openFails: true },
};
