import { mount } from 'svelte';
import App from './App.svelte';
import { chooseBackend } from './backend/choose';
import { t } from './i18n';
import { Kith } from './state/kith.svelte';
import { documentAttention } from './state/reading';
import './style/tokens.css';
import './style/base.css';

/** Not awaited at the top: the chunks that are fetched here may need this one. */
async function start(): Promise<void> {
  const kith = new Kith(await chooseBackend(), documentAttention());
  const root = document.documentElement;
  root.lang = t.app.lang;
  // Asked for in the address, the other direction can be looked at before a language needs it.
  root.dir = new URLSearchParams(location.search).get('dir') ?? t.app.dir;

  const target = document.getElementById('app');
  if (target !== null) mount(App, { target, props: { kith } });
  await kith.start();
}

void start();
