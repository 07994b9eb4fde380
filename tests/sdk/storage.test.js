// Files with the official SDK against the real server: every call of its
// storage part, and the addresses that it only builds.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Sdk, uncalled } from '../support/sdk-any.js';
import { SdkPerson } from '../support/sdk.js';
import { download } from '../support/download.js';
import { folder, startServer } from '../support/server.js';

const PASSWORD = 'correct horse battery';

let files;
let server;
let ca;
let bea;
let carol;

before(async () => {
  files = await folder('storage');
  server = await startServer(path.join(files.path, 'server'));
  ca = await readFile(server.ready.ca_cert);
  await SdkPerson.signUp(server.ready, [
    { login: 'bea', password: PASSWORD, full_name: 'Bea Berg' },
    { login: 'carol', password: PASSWORD, full_name: 'Carol Chen' },
  ]);
  bea = await Sdk.connect(server.ready, 'bea', PASSWORD, { chat: false });
  carol = await Sdk.connect(server.ready, 'carol', PASSWORD, { chat: false });
});

after(async () => {
  await bea?.stop();
  await carol?.stop();
  await server?.stop();
  await files?.remove();
});

/** A download as any program would make it. */
const downloaded = (url, headers) => download(url, ca, headers);

function upload(person, bytes, options = {}) {
  const file = { name: 'a b.txt', type: 'text/plain', file: bytes, size: bytes.length, ...options };
  return person.call('storage.createAndUpload', file);
}

test('storage.createAndUpload: the file comes back byte for byte by its private address', async () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => n % 251));
  const blob = await upload(bea, bytes, { public: false });
  assert.equal(blob.size, bytes.length);
  assert.equal(blob.public, false);
  const url = await bea.call('storage.privateUrl', blob.uid);
  const { status, headers, body } = await downloaded(url);
  assert.equal(status, 200);
  assert.equal(headers['content-type'], 'text/plain');
  assert.deepEqual(body, bytes);
  const part = await downloaded(url, { range: 'bytes=1000-1999' });
  assert.equal(part.status, 206);
  assert.deepEqual(part.body, bytes.subarray(1000, 2000));
});

test('storage.publicUrl: works without a token for public files only', async () => {
  // The SDK makes files public when the app says nothing.
  const open = await upload(bea, Buffer.from('open'));
  assert.equal(
    (await downloaded(await bea.call('storage.publicUrl', open.uid))).body.toString(),
    'open',
  );
  const secret = await upload(bea, Buffer.from('secret'), { public: false });
  const refused = await downloaded(await bea.call('storage.publicUrl', secret.uid));
  assert.equal(refused.status, 401);
  assert.deepEqual(JSON.parse(refused.body), {
    errors: { base: ['Required session does not exist'] },
  });
  const theirs = await downloaded(await carol.call('storage.privateUrl', secret.uid));
  assert.equal(
    theirs.body.toString(),
    'secret',
    'whoever is of the application and knows the uid may read',
  );
});

test('storage.getInfo, getFile, list and the broken update', async () => {
  const made = await upload(bea, Buffer.from('hello'));
  for (const [method, which] of [
    ['storage.getInfo', made.id],
    ['storage.getFile', made.uid],
  ]) {
    const { blob } = await bea.call(method, which);
    assert.equal(blob.uid, made.uid, method);
    assert.equal(blob.name, 'a b.txt');
    assert.equal(blob.size, 5);
  }
  // 6.1.2 sends a GET here, which can change nothing.
  const { blob } = await bea.call('storage.update', { id: made.id, name: 'other.txt' });
  assert.equal(blob.name, 'a b.txt');
  const list = await bea.call('storage.list', { page: 1, per_page: 1 });
  assert.equal(list.per_page, 1);
  assert.equal(list.items.length, 1);
  assert.ok(list.total_entries >= 1);
});

test('storage.getFileObject: an address that works by itself', async () => {
  const made = await upload(bea, Buffer.from('by itself'), { public: false });
  const { blob } = await bea.call('storage.getFileObject', made.uid, { download_url: '1' });
  const { status, body } = await downloaded(blob.blob_object_access.download_url);
  assert.equal(status, 200);
  assert.equal(body.toString(), 'by itself');
});

test('storage.create, upload and markUploaded one by one; an address is used once', async () => {
  const { blob } = await bea.call('storage.create', {
    name: 'steps.bin',
    content_type: 'application/octet-stream',
    public: false,
  });
  const early = await bea.refused('storage.markUploaded', { id: blob.id, size: 3 });
  assert.equal(early.code, 422);
  const [url, query] = blob.blob_object_access.params.split('?');
  const data = Object.fromEntries(
    query.split('&').map((pair) => pair.split('=').map(decodeURIComponent)),
  );
  await bea.call('storage.upload', { url, data: { ...data, file: Buffer.from([1, 2, 3]) } });
  await bea.call('storage.markUploaded', { id: blob.id, size: 3 });
  const again = await bea.refused('storage.upload', {
    url,
    data: { ...data, file: Buffer.from([4, 5, 6]) },
  });
  assert.equal(again.code, 403);
  const { body } = await downloaded(await bea.call('storage.privateUrl', blob.uid));
  assert.deepEqual([...body], [1, 2, 3]);
});

test('storage.delete: by the owner only', async () => {
  const made = await upload(bea, Buffer.from('bye'));
  const refused = await carol.refused('storage.delete', made.id);
  assert.equal(refused.code, 403);
  await bea.call('storage.delete', made.id);
  assert.equal((await bea.refused('storage.getInfo', made.id)).code, 404);
  assert.equal((await downloaded(await bea.call('storage.privateUrl', made.uid))).status, 404);
});

test('path tricks in names stay names', async () => {
  const made = await upload(bea, Buffer.from('x'), { name: '../../../../etc/passwd' });
  const { headers } = await downloaded(await bea.call('storage.publicUrl', made.uid));
  assert.match(headers['content-disposition'], /filename="passwd"/);
  assert.equal(
    (await bea.refused('storage.create', { name: '', content_type: 'a/b', public: true })).code,
    422,
  );
});

test('every call of this part was made', async () => {
  assert.deepEqual(await uncalled(bea, ['storage']), []);
});
