// Amounts in minor units are int64. JSON.parse would round them beyond 2^53, so they are quoted before it reads them;
// the generated types say `string` in the same places.

/** A whole JSON string, and the integer behind it if the string is a key. Matching whole strings skips text in values. */
const STRING = /"((?:[^"\\]|\\.)*)"(?:(\s*:\s*)(-?\d+)(?=\s*[,}]))?/g;

export function quoteAmounts(json: string): string {
  return json.replace(STRING, (all: string, text: string, colon?: string, digits?: string) =>
    digits !== undefined && colon !== undefined && text.endsWith('Cents') ? `"${text}"${colon}"${digits}"` : all,
  );
}

/** JSON for a request body. A bigint is written as the digits of a JSON number. */
export function toJson(value: unknown): string {
  if (typeof value === 'bigint') {
    return value.toString();
  }
  if (Array.isArray(value)) {
    return `[${value.map((entry) => toJson(entry ?? null)).join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).filter(([, entry]) => entry !== undefined);
    return `{${fields.map(([key, entry]) => `${JSON.stringify(key)}:${toJson(entry)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
