// Opens many watchers of a batch, each with its own connection, and counts the events they receive.
//
//   URL=… API_KEY=… BATCH=42 WATCHERS=1000 STALLED=100 node watchers.mjs
//
// STALLED of them (default 0) connect and then stop reading. Ends when all others have received the end of the batch,
// or after SECONDS (default 600). Prints one line of JSON when all have joined, and one at the end.

import { io } from 'socket.io-client';

const { URL: url, API_KEY: token, BATCH, WATCHERS = '1000', STALLED = '0', SECONDS = '600' } = process.env;
const [watchers, stalled] = [Number(WATCHERS), Number(STALLED)];
const room = `batch_transfer_${BATCH}`;
const tally = { joined: 0, ended: 0, events: 0, disconnects: 0, dropped: 0, disorder: 0, errors: 0 };
const ends = ['completed', 'partially_completed', 'failed', 'cancelled', 'rejected'];
const say = (what) => console.log(JSON.stringify({ what, ...tally, at: Date.now() }));

function watch(isStalled) {
  return new Promise((joined) => {
    const options = { auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false };
    const socket = io(url, options);
    let [last, hasEnded] = [-1, false];
    socket.on('progress_update', (data) => {
      tally.events += 1;
      if (data.seq <= last) tally.disorder += 1;
      if (last < 0) {
        tally.joined += 1;
        joined();
        // The connection stays open but is no longer read.
        if (isStalled) socket.io.engine.transport.ws._socket.pause();
      }
      last = data.seq;
      if (!isStalled && !hasEnded && ends.includes(data.state)) {
        hasEnded = true;
        tally.ended += 1;
      }
    });
    socket.on('disconnect', () => (tally[isStalled ? 'dropped' : 'disconnects'] += 1));
    socket.on('connect_error', () => {
      tally.errors += 1;
      joined();
    });
    socket.emit('join_room', room);
  });
}

for (let begun = 0; begun < watchers; begun += 50) {
  const group = Math.min(50, watchers - begun);
  await Promise.all(Array.from({ length: group }, (_, k) => watch(begun + k < stalled)));
}
say('joined');
const until = Date.now() + 1_000 * Number(SECONDS);
while (tally.ended < watchers - stalled && Date.now() < until) {
  await new Promise((done) => setTimeout(done, 100));
}
say('ended');
process.exit(tally.ended === watchers - stalled && tally.disorder + tally.errors + tally.disconnects === 0 ? 0 : 1);
