import type { LogicalType } from '../schema/logical-type.ts';
import type { Column, Table, TableKey } from '../schema/model.ts';
import type { Cell } from '../values/cell.ts';
import { classifyName, saying, type NameVerdict } from './classify-name.ts';
import { classifyText } from './classify-text.ts';
import { hasListedValues } from './mentioned-columns.ts';
import { TEXT_ONLY, type NameClass } from './name-dictionary.ts';
import { NUMBER_BY_NAME } from './name-transformers.ts';
import { sampleOf, stringsInside } from './sample.ts';
import { isHarmlessOpaque, keep, mask, type Verdict } from './verdict.ts';

/** What the classification of a column looks at. */
export interface ColumnFacts {
  readonly key: TableKey;
  readonly table: Table;
  readonly column: Column;
  /** Classes that the names of the table's columns say; `state` beside `city` is of an address. */
  readonly classes: ReadonlySet<NameClass>;
  /** The column's sampled cells. */
  readonly cells: readonly Cell[];
  readonly isKey: boolean;
  readonly unclassified: 'mask' | 'keep';
}

const PERSONAL_COMMENT =
  /\b(?:pii|personal(?:ly)?|gdpr|dsgvo|rgpd|sensitive|confidential|personenbezogen\w*|vertraulich|donnees personnelles|datos personales|dati personali|dados pessoais|persoonsgegevens)\b/;

/** Classes that a column's comment or domain may give where its own name says nothing. */
const CLASSES_OF_COMMENTS: ReadonlySet<NameClass> = new Set([
  'email',
  'phone',
  'ip',
  'identity-number',
  'secret',
  'birth-date',
  'income',
  'special-category',
]);

/** Names of uuid columns that let somebody in. Others are keys. */
const UUID_SECRET = /token|secret|key|password|code/;

/** The verdict on one column from its type, its name, its comment, its table and its sampled values. */
export function classifyColumn(facts: ColumnFacts): Verdict {
  const { column } = facts;
  const says = nameVerdict(facts);
  const verdict = byType(facts, column.type, facts.cells, says);
  const comment = plain(column.comment);
  if (verdict.transformer !== 'keep' || !PERSONAL_COMMENT.test(comment)) return verdict;
  return byPersonalComment(facts) ?? verdict;
}

/** What the names around a column say: its own, then its comment's and its domain's. */
export function nameVerdict({
  key,
  table,
  column,
  classes,
}: Omit<ColumnFacts, 'cells' | 'isKey' | 'unclassified'>): NameVerdict | undefined {
  const own = classifyName(column.name, table.name.name);
  if (own?.class === 'state') {
    const ofAddress = ['city', 'postal-code', 'street-address'] as const;
    return { ...own, class: ofAddress.some((each) => classes.has(each)) ? 'region' : 'safe' };
  }
  return (
    own ?? elsewhereVerdict('domain', column.domain, key) ?? elsewhereVerdict('comment', column.comment, key)
  );
}

function elsewhereVerdict(
  place: 'comment' | 'domain',
  words: string | undefined,
  context: string,
): NameVerdict | undefined {
  const says = words === undefined ? undefined : classifyName(words, context);
  return says && CLASSES_OF_COMMENTS.has(says.class) ? { ...says, in: place } : undefined;
}

function byType(
  facts: ColumnFacts,
  type: LogicalType,
  cells: readonly Cell[],
  says: NameVerdict | undefined,
): Verdict {
  switch (type.kind) {
    case 'text':
      return classifyText({ ...textFacts(facts, says), sample: sampleOf(cells) });
    case 'json':
      return classifyJson(facts, cells, says);
    case 'integer':
    case 'numeric':
    case 'float':
      return classifyNumber(type, says);
    case 'date':
    case 'timestamp':
      return says?.class === 'birth-date' && says.ends
        ? mask('date-shift', 'name', saying(says))
        : keep('type', 'dates and times are kept');
    case 'uuid':
      return says?.class === 'secret' && says.ends && !facts.isKey && UUID_SECRET.test(says.phrase)
        ? mask('uuid', 'name', saying(says))
        : keep('type', 'identifiers are kept');
    case 'network':
      return mask('ip', 'type', 'network addresses lead to people');
    case 'array':
      return classifyArray(facts, type.element, cells, says);
    case 'bytes':
      return facts.isKey ? mask('hash', 'unclassified', 'bytes used as a key') : opaque(facts, says, 'bytes');
    case 'opaque':
      return isHarmlessOpaque(type) ? keep('type', `${type.name} is kept`) : opaque(facts, says, type.name);
    case 'enum':
      return keep('type', 'an enum lists its values');
    case 'boolean':
    case 'time':
    case 'interval':
      return keep('type', `${type.kind} is kept`);
  }
}

