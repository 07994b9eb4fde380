// The process in which the SDK lives; see `sdk-any.js`.

const version = process.env.KITH_TEST_SDK;
const { default: module } = await import(version ? `connectycube-${version}` : 'connectycube');
const sdk = new module.ConnectyCube();

const LISTENERS = [
  'onMessageListener',
  'onMessageErrorListener',
  'onSystemMessageListener',
  'onMessageTypingListener',
  'onLastUserActivityListener',
  'onDeliveredStatusListener',
  'onReadStatusListener',
  'onMessageUpdateListener',
  'onMessageDeleteListener',
  'onMessageReactionsListener',
  'onSentMessageCallback',
];

function listen() {
  for (const name of LISTENERS) {
    sdk.chat[name] = (...args) => {
      // Elements of the stream have no place in another process, but their text has.
      const isElement = (value) => value?.attrs !== undefined && value.children !== undefined;
      const plain = JSON.parse(
        JSON.stringify(
          args.map((value) => value ?? null),
          (_, value) => (isElement(value) ? value.toString() : value),
        ),
      );
      if (process.connected) process.send({ event: { name, args: plain } });
    };
  }
}

/** What the SDK marks as its own in its types, and what hangs on its objects for itself. */
const OWN =
  /^(auth\.generateCreateSessionParams|chat\.(on[A-Z]|get(CallExtension|ListenerByName)|postConnectActions|enableCarbons|setSubscriptionToUserLastActivity|\w*XMPPClientListeners?)|chat\.message\.putReaction|chat\.privacylist\.assignPrivacyItem|storage\.parseUri|data\.createRecord)/;

const doings = {
  methods(parts) {
    const paths = new Set();
    for (const part of parts) {
      const object = part.split('.').reduce((owner, step) => owner[step], sdk);
      for (let at = object; at !== Object.prototype; at = Object.getPrototypeOf(at)) {
        for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
          if (name !== 'constructor' && typeof value === 'function') paths.add(`${part}.${name}`);
        }
      }
    }
    return [...paths].filter((path) => !OWN.test(path)).sort();
  },

  async enter(ready, login, password, chat) {
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
        // Where versions before 6 look for the address.
        chatProtocol: { websocket: ready.chat_url, active: 2 },
        chat: { streamManagement: { enable: true }, reconnect: { enable: false } },
        on: {
          async sessionExpired(reject, retry) {
            if (process.connected) process.send({ event: { name: 'sessionExpired', args: [] } });
            try {
              retry(await sdk.createSession({ login, password }));
            } catch {
              reject();
            }
          },
        },
        debug: { mode: process.env.KITH_TEST_LOG ? 1 : 0 },
      },
    );
    const session = await sdk.createSession({ login, password });
    listen();
    if (chat) await sdk.chat.connect({ userId: session.user_id, password });
    return { me: session.user_id, token: session.token };
  },

  async method(path, args) {
    const steps = path.split('.');
    const last = steps.pop();
    const owner = steps.reduce((object, step) => object[step], sdk);
    return owner[last](...args);
  },

  async leave() {
    await sdk.chat.disconnect();
  },
};

process.on('message', async ({ call, name, args }) => {
  try {
    process.send({ call, answer: (await doings[name](...args)) ?? null });
  } catch (error) {
    const text = error instanceof Error ? error.message : JSON.stringify(error);
    process.send({
      call,
      error: { text, code: error?.code ?? null, info: error?.info ?? error?.message ?? null },
    });
  }
});
