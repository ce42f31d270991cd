// One key for each thing that is to happen once. A key outlives its dialog, a click on Back and a reload: as long as the
// outcome is not known, the same request goes out under the same key, so the server can only do it once.

const PREFIX = 'key:';

interface Held {
  key: string;
  content: string;
  /** What was sent besides, such as the rate that was shown: it goes out again as it was. */
  terms?: unknown;
}

/** The key for doing `content` to `subject`: the one already in use if its outcome is unknown, otherwise a new one. */
export function keyFor(subject: string, content: string): string {
  const held = read(subject);
  if (held?.content === content) {
    return held.key;
  }
  const key = crypto.randomUUID();
  sessionStorage.setItem(PREFIX + subject, JSON.stringify({ key, content } satisfies Held));
  return key;
}

/** What was sent besides `content` under the key in use; undefined if nothing is open. */
export function termsOf<T>(subject: string, content: string): T | undefined {
  const held = read(subject);
  return held?.content === content ? (held.terms as T | undefined) : undefined;
}

/** Keeps what is sent besides along with the key in use: the first of it stays, because the key belongs to that request. */
export function keepTerms<T>(subject: string, content: string, terms: T): T {
  const held = read(subject);
  if (held?.content !== content) return terms;
  if (held.terms !== undefined) return held.terms as T;
  sessionStorage.setItem(PREFIX + subject, JSON.stringify({ ...held, terms } satisfies Held));
  return terms;
}

/** The outcome is known: the next request for this subject is a new one. */
export function settled(subject: string): void {
  sessionStorage.removeItem(PREFIX + subject);
}

/** A key for a change that moves no money. */
export function freshKey(): string {
  return crypto.randomUUID();
}

/** Forgets all keys, at sign-out. */
export function forgetKeys(): void {
  for (const name of Object.keys(sessionStorage).filter((entry) => entry.startsWith(PREFIX))) {
    sessionStorage.removeItem(name);
  }
}

function read(subject: string): Held | null {
  const text = sessionStorage.getItem(PREFIX + subject);
  return text === null ? null : (JSON.parse(text) as Held);
}
