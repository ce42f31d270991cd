const RATE = /^\d{1,15}(\.\d{1,18})?$/;

/** A rate as it was typed, in the form the server reads; null if it is none. */
export function rateOf(text: string): string | null {
  const plain = text.normalize('NFKC').replace(/\s/g, '');
  return RATE.test(plain) && /[1-9]/.test(plain) ? plain : null;
}

/** How far a rate moves, in hundredths of a percent, rounded down towards no change. */
export function movedBy(before: string, after: string): bigint {
  const [old, next] = [scaled(before), scaled(after)];
  return old === 0n ? 0n : ((next - old) * 10_000n) / old;
}

/** Above this a new rate is more likely a slip: it must be confirmed. Hundredths of a percent. */
const LARGE = 500n;

export function isLarge(moved: bigint): boolean {
  return moved > LARGE || moved < -LARGE;
}

/** Hundredths of a percent as text, with a sign: `+1.25`. */
export function percentText(moved: bigint): string {
  const size = moved < 0n ? -moved : moved;
  return `${moved < 0n ? '\u2212' : '+'}${size / 100n}.${(size % 100n).toString().padStart(2, '0')}`;
}

function scaled(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.slice(0, 18).padEnd(18, '0'));
}
