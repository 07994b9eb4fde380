// How long a message takes from one SDK to another over a server that runs.
// Prints {"median":…,"p99":…} in milliseconds.

import { SdkPerson } from '../support/sdk.js';

const ROUNDS = 300;
const WARMING = 20;
// Between two messages, as between two people's.
const PAUSE = 40;
const PASSWORD = 'correct horse battery';

const ready = JSON.parse(process.env.KITH_BENCH_SERVER);
const logins = ['bench-js-one', 'bench-js-two'];
await SdkPerson.signUp(
  ready,
  // Those of the other measurement, which has no sign-up of its own, too.
  [...logins, 'bench-kith-one', 'bench-kith-two'].map((login) => ({
    login,
    password: PASSWORD,
    full_name: login,
  })),
);
// Both in one process, so that nothing but the SDK and the server is measured.
const result = await SdkPerson.together(ready, logins, PASSWORD, {
  rounds: ROUNDS,
  warming: WARMING,
  pause: PAUSE,
});
console.log(JSON.stringify(result));
