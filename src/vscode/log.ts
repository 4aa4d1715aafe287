import type { LogOutputChannel } from 'vscode';
import type { Log } from '../engine/progress.ts';

/** The engine's log lines in the editor's log channel, at their level. */
export function channelLog(channel: LogOutputChannel): Log {
  return (level, message) => {
    channel[level](message);
  };
}
