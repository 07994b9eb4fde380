/** The way from the first screen to a signed-in account, step by step. */

import { t } from '../i18n';
import type { Session } from './session.svelte';
import type { ConnectionView, KnownView } from './types';

export type Way = 'cloud' | 'server';
export type Step = 'ways' | 'join' | 'details' | 'login';

/** What the fields of the details form hold, before it is known whether they make sense. */
export type Details = {
  name: string;
  app_id: string;
  auth_key: string;
  api_url: string;
  chat_host: string;
  chat_port: string;
  chat_security: ConnectionView['chat_security'];
  chat_domain: string;
  muc_domain: string;
};

/** The ConnectyCube cloud, as its own SDK has it (protocol/README.md §2). */
const CLOUD: Details = {
  name: t.join.cloudName,
  app_id: '',
  auth_key: '',
  api_url: 'https://api.connectycube.com',
  chat_host: 'chat.connectycube.com',
  chat_port: '5223',
  chat_security: 'direct',
  chat_domain: 'chat.connectycube.com',
  muc_domain: 'muc.chat.connectycube.com',
};

const BLANK: Details = {
  ...CLOUD,
  name: '',
  api_url: 'https://',
  chat_host: '',
  chat_domain: '',
  muc_domain: '',
};

export type DetailProblems = Partial<Record<keyof Details, string>>;

/** What does not make sense yet, by field. */
export function detailProblems(details: Details): DetailProblems {
  const problems: DetailProblems = {};
  for (const field of ['auth_key', 'chat_host', 'chat_domain', 'muc_domain'] as const) {
    if (details[field].trim() === '') problems[field] = t.join.fillIn;
  }
  if (!/^[1-9]\d{0,8}$/.test(details.app_id.trim())) problems.app_id = t.join.mustBeNumber;
  const port = Number(details.chat_port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) problems.chat_port = t.join.mustBePort;
  if (!isApiUrl(details.api_url)) problems.api_url = t.join.mustBeUrl;
  return problems;
}

function isApiUrl(text: string): boolean {
  try {
    const url = new URL(text.trim());
    const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
    return (
      url.hostname !== '' && (url.protocol === 'https:' || (url.protocol === 'http:' && isHere))
    );
  } catch {
    return false;
  }
}

export function connectionFrom(details: Details): ConnectionView {
  const host = details.chat_host.trim();
  return {
    name: details.name.trim() || host,
    api_url: details.api_url.trim().replace(/\/+$/, ''),
    chat_host: host,
    chat_port: Number(details.chat_port),
    chat_security: details.chat_security,
    chat_domain: details.chat_domain.trim(),
    muc_domain: details.muc_domain.trim(),
    app_id: Number(details.app_id.trim()),
    auth_key: details.auth_key.trim(),
    ca_cert: null,
  };
}

export class Entrance {
  step = $state<Step>('ways');
  way = $state<Way>('cloud');
  details = $state<Details>({ ...CLOUD });
  connection = $state.raw<ConnectionView | null>(null);
  login = $state('');
  /** Fields are complained about only after somebody tried to go on. */
  checked = $state(false);

  problems = $derived<DetailProblems>(this.checked ? detailProblems(this.details) : {});

  /** Where the login leads back to. */
  #before: Step = 'ways';

  constructor(private readonly session: Session) {}

  /** A join link opened Kith, or a known account needs its password. */
  arrive(connection: ConnectionView | null, login: string | null): void {
    this.login = login ?? '';
    this.connection = connection;
    this.#before = 'ways';
    this.step = connection === null ? 'ways' : 'login';
  }

  /** To a server where somebody has been before. */
  goBackTo({ connection, login }: KnownView): void {
    this.session.clearError();
    this.arrive(connection, login);
  }

  choose(way: Way): void {
    this.session.clearError();
    this.way = way;
    this.checked = false;
    this.details = way === 'cloud' ? { ...CLOUD } : { ...BLANK };
    this.step = 'join';
  }

  async readJoin(text: string): Promise<void> {
    const connection = await this.session.readJoin(text.trim());
    if (connection === null) return;
    this.connection = connection;
    this.#before = 'join';
    this.step = 'login';
  }

  toDetails(): void {
    this.session.clearError();
    this.step = 'details';
  }

  takeDetails(): boolean {
    this.checked = true;
    if (Object.keys(detailProblems(this.details)).length > 0) return false;
    this.session.clearError();
    this.connection = connectionFrom(this.details);
    this.#before = 'details';
    this.step = 'login';
    return true;
  }

  back(): void {
    this.session.clearError();
    if (this.step === 'login') this.step = this.#before;
    else this.step = this.step === 'details' ? 'join' : 'ways';
  }
}
