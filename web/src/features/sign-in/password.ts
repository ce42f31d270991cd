export type PasswordRule = 'long' | 'short' | 'name';

/** Which rules a new password breaks. The server also refuses passwords that are easy to guess. */
export function brokenRules(password: string, names: string[]): PasswordRule[] {
  const length = Array.from(password).length;
  const lower = password.toLowerCase();
  const broken: PasswordRule[] = [];
  if (length < 12) broken.push('long');
  if (length > 256) broken.push('short');
  if (names.some((name) => name.length > 2 && lower.includes(name.toLowerCase()))) broken.push('name');
  return broken;
}
