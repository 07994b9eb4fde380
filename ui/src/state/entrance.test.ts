import { describe, expect, it } from 'vitest';
import { connectionFrom, detailProblems, type Details } from './entrance.svelte';

const good: Details = {
  name: 'Ours',
  app_id: ' 12 ',
  auth_key: 'key',
  api_url: 'https://api.example.org/',
  chat_host: 'chat.example.org ',
  chat_port: '5223',
  chat_security: 'direct',
  chat_domain: 'chat.example.org',
  muc_domain: 'muc.chat.example.org',
};

describe('the details of a connection', () => {
  it('are taken when they make sense, without what slipped in', () => {
    expect(detailProblems(good)).toEqual({});
    expect(connectionFrom(good)).toEqual({
      name: 'Ours',
      api_url: 'https://api.example.org',
      chat_host: 'chat.example.org',
      chat_port: 5223,
      chat_security: 'direct',
      chat_domain: 'chat.example.org',
      muc_domain: 'muc.chat.example.org',
      app_id: 12,
      auth_key: 'key',
      ca_cert: null,
    });
  });

  it.each([
    ['app_id', 'twelve'],
    ['app_id', '0'],
    ['auth_key', ' '],
    ['api_url', 'http://api.example.org'],
    ['api_url', 'api.example.org'],
    ['api_url', 'javascript:alert(1)'],
    ['chat_port', '70000'],
    ['chat_port', ''],
    ['chat_host', ''],
  ] as const)('complain about %s %j', (field, value) => {
    expect(Object.keys(detailProblems({ ...good, [field]: value }))).toEqual([field]);
  });

  it('allow an address without encryption on this computer only', () => {
    expect(detailProblems({ ...good, api_url: 'http://127.0.0.1:8080' })).toEqual({});
  });

  it('are named after the host when they have no name', () => {
    expect(connectionFrom({ ...good, name: ' ' }).name).toBe('chat.example.org');
  });
});
