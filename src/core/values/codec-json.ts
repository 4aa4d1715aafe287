import type { Codec, PresentCell } from './codec.ts';
import { parseDecimal, printDecimal, withScale } from './decimal-text.ts';
import { distinctMembers, sortedMembers } from './json-order.ts';
import type { JsonNode } from './json-text.ts';
import { parseJsonText } from './json-text.ts';
import { unrepresentable } from './unrepresentable.ts';

function jsonbNumber(text: string): string {
  const decimal = parseDecimal(text);
  if (decimal === undefined) throw unrepresentable('jsonb', 'holds a number that jsonb cannot');
  return printDecimal(withScale(decimal, Math.max(decimal.scale, 0)) ?? decimal);
}

function jsonbString(value: string): string {
  if (value.includes('\0')) throw unrepresentable('jsonb', 'holds a NUL character');
  if (!value.isWellFormed()) throw unrepresentable('jsonb', 'is not well-formed Unicode');
  return JSON.stringify(value);
}

/** As jsonb prints it: names sorted by length, the last of duplicates, numbers as numeric prints them. */
function printJsonb(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(node.value);
    case 'number':
      return jsonbNumber(node.text);
    case 'string':
      return jsonbString(node.value);
    case 'array':
      return `[${node.items.map(printJsonb).join(', ')}]`;
    case 'object': {
      const members = distinctMembers(node.members);
      return `{${members.map((member) => `${jsonbString(member.name)}: ${printJsonb(member.value)}`).join(', ')}}`;
    }
  }
}

/** Digits and a power of ten, so that 1, 1.0 and 10e-1 are one text and 1e999999999 is no long one. */
function comparableNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  const fraction = match?.[3] ?? '';
  const digits = ((match?.[2] ?? '') + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power =
    BigInt(match?.[4] ?? '0') - BigInt(fraction.length) + BigInt(digits.length - significant.length);
  return `${match?.[1] ?? ''}${significant}${power === 0n ? '' : `e${power}`}`;
}

/** One text for each value: sorted names (duplicates kept in order), no spaces, one spelling of numbers and strings. */
function printComparable(node: JsonNode): string {
  switch (node.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(node.value);
    case 'number':
      return comparableNumber(node.text);
    case 'string':
      return JSON.stringify(node.value);
    case 'array':
      return `[${node.items.map(printComparable).join(',')}]`;
    case 'object': {
      const members = sortedMembers(node.members);
      return `{${members.map((member) => `${JSON.stringify(member.name)}:${printComparable(member.value)}`).join(',')}}`;
    }
  }
}

/**
 * json: the exact text. jsonb: the text that Postgres prints. Either compares as a value: order of names, white space
 * and the spelling of numbers do not matter; the order of an array does.
 */
export function jsonCodec(binary: boolean): Codec {
  const type = binary ? 'jsonb' : 'json';

  function written(cell: PresentCell): string {
    if (cell instanceof Uint8Array) throw unrepresentable(type, 'is held as a BLOB');
    if (typeof cell === 'number' && !Number.isFinite(cell))
      throw unrepresentable(type, 'is an infinite number');
    return typeof cell === 'string' ? cell : String(cell);
  }

  return {
    decodePostgres: (text) => text,
    encodePostgres(cell) {
      if (typeof cell !== 'string') throw unrepresentable(type, 'is not held as text');
      return cell;
    },
    canonicalize(cell) {
      const text = written(cell);
      const node = parseJsonText(text);
      if (node === undefined) throw unrepresentable(type, 'is not JSON');
      return binary ? printJsonb(node) : text;
    },
    comparable(cell) {
      const node = typeof cell === 'string' ? parseJsonText(cell) : undefined;
      return node === undefined ? cell : printComparable(node);
    },
  };
}
