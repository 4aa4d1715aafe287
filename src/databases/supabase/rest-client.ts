import { AsyncLocalStorage } from 'node:async_hooks';
import type { SupabaseClient } from '@supabase/supabase-js';
import { createClient } from '@supabase/supabase-js';
import { quoteValue } from './postgrest-syntax.ts';

/** What came back for one request, told apart from how supabase-js words it. */
export interface RestAnswer {
  /** 0 when no answer came. */
  readonly status: number;
  readonly headers: Headers;
  /** Of the body, after decompression. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** The parsed body of a successful answer. */
  readonly data: unknown;
  /** SQLSTATE or `PGRST...` of a failed one. */
  readonly code: string;
  /** PostgREST's hint, else its message: for reading names out of, never to be shown. */
  readonly hint: string;
  /** What fetch threw, and whether that was our own time limit. */
  readonly thrown?: unknown;
  readonly timedOut: boolean;
}

/** No schema is known when this is compiled: any name is a table or a function. */
interface AnySchema {
  Tables: Record<
    string,
    {
      Row: Record<string, unknown>;
      Insert: Record<string, unknown>;
      Update: Record<string, unknown>;
      Relationships: [];
    }
  >;
  Views: Record<string, never>;
  Functions: Record<string, { Args: Record<string, unknown>; Returns: unknown }>;
}

export type ProjectClient = SupabaseClient<Record<string, AnySchema>>;

/** What supabase-js resolves to, as far as it matters here. */
export interface ClientResult {
  readonly data: unknown;
  readonly error: unknown;
}

export interface RestRequest {
  /** Makes the request with the client. */
  readonly build: (client: ProjectClient) => PromiseLike<ClientResult>;
  /**
   * The `select` parameter. supabase-js strips blanks outside of what it takes for quotes and does not know escaped
   * ones, so that it would corrupt some column names: it is set on the finished URL instead.
   */
  readonly select?: string;
  /** The body as it is, JSON: what supabase-js makes of an object could not hold every number of a json value. */
  readonly body?: string;
  /** Conditions by column, PostgREST's way (`eq.1`): supabase-js does not quote names. */
  readonly filters?: readonly (readonly [column: string, condition: string])[];
}

/** Sends one request, once; never throws for what the server or the network did. */
export type SendRequest = (request: RestRequest, signal: AbortSignal) => Promise<RestAnswer>;

export interface RestClientOptions {
  readonly url: URL;
  readonly key: string;
  readonly fetch: typeof fetch;
  readonly requestTimeoutMilliseconds: number;
}

interface Exchange {
  readonly request: RestRequest;
  readonly signal: AbortSignal;
  readonly timeout: AbortSignal;
  status: number;
  headers: Headers;
  bytes: number;
  milliseconds: number;
  thrown?: unknown;
}

/**
 * A supabase-js client whose every request is watched: its status, headers and size, and what was thrown. The client's
 * own retries are off (ours know more), redirects are not followed (the key would travel with them), and every request
 * has a time limit that includes its body.
 */
export function createRestClient(options: RestClientOptions): SendRequest {
  const exchanges = new AsyncLocalStorage<Exchange>();

  const watchedFetch: typeof fetch = async (input, init) => {
    const exchange = exchanges.getStore();
    if (!exchange) return options.fetch(input, init);
    const url = new URL(input instanceof Request ? input.url : input);
    const { select, filters = [], body: written } = exchange.request;
    if (select !== undefined) url.searchParams.set('select', select);
    for (const [column, condition] of filters) url.searchParams.append(quoteValue(column), condition);
    const began = performance.now();
    try {
      const signal = AbortSignal.any([exchange.signal, exchange.timeout]);
      const response = await options.fetch(url, {
        ...init,
        ...(written !== undefined && { body: written }),
        signal,
        redirect: 'manual',
      });
      exchange.status = response.status;
      exchange.headers = response.headers;
      const body = await response.arrayBuffer();
      exchange.bytes = body.byteLength;
      const mayHaveBody = response.status !== 204 && response.status !== 304 && body.byteLength > 0;
      return new Response(mayHaveBody ? body : null, {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    } catch (thrown) {
      exchange.thrown = thrown;
      throw thrown;
    } finally {
      exchange.milliseconds = performance.now() - began;
    }
  };

  const client: ProjectClient = createClient<Record<string, AnySchema>>(options.url.href, options.key, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    db: { retry: false },
    global: { fetch: watchedFetch, headers: { Prefer: 'timezone=UTC' } },
  });

  return async (request, signal) => {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), options.requestTimeoutMilliseconds);
    const exchange: Exchange = {
      request,
      signal,
      timeout: timeout.signal,
      status: 0,
      headers: new Headers(),
      bytes: 0,
      milliseconds: 0,
    };
    try {
      const result = await exchanges.run(exchange, async () => request.build(client));
      return answerOf(exchange, result);
    } finally {
      clearTimeout(timer);
    }
  };
}

function answerOf(exchange: Exchange, result: ClientResult): RestAnswer {
  const answered = exchange.thrown === undefined;
  return {
    status: answered ? exchange.status : 0,
    headers: exchange.headers,
    bytes: exchange.bytes,
    milliseconds: exchange.milliseconds,
    data: result.data,
    code: fieldOf(result.error, 'code'),
    hint: fieldOf(result.error, 'hint') || fieldOf(result.error, 'message'),
    ...(!answered && { thrown: exchange.thrown }),
    timedOut: exchange.timeout.aborted,
  };
}

function fieldOf(error: unknown, field: string): string {
  if (typeof error !== 'object' || error === null || !(field in error)) return '';
  const value: unknown = error[field as keyof typeof error];
  return typeof value === 'string' ? value : '';
}
