import { expect, it } from 'vitest';
import { newer } from './newest';

it('keeps the newest state whatever the order, with duplicates and gaps', () => {
  const orders = [[1, 2, 3, 7], [7, 1, 3, 2], [3, 3, 7, 7, 1], [2, 7]];
  for (const order of orders) {
    expect(order.map((seq) => ({ seq })).reduce((known, next) => newer(known, next), { seq: 0 })).toEqual({ seq: 7 });
  }
});
