// What an entry of the log says of a change: the fields before and after it, side by side.

export interface Change {
  field: string;
  before: string | null;
  after: string | null;
  changed: boolean;
}

export interface Read {
  changes: Change[];
  rest: [field: string, value: string][];
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The leaves of an object by their paths, such as `limits.day`. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (isFields(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([name, inner]) => leaves(inner, path === '' ? name : `${path}.${name}`));
  }
  return [[path, textOf(value)]];
}

/** Splits the details. `before` and `after` may be objects or single values; one of them may be missing. */
export function readDetails(details: unknown): Read {
  if (!isFields(details)) return { changes: [], rest: [] };
  const { before, after, ...rest } = details;
  const side = (value: unknown) => new Map(value === undefined || value === null ? [] : leaves(value));
  const [old, now] = [side(before), side(after)];
  const fields = [...new Set([...old.keys(), ...now.keys()])];
  // Where the log has one side only, nothing can be said to differ.
  const both = before !== undefined && after !== undefined;
  return {
    changes: fields.map((field) => {
      const [left, right] = [old.get(field) ?? null, now.get(field) ?? null];
      return { field, before: left, after: right, changed: both && left !== right };
    }),
    rest: leaves(rest).filter(([field]) => field !== ''),
  };
}
