// A ledger of its own for a test: the real binary on a free port with SQLite in a temporary directory, and people who
// can sign in. SLUICE_BIN names the binary.
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PEOPLE = /** @type {const} */ ({ maker: 'operator', check: 'finance', boss: 'admin', watch: 'auditor' });

export const PASSWORD = 'correct horse battery staple 51';

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

/** The six digits of a secret at a time, as an authenticator app shows them. */
export function totp(/** @type {string} */ secret, now = Date.now()) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = Array.from(secret, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(now / 30_000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = (hash.at(-1) ?? 0) & 15;
  return ((hash.readUInt32BE(at) & 0x7fffffff) % 1_000_000).toString().padStart(6, '0');
}

/** A person's own use of the API, with the cookie of a session. */
export class Session {
  /** @param {string} url */
  constructor(url) {
    this.url = url;
    this.cookie = '';
  }

  /** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [more] */
  async call(method, path, body, more = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: { 'content-type': 'application/json', origin: this.url, cookie: this.cookie, 'idempotency-key': randomUUID(), ...more },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const cookie = response.headers.get('set-cookie');
    if (cookie !== null) this.cookie = cookie.split(';')[0] ?? '';
    const answer = /** @type {any} */ (await response.json());
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer.error)} ${answer.message}`);
    return answer.data;
  }
}

/**
 * `prepare` runs commands before the server starts: while it runs it is the only one that writes.
 * @param {{ accounts?: number, people?: boolean, fund?: string, env?: Record<string, string>, prepare?: (cli: (args: string[]) => string, directory: string) => void }} [options]
 */
export async function startWorld(options = {}) {
  const { accounts = 50, people = true, fund = '1000000.00', env = {}, prepare = () => {} } = options;
  const bin = process.env.SLUICE_BIN;
  if (bin === undefined) throw new Error('SLUICE_BIN must name the sluice binary');
  const directory = mkdtempSync(join(tmpdir(), 'sluice-web-'));
  const data = join(directory, 'data');
  const environment = { ...process.env, SLUICE_DATA: data, SLUICE_APPROVER_COOLING_H: '0', SLUICE_MASTER_KEY: 'ab'.repeat(32), ...env };
  const cli = (/** @type {string[]} */ args, input = '') => execFileSync(bin, args, { env: environment, input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();

  cli(['init']);
  if (accounts > 0) {
    const rows = Array.from({ length: accounts }, (_, index) => {
      const number = String(index + 1).padStart(5, '0');
      return `EMP-${number},Payee ${number},p${number}@example.com,P${number},USD,`;
    });
    const file = join(directory, 'staff.csv');
    writeFileSync(file, `number,holder,email,uid,currency,opening\n${rows.join('\n')}\n`);
    cli(['policy', 'set', '--currency', 'USD', '--max', '20000', '--batch-max', '60000000']);
    cli(['account', 'open', '--number', 'MAIN', '--holder', 'Example Ltd', '--currency', 'USD']);
    cli(['account', 'import', file]);
    cli(['deposit', '--account', 'MAIN', '--amount', fund]);
  }
  if (people) {
    for (const [login, role] of Object.entries(PEOPLE)) {
      cli(['user', 'add', login, '--name', `${login} one`, '--role', role, '--password-stdin'], PASSWORD);
    }
  }
  prepare(cli, directory);

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let output = '';
  /** @type {import('node:child_process').ChildProcess} */
  let server;
  const start = async () => {
    server = spawn(bin, ['serve', '--listen', `127.0.0.1:${port}`], { env: environment });
    server.stdout?.on('data', (chunk) => (output += chunk));
    server.stderr?.on('data', (chunk) => (output += chunk));
    for (let round = 0; round < 200; round += 1) {
      if (await fetch(`${url}/readyz`).then((response) => response.ok, () => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the server did not start: ${output}`);
  };
  const stop = () =>
    new Promise((resolve) => {
      server.once('exit', resolve);
      server.kill('SIGTERM');
    });
  await start();

  /** Signs in by the API. @param {keyof typeof PEOPLE} login */
  const as = async (login) => {
    const session = new Session(url);
    await session.call('POST', '/api/v1/auth/login', { login, password: PASSWORD });
    return session;
  };
  /** @type {Map<string, Session>} */
  const sessions = new Map();
  /** Gives a person a second factor and returns its secret. @param {keyof typeof PEOPLE} login */
  const enrol = async (login) => {
    const session = await as(login);
    const { secret } = await session.call('POST', '/api/v1/auth/totp', { password: PASSWORD });
    // The code of the step before leaves the present one for the page: a code works once. On its way it may grow too old.
    const confirm = () => session.call('POST', '/api/v1/auth/totp/confirm', { code: totp(secret, Date.now() - 30_000) });
    await confirm().catch(confirm);
    sessions.set(login, session);
    return /** @type {string} */ (secret);
  };
  return {
    url,
    as,
    enrol,
    /** The session in which a person set up the factor; it needs no further code for a while. @param {keyof typeof PEOPLE} login */
    enrolled: (login) => sessions.get(login) ?? new Session(url),
    cli,
    output: () => output,
    restart: async () => {
      await stop();
      await start();
    },
    close: async () => {
      await stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** A batch from MAIN to the first accounts. @param {Session} session @param {{ name?: string, payees?: number, amount?: string, draft?: boolean }} [options] */
export function makeBatch(session, { name = 'November payroll', payees = 3, amount = '10.00', draft = false } = {}) {
  const relations = Array.from({ length: payees }, (_, index) => ({ targetAccountId: `EMP-${String(index + 1).padStart(5, '0')}`, amount }));
  return session.call('POST', '/api/batch-transfers', { name, type: 'one_to_many', sourceAccountId: 'MAIN', relations, draft });
}

/** Batches of at least this amount need one approval. @param {Session} boss @param {string} from */
export function requireApproval(boss, from) {
  return boss.call('PUT', '/api/v2/approval-policies', { currency: 'USD', bands: [{ from, levels: [{ count: 1, roles: ['finance', 'admin'] }] }], validHours: 72 });
}
