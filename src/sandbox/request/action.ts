import { invalidResourcePath, invalidRpcMethod, unsupportedMethod } from '../errors/request-errors.ts';

/** What a request wants done, by its path and method. */
export type Action =
  | { readonly kind: 'read'; readonly table: string; readonly headersOnly: boolean }
  | { readonly kind: 'insert' | 'update' | 'upsert' | 'delete'; readonly table: string }
  | { readonly kind: 'call'; readonly routine: string; readonly method: 'GET' | 'HEAD' | 'POST' }
  | { readonly kind: 'describe'; readonly headersOnly: boolean }
  | { readonly kind: 'table-options'; readonly table: string }
  | { readonly kind: 'routine-options'; readonly routine: string }
  | { readonly kind: 'root-options' };

/** @throws ApiError PGRST125, PGRST101, PGRST117 for a path or method that means nothing */
export function actionOf(method: string, path: string): Action {
  const segments = path === '/' || path === '' ? [] : path.slice(1).split('/').map(decodedSegment);
  const [first, second, ...others] = segments;
  if (first === undefined) return rootAction(method);
  if (second === undefined) return tableAction(method, first);
  if (first === 'rpc' && others.length === 0) return routineAction(method, second);
  throw invalidResourcePath();
}

function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function rootAction(method: string): Action {
  if (method === 'GET' || method === 'HEAD') return { kind: 'describe', headersOnly: method === 'HEAD' };
  if (method === 'OPTIONS') return { kind: 'root-options' };
  throw unsupportedMethod(method);
}

function tableAction(method: string, table: string): Action {
  switch (method) {
    case 'GET':
    case 'HEAD':
      return { kind: 'read', table, headersOnly: method === 'HEAD' };
    case 'POST':
      return { kind: 'insert', table };
    case 'PATCH':
      return { kind: 'update', table };
    case 'PUT':
      return { kind: 'upsert', table };
    case 'DELETE':
      return { kind: 'delete', table };
    case 'OPTIONS':
      return { kind: 'table-options', table };
    default:
      throw unsupportedMethod(method);
  }
}

function routineAction(method: string, routine: string): Action {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'POST':
      return { kind: 'call', routine, method };
    case 'OPTIONS':
      return { kind: 'routine-options', routine };
    default:
      throw invalidRpcMethod(method);
  }
}
