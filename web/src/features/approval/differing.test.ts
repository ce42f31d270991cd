import { expect, it } from 'vitest';
import { differingPart } from './differing';

it('marks what differs between two account numbers', () => {
  expect(differingPart('DE0441', 'DE1044')).toEqual({ head: 'DE', before: '0441', after: '1044', tail: '' });
  expect(differingPart('EMP-0441-X', 'EMP-0471-X')).toEqual({ head: 'EMP-04', before: '4', after: '7', tail: '1-X' });
  expect(differingPart('A', 'AA')).toEqual({ head: 'A', before: '', after: 'A', tail: '' });
});
