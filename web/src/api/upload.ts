import { answer, currentLanguage, type Schemas } from './client';
import { quoteAmounts } from './exact';

export type LookedFile = Schemas['LookedView'];

interface Options {
  /** Bytes that are on their way or there. */
  onProgress: (sent: number) => void;
  signal: AbortSignal;
}

/** Sends a file as it is: the page never reads it. `fetch` would not say how much of it has been sent. */
export async function uploadFile(file: File, options: Options): Promise<LookedFile> {
  return (await answer(send(file, options))).data;
}

type Envelope = Schemas['Envelope_LookedView'];

function send(file: File, { onProgress, signal }: Options): Promise<{ data?: Envelope; error?: unknown; response: Response }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/api/v1/files?${new URLSearchParams({ name: shortName(file.name), look: 'payments' })}`);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('accept-language', currentLanguage());
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      try {
        const body: unknown = JSON.parse(quoteAmounts(request.responseText));
        resolve({ ...(request.status < 300 ? { data: body as Envelope } : { error: body }), response: responseOf(request) });
      } catch (cause) {
        reject(cause instanceof Error ? cause : new Error(String(cause)));
      }
    };
    request.onerror = () => reject(new TypeError('the connection was lost'));
    request.onabort = () => reject(new DOMException('cancelled', 'AbortError'));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}

function responseOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const name of ['x-request-id', 'retry-after']) {
    const value = request.getResponseHeader(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(null, { status: request.status, headers });
}

const NAME_LONGEST = 200;

/** The server keeps at most this many characters; the ending stays. */
export function shortName(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= NAME_LONGEST) return name;
  const ending = /\.\w{1,8}$/.exec(name)?.[0] ?? '';
  return letters.slice(0, NAME_LONGEST - ending.length).join('') + ending;
}
