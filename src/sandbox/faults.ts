import { setTimeout as pause } from 'node:timers/promises';

/** What the sandbox is told to get wrong, for tests of clients. Each fault is spent on the requests that come next. */
export interface SandboxFaults {
  /** Answers the next requests (one unless told) with a status, without asking the database. */
  answer(fault: AnswerFault): void;
  /**
   * Cuts the connection of the next requests' answers after so many bytes of the body (default: half of it). The
   * database has done its work by then.
   */
  cut(fault?: CountedFault & { readonly afterBytes?: number }): void;
  /** Cuts the connection of the next requests before the database is asked. */
  refuse(fault?: CountedFault): void;
  /** Makes the next requests wait. */
  delay(fault: CountedFault & { readonly milliseconds: number }): void;
  /** Forgets every fault that has not been spent. */
  clear(): void;
}

export interface CountedFault {
  /** How many requests it is for. */
  readonly times?: number;
  /** Only requests of this method. */
  readonly method?: string;
  /** Only requests whose path (below the REST root) is this. */
  readonly path?: string;
}

export interface AnswerFault extends CountedFault {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; by default a message such as a gateway's. */
  readonly body?: unknown;
}

export type Fault =
  | ({ readonly kind: 'answer' } & AnswerFault)
  | ({ readonly kind: 'cut'; readonly afterBytes?: number } & CountedFault)
  | ({ readonly kind: 'refuse' } & CountedFault)
  | ({ readonly kind: 'delay'; readonly milliseconds: number } & CountedFault);

/** Faults in the order in which they were asked for. */
export class FaultPlan implements SandboxFaults {
  #pending: { readonly fault: Fault; left: number }[] = [];

  answer(fault: AnswerFault): void {
    this.#add({ kind: 'answer', ...fault });
  }

  cut(fault: CountedFault & { readonly afterBytes?: number } = {}): void {
    this.#add({ kind: 'cut', ...fault });
  }

  refuse(fault: CountedFault = {}): void {
    this.#add({ kind: 'refuse', ...fault });
  }

  delay(fault: CountedFault & { readonly milliseconds: number }): void {
    this.#add({ kind: 'delay', ...fault });
  }

  clear(): void {
    this.#pending = [];
  }

  /** Spends one fault of each kind on a request, having waited if it is to be delayed. */
  async spendOn(method: string, path: string): Promise<readonly Fault[]> {
    const spent = new Map<Fault['kind'], Fault>();
    for (const pending of this.#pending) {
      const { fault } = pending;
      const meant = (fault.method ?? method) === method && (fault.path ?? path) === path;
      if (!meant || spent.has(fault.kind)) continue;
      spent.set(fault.kind, fault);
      pending.left -= 1;
    }
    this.#pending = this.#pending.filter(({ left }) => left > 0);
    const delay = spent.get('delay');
    if (delay?.kind === 'delay') await pause(delay.milliseconds);
    return [...spent.values()];
  }

  #add(fault: Fault): void {
    this.#pending.push({ fault, left: fault.times ?? 1 });
  }
}
