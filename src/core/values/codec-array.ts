import type { LogicalType } from '../schema/logical-type.ts';
import type { ArrayLiteral, Nested } from './array-text.ts';
import { dimensionsOf, parseArrayLiteral, printArrayLiteral } from './array-text.ts';
import type { Codec, PresentCell } from './codec.ts';
import type { JsonNode } from './json-text.ts';
import { parseJsonText } from './json-text.ts';
import { unrepresentable } from './unrepresentable.ts';

/** Postgres allows no more (MAXDIM). */
const MOST_DIMENSIONS = 6;

type NestedJson =
  JsonNode | { readonly kind: 'bounded'; readonly values: JsonNode; readonly bounds: JsonNode };

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/;

/**
 * Arrays: TEXT that holds JSON without spaces, `[1,null,3]`, nested by dimension. Booleans are JSON's; integers,
 * numerics and floats are JSON numbers with every digit (NaN and the infinities are strings); every other element is
 * the string of its own canonical text, bytea as `\x..`. Subscripts that do not start at 1, which Postgres keeps, make
 * it `{"bounds":[[0,1]],"values":[1,2]}`. An element that looks like JSON (json[]) is a string too, so that its null
 * and SQL's NULL differ.
 */
export function arrayCodec(elementType: LogicalType, element: Codec): Codec {
  const type = 'array';
  const delimiter = elementType.kind === 'opaque' && elementType.name === 'box' ? ';' : ',';

  /** Whether elements stand in JSON as numbers where their text is one. */
  const isNumber = ['integer', 'numeric', 'float'].includes(elementType.kind);

  const elementText = (cell: PresentCell): string =>
    cell instanceof Uint8Array || typeof cell === 'number' || typeof cell === 'bigint'
      ? element.encodePostgres(cell)
      : cell;

  /** A canonical element in JSON. */
  const toJson = (cell: PresentCell): string => {
    if (elementType.kind === 'boolean') return cell === 1n ? 'true' : 'false';
    const text = elementText(cell);
    return isNumber && JSON_NUMBER.test(text) ? text : JSON.stringify(text);
  };

  const printJson = (literal: ArrayLiteral, leaf: (text: string) => string): string => {
    const print = (item: Nested): string => {
      if (item === null) return 'null';
      return typeof item === 'string' ? leaf(item) : `[${item.map(print).join(',')}]`;
    };
    const values = print(literal.values);
    return literal.bounds === undefined
      ? values
      : `{"bounds":${JSON.stringify(literal.bounds)},"values":${values}}`;
  };

  /** An array from JSON, each element by way of `leaf`. */
  function fromJson(text: string, leaf: (node: JsonNode) => string): ArrayLiteral | undefined {
    const node = parseJsonText(text);
    const whole = node === undefined ? undefined : opened(node);
    if (whole === undefined) return undefined;
    const nest = (item: JsonNode): Nested => {
      if (item.kind === 'null') return null;
      return item.kind === 'array' ? item.items.map(nest) : leaf(item);
    };
    if (whole.kind !== 'bounded') return checked({ values: nest(whole) as readonly Nested[] });
    return checked({ values: nest(whole.values) as readonly Nested[], bounds: boundsOf(whole.bounds) });
  }

  /** Refuses what no Postgres array can be, and drops what says nothing: default bounds, empty dimensions. */
  function checked({ values, bounds }: ArrayLiteral): ArrayLiteral {
    if (isEmpty(values)) return { values: [] };
    const sizes = dimensionsOf(values);
    if (sizes === undefined) throw unrepresentable(type, 'has parts of different lengths');
    if (sizes.length > MOST_DIMENSIONS) throw unrepresentable(type, `has over ${MOST_DIMENSIONS} dimensions`);
    if (bounds === undefined || bounds.every(([first]) => first === 1)) return { values };
    const fits =
      bounds.length === sizes.length &&
      bounds.every(([first, last], depth) => last - first + 1 === sizes[depth]);
    if (!fits) throw unrepresentable(type, 'has bounds that do not fit its values');
    return { values, bounds };
  }

  /** The text of an element that stands in a canonical cell. */
  const canonicalLeaf = (node: JsonNode): string => {
    if (node.kind === 'number') return node.text;
    if (node.kind === 'boolean') return String(node.value);
    if (node.kind === 'string') return node.value;
    throw unrepresentable(type, 'holds an object');
  };

  /** The canonical JSON of an element that an app wrote. */
  const writtenLeaf = (node: JsonNode): string => toJson(element.canonicalize(canonicalLeaf(node)));

  return {
    decodePostgres(text) {
      const literal = parseArrayLiteral(text, delimiter);
      if (literal === undefined) throw unrepresentable(type, 'did not arrive as an array');
      return printJson(literal, (leaf) => toJson(element.decodePostgres(leaf)));
    },
    encodePostgres(cell) {
      const literal = typeof cell === 'string' ? fromJson(cell, canonicalLeaf) : undefined;
      if (literal === undefined) throw unrepresentable(type, 'is not held as JSON');
      return printArrayLiteral(literal, delimiter);
    },
    canonicalize(cell) {
      if (typeof cell !== 'string') throw unrepresentable(type, 'is not held as text');
      const fromApp = fromJson(cell, writtenLeaf);
      if (fromApp !== undefined) return printJson(fromApp, (leaf) => leaf);
      const literal = parseArrayLiteral(cell.trim(), delimiter);
      if (literal === undefined) throw unrepresentable(type, 'is neither JSON nor an array literal');
      return printJson(checked(literal), (leaf) => toJson(element.canonicalize(leaf)));
    },
    comparable(cell) {
      const literal =
        typeof cell === 'string'
          ? fromJson(cell, (node) =>
              toComparable(element.comparable(element.decodePostgres(canonicalLeaf(node)))),
            )
          : undefined;
      return literal === undefined ? cell : printJson(literal, (leaf) => leaf);
    },
  };
}

/** A comparable element as JSON: only equality matters, so the kind of the cell is spelled into it. */
function toComparable(cell: PresentCell): string {
  if (cell instanceof Uint8Array) return JSON.stringify([...cell]);
  return typeof cell === 'string' ? JSON.stringify(cell) : String(cell);
}

/** An array, or `{"bounds":..,"values":..}` taken apart; undefined for other JSON. `{}` is Postgres's empty array. */
function opened(node: JsonNode): NestedJson | undefined {
  if (node.kind === 'array') return node;
  if (node.kind !== 'object') return undefined;
  if (node.members.length === 0) return { kind: 'array', items: [] };
  const values = node.members.find((member) => member.name === 'values')?.value;
  const bounds = node.members.find((member) => member.name === 'bounds')?.value;
  if (node.members.length !== 2 || values?.kind !== 'array' || bounds === undefined) return undefined;
  return { kind: 'bounded', values, bounds };
}

function boundsOf(node: JsonNode): readonly (readonly [number, number])[] {
  const pairs = node.kind === 'array' ? node.items : [];
  return pairs.map((pair) => {
    const [first, last] = pair.kind === 'array' ? pair.items : [];
    if (first?.kind !== 'number' || last?.kind !== 'number') {
      throw unrepresentable('array', 'has bounds that are not pairs of numbers');
    }
    return [Number(first.text), Number(last.text)] as const;
  });
}

function isEmpty(values: readonly Nested[]): boolean {
  return values.every((item) => Array.isArray(item) && isEmpty(item as readonly Nested[]));
}
