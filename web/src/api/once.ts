import { keyFor, settled } from './idempotency';
import { isUnclear, Problem } from './problem';

/** Sends something that is to happen once: repeated after a lost answer, the same content goes out under the same key. */
export async function once<T>(subject: string, content: unknown, send: (key: string) => Promise<T>): Promise<T> {
  const key = keyFor(subject, JSON.stringify(content));
  try {
    const result = await send(key);
    settled(subject);
    return result;
  } catch (cause) {
    if (cause instanceof Problem && !isUnclear(cause)) settled(subject);
    throw cause;
  }
}
