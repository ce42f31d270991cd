// Days as `2026-11-27`, in the organisation's time zone. A day is text and is counted at noon UTC, so that no change of the
// clocks can move it.

const DAY = 86_400_000;

export function today(zone: string, now = new Date()): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);
}

/** Whether it is a day of the calendar. */
export function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(`${text}T12:00:00Z`)) && new Date(`${text}T12:00:00Z`).toISOString().startsWith(text);
}

/** Whether the server takes it as a bound. A date input reports the year 0002 while somebody types 2026. */
export function isAskable(text: string): boolean {
  return isDay(text) && text >= '1970-01-01' && text <= '9998-12-31';
}

export function shift(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * DAY).toISOString().slice(0, 10);
}

/** Every day from the first to the last, both included; none if they are the wrong way round. */
export function daysOf(from: string, to: string): string[] {
  const count = Math.round((Date.parse(`${to}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`)) / DAY) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => shift(from, index));
}

/** The last days, oldest first. */
export function lastDays(count: number, zone: string, now = new Date()): string[] {
  const last = today(zone, now);
  return daysOf(shift(last, 1 - count), last);
}

/** The hour of the day, from 0 to 23. */
export function hourIn(zone: string, now = new Date()): number {
  return Number.parseInt(new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', hourCycle: 'h23' }).format(now), 10);
}

/** The instant at which a day begins in a time zone. */
export function startOfDay(day: string, zone: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The zone's difference at about that time, then the one that holds at the instant it leads to.
  const first = midnight - difference(midnight, zone);
  const at = midnight - difference(first, zone);
  // Where clocks spring forward at midnight there is no such hour: the day begins when they do.
  return new Date(midnight - difference(at, zone) === at ? at : first).toISOString();
}

/** How far a zone's clocks are ahead of UTC at an instant, in milliseconds. */
function difference(instant: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  }).formatToParts(new Date(instant));
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '00';
  return Date.parse(`${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}Z`) - instant;
}
