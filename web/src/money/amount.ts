// Money is decimal text or an `Amount`: a bigint of minor units. It is never a number.

export interface Amount {
  readonly minor: bigint;
  readonly scale: number;
  readonly currency: string;
}

export type AmountFault = 'empty' | 'letters' | 'format' | 'precision' | 'large' | 'sign' | 'zero';

export type Parsed = { readonly amount: Amount; readonly fault?: undefined } | { readonly amount?: undefined; readonly fault: AmountFault };

/** The ledger's bound: an int64 of minor units. */
const LARGEST = 2n ** 63n - 1n;
const MINUS = '\u2212';

/** Reads what a person typed: thousands commas, blanks and full-width digits are accepted; the decimal mark is a dot. */
export function parse(text: string, scale: number, currency: string): Parsed {
  const plain = text.normalize('NFKC').replace(/[\s,]/g, '');
  if (plain === '') return { fault: 'empty' };
  if (/^[-+(\u2212]/.test(plain)) return { fault: 'sign' };
  if (/[^\d.]/.test(plain)) return { fault: 'letters' };
  if (!/^\d+(\.\d+)?$/.test(plain) || !groupedByThousands(text.normalize('NFKC'))) return { fault: 'format' };
  const [whole = '', fraction = ''] = plain.split('.');
  const digits = fraction.replace(/0+$/, '');
  if (digits.length > scale) return { fault: 'precision' };
  const minor = BigInt(whole + digits.padEnd(scale, '0'));
  if (minor > LARGEST) return { fault: 'large' };
  return { amount: { minor, scale, currency } };
}

/** `12,50` is more likely a decimal comma than twelve hundred fifty: a comma must stand before three digits. */
function groupedByThousands(text: string): boolean {
  const trimmed = text.trim();
  return !trimmed.includes(',') || /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(trimmed);
}

/** Reads decimal text of the server, such as `5310440.00`. */
export function fromDecimal(text: string, currency: string): Amount {
  const negative = text.startsWith('-');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const minor = BigInt(whole + fraction);
  return { minor: negative ? -minor : minor, scale: fraction.length, currency };
}

/** Reads minor units of the server: the text of an int64. */
export function fromMinor(text: string, scale: number, currency: string): Amount {
  return { minor: BigInt(text), scale, currency };
}

/** Plain decimal text, as the server reads it. */
export function toDecimal({ minor, scale }: Amount): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`;
  return `${minor < 0n ? '-' : ''}${whole}${fraction}`;
}

/** Grouped for reading; every digit is kept, because `Intl` is given text. */
export function format(amount: Amount, locale = 'en'): string {
  const positive = toDecimal({ ...amount, minor: amount.minor < 0n ? -amount.minor : amount.minor });
  const options = { minimumFractionDigits: amount.scale, maximumFractionDigits: amount.scale };
  const text = new Intl.NumberFormat(locale, options).format(positive as Intl.StringNumericLiteral);
  return amount.minor < 0n ? `${MINUS}${text}` : text;
}

export function add(a: Amount, b: Amount): Amount {
  const scale = a.scale > b.scale ? a.scale : b.scale;
  return { ...a, scale, minor: rescale(a, scale) + rescale(b, scale) };
}

export function subtract(a: Amount, b: Amount): Amount {
  return add(a, { ...b, minor: -b.minor });
}

/** Less than zero if `a` is smaller, more than zero if it is larger. */
export function compare(a: Amount, b: Amount): number {
  const difference = subtract(a, b).minor;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export function sum(amounts: readonly Amount[], scale: number, currency: string): Amount {
  return amounts.reduce(add, { minor: 0n, scale, currency });
}

function rescale(amount: Amount, scale: number): bigint {
  return amount.minor * 10n ** BigInt(scale - amount.scale);
}
