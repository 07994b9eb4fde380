// The process in which the SDK lives; see `sdk.js`.

import module from 'connectycube';

const { ConnectyCube } = module;
const sdk = new ConnectyCube();

function say(event) {
  if (process.connected) process.send({ event });
}

function configure(ready, one = sdk) {
  one.init(
    { appId: ready.app_id, authKey: ready.auth_key },
    {
      endpoints: {
        api: new URL(ready.api_url).host,
        api_url: ready.api_url,
        chat: ready.chat_domain,
        muc: ready.muc_domain,
        chat_url: ready.chat_url,
      },
      chat: { streamManagement: { enable: true }, reconnect: { enable: false } },
      debug: { mode: process.env.KITH_TEST_LOG ? 1 : 0 },
    },
  );
}

const doings = {
  /** Makes people; each without a session, as a sign-up form does. */
  async signUp({ ready, people }) {
    configure(ready);
    const made = [];
    for (const person of people) {
      const { user } = await sdk.users.signup(person);
      made.push(user);
    }
    return made;
  },

  async connect({ ready, login, password }) {
    configure(ready);
    const session = await sdk.createSession({ login, password });
    sdk.chat.onMessageListener = (from, message) => say({ kind: 'message', from, message });
    sdk.chat.onMessageTypingListener = (isTyping, from, dialog) =>
      say({ kind: 'typing', isTyping, from, dialog });
    sdk.chat.onDeliveredStatusListener = (id, dialog, from) =>
      say({ kind: 'delivered', id, dialog, from });
    sdk.chat.onReadStatusListener = (id, dialog, from) => say({ kind: 'read', id, dialog, from });
    sdk.chat.onMessageDeleteListener = (id, dialog, from) =>
      say({ kind: 'removed', id, dialog, from });
    sdk.chat.onMessageErrorListener = (id, error) => say({ kind: 'error', id, error });
    sdk.chat.onSystemMessageListener = (message) => say({ kind: 'system', message });
    sdk.chat.onSentMessageCallback = (lost, sent) =>
      say({ kind: 'sent', lost: lost?.id, sent: sent?.id });
    await sdk.chat.connect({ userId: session.user_id, password });
    return { me: session.user_id };
  },

  createDialog: ({ type, name, people }) =>
    sdk.chat.dialog.create({ type, name, occupants_ids: people }),
  dialogs: () => sdk.chat.dialog.list({}),
  history: ({ dialog }) =>
    sdk.chat.message.list({ chat_dialog_id: dialog, sort_asc: 'date_sent', mark_as_read: 0 }),

  /** Writes to a person (private) or into a room (group); answers the id, which may be given. */
  async send({ id, dialog, to, type, body, more }) {
    const extension = { save_to_history: 1, dialog_id: dialog, ...more };
    return sdk.chat.send(to, { id, type, body, extension });
  },
  /** Takes a message away for everybody. */
  async remove({ message }) {
    return sdk.chat.message.delete([message], { force: 1 });
  },
  /** The whole history, oldest first. */
  async all({ dialog }) {
    const found = [];
    for (;;) {
      const { items } = await sdk.chat.message.list({
        chat_dialog_id: dialog,
        sort_asc: 'date_sent',
        limit: 100,
        skip: found.length,
        mark_as_read: 0,
      });
      found.push(...items.map((item) => ({ id: item._id, body: item.message })));
      if (items.length < 100) return found;
    }
  },
  async typing({ to, isTyping }) {
    if (isTyping) sdk.chat.sendIsTypingStatus(to);
    else sdk.chat.sendIsStopTypingStatus(to);
    return null;
  },
  async read({ message, dialog, author }) {
    sdk.chat.sendReadStatus({ messageId: message, dialogId: dialog, userId: author });
    return null;
  },
  /** Sends messages one after another from the first to the second; answers the spread of their times. */
  async measure({ ready, logins, password, rounds, warming, pause }) {
    const people = [];
    for (const login of logins) {
      const one = new ConnectyCube();
      configure(ready, one);
      const { user_id } = await one.createSession({ login, password });
      await one.chat.connect({ userId: user_id, password });
      people.push({ one, id: user_id });
    }
    const [from, to] = people;
    const dialog = await from.one.chat.dialog.create({ type: 3, occupants_ids: [to.id] });
    const extension = { save_to_history: 1, dialog_id: dialog._id };
    const times = [];
    for (let round = 0; round < warming + rounds; round++) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      const arrived = new Promise((resolve) => {
        to.one.chat.onMessageListener = (_, message) => resolve(message.id);
      });
      const start = performance.now();
      from.one.chat.send(to.id, { type: 'chat', body: `message ${round}`, extension });
      await arrived;
      if (round >= warming) times.push(performance.now() - start);
    }
    for (const { one } of people) await one.chat.disconnect();
    times.sort((a, b) => a - b);
    return {
      median: times[Math.floor(times.length / 2)],
      p99: times[Math.floor(times.length * 0.99)],
    };
  },

  async disconnect() {
    await sdk.chat.disconnect();
    return null;
  },
};

process.on('message', async ({ call, name, args }) => {
  try {
    process.send({ call, answer: (await doings[name](args)) ?? null });
  } catch (error) {
    const text = error instanceof Error ? error.message : JSON.stringify(error);
    process.send({ call, error: text });
  }
});
