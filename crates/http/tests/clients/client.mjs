// A socket.io client driven by a test: it reads commands as JSON lines from stdin and writes every event as a JSON line
// to stdout. The library is the published one, unmodified.
//
// environment: URL, TOKEN (optional), TRANSPORTS (optional, for example "polling"), HEADERS (optional, JSON)
// commands:    {"emit": ["join_room", "batch_transfer_1"]}, {"ask": [...]} (with acknowledgement), {"close": true}

import { createInterface } from 'node:readline';
import { io } from 'socket.io-client';

const { URL: url, TOKEN, TRANSPORTS, HEADERS } = process.env;
const say = (event, data) => process.stdout.write(`${JSON.stringify({ event, data: data ?? null })}\n`);

const socket = io(url, {
  ...(TOKEN ? { auth: { token: TOKEN } } : {}),
  ...(TRANSPORTS ? { transports: TRANSPORTS.split(',') } : {}),
  ...(HEADERS ? { extraHeaders: JSON.parse(HEADERS) } : {}),
  reconnectionDelay: 100,
});

socket.io.on('open', () => {
  const { engine } = socket.io;
  say('open', engine.transport.name);
  engine.once('upgrade', (transport) => say('upgrade', transport.name));
});
socket.on('connect', () => say('connect'));
socket.on('connect_error', (error) => say('connect_error', error.message));
socket.on('disconnect', (reason) => say('disconnect', reason));
for (const event of ['progress_update', 'room_error', 'notices_unread']) {
  socket.on(event, (data) => say(event, data));
}

const commands = createInterface({ input: process.stdin });
commands.on('line', (line) => {
  const { emit, ask, close } = JSON.parse(line);
  if (emit) socket.emit(...emit);
  if (ask) socket.emit(...ask, (answer) => say('answer', answer));
  if (close) socket.close();
});
commands.on('close', () => {
  socket.close();
  process.exit(0);
});
