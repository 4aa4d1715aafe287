import { Buffer } from 'node:buffer';
import type { JsonMember } from './json-text.ts';

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

/** jsonb's order of names: shorter first, by bytes of UTF-8, then bytewise. */
function compareNames(a: JsonMember, b: JsonMember): number {
  return (
    Buffer.byteLength(a.name, 'utf8') - Buffer.byteLength(b.name, 'utf8') || compareBytes(a.name, b.name)
  );
}

/** Members in jsonb's order; those of one name keep theirs. */
export function sortedMembers(members: readonly JsonMember[]): readonly JsonMember[] {
  return [...members].sort(compareNames);
}

/** Members in jsonb's order, of each name the last one, as jsonb keeps them. */
export function distinctMembers(members: readonly JsonMember[]): readonly JsonMember[] {
  return sortedMembers(members).filter((member, index, all) => member.name !== all[index + 1]?.name);
}
