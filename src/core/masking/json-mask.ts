/** What stands around a value inside a JSON document: the nearest names, the inner one first. Undefined at the root. */
export interface JsonPlace {
  readonly name: string | undefined;
  readonly parent: string | undefined;
}

/** What is done with the parts of a JSON document. Values are unescaped; numbers are the text that stands there. */
export interface JsonLeaves {
  readonly string: (value: string, place: JsonPlace) => string;
  readonly number: (text: string, place: JsonPlace) => string;
  readonly name: (name: string) => string;
}

interface Frame {
  readonly isObject: boolean;
  /** Names that hold for what stands in it. */
  readonly place: JsonPlace;
  /** In an object: the name last read, whose value follows. */
  name: string | undefined;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ROOT: JsonPlace = { name: undefined, parent: undefined };

/**
 * Replaces the strings, numbers and member names of a valid JSON document and leaves everything else as it is written:
 * spaces, order, duplicate names, the digits of numbers. It walks the text instead of building values, so neither depth
 * nor names such as `__proto__` matter.
 */
export function maskJsonText(text: string, leaves: JsonLeaves, root: JsonPlace = ROOT): string {
  const frames: Frame[] = [];
  let result = '';
  let copied = 0;
  let at = 0;
  const replace = (end: number, replacement: string): void => {
    result += text.slice(copied, at) + replacement;
    copied = end;
    at = end;
  };
  while (at < text.length) {
    const frame = frames.at(-1);
    const character = text.charAt(at);
    if (character === '"') {
      const end = endOfString(text, at);
      const value = unescaped(text, at, end);
      if (frame?.isObject === true && frame.name === undefined) {
        frame.name = value;
        replace(end, rewritten(text, at, end, value, leaves.name(value)));
      } else {
        replace(end, rewritten(text, at, end, value, leaves.string(value, placeIn(frame, root))));
      }
    } else if (character === '{' || character === '[') {
      frames.push({ isObject: character === '{', place: placeIn(frame, root), name: undefined });
      at += 1;
    } else if (character === '}' || character === ']') {
      frames.pop();
      at += 1;
    } else if (character === ',') {
      if (frame) frame.name = undefined;
      at += 1;
    } else {
      NUMBER.lastIndex = at;
      const number = NUMBER.exec(text)?.[0];
      if (number === undefined) at += 1;
      else replace(at + number.length, leaves.number(number, placeIn(frame, root)));
    }
  }
  return copied === 0 ? text : result + text.slice(copied);
}

/** Where a value inside a frame stands. The items of an array stand where the array does. */
function placeIn(frame: Frame | undefined, root: JsonPlace): JsonPlace {
  if (frame === undefined) return root;
  return frame.isObject ? { name: frame.name, parent: frame.place.name } : frame.place;
}

function endOfString(text: string, start: number): number {
  let end = start + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) return text.length;
    let backslashes = 0;
    while (text.charAt(end - 1 - backslashes) === '\\') backslashes += 1;
    end += 1;
    if (backslashes % 2 === 0) return end;
  }
}

function unescaped(text: string, start: number, end: number): string {
  const inner = text.slice(start + 1, end - 1);
  return inner.includes('\\') ? (JSON.parse(`"${inner}"`) as string) : inner;
}

function rewritten(text: string, start: number, end: number, before: string, after: string): string {
  return before === after ? text.slice(start, end) : JSON.stringify(after);
}
