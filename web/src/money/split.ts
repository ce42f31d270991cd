// The same shares as the server's: what cannot be shared is given away one minor unit at a time. The page only
// previews them; the amounts that are paid are the server's.

export interface Shares {
  readonly shares: readonly bigint[];
  /** How many rows get one minor unit more. */
  readonly remainder: number;
}

export function splitEqually(total: bigint, rows: number): Shares {
  return splitByRatio(
    total,
    Array.from({ length: rows }, () => 1n),
  );
}

/** Every share is rounded down; the minor units left over go to the largest remainders, and among equals to the first. */
export function splitByRatio(total: bigint, ratios: readonly bigint[]): Shares {
  const whole = ratios.reduce((left, right) => left + right, 0n);
  if (whole === 0n) {
    return { shares: ratios.map(() => 0n), remainder: 0 };
  }
  const shares = ratios.map((ratio) => (total * ratio) / whole);
  const remainder = total - shares.reduce((left, right) => left + right, 0n);
  const rows = ratios.map((ratio, row) => ({ row, rest: (total * ratio) % whole }));
  rows.sort((a, b) => (a.rest === b.rest ? a.row - b.row : a.rest > b.rest ? -1 : 1));
  const count = Number(remainder); // at most one for each row
  for (const { row } of rows.slice(0, count)) {
    shares[row] = (shares[row] ?? 0n) + 1n;
  }
  return { shares, remainder: count };
}

/** A ratio such as `2.5`, in millionths; null if the server would refuse it. */
export function parseRatio(text: string): bigint | null {
  const plain = text.normalize('NFKC').trim();
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(plain)) {
    return null;
  }
  const [whole = '', fraction = ''] = plain.split('.');
  return BigInt(whole + fraction.padEnd(6, '0'));
}
