import { CODES, type Code } from './codes';

/** Codes of the page itself, for what happens between the page and the server. */
export type ProblemCode = Code | 'NETWORK_LOST' | 'ANSWER_UNCLEAR';

/** What a request came to if not to an answer: the server's refusal, or a lost connection. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly details: string | null;
  readonly data: unknown;
  readonly requestId: string | null;
  /** Seconds after which the server wants to be asked again, if it said so. */
  readonly retryAfter: number | null;

  constructor(from: {
    code: ProblemCode;
    message: string;
    status?: number;
    details?: string | null;
    data?: unknown;
    requestId?: string | null;
    retryAfter?: number | null;
  }) {
    super(from.message);
    this.name = 'Problem';
    this.code = from.code;
    this.status = from.status ?? 0;
    this.details = from.details ?? null;
    this.data = from.data ?? null;
    this.requestId = from.requestId ?? null;
    this.retryAfter = from.retryAfter ?? null;
  }
}

/** After these nobody knows whether the request took effect; only the same request under the same key tells. */
const UNCLEAR: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  'ANSWER_LOST',
  'REQUEST_TIMEOUT',
  'WRITE_NOT_CONFIRMED',
  'IDEMPOTENCY_KEY_IN_USE',
  'NETWORK_LOST',
  'ANSWER_UNCLEAR',
]);

export function isUnclear(problem: Problem): boolean {
  return UNCLEAR.has(problem.code);
}

/** Whether the server itself, or the way to it, is the trouble. */
export function isServerAway(problem: Problem): boolean {
  return ['SERVER_BUSY', 'DATABASE_AWAY', 'NETWORK_LOST', 'ANSWER_UNCLEAR'].includes(problem.code);
}

/** Whether reading again may help. */
export function mayRetry(problem: Problem): boolean {
  return !(problem.code in CODES) || (CODES[problem.code as Code] === 'later' && problem.status !== 401);
}

interface Refusal {
  message?: string;
  error?: { code?: string; details?: string | null };
  data?: unknown;
}

/** Reads a refusal's envelope; anything else is an answer that did not come from the server, or was cut off. */
export function problemOf(body: unknown, response: Response): Problem {
  const refusal = (typeof body === 'object' && body !== null ? body : {}) as Refusal;
  const code = refusal.error?.code;
  const known = code !== undefined && code in CODES;
  const after = response.headers.get('retry-after');
  return new Problem({
    code: known ? (code as Code) : 'ANSWER_UNCLEAR',
    message: refusal.message ?? '',
    status: response.status,
    details: refusal.error?.details ?? null,
    data: refusal.data,
    requestId: response.headers.get('x-request-id'),
    retryAfter: after !== null && /^\d+$/.test(after) ? Number.parseInt(after, 10) : null,
  });
}
