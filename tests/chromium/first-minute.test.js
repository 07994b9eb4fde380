// The first minute of somebody who has never seen Kith.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Desk, openBrowser } from '../support/browser.js';

let browser;
let desk;

before(async () => {
  browser = await openBrowser();
  desk = await Desk.open(browser);
});

after(async () => {
  await desk?.close();
  await browser?.close();
});

test('the first screen offers the three ways in', async () => {
  for (const way of ['way-try', 'way-cloud', 'way-server']) await desk.at(way).waitFor();
});

test('trying it here leads to eight conversations', async () => {
  await desk.at('way-try').click();
  await desk.at('dialog-row').nth(7).waitFor();
  assert.equal(await desk.at('dialog-row').count(), 8);
});

test('somebody answers what is written', async () => {
  await desk.openDialog('Emi Tanaka');
  // The sample conversations have a past.
  await desk.at('message').first().waitFor();
  await desk.write('Hello, is anybody there?');
  await desk.delivered('Hello, is anybody there?', 'read');
  await desk.answered('Hello, is anybody there?');
  assert.deepEqual(desk.complaints, []);
});
