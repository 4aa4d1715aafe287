import { ipTextMask, urlMask } from './addresses.ts';
import { digitsMask, hashMask, keyMask, postalCodeMask, uuidMask } from './codes.ts';
import { dateShift } from './dates.ts';
import { fillerMask } from './filler.ts';
import { emailMask, usernameMask } from './handles.ts';
import { isNameTransformer, nameMask } from './names.ts';
import { phoneMask } from './phone.ts';
import type { MaskOptions, TransformerName } from './transformers.ts';
import type { MaskText, TextMaskSettings } from './text-mask.ts';

const HASH_LENGTH = 64;
const REDACTED = '[redacted]';
const SHORT_REDACTED = '*';

/** The transformers that make text of text. The others know more than a text: `json`, `number-noise`, `null`, `keep`. */
export type TextTransformerName = Exclude<TransformerName, 'json' | 'number-noise' | 'null' | 'keep'>;

const NOT_TEXT: ReadonlySet<TransformerName> = new Set(['json', 'number-noise', 'null', 'keep']);

export function isTextTransformer(transformer: TransformerName): transformer is TextTransformerName {
  return !NOT_TEXT.has(transformer);
}

/** A mask of single texts. What is not a date stays as long as it was: `date-shift` makes filler of it. */
export function textMask(
  transformer: TextTransformerName,
  options: MaskOptions,
  settings: TextMaskSettings,
): MaskText {
  if (isNameTransformer(transformer)) return nameMask(transformer, settings);
  switch (transformer) {
    case 'email':
      return emailMask(settings);
    case 'username':
      return usernameMask(settings);
    case 'phone':
      return phoneMask(settings);
    case 'postal-code':
      return postalCodeMask(settings);
    case 'digits':
      return digitsMask(settings);
    case 'key':
      return keyMask(settings);
    case 'url':
      return urlMask(settings);
    case 'ip':
      return ipTextMask(settings);
    case 'text':
      return fillerMask(settings);
    case 'uuid':
      return uuidMask(settings);
    case 'hash':
      return hashMask(settings, options.length ?? HASH_LENGTH);
    case 'redact':
      return redaction(options, settings);
    case 'date-shift': {
      const shift = dateShift({ hash: settings.hash, days: options.days, unique: settings.unique });
      const filler = fillerMask(settings);
      return (value) => shift(value, undefined) ?? filler(value);
    }
  }
}

function redaction({ value = REDACTED }: MaskOptions, { maxLength }: TextMaskSettings): MaskText {
  const constant =
    value.length <= maxLength ? value : value === REDACTED ? SHORT_REDACTED : value.slice(0, maxLength);
  return () => constant;
}
