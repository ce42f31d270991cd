/** Splits two account numbers into what they share and what differs in the middle, so that one digit is seen. */
export function differingPart(before: string, after: string): { head: string; before: string; after: string; tail: string } {
  const shortest = Math.min(before.length, after.length);
  let start = 0;
  while (start < shortest && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shortest - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return {
    head: after.slice(0, start),
    before: before.slice(start, before.length - end),
    after: after.slice(start, after.length - end),
    tail: after.slice(after.length - end),
  };
}
