export type HeaderList = readonly (readonly [name: string, value: string])[];

/** Details and hints are texts, except where PostgREST lists relationships. */
export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly details: unknown;
  readonly hint: string | null;
}

/** An answer that is an error: PostgREST's body, its status and the headers that go with it. */
export class ApiError extends Error {
  readonly status: number;
  readonly statusText: string | undefined;
  readonly body: ErrorBody;
  readonly headers: HeaderList;

  constructor(
    status: number,
    body: { code: string; message: string; details?: unknown; hint?: string | null },
    headers: HeaderList = [],
    statusText?: string,
  ) {
    super(body.message);
    this.name = 'ApiError';
    this.status = status;
    this.statusText = statusText;
    this.body = {
      code: body.code,
      message: body.message,
      details: body.details ?? null,
      hint: body.hint ?? null,
    };
    this.headers = headers;
  }
}

/** The body as PostgREST writes it, keys in alphabetical order. */
export function errorText(body: ErrorBody): string {
  const { code, details, hint, message } = body;
  return JSON.stringify({ code, details, hint, message });
}
