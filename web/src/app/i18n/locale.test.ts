import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Texts } from './texts';

const SRC = join(import.meta.dirname, '../..');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' });
const folders = files.filter((file) => file.endsWith('locale/en.json')).map((file) => file.replace('/en.json', ''));

function read(folder: string, language: string): Map<string, string> {
  const texts = JSON.parse(readFileSync(join(SRC, folder, `${language}.json`), 'utf8')) as Texts;
  const found = new Map<string, string>();
  const walk = (node: Texts, prefix: string) => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'string') found.set(prefix + key, value);
      else walk(value, `${prefix}${key}.`);
    }
  };
  walk(texts, '');
  return found;
}

/** Chinese has one form where English has two. */
const plain = (key: string) => key.replace(/_(one|other)$/, '');
const placeholders = (text: string) => Array.from(text.matchAll(/\{\{(\w+)\}\}/g), (match) => match[1] ?? '').sort();

describe.each(folders)('%s', (folder) => {
  const en = read(folder, 'en');
  const zh = read(folder, 'zh');

  it('says the same things in both languages', () => {
    expect(new Set([...zh.keys()].map(plain))).toEqual(new Set([...en.keys()].map(plain)));
  });

  it('names no figure in Chinese that English does not know', () => {
    const unknown = [...zh].flatMap(([key, text]) => {
      const here = placeholders(en.get(key) ?? en.get(plain(key)) ?? '');
      return placeholders(text).filter((name) => !here.includes(name)).map((name) => `${key}: ${name}`);
    });
    expect(unknown).toEqual([]);
  });

  it('has no empty text, and no half-width punctuation in Chinese', () => {
    const bad = [...en, ...zh].filter(([, text]) => text.trim() === '').concat([...zh].filter(([, text]) => /[\u4e00-\u9fff][,;:?!]/.test(text)));
    expect(bad).toEqual([]);
  });
});

describe('the sources', () => {
  const known = new Map<string, string>();
  for (const folder of folders) {
    const name = folder.split('/').at(-2) ?? '';
    for (const [key, text] of read(folder, 'en')) known.set(`${name}.${plain(key)}`, text);
  }
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.') && !file.includes('api/schema'));
  const text = sources.map((file) => readFileSync(join(SRC, file), 'utf8')).join('\n');
  const heads = [...new Set(folders.map((folder) => folder.split('/').at(-2)))].join('|');
  const literal = new RegExp(`'((?:${heads})\\.[\\w.-]+)'`, 'g');
  const templated = new RegExp(`\`((?:${heads})\\.[\\w.-]*)\\$\\{[^}]*\\}([\\w.-]*)\``, 'g');

  it('use texts that exist', () => {
    const used = Array.from(text.matchAll(literal), (match) => match[1] ?? '').filter((key) => !key.endsWith('.'));
    expect(used.filter((key) => !known.has(key))).toEqual([]);
    const prefixes = Array.from(text.matchAll(templated), (match) => match[1] ?? '');
    expect(prefixes.filter((prefix) => ![...known.keys()].some((key) => key.startsWith(prefix)))).toEqual([]);
  });

  it('leave no text unused', () => {
    const used = new Set(Array.from(text.matchAll(literal), (match) => match[1]));
    const prefixes = Array.from(text.matchAll(templated), (match) => match[1] ?? '');
    expect([...known.keys()].filter((key) => !used.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))).toEqual([]);
  });
});
