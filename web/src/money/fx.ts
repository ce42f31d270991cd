import type { Amount } from './amount';

/** Converts at a decimal rate, rounding half up as the server does unless a pair's policy says otherwise. */
export function convert(source: Amount, rate: string, scale: number, currency: string): Amount {
  const [whole = '0', fraction = ''] = rate.split('.');
  const scaledRate = BigInt(whole + fraction);
  const digits = fraction.length + source.scale;
  const raised = source.minor * scaledRate * 10n ** BigInt(scale);
  const divisor = 10n ** BigInt(digits);
  const minor = (raised * 2n + divisor) / (divisor * 2n);
  return { minor, scale, currency };
}
