import { cleanup, fireEvent, render, screen } from '@testing-library/svelte';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../../backend/fake/fake';
import { scenes } from '../../backend/fake/scenes';
import { Kith } from '../../state/kith.svelte';
import Login from './Login.svelte';
import Stage from './Stage.test.svelte';
import Ways from './Ways.svelte';

const attention = { isLooking: () => true, onChange: () => () => undefined };

describe('the sign-in form', () => {
  let backend: FakeBackend;
  let kith: Kith;

  const show = async (scene: string, Shown = Login) => {
    backend = new FakeBackend(scenes[scene] ?? { phase: 'welcome' });
    kith = new Kith(backend, attention);
    await kith.start();
    render(Stage, { kith, Shown });
  };
  const settle = () => new Promise((resolve) => setTimeout(resolve, 30));

  afterEach(() => {
    cleanup();
    kith.stop();
  });

  it('begins with the login, and stays there while it is typed', async () => {
    await show('welcome-joined');
    const login = screen.getByTestId<HTMLInputElement>('login');
    expect(document.activeElement).toBe(login);
    await fireEvent.input(login, { target: { value: 'a' } });
    expect(document.activeElement).toBe(login);
  });

  it('is reached without a join link by who has been there before', async () => {
    await show('welcome', Ways);
    await kith.session.signOut();
    await fireEvent.click(await screen.findByTestId('way-known'));
    expect([kith.entrance.step, kith.entrance.login]).toEqual(['login', 'ada']);
    kith.entrance.back();
    expect(kith.entrance.step).toBe('ways');
  });

  it('begins with the password of a known account', async () => {
    await show('again');
    expect(document.activeElement).toBe(screen.getByTestId('password'));
  });

  it('leads to another account, and signs nobody out by that', async () => {
    await show('again');
    await fireEvent.click(screen.getByTestId('other-account'));
    await settle();
    const names = backend.calls.map(({ name }) => name);
    expect([names.includes('add_account'), names.includes('sign_out')]).toEqual([true, false]);
  });

  it('says in place what was wrong, and keeps what was entered', async () => {
    await show('wrong-password');
    const login = screen.getByTestId<HTMLInputElement>('login');
    const password = screen.getByTestId<HTMLInputElement>('password');
    await fireEvent.input(login, { target: { value: 'ada' } });
    await fireEvent.input(password, { target: { value: 'wrong' } });
    await fireEvent.click(screen.getByTestId('sign-in'));
    await settle();
    expect(screen.getByTestId('sign-in-error').textContent).toContain('do not fit together');
    expect([login.value, password.value]).toEqual(['ada', 'wrong']);
  });

  it('asks how to keep the sign-in where there is no keychain, and does as told', async () => {
    await show('welcome-nokeychain');
    await fireEvent.input(screen.getByTestId('login'), { target: { value: 'ada' } });
    await fireEvent.input(screen.getByTestId('password'), { target: { value: 'right' } });
    expect(screen.getByTestId<HTMLInputElement>('remember-session').checked).toBe(true);
    await fireEvent.click(screen.getByTestId('remember-file'));
    await fireEvent.click(screen.getByTestId('sign-in'));
    await settle();
    const call = backend.calls.find(({ name }) => name === 'sign_in');
    expect(call?.args).toMatchObject({ login: 'ada', remember: 'file' });
    expect(kith.session.app?.phase).toBe('home');
  });
});
