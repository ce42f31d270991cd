/** Of two states the one with the greater number: a late answer never moves a bar back. */
export function newer<T extends { seq: number }>(known: T | null | undefined, next: T): T {
  return known !== null && known !== undefined && known.seq > next.seq ? known : next;
}
