import { expect, it } from 'vitest';
import { readDetails } from './details';

it('sets a change side by side, field by field', () => {
  const { changes, rest } = readDetails({ before: { role: 'operator', limits: { day: '5', month: '9' } }, after: { role: 'finance', limits: { day: '5' }, note: null }, by: 'boss' });
  expect(changes).toEqual([
    { field: 'role', before: 'operator', after: 'finance', changed: true },
    { field: 'limits.day', before: '5', after: '5', changed: false },
    { field: 'limits.month', before: '9', after: null, changed: true },
    { field: 'note', before: null, after: 'null', changed: true },
  ]);
  expect(rest).toEqual([['by', 'boss']]);
});

it.each<[string, unknown, [string, string | null, string | null, boolean][]]>([
  ['single values', { before: 'a', after: 'b' }, [['', 'a', 'b', true]]],
  ['what was before alone', { before: { id: 7 } }, [['id', '7', null, false]]],
  ['something made anew', { before: null, after: { name: 'x' } }, [['name', null, 'x', true]]],
  ['no change at all', { items: [1, 2] }, []],
  ['no details', null, []],
])('reads %s', (_, details, expected) => {
  expect(readDetails(details).changes.map(({ field, before, after, changed }) => [field, before, after, changed])).toEqual(expected);
});
