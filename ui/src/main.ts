import { mount } from 'svelte';
import App from './App.svelte';
import { chooseBackend } from './backend/choose';
import { Kith } from './state/kith.svelte';
import { documentAttention } from './state/reading';
import './style/tokens.css';
import './style/base.css';

const kith = new Kith(await chooseBackend(), documentAttention());
const target = document.getElementById('app');
if (target !== null) mount(App, { target, props: { kith } });
await kith.start();
