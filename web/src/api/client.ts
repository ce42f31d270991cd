import createClient, { type Middleware } from 'openapi-fetch';
import { quoteAmounts, toJson } from './exact';
import { Problem, problemOf } from './problem';
import type { components, paths } from './schema';

export type Schemas = components['schemas'];

/** POSTs that change nothing, or that nobody could send twice by mistake; every other POST carries a key. */
const WITHOUT_KEY = /^\/api\/v1\/(auth\/|setup)|\/preview$/;

let language = 'en';
const listeners = new Set<(problem: Problem) => void>();

/** The language of the server's messages. */
export function speak(chosen: string): void {
  language = chosen;
}

export function currentLanguage(): string {
  return language;
}

/** Called with every problem, so that the frame can show an ended session or a server that is away. */
export function onProblem(listener: (problem: Problem) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The mark of what is asked without the user's doing. A server that knows it does not count it as activity. */
export const BACKGROUND = { 'x-sluice-background': '1' };

const headers: Middleware = {
  onRequest({ request, schemaPath }) {
    if (request.method === 'POST' && !WITHOUT_KEY.test(schemaPath) && !request.headers.has('idempotency-key')) {
      throw new Error(`POST ${schemaPath} without an Idempotency-Key`);
    }
    request.headers.set('accept-language', language);
    return request;
  },
};

const exact: Middleware = {
  async onResponse({ response }) {
    if (!(response.headers.get('content-type') ?? '').includes('json')) {
      return undefined;
    }
    const { status, statusText, headers: head } = response;
    return new Response(quoteAmounts(await response.text()), { status, statusText, headers: head });
  },
};

export const api = createClient<paths>({ baseUrl: '', bodySerializer: toJson, credentials: 'same-origin' });
api.use(headers, exact);

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of a successful answer. Everything else is thrown as a `Problem`. */
export async function answer<T>(call: Promise<Answered<T>>): Promise<T> {
  try {
    const { data, error, response } = await call;
    if (response.ok && data !== undefined) {
      return data;
    }
    throw problemOf(error, response);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') {
      throw cause;
    }
    const problem = cause instanceof Problem ? cause : lost(cause);
    listeners.forEach((listener) => listener(problem));
    throw problem;
  }
}

/** A request that failed below HTTP, or an answer that was cut off in the middle. */
function lost(cause: unknown): Problem {
  if (cause instanceof TypeError || cause instanceof SyntaxError) {
    return new Problem({ code: 'NETWORK_LOST', message: '' });
  }
  throw cause;
}
