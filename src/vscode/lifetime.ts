/** Something that ends; what VS Code accepts as a disposable. */
export interface Ending {
  dispose(): void;
}

/** Things that end together, the youngest first. Whatever is added after the end is ended at once. */
export interface Lifetime extends Ending {
  add<T extends { dispose(): unknown }>(disposable: T): T;
}

export function createLifetime(): Lifetime {
  const held: { dispose(): unknown }[] = [];
  let ended = false;
  return {
    add(disposable) {
      if (ended) disposable.dispose();
      else held.push(disposable);
      return disposable;
    },
    dispose() {
      ended = true;
      for (const disposable of held.splice(0).reverse()) disposable.dispose();
    },
  };
}
