import type { EngineClient } from '../worker/engine-client.ts';

/** An engine that is started by the first call: opening a window without syncline.json costs nothing. */
export function createLazyEngine(start: () => EngineClient): EngineClient {
  let engine: EngineClient | undefined;
  return {
    call(operation, request, options) {
      engine ??= start();
      return engine.call(operation, request, options);
    },
    async dispose() {
      await engine?.dispose();
    },
  };
}
