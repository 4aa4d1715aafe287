import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What a program cost, its children not counted. */
export interface Cost {
  readonly seconds: number;
  /** The most memory that it held at once, in MB (10^6 bytes). Undefined where the system does not tell. */
  readonly peakMemory: number | undefined;
}

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** Runs a program to its end. Throws when it fails. */
export async function measure({ command, args, env = {}, folder }: Program): Promise<Cost> {
  const began = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  let peakMemory: number | undefined;
  const timer = setInterval(() => (peakMemory = highWater(child.pid) ?? peakMemory), 20);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${complaint}`);
  return { seconds: (performance.now() - began) / 1000, peakMemory };
}

/** The kernel's own high-water mark of a process's memory (proc(5), VmHWM). */
function highWater(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
    const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
