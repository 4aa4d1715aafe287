/** IP addresses and MAC addresses: reading what Postgres reads, printing what it prints. */

export interface IpAddress {
  /** Four or sixteen bytes. */
  readonly bytes: readonly number[];
  readonly prefix: number;
}

function parseIpv4(text: string): number[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  return bytes?.every((byte) => byte <= 255) === true ? bytes : undefined;
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = (half: string): number[] | undefined => {
    if (half === '') return [];
    const bytes: number[] = [];
    const parts = half.split(':');
    for (const [index, part] of parts.entries()) {
      const embedded = index === parts.length - 1 ? parseIpv4(part) : undefined;
      if (embedded !== undefined) {
        bytes.push(...embedded);
      } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
        const group = Number.parseInt(part, 16);
        bytes.push(group >> 8, group & 255);
      } else {
        return undefined;
      }
    }
    return bytes;
  };
  const head = groups(halves[0] ?? '');
  const tail = groups(halves[1] ?? '');
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

/** Reads `10.0.0.1`, `10.0.0.0/8`, `2001:db8::1/64`; undefined when text is none of them. */
export function parseIp(text: string): IpAddress | undefined {
  const match = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(text);
  const bytes = parseIpv4(match?.[1] ?? '') ?? parseIpv6(match?.[1] ?? '');
  if (bytes === undefined) return undefined;
  const prefix = match?.[2] === undefined ? bytes.length * 8 : Number(match[2]);
  return prefix <= bytes.length * 8 ? { bytes, prefix } : undefined;
}

/** Whether every bit after the prefix is zero, as cidr demands. */
export function isNetwork({ bytes, prefix }: IpAddress): boolean {
  return bytes.every((byte, index) => {
    const hostBits = Math.min(8, Math.max(0, (index + 1) * 8 - prefix));
    return (byte & ((1 << hostBits) - 1)) === 0;
  });
}

/** The first of the longest runs of two or more zero groups: start and length. */
function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: -1, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (start + length < groups.length && groups[start + length] === 0) length++;
    if (length >= 2 && length > best.length) best = { start, length };
  }
  return best;
}

/** As Postgres prints it (inet_net_ntop.c): the longest run of zeros as `::`, an embedded IPv4 address dotted. */
export function printIpAddress(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  );
  const zeros = longestZeros(groups);
  const embedsIpv4 =
    zeros.start === 0 &&
    (zeros.length === 6 ||
      (zeros.length === 7 && groups[7] !== 1) ||
      (zeros.length === 5 && groups[5] === 0xffff));
  const shown = groups.map((group) => group.toString(16));
  const parts = embedsIpv4 ? [...shown.slice(0, 6), bytes.slice(12).join('.')] : shown;
  if (zeros.length === 0) return parts.join(':');
  const after = zeros.start + zeros.length;
  const tail = embedsIpv4 && after > 6 ? parts.slice(6) : parts.slice(after);
  return `${parts.slice(0, zeros.start).join(':')}::${tail.join(':')}`;
}

/** Reads six or eight bytes of hex with `:`, `-`, `.` or nothing between; undefined when text is something else. */
export function parseMac(text: string): readonly number[] | undefined {
  if (
    !/^[0-9a-f]{2}(?:[:-]?[0-9a-f]{2}){5}(?:[:-]?[0-9a-f]{2}){0,2}$|^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2,3}$/i.test(
      text,
    )
  ) {
    return undefined;
  }
  const pairs = text.replace(/[:.-]/g, '').match(/../g) ?? [];
  return pairs.length === 7 ? undefined : pairs.map((pair) => Number.parseInt(pair, 16));
}

export function printMac(bytes: readonly number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