function textFacts(facts: ColumnFacts, says: NameVerdict | undefined) {
  return {
    name: facts.column.name,
    table: facts.table.name.name,
    says,
    listed: hasListedValues(facts.column, facts.table),
    isKey: facts.isKey,
    unclassified: facts.unclassified,
  };
}

function classifyNumber(type: LogicalType, says: NameVerdict | undefined): Verdict {
  const known = says?.ends === true && !TEXT_ONLY.has(says.phrase) ? NUMBER_BY_NAME[says.class] : undefined;
  if (says === undefined || known === undefined) return keep('type', 'numbers are kept');
  const detail = saying(says);
  // Floating-point numbers have no digits to replace.
  return type.kind === 'float'
    ? mask('number-noise', 'name', detail, known.options)
    : mask(known.transformer, 'name', detail, known.options);
}

function classifyJson(facts: ColumnFacts, cells: readonly Cell[], says: NameVerdict | undefined): Verdict {
  const detail = says ? saying(says) : '';
  if (says?.class === 'secret' && says.ends) return mask('null', 'name', detail);
  if (says && says.class !== 'safe' && says.class !== 'free-text') return mask('json', 'name', detail);
  if (sampleOf(stringsInside(cells)).personal)
    return mask('json', 'sample', 'a sampled document holds personal data');
  return facts.unclassified === 'mask'
    ? mask('json', 'unclassified', 'documents may hold anything')
    : keep('unclassified', 'nothing says that it is personal');
}

function classifyArray(
  facts: ColumnFacts,
  element: LogicalType,
  cells: readonly Cell[],
  says: NameVerdict | undefined,
): Verdict {
  const strings = stringsInside(cells);
  switch (element.kind) {
    case 'text': {
      const verdict = classifyText({ ...textFacts(facts, says), sample: sampleOf(strings) });
      // An element cannot be left out, nor can every one be the same secret.
      return verdict.transformer === 'null' ? { ...verdict, transformer: 'text' } : verdict;
    }
    case 'json':
      return classifyJson(facts, strings, says);
    case 'network':
      return mask('ip', 'type', 'network addresses lead to people');
    case 'bytes':
      return opaque(facts, says, 'bytes');
    case 'opaque':
      return isHarmlessOpaque(element)
        ? keep('type', `${element.name} is kept`)
        : opaque(facts, says, element.name);
    default:
      return keep('type', `lists of ${element.kind} are kept`);
  }
}

/** What cannot be looked into goes, unless unclassified columns are kept and nothing says that it is personal. */
function opaque(facts: ColumnFacts, says: NameVerdict | undefined, what: string): Verdict {
  const personal = says !== undefined && says.class !== 'safe' && says.class !== 'free-text';
  if (personal) return mask('null', 'name', saying(says));
  return facts.unclassified === 'mask'
    ? mask('null', 'unclassified', `${what} cannot be masked and stay meaningful`)
    : keep('unclassified', 'nothing says that it is personal');
}

function byPersonalComment({ column, isKey }: ColumnFacts): Verdict | undefined {
  const detail = 'its comment says that it is personal';
  switch (column.type.kind) {
    case 'text':
      return mask(isKey ? 'key' : 'text', 'name', detail);
    case 'json':
      return mask('json', 'name', detail);
    case 'integer':
    case 'numeric':
      return mask('digits', 'name', detail);
    case 'float':
      return mask('number-noise', 'name', detail);
    case 'date':
    case 'timestamp':
      return mask('date-shift', 'name', detail);
    case 'uuid':
      return mask('uuid', 'name', detail);
    default:
      return undefined;
  }
}

function plain(comment: string | undefined): string {
  return (comment ?? '').normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
