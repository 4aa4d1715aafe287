import type { Codec } from './codec.ts';
import { isNetwork, parseIp, parseMac, printIpAddress, printMac } from './network-text.ts';
import { unrepresentable } from './unrepresentable.ts';

type NetworkForm = 'inet' | 'cidr' | 'macaddr' | 'macaddr8';

function canonicalIp(text: string, form: 'inet' | 'cidr'): string {
  const address = parseIp(text);
  if (address === undefined) throw unrepresentable(form, 'is not an IP address');
  if (form === 'cidr' && !isNetwork(address)) throw unrepresentable(form, 'has bits set right of its mask');
  const shown = printIpAddress(address.bytes);
  const isHost = address.prefix === address.bytes.length * 8;
  return form === 'inet' && isHost ? shown : `${shown}/${address.prefix}`;
}

function canonicalMac(text: string, form: 'macaddr' | 'macaddr8'): string {
  const bytes = parseMac(text);
  if (bytes === undefined || (form === 'macaddr' && bytes.length !== 6)) {
    throw unrepresentable(form, 'is not a MAC address');
  }
  const [a = 0, b = 0, c = 0, ...rest] = bytes;
  // macaddr8 widens six bytes as EUI-64 does.
  return printMac(form === 'macaddr8' && bytes.length === 6 ? [a, b, c, 0xff, 0xfe, ...rest] : bytes);
}

/** inet, cidr, macaddr, macaddr8: TEXT as Postgres prints it. A cast of inet to text adds the /32 that output drops. */
export function networkCodec(form: NetworkForm): Codec {
  const canonical = (text: string) =>
    form === 'inet' || form === 'cidr' ? canonicalIp(text, form) : canonicalMac(text, form);
  return {
    decodePostgres: canonical,
    encodePostgres(cell) {
      if (typeof cell !== 'string') throw unrepresentable(form, 'is not held as text');
      return cell;
    },
    canonicalize(cell) {
      if (typeof cell !== 'string') throw unrepresentable(form, 'is not held as text');
      return canonical(cell.trim());
    },
    comparable: (cell) => cell,
  };
}
