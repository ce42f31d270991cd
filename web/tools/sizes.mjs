// Fails if the first load of a page weighs more than it may: gzip of the entry and everything it imports statically.
import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

const LIMITS = { 'index.html': 300, 'src/features/sign-in/index.ts': 300, '*': 450 };
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', dist), 'utf8'));
const weights = new Map();

async function weight(file) {
  if (!weights.has(file)) weights.set(file, gzipSync(await readFile(new URL(file, dist))).length);
  return weights.get(file);
}

function filesOf(name, found = new Set()) {
  const chunk = manifest[name];
  for (const file of [chunk.file, ...(chunk.css ?? [])]) found.add(file);
  for (const next of chunk.imports ?? []) filesOf(next, found);
  return found;
}

const pages = Object.keys(manifest).filter((name) => manifest[name].isEntry || /features\/[^_]*index\.ts$/.test(name));
for (const name of pages) {
  const files = filesOf(name, filesOf('index.html', filesOf('src/app/i18n/en.ts')));
  if (name !== 'index.html' && !name.includes('/sign-in/')) filesOf('src/app/i18n/pages-en.ts', files);
  let sum = 0;
  for (const file of files) sum += await weight(file);
  const kilobytes = Math.round(sum / 100) / 10;
  const limit = LIMITS[name] ?? LIMITS['*'];
  console.log(`${kilobytes.toString().padStart(7)} kB gzip  (at most ${limit})  ${name}`);
  if (kilobytes > limit) process.exitCode = 1;
}
