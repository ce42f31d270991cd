// Puts a compressed copy beside each text file of the build: the server sends these as they are. Brotli is smaller, but
// browsers accept it over TLS only.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const WAYS = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
  gz: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

const files = (await readdir(DIST, { recursive: true })).filter((name) => /\.(js|css|svg)$/.test(name));
await Promise.all(
  files.map(async (name) => {
    const bytes = await readFile(DIST + name);
    for (const [ending, compress] of Object.entries(WAYS)) {
      const small = await compress(bytes);
      if (small.length < bytes.length) await writeFile(`${DIST}${name}.${ending}`, small);
    }
  }),
);
