// Stands before a sluice server, so that a test can drop answers. It serves what is in `dist` as the binary does, with a
// fresh nonce, the strict policy and assets that never change: the page can be tried without compiling. With
// SLUICE_SERVES_PAGE the page is the binary's own. Run by itself it previews the build: SLUICE_URL names the server, PORT
// the port.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const SERVES_PAGE = (process.env.SLUICE_SERVES_PAGE ?? '') !== '';
const TO_SERVER = /^\/(api|socket\.io|healthz|readyz|metrics)(\/|\?|$)/;
const TYPES = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json' };

export const policy = (nonce) =>
  `default-src 'none'; script-src 'self'; style-src-elem 'self' 'nonce-${nonce}'; style-src-attr 'none'; img-src 'self' data:; ` +
  "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/** The server accepts requests from its own origin only. */
function headersFor(target, headers) {
  const ours = { ...headers, host: target.host };
  if (ours.origin !== undefined) ours.origin = target.origin;
  return ours;
}

async function serveFile(path, answer) {
  const file = join(DIST, normalize(path));
  const body = file.startsWith(DIST) ? await readFile(file).catch(() => null) : null;
  if (body === null) {
    answer.writeHead(404).end();
    return;
  }
  const age = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  answer.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'cache-control': age });
  answer.end(body);
}

async function servePage(answer) {
  const nonce = randomBytes(16).toString('base64');
  const html = (await readFile(join(DIST, 'index.html'), 'utf8')).replaceAll('{{nonce}}', nonce);
  answer.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy(nonce),
    'referrer-policy': 'no-referrer',
  });
  answer.end(html);
}

/**
 * Hooks let a test drop the answer of a request.
 * @param {string} serverUrl @param {number} [port] @param {{ dropAnswer?: (ask: { url?: string, method?: string }) => boolean }} [hooks]
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export function startPage(serverUrl, port = 0, hooks = {}) {
  const target = new URL(serverUrl);
  const page = createServer((ask, answer) => {
    const { pathname } = new URL(ask.url, 'http://page');
    if (!SERVES_PAGE && !TO_SERVER.test(ask.url)) {
      void (extname(pathname) === '' ? servePage(answer) : serveFile(pathname, answer));
      return;
    }
    const passed = request(
      { host: target.hostname, port: target.port, method: ask.method, path: ask.url, headers: headersFor(target, ask.headers) },
      (reply) => {
        if (hooks.dropAnswer?.(ask) === true) {
          // The head alone: a connection that breaks before it would make the browser repeat the request by itself.
          reply.resume();
          answer.writeHead(reply.statusCode, reply.headers);
          answer.flushHeaders();
          reply.on('end', () => setTimeout(() => ask.socket.destroy(), 50));
          return;
        }
        answer.writeHead(reply.statusCode, reply.headers);
        reply.pipe(answer);
      },
    );
    passed.on('error', () => answer.writeHead(502).end());
    ask.pipe(passed);
  });
  page.on('upgrade', (ask, socket, head) => {
    const peer = connect(Number(target.port), target.hostname, () => {
      const headers = Object.entries(headersFor(target, ask.headers)).map(([name, value]) => `${name}: ${value}`);
      peer.write(`${ask.method} ${ask.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
      peer.write(head);
      socket.pipe(peer).pipe(socket);
    });
    for (const end of [peer, socket]) {
      end.on('error', () => {
        peer.destroy();
        socket.destroy();
      });
    }
  });
  return new Promise((resolve) => {
    page.listen(port, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${page.address().port}`, close: () => new Promise((done) => { page.closeAllConnections(); page.close(done); }) });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startPage(process.env.SLUICE_URL ?? 'http://127.0.0.1:8080', Number(process.env.PORT ?? 4173));
  console.log(`The page is at ${url}`);
}
