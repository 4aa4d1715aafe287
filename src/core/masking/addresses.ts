import type { Draws } from './draws.ts';
import { SAFE_TOKEN_LENGTH, token, TOKEN_LENGTH } from './fictional-words.ts';
import { fillerMask } from './filler.ts';
import { parseIp, parseMac, printIpAddress, printMac, type IpAddress } from '../values/network-text.ts';
import { cut, hashedTextMask, type MaskText, type TextMaskSettings } from './text-mask.ts';

const HOST = 'example.com';

/** Endings that say what a file is and nothing about whose it is. */
const FILE_ENDING =
  /\.(?:avif|bmp|csv|docx?|eml|gif|gz|heic|html?|ics|jpe?g|json|md|mov|mp3|mp4|odt|ogg|pdf|png|pptx?|rtf|svg|tar|tiff?|txt|vcf|wav|webm|webp|xlsx?|xml|zip)(?=$|[?#])/i;

/** `https://example.com/` and the shortest token that keeps addresses apart. */
export const UNIQUE_URL_LENGTH = `https://${HOST}/`.length + SAFE_TOKEN_LENGTH;

/** Web addresses, paths and file names: `https://example.com/bcdfghjklmnpqrstvwxz.png`, `/bcdf...`, `bcdf....pdf`. */
export function urlMask(settings: TextMaskSettings): MaskText {
  const { hash, maxLength } = settings;
  return hashedTextMask(
    hash,
    settings.unique ? (value) => value : (value) => value.trim(),
    (draws, _canonical, value) => {
      const canonical = value.trim();
      const start = urlStart(canonical);
      const ending = FILE_ENDING.exec(canonical)?.[0].toLowerCase() ?? '';
      const letters = token(draws, TOKEN_LENGTH);
      const forms = [start + letters + ending, start + letters, letters];
      return forms.find((form) => form.length <= maxLength) ?? shortest(start, letters, maxLength);
    },
  );
}

function urlStart(value: string): string {
  if (/^[a-z][a-z0-9+.-]*:/i.test(value)) return `https://${HOST}/`;
  if (value.startsWith('//')) return `//${HOST}/`;
  if (value.startsWith('/')) return '/';
  return /^www\.|^[\w-]+(?:\.[\w-]+)+\//i.test(value) ? `${HOST}/` : '';
}

function shortest(start: string, letters: string, maxLength: number): string {
  const room = maxLength - start.length;
  return room >= SAFE_TOKEN_LENGTH ? start + letters.slice(0, room) : cut(letters, maxLength);
}

/** Length of every IPv6 address that is made; the longest IPv4 address. */
export const UNIQUE_IP_LENGTH = '2001:db8:1000:1000:1000:1000:1000:1000'.length;
export const LONGEST_IPV4 = '255.255.255.255'.length;

/**
 * IP addresses in text, also several with commas between: from ranges that are no host's (240.0.0.0/4, RFC 1112;
 * 2001:db8::/32, RFC 3849). Unique ones are all of the second, which has room for every one, and each spelling has its
 * own.
 */
export function ipTextMask(settings: TextMaskSettings): MaskText {
  const filler = fillerMask(settings);
  const inet = inetMask(settings);
  const mac = macMask(settings);
  const spelled = hashedTextMask(
    settings.hash,
    (value) => value,
    (draws) => documentationAddress(draws),
  );
  return (value) => {
    if (value.trim() === '') return value;
    const parts = value.split(',').map((part) => part.trim());
    if (settings.unique) return parts.every((part) => parseIp(part)) ? spelled(value) : filler(value);
    const masked = parts.map((part) => mac(part) ?? inet(part)).filter((part) => part !== undefined);
    const text = masked.join(', ');
    return masked.length === parts.length && text.length <= settings.maxLength ? text : filler(value);
  };
}

/** inet as Postgres prints it; undefined for anything else. A prefix length stays. */
export function inetMask(settings: TextMaskSettings): (value: string) => string | undefined {
  const address = hashedTextMask(
    settings.hash,
    (value) => value,
    (draws, value) =>
      value.includes(':') || settings.unique ? documentationAddress(draws) : reservedAddress(draws),
  );
  return (value) => {
    const ip = parseIp(value);
    if (ip === undefined) return undefined;
    const masked = address(printIpAddress(ip.bytes));
    return value.includes('/') ? `${masked}/${prefixFor(masked, ip)}` : masked;
  };
}

/** macaddr and macaddr8; undefined for anything else. Their text may also be read as an IPv6 address, and inet's as theirs. */
export function macMask(settings: TextMaskSettings): (value: string) => string | undefined {
  const address = hashedTextMask(
    settings.hash,
    (value) => value,
    // Locally administered (the second digit 2): no maker's device has such an address.
    (draws, value) =>
      printMac(
        (parseMac(value) ?? []).map((_, index) =>
          index === 0 ? (draws.below(16) << 4) | 2 : draws.below(256),
        ),
      ),
  );
  return (value) => {
    const mac = parseMac(value);
    return mac && address(printMac(mac));
  };
}

/** cidr: a network, whose bits right of the prefix are zero. */
export function cidrMask(settings: TextMaskSettings): (value: string) => string | undefined {
  const mask = inetMask(settings);
  return (value) => {
    const network = parseIp(mask(value) ?? '');
    return network && `${printIpAddress(networkOf(network.bytes, network.prefix))}/${network.prefix}`;
  };
}

/** As many bits for hosts as before, also where an IPv4 address became an IPv6 one. */
function prefixFor(masked: string, original: IpAddress): number {
  const bits = masked.includes(':') ? 128 : 32;
  return bits - (original.bytes.length * 8 - original.prefix);
}

function networkOf(bytes: readonly number[], prefix: number): number[] {
  return bytes.map((byte, index) => {
    const bits = Math.min(8, Math.max(0, prefix - index * 8));
    return byte & (0xff << (8 - bits)) & 0xff;
  });
}

/** An address of 240.0.0.0/4: 28 bits. */
function reservedAddress(draws: Draws): string {
  return [240 + draws.below(15), draws.below(256), draws.below(256), draws.below(256)].join('.');
}

/** An address of 2001:db8::/32 without zeros that its text form would leave out: 95 bits. */
function documentationAddress(draws: Draws): string {
  const groups = Array.from({ length: 6 }, () => (0x1000 + draws.below(0xf000)).toString(16));
  return ['2001', 'db8', ...groups].join(':');
}
