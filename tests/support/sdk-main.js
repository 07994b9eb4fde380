// The process in which the SDK lives; see `sdk.js`.

import module from "connectycube";

const sdk = new module.ConnectyCube();

function say(event) {
  if (process.connected) process.send({ event });
}

function configure(ready) {
  sdk.init(
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
    sdk.chat.onMessageListener = (from, message) => say({ kind: "message", from, message });
    sdk.chat.onMessageTypingListener = (isTyping, from, dialog) => say({ kind: "typing", isTyping, from, dialog });
    sdk.chat.onDeliveredStatusListener = (id, dialog, from) => say({ kind: "delivered", id, dialog, from });
    sdk.chat.onReadStatusListener = (id, dialog, from) => say({ kind: "read", id, dialog, from });
    sdk.chat.onMessageErrorListener = (id, error) => say({ kind: "error", id, error });
    sdk.chat.onSystemMessageListener = (message) => say({ kind: "system", message });
    sdk.chat.onSentMessageCallback = (lost, sent) => say({ kind: "sent", lost: lost?.id, sent: sent?.id });
    await sdk.chat.connect({ userId: session.user_id, password });
    return { me: session.user_id };
  },

  createDialog: ({ type, name, people }) => sdk.chat.dialog.create({ type, name, occupants_ids: people }),
  dialogs: () => sdk.chat.dialog.list({}),
  history: ({ dialog }) => sdk.chat.message.list({ chat_dialog_id: dialog, sort_asc: "date_sent", mark_as_read: 0 }),

  /** Writes to a person (private) or into a room (group); answers the id. */
  async send({ dialog, to, type, body }) {
    const extension = { save_to_history: 1, dialog_id: dialog };
    return sdk.chat.send(to, { type, body, extension });
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
  async disconnect() {
    await sdk.chat.disconnect();
    return null;
  },
};

process.on("message", async ({ call, name, args }) => {
  try {
    process.send({ call, answer: (await doings[name](args)) ?? null });
  } catch (error) {
    const text = error instanceof Error ? error.message : JSON.stringify(error);
    process.send({ call, error: text });
  }
});
