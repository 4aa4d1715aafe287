import type { LogicalType } from '../schema/logical-type.ts';
import { codecFor } from '../values/codec.ts';
import { jsonLeaves, type LeafMasks } from './json-leaves.ts';
import { maskJsonText, type JsonPlace } from './json-mask.ts';
import { keyedHash } from './keyed-hash.ts';
import { domainKey, type MaskingKey } from './masking-key.ts';
import { memoized } from './memo.ts';
import { decimalNoise, numberKey } from './numbers.ts';
import type { ColumnMask } from './plan.ts';
import type { MaskOptions } from './transformers.ts';
import type { MaskText, TextMaskSettings } from './text-mask.ts';
import { textMask, type TextTransformerName } from './text-transformers.ts';

/** Masks the cells of a column of JSON: documents, lists of documents, or text that holds documents. */
export function jsonCells(mask: ColumnMask, type: LogicalType, key: MaskingKey): (cell: unknown) => string {
  const leaves = jsonLeaves(leafMasks(mask, key));
  // The column's own name stands over what has no name inside.
  const root: JsonPlace = { name: mask.column, parent: undefined };
  if (type.kind === 'array') {
    // Elements are strings: those of json[] hold documents, those of text[] may.
    const element: MaskText =
      type.element.kind === 'json'
        ? (text) => maskJsonText(text, leaves, root)
        : (text) => leaves.string(text, root);
    const elements = { string: element, number: identity, name: identity };
    return (cell) => maskJsonText(String(cell), elements);
  }
  if (type.kind === 'text') {
    const filler = textMask('text', {}, settingsFor('text', mask, key));
    const most = mask.maxLength ?? Infinity;
    return (cell) => {
      const masked = leaves.string(String(cell), root);
      return masked.length <= most ? masked : filler(String(cell));
    };
  }
  const codec = codecFor(type);
  // jsonb keeps its members in the order of their names, which changes with them.
  let renamings = 0;
  const name: MaskText = (written) => {
    const made = leaves.name(written);
    if (made !== written) renamings += 1;
    return made;
  };
  const noting = { ...leaves, name };
  return (cell) => {
    const before = renamings;
    const masked = maskJsonText(String(cell), noting, root);
    return renamings > before ? String(codec.canonicalize(masked)) : masked;
  };
}

function identity(text: string): string {
  return text;
}

/** The masks of leaves have the domains of columns: an e-mail address in a document masks as it does in a column. */
function leafMasks(mask: ColumnMask, key: MaskingKey): LeafMasks {
  const texts = new Map<TextTransformerName, MaskText>();
  const noises = new Map<MaskOptions, MaskText>();
  const accepts = (): boolean => true;
  const digits = memoized(numberKey(keyedHash(domainKey(key, 'digits')), accepts));
  return {
    text: (transformer) => {
      const made =
        texts.get(transformer) ?? memoized(textMask(transformer, {}, settingsFor(transformer, mask, key)));
      texts.set(transformer, made);
      return made;
    },
    noise: (options) => {
      const made =
        noises.get(options) ?? decimalNoise(keyedHash(domainKey(key, 'number-noise')), options, accepts);
      noises.set(options, made);
      return made;
    },
    digits: () => digits,
  };
}

function settingsFor(transformer: TextTransformerName, mask: ColumnMask, key: MaskingKey): TextMaskSettings {
  return {
    hash: keyedHash(domainKey(key, transformer)),
    unique: mask.uniqueDomains?.includes(transformer) === true,
    caseInsensitive: false,
    maxLength: Infinity,
  };
}
