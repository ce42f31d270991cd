import type { Plan } from './plan';

// What was typed and is not on the server yet, for this tab and this person. A reload or a crash loses nothing.

const name = (user: string, id: string) => `draft:${user}:${id}`;

export function readJournal(user: string, id: string): Plan | null {
  const text = sessionStorage.getItem(name(user, id));
  return text === null ? null : (JSON.parse(text) as Plan);
}

export function writeJournal(user: string, id: string, plan: Plan): void {
  try {
    sessionStorage.setItem(name(user, id), JSON.stringify(plan));
  } catch {
    // Tens of thousands of rows may not fit; then only the server keeps the draft, from its first save.
    sessionStorage.removeItem(name(user, id));
  }
}

export function dropJournal(user: string, id: string): void {
  sessionStorage.removeItem(name(user, id));
}
