import { isAboutPeople, saying, type NameVerdict } from './classify-name.ts';
import { nameTokens } from './name-tokens.ts';
import { TEXT_BY_NAME } from './name-transformers.ts';
import type { ValueClass } from './recognisers.ts';
import type { TransformerName } from './transformers.ts';
import type { Sample } from './sample.ts';
import { keep, mask, type Verdict } from './verdict.ts';

/** What is known about a column of text (or an array of text) before its verdict. */
export interface TextFacts {
  readonly name: string;
  readonly table: string;
  readonly says: NameVerdict | undefined;
  readonly sample: Sample;
  /** A check of the table lists the values that are allowed. */
  readonly listed: boolean;
  /** In the primary key, or in a foreign key. */
  readonly isKey: boolean;
  readonly unclassified: 'mask' | 'keep';
}

/** What most sampled values are, where that decides. */
const BY_FORM: Partial<
  Record<ValueClass, { readonly transformer: TransformerName; readonly looks: string }>
> = {
  email: { transformer: 'email', looks: 'e-mail addresses' },
  url: { transformer: 'url', looks: 'web addresses' },
  ip: { transformer: 'ip', looks: 'network addresses' },
  phone: { transformer: 'phone', looks: 'telephone numbers' },
  'identity-number': { transformer: 'digits', looks: 'account or identity numbers' },
};

/** Last words of the names of keys and codes: what they hold is compared, not read. */
const KEY_WORDS: ReadonlySet<string> = new Set(
  (
    'id ids uuid guid ulid key code codes sku slug ref reference number nr no num barcode ean isbn permalink etag ' +
    'checksum digest fingerprint'
  ).split(' '),
);

/** What becomes of text: unless something says that it is safe, it is masked, by name, by its values, or as filler. */
export function classifyText(facts: TextFacts): Verdict {
  const { says, sample } = facts;
  if (facts.listed) return keep('safe', 'a check lists its values');
  if (says?.class === 'safe' && says.ends && sample.codes && !sample.personal) {
    return keep('safe', `${saying(says)} and its values are codes`);
  }
  if (says?.class === 'country' && says.ends && sample.countryCodes) {
    return keep('safe', `${saying(says)} and its values are country codes`);
  }
  return byName(facts) ?? bySample(facts) ?? unclassified(facts);
}

function byName(facts: TextFacts): Verdict | undefined {
  const { says, sample } = facts;
  const last = lastWord(facts);
  if ((last === 'slug' || last === 'permalink') && isAboutPeople(facts.table)) {
    return mask('username', 'name', `its name says "${last}" of a person`);
  }
  const known = says && TEXT_BY_NAME[says.class];
  if (says === undefined || known === undefined) return undefined;
  const detail = saying(says);
  if (known.plausible === undefined || sample.size === 0 || sample.some(known.plausible)) {
    return mask(known.transformer, 'name', detail);
  }
  return bySample(facts) ?? mask('text', 'name', `${detail}, though its values do not look so`);
}

function bySample(facts: TextFacts): Verdict | undefined {
  const { sample } = facts;
  if (sample.randomKeys && KEY_WORDS.has(lastWord(facts))) {
    return keep('safe', 'its values are random identifiers');
  }
  const known = sample.form && BY_FORM[sample.form];
  if (known) return mask(known.transformer, 'sample', `sampled values look like ${known.looks}`);
  if (!sample.personal) return undefined;
  return mask(sample.json ? 'json' : 'text', 'sample', 'a sampled value holds personal data');
}

function unclassified(facts: TextFacts): Verdict {
  const { sample } = facts;
  if (facts.unclassified === 'keep') return keep('unclassified', 'nothing says that it is personal');
  const detail = reasonForMasking(facts);
  if (facts.isKey || KEY_WORDS.has(lastWord(facts))) return mask('key', 'unclassified', detail);
  if (sample.json) return mask('json', 'unclassified', detail);
  if (sample.form === 'uuid') return mask('uuid', 'unclassified', detail);
  // A date says nothing by itself, and stays one.
  if (sample.form === 'date') return mask('date-shift', 'unclassified', detail);
  return mask('text', 'unclassified', detail);
}

function reasonForMasking({ says, sample }: TextFacts): string {
  if (says?.class === 'free-text') return `${saying(says)}: text that people write`;
  if (says?.class !== 'safe') return 'nothing says that it is safe';
  const why = sample.size === 0 ? 'there were no values to look at' : 'its values are not short codes';
  return `${saying(says)}, but ${why}`;
}

function lastWord({ name }: TextFacts): string {
  return nameTokens(name).at(-1) ?? '';
}
