import { expect, it } from 'vitest';
import { factsOf, filterOf, makesFile } from './filter';

const search = (more = {}) => ({ status: '', type: '', page: '', ...more });

it('an address that means nothing is the first page of everything', () => {
  const all = { page: 1, pageSize: 40 };
  expect([search(), search({ status: 'done', type: 'import', page: '0' }), search({ page: '-1' }), search({ page: '99999' })].map(filterOf)).toEqual([all, all, all, all]);
  expect(filterOf(search({ status: 'failed', type: 'verify', page: '3' }))).toEqual({ page: 3, pageSize: 40, status: 'failed', task_type: 'verify' });
});

it('only a file of this server is offered as a download', () => {
  expect(['/api/v1/files/file_8/content', '/api/batch-transfers/17', 'https:evil.example/api/v1/files/', null, undefined].map(makesFile)).toEqual([true, false, false, false, false]);
});

it('of a result the plain values are shown', () => {
  expect(factsOf({ opened: 120, taken_amount: '5.00', batch: null, file: { size: 1 }, ignored_columns: [], note: '' })).toEqual([['opened', 120], ['taken_amount', '5.00']]);
  expect([factsOf(null), factsOf('x')]).toEqual([[], []]);
});
