import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = import.meta.dirname;
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file) && !file.includes('.test.'));
const own = files.filter((file) => !/api\/(schema|codes|operations)\.ts$/.test(file));
const text = new Map(own.map((file) => [file, readFileSync(join(SRC, file), 'utf8')]));

function imports(file: string): string[] {
  return Array.from((text.get(file) ?? '').matchAll(/from '([^']+)'|import\('([^']+)'\)/g), (match) => match[1] ?? match[2] ?? '');
}

describe('imports', () => {
  it('of money are none', () => {
    const found = own.filter((file) => file.startsWith('money/')).flatMap(imports).filter((path) => !path.startsWith('./'));
    expect(found).toEqual([]);
  });

  it('of api and ui never lead to a feature', () => {
    const found = own.filter((file) => /^(api|ui)\//.test(file)).flatMap(imports).filter((path) => path.includes('features/'));
    expect(found).toEqual([]);
  });

  it('of a feature never lead to another feature', () => {
    const found = own
      .filter((file) => file.startsWith('features/'))
      .flatMap((file) => imports(file).filter((path) => path.startsWith('@/features/') && path.split('/')[2] !== file.split('/')[1]));
    expect(found).toEqual([]);
  });
});

describe('money verbs', () => {
  const VERBS =
    /\.POST\(\s*'([^']*\/(?:execute|resume|retry|retry-failed|skip|skip-failed|pause|cancel|submit|approve|recall)|\/api\/v1\/approvals\/decide|\/api\/v2\/(?:account-transfers|deposits|withdrawals))'/g;

  it('are sent from the one dialog only, or by functions that it is given', () => {
    const found = own.filter((file) => (text.get(file) ?? '').match(VERBS) !== null).sort();
    expect(found).toMatchInlineSnapshot(`
      [
        "features/approval/DecideDialog.tsx",
        "features/batch/detail/ItemDialog.tsx",
        "features/batch/draft/SendDialog.tsx",
        "features/batch/verbs.ts",
        "features/transfer/SendTransfer.tsx",
      ]
    `);
  });
});

describe('files', () => {
  it('are short: half of them at most 120 lines, none over 420', () => {
    const lines = own.map((file) => (text.get(file) ?? '').split('\n').length).sort((a, b) => a - b);
    expect(lines[Math.floor(lines.length / 2)]).toBeLessThanOrEqual(120);
    expect(lines.at(-1)).toBeLessThanOrEqual(420);
  });

  it('keep no address of another host, no debugging and no inline lint', () => {
    const bad = own.filter((file) => /https?:\/\/|console\.|debugger|(eslint|oxlint)-disable|@ts-(ignore|expect-error|nocheck)/.test(text.get(file) ?? ''));
    expect(bad).toEqual([]);
  });
});

describe('packages in the page', () => {
  interface Package {
    dev?: boolean;
    devOptional?: boolean;
    license?: string;
  }
  const lock = JSON.parse(readFileSync(join(SRC, '../package-lock.json'), 'utf8')) as { packages: Record<string, Package> };
  const shipped = Object.entries(lock.packages).filter(([path, of]) => path !== '' && of.dev !== true && of.devOptional !== true);
  // It names its licence, MIT, in an old form. It is for Node.js and not in the bundle.
  const known = ['node_modules/xmlhttprequest-ssl'];

  it('have a licence that allows it', () => {
    const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];
    const bad = shipped.filter(([path, of]) => !known.includes(path) && (of.license ?? '').split(' AND ').some((name) => !allowed.includes(name)));
    expect(bad).toEqual([]);
  });
});
